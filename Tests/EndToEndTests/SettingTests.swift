import TestSupport
import Testing

/// What each setting of the config block and the environment does.
@Suite(.root) struct SettingTests {
  private func errors(_ script: String, environment: [String] = []) throws -> String {
    try run([Repository.swtrace, "-q", "-e", script], environment: environment).errors
  }

  private func compiled(_ stage: String, _ script: String, environment: [String] = []) throws -> String {
    try run([Repository.swtrace, "-q", "--dry-run", "-d", stage, "-e", script], environment: environment).output
  }

  @Test(
    "a setting has one meaning in each spelling",
    arguments: ["max_map_keys", "MAX_MAP_KEYS", "BPFTRACE_MAX_MAP_KEYS", "bpftrace_max_map_keys"])
  func spellings(name: String) throws {
    let script = "config = { \(name) = 2 } begin { for ($i : 0..5) { @[$i] = 1; } exit(); }"
    let result = try run([Repository.swtrace, "-q", "-e", script])
    #expect(result.output.split(separator: "\n").count == 2)
    #expect(result.errors.contains("@"))
  }

  @Test("the environment wins over the script, whose setting is still checked") func environment() throws {
    let script = "config = { max_map_keys = 2 } begin { for ($i : 0..5) { @[$i] = 1; } exit(); }"
    let result = try run([Repository.swtrace, "-q", "-e", script], environment: ["BPFTRACE_MAX_MAP_KEYS=3"])
    #expect(result.output.split(separator: "\n").count == 3)
    #expect(
      try errors("config = { max_strlen = x } begin { exit(); }", environment: ["BPFTRACE_MAX_STRLEN=8"])
        .contains("max_strlen is a number from 1 to 65536, not 'x'"))
  }

  @Test(
    "values that cannot be, in the script",
    arguments: [
      (
        "license = \"MIT\"",
        "license is one of GPL, GPL v2, GPL and additional rights, Dual BSD/GPL, Dual MIT/GPL and Dual MPL/GPL, not 'MIT'"
      ),
      ("log_size = big", "log_size is a number from 0 to 1073741824, not 'big'"),
      ("max_probes = 0", "max_probes is a number from 1 to 1048576, not '0'"),
      ("max_bpf_progs = 0", "max_bpf_progs is a number from 1 to 1048576, not '0'"),
      ("max_cat_bytes = many", "max_cat_bytes is a number from 0 to 1073741824, not 'many'"),
      ("perf_rb_pages = 0", "perf_rb_pages is a number from 1 to 1048576, not '0'"),
      ("on_stack_limit = 513", "on_stack_limit is a number from 0 to 512, not '513'"),
      ("stack_mode = perff", "stack_mode is one of bpftrace, perf, raw and build_id, not 'perff'"),
      ("cache_user_symbols = all", "cache_user_symbols is one of PER_PID, PER_PROGRAM and NONE, not 'all'"),
      ("cpp_demangle = 2", "cpp_demangle is true or false, not '2'"),
      ("lazy_symbolication = maybe", "lazy_symbolication is true or false, not 'maybe'"),
      ("show_debug_info = \"\"", "show_debug_info is true or false, not ''"),
      ("unstable_tseries = sure", "unstable_tseries is one of error, warn and enable, not 'sure'"),
      ("missing_probes = warning", "missing_probes is one of error, warn and ignore, not 'warning'"),
    ])
  func wrong(setting: String, message: String) throws {
    #expect(try errors("config = { \(setting) } begin { exit(); }").contains("ERROR: \(message)"))
  }

  @Test("a value that cannot be, in the environment") func wrongVariable() throws {
    #expect(
      try errors("begin { exit(); }", environment: ["BPFTRACE_MISSING_PROBES=warm"])
        == "ERROR: BPFTRACE_MISSING_PROBES is one of error, warn and ignore, not 'warm'; did you mean 'warn'?\n")
  }

  @Test("a variable that is nearly a setting, and one that was a setting") func nearVariable() throws {
    let variables = ["BPFTRACE_MAX_STRLNE=3", "BPFTRACE_UNSTABLE_ADDR=warn", "BPFTRACE_SOMETHING_ELSE=1"]
    #expect(
      try errors("begin { exit(); }", environment: variables) == """
        WARNING: BPFTRACE_MAX_STRLNE is not a setting and has no effect
        NOTE: did you mean BPFTRACE_MAX_STRLEN?
        WARNING: BPFTRACE_UNSTABLE_ADDR has no effect any more

        """)
  }

  @Test("older names of settings are taken, with a note, from the environment and in scripts") func olderNames() throws
  {
    let script = "begin { for ($i : 0..5) { @[$i] = 1; } exit(); }"
    let result = try run([Repository.swtrace, "-q", "-e", script], environment: ["BPFTRACE_MAP_KEYS_MAX=2"])
    #expect(result.output.split(separator: "\n").count == 2)
    #expect(
      result.errors.hasPrefix("WARNING: BPFTRACE_MAP_KEYS_MAX is an older name: it is BPFTRACE_MAX_MAP_KEYS now\n"))
    let text = "begin { $x = str(uptr(0)); exit(); _ = $x; }"
    #expect(try compiled("program", text, environment: ["BPFTRACE_STRLEN=0x4"]).contains("string[5]"))
    #expect(
      try compiled("program", text, environment: ["BPFTRACE_MAX_STRLEN=6", "BPFTRACE_STRLEN=4"]).contains("string[7]"))
    for variable in ["BPFTRACE_CAT_BYTES_MAX=4", "BPFTRACE_NO_CPP_DEMANGLE=1"] {
      let told = try errors("begin { exit(); }", environment: [variable])
      #expect(told.split(separator: "\n").count == 1 && told.contains(" is an older name: it is BPFTRACE_"))
    }
    #expect(
      try errors("config = { strlen = 4 } begin { exit(); }").hasPrefix(
        "stdin:1:12-18: WARNING: strlen is an older name: the setting is max_strlen now\n"))
  }

  @Test("a value that cannot be, under an older name") func wrongOlderName() throws {
    #expect(
      try errors("begin { exit(); }", environment: ["BPFTRACE_STRLEN=many"])
        == "ERROR: BPFTRACE_STRLEN is a number from 1 to 65536, not 'many'\n")
    #expect(
      try errors("begin { exit(); }", environment: ["BPFTRACE_NO_CPP_DEMANGLE=7"])
        == "ERROR: BPFTRACE_NO_CPP_DEMANGLE is true or false, not '7'\n")
  }

  @Test("settings of symbols and others are accepted") func accepted() throws {
    #expect(
      try errors(
        """
        config = {
          cache_user_symbols = PER_PROGRAM; cpp_demangle = false; lazy_symbolication = true; show_debug_info = 0;
          unstable_tseries = enable; stack_mode = perf; license = "Dual MIT/GPL"
        }
        begin { exit(); }
        """) == "")
  }

  @Test("max_strlen and str_trunc_trailer") func strings() throws {
    let script = "config = { max_strlen = 4; str_trunc_trailer = \"~\" } begin { $x = str(uptr(0)); exit(); _ = $x; }"
    #expect(try compiled("program", script).contains("string[5]"))
    let cut =
      "config = { max_strlen = 4; str_trunc_trailer = \"~\" } tracepoint:syscalls:sys_enter_execve { print(str(args.filename)); }"
    let result = try run([Repository.swtrace, "-q", "-c", "/bin/true", "-e", cut])
    #expect(result.output.hasPrefix("/bin~\n"))
  }

  @Test("perf_rb_pages is rounded up to a power of two") func ringBuffer() throws {
    let maps = try compiled("maps", "config = { perf_rb_pages = 5 } begin { printf(\"x\"); }")
    #expect(
      maps.split(separator: "\n").contains { $0.contains("swtrace_events") && $0.contains("\(8 * 4096)") }, "\(maps)")
  }

  @Test("max_probes counts the whole script") func maxProbes() throws {
    #expect(
      try errors("config = { max_probes = 1 } begin { exit(); } end { }") == """
        stdin:1:47-50: ERROR: the script would attach 2 probes up to here, more than max_probes = 1
        config = { max_probes = 1 } begin { exit(); } end { }
                                                      ~~~
        NOTE: narrow the wildcard or set BPFTRACE_MAX_PROBES

        """)
    #expect(try errors("config = { max_probes = 2 } begin { exit(); } end { }") == "")
  }

  @Test("max_bpf_progs") func maxPrograms() throws {
    #expect(
      try errors("config = { max_bpf_progs = 1 } begin { exit(); } end { }").hasPrefix(
        "stdin:1:50-57: ERROR: the script becomes 2 BPF programs, more than max_bpf_progs = 1"))
  }

  @Test("missing_probes decides what becomes of a probe that is not there") func missingProbes() throws {
    func script(_ mode: String) -> String {
      "config = { missing_probes = \(mode) } tracepoint:nosuch:event { printf(\"%d\", args.x); } begin { @ = 1; exit(); }"
    }
    let warned = try run([Repository.swtrace, "-q", "-e", script("warn")])
    #expect(warned.output == "\n\n@: 1\n")
    #expect(warned.errors.contains("WARNING: there is no tracepoint category 'nosuch'"))
    #expect(try Tracing.output(script("ignore")) == "\n\n@: 1\n")
    #expect(try errors(script("error")).contains("ERROR: there is no tracepoint category 'nosuch'"))
    #expect(
      try errors("config = { missing_probes = ignore } tracepoint:nosuch:event { }").contains(
        "ERROR: none of the script's probes is there"))
  }

  @Test("on_stack_limit moves values to memory beside the stack") func stackLimit() throws {
    let script = "begin { @[comm] = 1; exit(); }"
    #expect(!(try compiled("maps", script, environment: ["BPFTRACE_ON_STACK_LIMIT=64"])).contains("swtrace_scratch"))
    #expect(try compiled("maps", script, environment: ["BPFTRACE_ON_STACK_LIMIT=8"]).contains("swtrace_scratch"))
    let result = try run(
      [Repository.swtrace, "-q", "-e", "begin { @[comm] = 1; exit(); }"], environment: ["BPFTRACE_ON_STACK_LIMIT=0"])
    #expect(result.output == "\n\n@[swtrace]: 1\n")
  }

  @Test("log_size bounds the verifier's log") func logSize() throws {
    let script = "begin { unroll(100) { @b = nsecs; } exit(); }"
    let whole = try run([Repository.swtrace, "-v", "-e", script]).errors
    #expect(whole.contains("processed "))
    #expect(!whole.contains("the log is cut"))
    let cut = try run([Repository.swtrace, "-v", "-e", script], environment: ["BPFTRACE_LOG_SIZE=1"])
    #expect(cut.ending == .exited(0))
    #expect(cut.errors.contains("the log is cut: set BPFTRACE_LOG_SIZE above 1 to see all of it"))
  }

  @Test("print_maps_on_exit") func printMaps() throws {
    #expect(try Tracing.output("config = { print_maps_on_exit = no } begin { @ = 1; exit(); }") == "\n\n")
  }
}
