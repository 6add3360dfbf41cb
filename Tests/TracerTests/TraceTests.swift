import Glibc
import TestSupport
import Testing
import Tracer

/// Scripts run by a program, as its author writes it.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs"), .timeLimit(.minutes(5))) struct TraceTests {
  private func events(_ script: String, options: TraceOptions = TraceOptions()) async throws -> [TraceEvent] {
    var events: [TraceEvent] = []
    for try await event in try await Trace(script, options: options).events { events.append(event) }
    return events
  }

  private func scalar(_ name: String, _ value: Value) -> MapSnapshot {
    MapSnapshot(name: name, entries: [MapSnapshot.Entry(key: nil, value: value)])
  }

  /// BPF programs and links that descriptors of this process hold (Kernel: Documentation/filesystems/proc.rst, fdinfo).
  private var heldObjects: Int {
    (0..<1024).count { number in
      let text = (try? FileContents.text("/proc/self/fdinfo/\(number)")) ?? ""
      return text.contains("prog_id") || text.contains("link_id")
    }
  }

  // MARK: Events

  @Test("what a script prints comes as events, in order, and they end with exit()") func printed() async throws {
    let all = try await events(
      """
      begin {
        printf("pid %d\\n", 7); print((1, "a", true)); @ = 3; @m["x"] = count(); print(@m);
        exit();
      }
      """)
    let map = MapSnapshot(
      name: "@m", entries: [MapSnapshot.Entry(key: .string("x"), value: .unsigned(1))])
    #expect(
      all == [
        .printed("pid 7\n"), .value(.tuple([.signed(1), .string("a"), .bool(true)])), .map(map),
        .map(scalar("@", .signed(3))), .map(map),
      ])
  }

  @Test("values keep their parts") func values() async throws {
    let all = try await events(
      """
      enum e { A = 1, B };
      begin {
        print(buf("ab", 2)); print((enum e)2); print((x = 1, y = (uint8)255)); print(ntop(0x0100007f));
        @s = stats(4); @s = stats(8); @h = hist(5); print(@s); print(@h); clear(@s); clear(@h); exit();
      }
      """)
    #expect(
      all == [
        .value(.bytes([0x61, 0x62])), .value(.enumerator("B", 2)),
        .value(.record([.init(name: "x", value: .signed(1)), .init(name: "y", value: .unsigned(255))])),
        .value(.text("127.0.0.1")),
        .map(scalar("@s", .statistics(.init(count: 2, average: 6, total: 12)))),
        .map(scalar("@h", .histogram([.init(lower: 4, upper: 8, count: 1)]))),
      ])
  }

  @Test("parameters are given, and a warning is an event") func parameters() async throws {
    let all = try await events(
      "begin { printf(\"%s %d\\n\", str($1), $2); warnf(\"careful\"); exit(); }",
      options: TraceOptions(parameters: ["word", "12"]))
    #expect(all.first == .printed("word 12\n"))
    guard case .warning(let text)? = all.last else {
      Issue.record("\(all)")
      return
    }
    #expect(text.contains("careful"))
  }

  // MARK: Errors

  @Test("what is wrong with a script is thrown with its place") func scriptErrors() async throws {
    let errors = await #expect(throws: ScriptErrors.self) { try await Trace("begin { $x = nope; }") }
    #expect(errors?.description.hasPrefix("script:1:14-18: ERROR: there is nothing named 'nope'") == true)
  }

  @Test("what acts on the machine needs to be allowed") func unsafe() async throws {
    await #expect(throws: ScriptErrors.self) { try await Trace("begin { system(\"true\"); exit(); }") }
    let all = try await events(
      "begin { system(\"echo hi\"); exit(); }", options: TraceOptions(allowsUnsafe: true))
    #expect(all == [.printed("hi\n")])
  }

  @Test("a process that is not there is told") func noProcess() async throws {
    let error = await #expect(throws: TraceError.self) {
      try await Trace("interval:s:1 { }", options: TraceOptions(process: 4_000_000))
    }
    #expect(error?.description == "there is no process 4000000")
  }

  // MARK: Maps

  @Test("maps are read while the script runs, typed") func reading() async throws {
    let trace = try await Trace("tracepoint:syscalls:sys_enter_getppid { @calls[pid] = count(); @all = count(); }")
    for _ in 0..<5 { _ = getppid() }
    let calls = try trace.map("@calls", UInt32.self, UInt64.self)
    #expect(try calls.value(of: UInt32(getpid())) == 5)
    #expect(Dictionary(calls.map { ($0.key, $0.value) }) { $1 }[UInt32(getpid())] == 5)
    for (process, count) in calls where process == UInt32(getpid()) { #expect(count == 5) }
    #expect(try calls.value(of: 0) == nil)
    #expect(try trace.value("@all", UInt64.self).get() ?? 0 >= 5)
    trace.detach()
    _ = getppid()
    #expect(try calls.value(of: UInt32(getpid())) == 5, "what was counted can be read when the run is over")
    #expect(trace.mapNames == ["@calls", "@all"])
  }

  @Test("entries are made, changed and removed") func editing() async throws {
    let trace = try await Trace(
      """
      begin { @limit = 3; @names[1, "a"] = "one"; @seen[0] = count(); }
      tracepoint:syscalls:sys_enter_getppid /pid == \(getpid())/ { @got = @limit; @seen[@limit] = count(); }
      """)
    let limit = try trace.value("@limit", Int64.self)
    #expect(try limit.get() == 3)
    try limit.set(-40)
    _ = getppid()
    #expect(try trace.value("@got", Int64.self).get() == -40)
    let names = try trace.map("@names", Keys<Int64, String>.self, String.self)
    #expect(try names.value(of: Keys(1, "a")) == "one")
    try names.update(Keys(2, "a"), to: "two")
    #expect(Set(names.map { "\($0.key.parts.0)\($0.key.parts.1)=\($0.value)" }) == ["1a=one", "2a=two"])
    #expect(try names.remove(Keys(1, "a")))
    #expect(try !names.remove(Keys(1, "a")))
    #expect(names.map(\.value) == ["two"])
    try names.clear()
    #expect(names.entries.isEmpty)
    let seen = try trace.map("@seen", Int64.self, UInt64.self)
    #expect(Set(seen.map(\.key)) == [0, -40])
    #expect(try seen.remove(0))
    #expect(seen.map(\.key) == [-40])
    try limit.clear()
    #expect(try limit.get() == nil)
  }

  @Test("what a map does not hold is refused") func refusals() async throws {
    let trace = try await Trace(
      "begin { @a[1] = 1; @b[\"x\"] = count(); @c = 1; @d[(uint8)1] = (uint8)2; @e[1, 2] = 1; }")
    func message<Key: MapElement, Element: MapElement>(_ name: String, _ key: Key.Type, _ value: Element.Type) -> String
    {
      do throws(TraceError) {
        _ = try trace.map(name, key, value)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(message("@z", Int.self, Int.self) == "there is no map @z: the script has @a, @b, @c, @d, @e")
    #expect(message("@a", UInt64.self, Int64.self) == "keys of @a are int64, which UInt64 does not hold")
    #expect(message("@a", Int32.self, Int64.self) == "keys of @a are int64, which Int32 does not hold")
    #expect(message("@a", Int64.self, String.self) == "values of @a are int64, which String does not hold")
    #expect(message("@b", String.self, Int64.self) == "values of @b are count_t, which Int64 does not hold")
    #expect(message("@c", Int64.self, Int64.self) == "@c has no keys: read its value")
    #expect(message("@d", UInt64.self, UInt64.self) == "")
    #expect(message("@d", UInt64.self, UInt32.self) == "values of @d are uint64, which UInt32 does not hold")
    #expect(message("@e", Keys<Int64, String>.self, Int64.self).hasPrefix("keys of @e are"))
    #expect(message("@e", Keys<Int64>.self, Int64.self).hasPrefix("keys of @e are"))
    #expect(message("@e", Value.self, Value.self) == "")
    let counts = try trace.map("@b", String.self, UInt64.self)
    let error = #expect(throws: TraceError.self) { try counts.update("x", to: 4) }
    #expect(error?.description == "@b is an aggregation, whose values are what its probes saw")
    let bytes = try trace.map("@d", Value.self, Value.self)
    #expect(throws: TraceError.self) { try bytes.update(.unsigned(1), to: .string("a")) }
    #expect(throws: TraceError.self) { try bytes.update(.signed(-1), to: .unsigned(1)) }
    try bytes.update(.unsigned(9), to: .unsigned(255))
    #expect(try bytes.value(of: .unsigned(9)) == .unsigned(255))
    let long = #expect(throws: TraceError.self) { try counts.value(of: String(repeating: "x", count: 4000)) }
    #expect(long?.description.hasSuffix("is no value of type string[2]") == true)
  }

  @Test("values that CPUs keep apart are read merged or apart") func perCPU() async throws {
    let trace = try await Trace(
      "tracepoint:syscalls:sys_enter_getppid /pid == \(getpid())/ { @n = count(); @by[comm] = sum(2); @hot = max(cpu); }"
    )
    for _ in 0..<4 { _ = getppid() }
    let count = try trace.value("@n", UInt64.self)
    #expect(try count.get() == 4)
    #expect(try count.perCPU().reduce(0, +) == 4)
    let sums = try trace.map("@by", String.self, Int64.self)
    let name = try #require(sums.entries.first?.key)
    #expect(try sums.value(of: name) == 8)
    #expect(try sums.values(of: name)?.reduce(0, +) == 8)
    #expect(try sums.values(of: "no such name") == nil)
  }

  @Test("stacks are frames, from the innermost on") func stacks() async throws {
    let trace = try await Trace("begin { @[kstack(3), \"x\", kstack(raw, 1)] = count(); print(kstack(perf, 2)); }")
    let counts = try trace.map("@", Keys<Stack, String, Stack>.self, UInt64.self)
    let (key, value) = try #require(counts.entries.first)
    #expect(value == 1)
    let (stack, text, raw) = key.parts
    #expect(text == "x")
    #expect(stack.frames.count == 3 && !stack.isUser)
    // The program itself comes first.
    let inner = stack.frames[1]
    #expect(inner.function == "__bpf_prog_test_run_raw_tp")
    #expect(inner.address > 1 << 63 && inner.offset > 0 && inner.buildID == nil)
    let names = stack.frames.map { $0.function ?? "" }
    #expect(stack.folded == names.reversed().map { "\($0)_[k]" }.joined(separator: ";"))
    let lines = stack.description.split(separator: "\n").map { $0.split(separator: "+")[0].drop { $0 == " " } }
    #expect(lines == names.map { $0[...] })
    #expect(raw.frames.map(\.function) == [nil])
    #expect(raw.folded == "0x\(String(raw.frames[0].address, radix: 16))_[k]")
    #expect(
      try trace.map("@", Value.self, Value.self).map(\.key) == [.tuple([.stack(stack), .string("x"), .stack(raw)])])
    #expect(
      try trace.map("@", Keys<String, String, String>.self, UInt64.self).map(\.key.parts.0) == [stack.description])
    trace.detach()
    for try await event in trace.events {
      guard case .value(.stack(let printed)) = event else { continue }
      #expect(printed.frames.last?.function == "__bpf_prog_test_run_raw_tp")
    }
  }

  @Test("maps that are keyed by stacks become lines, a graph and a file") func profiles() async throws {
    let trace = try await Trace("begin { for ($i : 0..3) { @[comm, kstack(2)] = sum(5); } @b[kstack(1)] = count(); }")
    let lines = try trace.foldedStacks().split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("@b;") && lines[1].hasPrefix("@;") && lines[1].hasSuffix(" 15"))
    let titles = try XMLElement(parsing: try trace.flameGraph()).all("title").map(\.text)
    #expect(titles.contains("@ (15, 100.00%)") && titles.contains("@b (1, 100.00%)"))
    let folder = try TemporaryFolder()
    try FileContents.write(try trace.pprof(), to: folder.path + "/x.gz")
    #expect(try run(["gzip", "--decompress", folder.path + "/x.gz"]).ending == .exited(0))
    let profile = try PprofProfile(try FileContents.bytes(folder.path + "/x"))
    #expect(profile.types == ["sum/count", "b/count"])
    #expect(profile.samples.map { $0.values[0] }.reduce(0, +) == 15)
    let none = try await Trace("begin { @[pid] = count(); @m[kstack] = max(1); }")
    let error = #expect(throws: TraceError.self) { try none.foldedStacks() }
    #expect(error?.description == "the script has no maps that are keyed by stacks and have numbers that add up")
  }

  // MARK: The end

  @Test("a cancelled task detaches") func cancelled() async throws {
    let trace = try await Trace("tracepoint:syscalls:sys_enter_getppid { @ = count(); }")
    let total = try trace.value("@", UInt64.self)
    let task = Task { for try await _ in trace.events {} }
    _ = getppid()
    task.cancel()
    try await task.value
    trace.detach()
    let counted = try total.get()
    _ = getppid()
    #expect(try total.get() == counted)
  }

  @Test("a task that is cancelled while it attaches ends the run") func cancelledEarly() async throws {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await Trace("interval:s:1 { }")
    }
    task.cancel()
    for try await _ in try await task.value.events {}
  }

  @Test("a trace that nobody holds is detached") func dropped() async throws {
    let before = heldObjects
    do {
      let trace = try await Trace("tracepoint:syscalls:sys_enter_getppid { @ = count(); }")
      #expect(heldObjects > before)
      withExtendedLifetime(trace) {}
    }
    while heldObjects > before { await Task.yield() }
  }

  @Test("the last events are there after detach(), however many wait") func lastEvents() async throws {
    var options = TraceOptions()
    options.eventCapacity = 2
    let trace = try await Trace(
      "tracepoint:syscalls:sys_enter_getppid /pid == \(getpid())/ { printf(\"x\"); } end { printf(\"end\"); }",
      options: options)
    for _ in 0..<50 { _ = getppid() }
    trace.detach()
    var events: [TraceEvent] = []
    for try await event in trace.events { events.append(event) }
    #expect(events == Array(repeating: .printed("x"), count: 50) + [.printed("end")])
  }

  @Test("what a slow reader does not take is counted") func slowReader() async throws {
    var options = TraceOptions()
    options.eventCapacity = 8
    let calls = 200_000
    let trace = try await Trace(
      "config = { perf_rb_pages = 16 } tracepoint:syscalls:sys_enter_getppid /pid == \(getpid())/ { printf(\"x\"); }",
      options: options)
    for _ in 0..<calls { _ = getppid() }
    trace.detach()
    var printed = 0
    var lost = 0
    for try await event in trace.events {
      switch event {
      case .printed: printed += 1
      case .lost(let count): lost += Int(count)
      case .value, .map, .warning: break
      }
    }
    #expect(lost > 0)
    #expect(printed + lost == calls)
  }

  @Test("signals stay the program's own") func signals() async throws {
    var before = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &before)
    let trace = try await Trace("interval:ms:10 { printf(\"tick\"); }")
    var during = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &during)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] {
      #expect(sigismember(&before, signal) == sigismember(&during, signal))
    }
    for try await event in trace.events {
      #expect(event == .printed("tick"))
      break
    }
  }

  @Test("several run at once, each with its own events and maps") func several() async throws {
    let traces = try await [
      Trace("begin { @ = 1; printf(\"one\"); exit(); }"), Trace("begin { @ = 2; printf(\"two\"); exit(); }"),
    ]
    var printed: [TraceEvent] = []
    for trace in traces { for try await event in trace.events { printed.append(event) } }
    #expect(printed.filter { if case .printed = $0 { true } else { false } } == [.printed("one"), .printed("two")])
    #expect(try traces.map { try $0.value("@", Int64.self).get() } == [1, 2])
  }

  // MARK: Bundles

  @Test("a bundle is attached without a compiler, and detached") func bundle() async throws {
    let bundle = try TraceBundle("tracepoint:syscalls:sys_enter_getppid /pid == \(getpid())/ { @ = count(); }")
    let trace = try TraceBundle(bytes: bundle.bytes).attach()
    for _ in 0..<3 { _ = getppid() }
    trace.detach()
    _ = getppid()
    #expect(try trace.value("@", UInt64.self).get() == 3)
  }

  @Test("a bundle that is none, or that acts on the machine, is refused") func badBundle() throws {
    #expect(throws: TraceError.self) { try TraceBundle(bytes: [1, 2, 3]).attach() }
    let acting = try TraceBundle(
      "begin { system(\"true\"); exit(); }", options: TraceOptions(allowsUnsafe: true))
    let error = #expect(throws: TraceError.self) { try acting.attach() }
    #expect(error?.description == "the bundle runs commands, which its options do not allow")
    try acting.attach(options: TraceOptions(allowsUnsafe: true)).detach()
  }

  @Test("what descends from a process is seen with it, where that is asked for") func followed() async throws {
    var options = TraceOptions(process: getpid())
    options.followsDescendants = true
    let trace = try await Trace(
      "tracepoint:sched:sched_process_exit /comm == \"swt-exits\"/ { @ = count(); }", options: options)
    let script = "cp /bin/true /tmp/swt-exits; /tmp/swt-exits; (/tmp/swt-exits); rm /tmp/swt-exits"
    #expect(try run(["/bin/sh", "-c", script]).ending == .exited(0))
    trace.detach()
    #expect(try trace.value("@", UInt64.self).get() == 2)
    #expect(trace.mapNames == ["@"])
    #expect(throws: TraceError.self) { try TraceBundle("interval:s:1 { }").attach(options: options) }
  }

  @Test("a bundle is narrowed to a process") func narrowed() async throws {
    let bundle = try TraceBundle("tracepoint:syscalls:sys_enter_getppid { @[pid] = count(); }")
    let trace = try bundle.attach(options: TraceOptions(process: getpid()))
    _ = getppid()
    _ = try run(["/bin/sh", "-c", "echo $PPID"])
    trace.detach()
    #expect(try trace.map("@", UInt32.self, UInt64.self).map(\.key) == [UInt32(getpid())])
  }
}
