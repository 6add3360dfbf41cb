import TraceLang

@testable import Codegen

/// Bundles of every storage, action and layout, to be damaged.
enum BundleSeeds {
  /// Small ones, so that most damage meets something: a byte of a large one is mostly one of an instruction.
  static let scripts = [
    // Storages.
    "BEGIN { @ = 1; @a = count(); @b = sum(5); @c = min(5); @d = max(5); @e = avg(5); @f = stats(5); }",
    "BEGIN { @[pid] = 1; @a[tid, comm] = count(); @b[1] = 2; @c[cpu] = count(); @d[cpu] = 5; }",
    "let @a = lruhash(16); let @b = percpulruhash(16); let @c = percpuhash(16); BEGIN { @a[1] = 2; @b[1] = count(); @c[pid] = sum(3); }",
    "tracepoint:syscalls:sys_enter_getppid, tracepoint:syscalls:sys_enter_getuid { @[probe] = count(); @h[probe] = hist(pid); }",
    "tracepoint:raw_syscalls:sys_enter { @[args.id] = count(); @x[(uint8)args.id] = sum(1); }",
    "BEGIN { @[(uint8)rand] = 5; @b[(bool)1] = count(); @k[\"a\"] = 1; @k[\"b\"] = 2; zero(@b); clear(@k); delete(@k, \"a\"); }",
    "BEGIN { @h[pid] = hist(5); @all = @h[1]; @all += @h[2]; @c[1] = count(); @c[2] += @c[1]; @m = min(3); @n[1] = @m; @t = stats(5); @u = @t; }",
    // Values and layouts.
    "BEGIN { @t = (1, \"x\", (int8)2); @r[(1, (uint16)2)] = (a = 1, b = \"two\"); print(@t); print((1, (2, \"three\"))); }",
    "BEGIN { @h = hist(5); @h2[1] = hist(5, 3); @l = lhist(5, 0, 100, 10); @l2[2] = lhist(5, -10, 10, 1); print(@h); print(@l2, 3, 2); }",
    "BEGIN { @s = tseries(5, 1s, 10); @s2[1] = tseries(5, 1ms, 4, \"avg\"); print(@s); }",
    "BEGIN { @[kstack] = count(); @u[ustack(perf, 5)] = count(); @k = kstack(raw, 3); print(kstack(2)); }",
    "struct inner { int a : 3; int b : 5; long c[2]; } struct outer { struct inner i[2]; char name[8]; } BEGIN { print(*(struct outer *)0); @ = *(struct inner *)0; }",
    "enum color { red, green = 5, blue } BEGIN { @[green] = count(); print(green); @e = blue; printf(\"%s %d\\n\", red, blue); }",
    "BEGIN { print(curtask.se.avg); @ = curtask.prio; }",
    "BEGIN { printf(\"%s %s\\n\", strftime(\"%H:%M:%S.%f\", nsecs), strftime(\"%F\", 0)); @t = strftime(\"%s\", nsecs); time(\"%H\"); }",
    "BEGIN { printf(\"%s\\n\", cgroup_path(cgroup)); @[cgroup_path(cgroup, \"unified:*\")] = count(); }",
    "BEGIN { print((ntop(0x0100007f), username, username, probe)); @[ksym(0), usym(0)] = count(); print(strerror(2)); print(syscall_name(1)); }",
    "BEGIN { @b = buf(\"hello\", 5); printf(\"%r %rx %rh\\n\", buf(\"abc\", 3), buf(\"abc\", 3), buf(\"abc\", 3)); @a = (uint8[4])0; }",
    // Actions.
    "BEGIN { printf(\"%-5d|%05x|%+ld|%'u|%c|%p|%10s|%.2s|%#o|%hhX\\n\", 1, 2, 3, 4, 65, 5, \"ab\", \"cd\", 6, 7); }",
    "BEGIN { $x = rand; @a = avg(5); printf(\"%.3f %e %g %'f\\n\", $x / 1000, $x * 0.5 + pid / 7, $x > 5 ? -$x / tid : 2, @a); }",
    "BEGIN { @m[1] = 5; @c[1] = count(); print(@m, 5, 2); print(@c[1]); print(@m[1]); clear(@m); zero(@c); exit(3); }",
    "BEGIN { cat(\"/proc/%s\", \"loadavg\"); errorf(\"no %d\", 5); warnf(\"yes %s\", comm); system(\"echo %d\", 5); }",
    "tracepoint:syscalls:sys_enter_execve { join(args.argv); join(args.argv, \":\"); printf(\"%s\\n\", str(args.filename)); }",
    "BEGIN { for ($x : 0..100) { @[$x] = $x; } for ($kv : @) { printf(\"%d\\n\", $kv.0); } printf(\"%d\\n\", nsecs(sw_tai)); print(elapsed); }",
    // Hooks.
    "interval:ms:10 { @i = count(); } profile:hz:99 { @p[comm] = count(); } software:cpu-clock:1000000 { @s++; } END { printf(\"end\\n\"); }",
    "tracepoint:sched:sched_switch { @[args.prev_comm] = count(); } rawtracepoint:sched_wakeup { @w = count(); }",
  ]

  /// - Returns: the bodies of their files, and the scripts that this machine cannot compile.
  static func bodies(_ host: any Target) -> (bodies: [[UInt8]], refused: [(script: String, why: String)]) {
    var bodies: [[UInt8]] = []
    var refused: [(script: String, why: String)] = []
    for text in scripts {
      do throws(SeedFailure) {
        bodies += try Self.bodies(of: text, host)
      } catch {
        refused.append((text, error.why))
      }
    }
    return (bodies, refused)
  }

  private struct SeedFailure: Error {
    let why: String
  }

  /// The bundle of a script, and the same with programs that do nothing: most damage to it is to what user space reads.
  private static func bodies(of text: String, _ host: any Target) throws(SeedFailure) -> [[UInt8]] {
    let target = RecordingTarget(host)
    var configuration = Configuration()
    configuration.maxStringLength = 64
    configuration.maxMapKeys = 64
    configuration.ringBufferPages = 4
    configuration.timeSeriesStability = .enable
    configuration.tellsFailedReads = text.contains("errorf")
    var compiler = Compiler(target: target)
    compiler.frontEnd.options = CheckerOptions(allowsUnsafe: true, configuration: configuration)
    compiler.frontEnd.warns = false
    let checked = compiler.check(SourceFile(name: "stdin", text: text))
    guard let program = checked.program else { throw SeedFailure(why: checked.report) }
    do {
      let compilation = try compiler.compile(program, sources: checked.sources)
      let bundle = compilation.bundle
      var bare = bundle
      bare.mapTypes = nil
      // r0 = 0; exit
      let nothing = ProgramObject(instructions: [0xb7, 0x95], relocations: [], lines: [], functions: [])
      for index in bare.programs.indices {
        bare.programs[index].object = nothing
        bare.programs[index].typeInformation = nil
      }
      let files = [
        BundleFile(compilation, target: target),
        BundleFile(bare, target: RecordingTarget(host), cpuDemand: .any),
      ]
      return try files.map { Array(try $0.encoded()[BundleFile.headerSize...]) }
    } catch {
      throw SeedFailure(why: "\(error)")
    }
  }
}
