import TestSupport
import Testing

/// No map loses a key for which it has room, whatever program writes it and however fast the keys come.
@Suite(.root) struct BurstTests {
  /// A kind of program that does something once: 4,000 keys are as many as nearly fill a map.
  enum Firing: String, CaseIterable, CustomTestStringConvertible {
    case begin = "begin"
    case interval = "interval:ms:10 /@once == 0/"
    case profile = "profile:hz:99 /@once == 0/"
    case software = "software:cpu-clock:1000000 /@once == 0/"
    case taskSwitch = "tracepoint:sched:sched_switch /@once == 0/"
    case taskSwitchRecord = "tracepoint:sched:sched_switch /@once == 0 && args.prev_pid >= 0/"
    case rawTaskSwitch = "rawtracepoint:sched_switch /@once == 0/"
    case timer = "tracepoint:timer:hrtimer_expire_entry /@once == 0/"
    case syscall = "tracepoint:syscalls:sys_enter_getppid /comm == \"swt-burst\"/"

    var testDescription: String { rawValue }
  }

  enum Storage: String, CaseIterable, CustomTestStringConvertible {
    case number = "@m[$i] = $i"
    case sum = "@m[$i] += 2"
    case text = "@m[$i] = (comm, $i)"
    case longKey = "@m[$i, \"a key of more bytes\"] = 1"
    case count = "@m[$i] = count()"
    case countByTuple = "@m[$i, \"abc\"] = count()"
    case average = "@m[$i] = avg($i)"
    case extreme = "@m[$i] = max($i)"
    case histogram = "@m[$i] = hist($i)"
    case linear = "@m[$i] = lhist($i, 0, 10000, 10)"
    case series = "@m[$i] = tseries($i, 1s, 5)"

    var testDescription: String { rawValue }
  }

  private func written(_ storage: String, by firing: Firing, declaration: String = "", keys: String = "0..4000") throws
    -> CommandResult
  {
    let script = """
      \(declaration)
      \(firing.rawValue) { @once = 1; for ($i : \(keys)) { \(storage); } exit(); }
      end { printf("%d\\n", len(@m)); clear(@m); clear(@once); }
      """
    let command = firing == .syscall ? ["-c", try Workload.command("swt-burst", "getppid 1")] : []
    return try run([Repository.swtrace, "-q", "--no-warnings"] + command + ["-e", script])
  }

  @Test("4,000 new keys at once", arguments: Storage.allCases, Firing.allCases)
  func burst(storage: Storage, firing: Firing) throws {
    let result = try written(storage.rawValue, by: firing)
    #expect(result.errors == "")
    #expect(result.output == "4000\n\n\n")
  }

  @Test("maps of a declared kind, too", arguments: ["percpuhash", "lruhash", "percpulruhash"], Firing.allCases)
  func declared(kind: String, firing: Firing) throws {
    // One that evicts does so before it is full, as each CPU keeps free entries for itself.
    let result = try written("@m[$i] = count()", by: firing, declaration: "let @m = \(kind)(16384);")
    #expect(result.errors == "")
    #expect(result.output == "4000\n\n\n")
  }

  @Test("keys outside of the domain of index storage, too", arguments: [Firing.begin, .interval, .rawTaskSwitch])
  func strangers(firing: Firing) throws {
    let script = """
      enum Color { RED, GREEN, BLUE = 40 }
      \(firing.rawValue) { @once = 1; for ($i : 0..4000) { @m[(enum Color)$i] = count(); } exit(); }
      end { clear(@once); print(@m[(enum Color)3999]); print(@m[(enum Color)64]); clear(@m); }
      """
    let result = try run([Repository.swtrace, "-q", "--no-warnings", "-e", script])
    #expect(result.errors == "")
    #expect(result.output == "1\n1\n\n\n")
  }

  @Test("a burst fills a map to its last entry, and what goes beyond is counted", arguments: Storage.allCases)
  func full(storage: Storage) throws {
    let result = try written(storage.rawValue, by: .interval, keys: "0..5000")
    #expect(result.output == "4096\n\n\n")
    #expect(result.errors == "WARNING: @m was full: 904 updates were lost; raise max_map_keys\n")
  }

  @Test("a million keys of counts") func million() throws {
    let result = try written(
      "@m[$i, \"abc\"] = count()", by: .begin, declaration: "config = { max_map_keys = 1000000 }", keys: "0..1000000")
    #expect(result.errors == "")
    #expect(result.output == "1000000\n\n\n")
  }

  @Test(
    "keys come and go ten times as many as there is room for", arguments: [Firing.begin, .interval, .rawTaskSwitch])
  func churn(firing: Firing) throws {
    let script = """
      config = { max_map_keys = 1000 }
      \(firing.rawValue) {
        @once = 1;
        for ($i : 0..10000) { @m[$i] = $i; @a[$i] = count(); if ($i >= 900) { delete(@m, $i - 900); delete(@a, $i - 900); } }
        for ($i : 10000..10100) { @m[$i] = $i; @a[$i] = count(); }
        exit();
      }
      end { print((len(@m), len(@a))); clear(@m); clear(@a); clear(@once); }
      """
    let result = try run([Repository.swtrace, "-q", "--no-warnings", "-e", script])
    #expect(result.errors == "")
    #expect(result.output == "(1000, 1000)\n\n\n")
  }

  @Test("what user space clears is room again") func cleared() throws {
    let script = """
      config = { max_map_keys = 1000 }
      interval:ms:20 /@step == 0/ { @step = 1; for ($i : 0..1000) { @m[$i] = count(); } clear(@m); printf("cleared\\n"); }
      interval:ms:500 /@step == 1/ { @step = 2; for ($i : 1000..2000) { @m[$i] = count(); } zero(@m); exit(); }
      end { print((len(@m), @step)); clear(@m); clear(@step); }
      """
    let result = try run([Repository.swtrace, "-q", "--no-warnings", "-e", script])
    #expect(result.errors == "")
    #expect(result.output == "cleared\n(1000, 2)\n\n\n")
  }
}
