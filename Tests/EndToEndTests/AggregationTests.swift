import TestSupport
import Testing

@Suite(.root) struct AggregationTests {
  private func maps(_ name: String, _ body: String, doing actions: String) throws -> String {
    try Tracing.maps(
      "tracepoint:syscalls:sys_exit_read /comm == \"\(name)\"/ { \(body) }", as: name, doing: actions)
  }

  @Test("sum, min, max, avg and stats of results above and below 0") func numbers() throws {
    let body =
      "@a = avg(args.ret); @c = count(); @l = min(args.ret); @m = max(args.ret); @s = sum(args.ret); @t = stats(args.ret);"
    #expect(
      try maps("swt-sum", body, doing: "read 100 read 50 badread 4 read 1") == """
        @a: 16
        @c: 7
        @l: -9
        @m: 100
        @s: 115
        @t: { .count = 7, .average = 16, .total = 115 }

        """)
  }

  @Test("aggregations by key are sorted by what they print") func keyed() throws {
    let body = "@a[args.ret > 60] = avg(args.ret); @t[args.ret > 60] = stats(args.ret);"
    #expect(
      try maps("swt-avgkey", body, doing: "read 100 read 50 read 70 read 30") == """
        @a[false]: 40
        @a[true]: 85
        @t[false]: { .count = 2, .average = 40, .total = 80 }
        @t[true]: { .count = 2, .average = 85, .total = 170 }

        """)
  }

  @Test("a power histogram has every value") func power() throws {
    #expect(
      try maps("swt-hist", "@ = hist(args.ret);", doing: "badread 2 read 0 read 1 read 2 read 3 read 7 read 4096")
        == """
        @:
        (..., 0)               2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [0]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [1]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [4, 8)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [8, 16)                0 |                                                    |
        [16, 32)               0 |                                                    |
        [32, 64)               0 |                                                    |
        [64, 128)              0 |                                                    |
        [128, 256)             0 |                                                    |
        [256, 512)             0 |                                                    |
        [512, 1K)              0 |                                                    |
        [1K, 2K)               0 |                                                    |
        [2K, 4K)               0 |                                                    |
        [4K, 8K)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |


        """)
  }

  @Test("a power histogram with sub-buckets") func fine() throws {
    #expect(
      try maps("swt-fine", "@ = hist(args.ret, 2);", doing: "read 4 read 7 read 8 read 9 read 10 read 15") == """
        @:
        [4]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [5]                    0 |                                                    |
        [6]                    0 |                                                    |
        [7]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [8, 10)                2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [10, 12)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [12, 14)               0 |                                                    |
        [14, 16)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |


        """)
  }

  @Test("a linear histogram with values below and above it") func linear() throws {
    #expect(
      try maps(
        "swt-lhist", "@ = lhist(args.ret, 0, 40, 10);", doing: "badread 1 read 0 read 9 read 10 read 39 read 40 read 99"
      )
        == """
        @:
        (..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [0, 10)                2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [10, 20)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [20, 30)               0 |                                                    |
        [30, 40)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
        [40, ...)              2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|


        """)
  }

  @Test("histograms by key each have a title, the fullest last") func keyedHistograms() throws {
    #expect(
      try maps("swt-hkey", "@[args.ret > 3] = hist(args.ret);", doing: "read 2 read 4 read 5 read 6") == """
        @[false]:
        [2, 4)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

        @[true]:
        [4, 8)                 3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|


        """)
  }

  @Test("many values from all CPUs are all in the histogram") func total() throws {
    let script = #"""
      tracepoint:syscalls:sys_exit_getppid /comm == "swt-total"/ { @h = hist(rand % 1000); @l = lhist(rand % 1000, 0, 1000, 100); @c = count(); }
      """#
    let maps = try Tracing.maps(script, as: "swt-total", doing: "getppid 20000")
    let sections = maps.split(separator: "@h:\n").last?.split(separator: "@l:\n") ?? []
    #expect(maps.hasPrefix("@c: 20000\n"))
    #expect(sections.map { Histogram.total(String($0)) } == [20000, 20000])
  }

  @Test("aggregations read as numbers") func read() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-read"/ { @c = count(); @s = sum(2); @a = avg(7); @m = max(5); }
      END { printf("%d %d %d %d %s\n", @c, @s, @a, @m, @c > 9 ? "many" : "few"); clear(@c); clear(@s); clear(@a); clear(@m); }
      """#
    #expect(try Tracing.output(script, as: "swt-read", doing: "getppid 10") == "10 20 7 5 many\n\n\n")
  }

  @Test("clear and zero") func clearing() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-zero"/ { @a = count(); @b[1] = count(); @c = hist(1); @d = 4; }
      END { zero(@a); clear(@b); clear(@c); zero(@d); }
      """#
    #expect(try Tracing.maps(script, as: "swt-zero", doing: "getppid 5") == "@a: 0\n@d: 0\n")
  }
}

enum Histogram {
  /// The sum of the counts in a histogram's lines.
  static func total(_ text: String) -> Int {
    text.split(separator: "\n").reduce(0) { sum, line in
      guard line.hasSuffix("|"), let count = line.split(separator: "|").first?.split(separator: " ").last else {
        return sum
      }
      return sum + (Int(count) ?? 0)
    }
  }
}
