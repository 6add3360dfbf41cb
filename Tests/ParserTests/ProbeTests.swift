import Testing
import TraceLang

@Suite struct ProbeTests {
  private func parts(_ text: String) -> String {
    guard case .probe(let probe)? = Parsed(text + " { }").script.items.first else { return "no probe" }
    return probe.attachPoints.map { point in
      (point.label.map { $0.text + "=" } ?? "")
        + point.parts.map { $0.quoted ? "'\($0.text)'" : $0.text }.joined(separator: " | ")
    }.joined(separator: ", ")
  }

  @Test(arguments: [
    ("kprobe:f", "kprobe | f"), ("BEGIN", "BEGIN"), ("kprobe:f+0x10", "kprobe | f+0x10"),
    ("uprobe:/usr/lib/x86_64-linux-gnu/libc.so.6:malloc", "uprobe | /usr/lib/x86_64-linux-gnu/libc.so.6 | malloc"),
    ("usdt:/bin/*:x", "usdt | /bin/* | x"), ("watchpoint:0x1000:8:rw", "watchpoint | 0x1000 | 8 | rw"),
    ("uprobe:/a:\"ns::f(int, char)\"", "uprobe | /a | 'ns::f(int, char)'"), ("interval:1s", "interval | 1s"),
    ("tracepoint:$1:sys_[ab]*", "tracepoint | $1 | sys_[ab]*"), ("software:faults:", "software | faults | "),
    ("name=kprobe:f, BEGIN,", "name=kprobe | f, BEGIN"), ("kprobe : f", "kprobe | f"),
    ("uprobe:/x:github.com/a/b.F", "uprobe | /x | github.com/a/b.F"), ("*:x", "* | x"),
    ("hardware:cache-misses:1e6", "hardware | cache-misses | 1e6"),
    ("iter:task:/sys/fs/bpf/x", "iter | task | /sys/fs/bpf/x"),
  ])
  func attachPointsAreSplitAtColons(text: String, expected: String) {
    #expect(parts(text) == expected)
  }

  @Test(arguments: [
    ("/pid == 1/ {", "(== (name pid) (integer 1))"), ("/a / b/ {", "(/ (name a) (name b))"),
    ("/ (x/y) /{", "(/ (name x) (name y))"), ("/a ? b : c/\n// comment\n{", "(ternary (name a) (name b) (name c))"),
    ("/pid/ <", "(name pid)"), ("/@a[1 / 2]/{", "(index (@a) (/ (integer 1) (integer 2)))"),
  ])
  func predicatesEndInFrontOfTheBody(text: String, predicate: String) {
    #expect(items("kprobe:f \(text) \(text.hasSuffix("<") ? ">" : "}")").contains("(predicate \(predicate))"))
  }

  @Test func predicatesNeedNoSpaceBehindNamesWithoutPaths() {
    #expect(
      items("kprobe:f/pid/{}")
        == "(probe (attach (part \"kprobe\") (part \"f\")) (predicate (name pid)) (block))")
  }

  @Test(arguments: [
    "< @[probe] = count(); >", "< @[probe] = count() >", "<@[probe]=count();>", "<\n@[probe] = count()\n>\n",
  ])
  func anglesMayStandForBraces(body: String) {
    let braces = items("tracepoint:syscalls:sys_enter_* { @[probe] = count(); }")
    #expect(items("tracepoint:syscalls:sys_enter_*\(body)") == braces)
  }

  @Test func anglesOfOneProbeEndInFrontOfTheNext() {
    #expect(items("kprobe:f < @ = 1 > kprobe:g { }") == items("kprobe:f { @ = 1 } kprobe:g { }"))
    #expect(items("BEGIN < a > BEGIN { }") == items("BEGIN { a } BEGIN { }"))
  }

  @Test func comparisonsWorkInsideOfAngles() {
    #expect(
      items("BEGIN < $a = x > 1; if (a > 2) { b > 3; } f(a > 4) >")
        == items("BEGIN { $a = x > 1; if (a > 2) { b > 3; } f(a > 4) }"))
  }

  @Test func aMissingBraceIsReportedAtTheNextProbe() {
    let parsed = Parsed("kprobe:f {\n  if (a) {\n  f();\nkprobe:g { }\n")
    #expect(
      parsed.report == """
        stdin:4:1-7: ERROR: expected '}', found the start of a probe
        kprobe:g { }
        ~~~~~~
        stdin:2:10-11: NOTE: to close this '{'
          if (a) {
                 ~

        """)
    #expect(parsed.script.items.count == 2)
  }

  @Test func aProbeWithoutActionsIsExplained() {
    #expect(
      items("kprobe:f") == "the probe has no actions: write them in braces, such as '{ @ = count(); }'")
  }

  @Test func listsOfAttachPointsParseAlone() {
    let sources = SourceMap(SourceFile(name: "stdin", text: "kprobe:vfs_*, uprobe:/bin/sh:*"))
    var diagnostics = Diagnostics()
    let points = parseAttachPoints(SourceID(0), in: sources, diagnostics: &diagnostics)
    #expect(points.map { $0.parts.map(\.text) } == [["kprobe", "vfs_*"], ["uprobe", "/bin/sh", "*"]])
  }
}
