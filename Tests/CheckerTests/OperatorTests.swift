import Testing

@Suite struct OperatorTests {
  /// The dump of `@ = expression`, without what comes before the value.
  private func value(_ expression: String) -> String {
    String(begin("@ = \(expression);").split(separator: "\n").last?.dropFirst(4) ?? "")
  }

  @Test(
    "arithmetic is signed when an operand is, and natural constants follow the other side",
    arguments: [
      ("pid + 1", "(convert(pid:uint32):uint64 u+ 1:uint64):uint64"),
      ("1 + pid", "(1:uint64 u+ convert(pid:uint32):uint64):uint64"),
      ("pid + -1", "(convert(pid:uint32):int64 s+ -1:int64):int64"),
      ("pid - tid", "(convert(pid:uint32):int64 s- convert(tid:uint32):int64):int64"),
      ("pid * tid", "(convert(pid:uint32):uint64 u* convert(tid:uint32):uint64):uint64"),
      ("pid / -2", "(convert(pid:uint32):int64 s/ -2:int64):int64"),
      ("(int64)pid % 3", "(convert(pid:uint32):int64 s% 3:int64):int64"),
      ("1 << pid", "(1:uint64 u<< pid:uint32):uint64"),
      ("(int64)pid >> 1", "(convert(pid:uint32):int64 s>> 1:int64):int64"),
      ("pid & 0xff", "(convert(pid:uint32):uint64 u& 255:uint64):uint64"),
      ("~pid", "convert(convert(~convert(pid:uint32):uint64:uint64):uint32):uint64"),
      ("~nsecs", "~nanoseconds(TraceLang.ContextValue.Clock.boot):uint64:uint64"),
      ("-pid", "-convert(pid:uint32):int64:int64"),
    ])
  func arithmetic(text: String, dump: String) { #expect(value(text) == dump) }

  @Test(
    "comparisons are signed by the same rule",
    arguments: [
      ("pid > 1", "(pid:uint32 u> 1:int64):bool"), ("pid > -1", "(pid:uint32 s> -1:int64):bool"),
      ("(int64)pid < 5", "(convert(pid:uint32):int64 s< 5:int64):bool"),
      ("(int64)pid == nsecs", "(convert(pid:uint32):int64 s== nanoseconds(boot):uint64):bool"),
    ])
  func comparison(text: String, dump: String) {
    #expect(value(text).replacingClock == dump.replacingClock)
  }

  @Test(
    "constants are computed as the kernel would",
    arguments: [
      ("7 / 2", "3:int64"), ("-7 / 2", "-3:int64"), ("-7 % 3", "-1:int64"), ("1 << 4 | 1", "17:int64"),
      ("~0", "-1:int64"), ("2 > 1", "1:bool"), ("!5", "0:bool"), ("0xffffffffffffffff + 1", "0:uint64"),
      ("9223372036854775807 + 1", "-9223372036854775808:int64"),
    ])
  func constants(text: String, dump: String) { #expect(value(text) == dump) }

  @Test("division by a constant zero is warned of") func zero() {
    let checked = Checked("BEGIN { @ = pid / 0; }")
    #expect(
      checked.report == """
        stdin:1:13-20: WARNING: division by zero: the result is 0
        BEGIN { @ = pid / 0; }
                    ~~~~~~~

        """)
    #expect(checked.program != nil)
  }

  @Test("updates of maps are one step") func updates() {
    #expect(
      begin("@a += 2; @b[1] <<= 1; @c++; --@d[pid];") == """
        map @a: int64
        map @b[int64]: int64
        map @c: int64
        map @d[uint32]: int64
        @a += 2:int64
        @b[1:int64] <<= 1:int64
        poststep(@c, 1):int64
        prestep(@d[pid:uint32], -1):int64
        """)
  }

  @Test("pointers move by what they point to") func pointers() {
    #expect(
      begin("$p = (uint32 *)0; $q = $p + 2;").split(separator: "\n").last
        == "$q = ($p:uint32 * + 2:int64 * 4):uint32 *")
  }

  @Test("strings are compared whole, or in their first bytes") func strings() {
    #expect(value("comm == \"sh\"") == "equal(comm:string[16], \"sh\":string[3]):bool")
    #expect(value("strncmp(comm, \"sh\", 2) == 0").contains("2"))
  }

  @Test("a value that is computed for nothing is warned of") func unused() {
    #expect(
      Checked("BEGIN { pid + 1; }").report == """
        stdin:1:9-16: WARNING: the value of this expression is not used
        BEGIN { pid + 1; }
                ~~~~~~~
        NOTE: write '_ = ...' if that is meant

        """)
  }
}

extension String {
  /// Without the spelling of the clock, which the dump is free to choose.
  fileprivate var replacingClock: String {
    guard let start = firstRange(of: "nanoseconds"), let end = self[start...].firstIndex(of: ")") else { return self }
    return self[..<start] + "clock" + self[index(after: end)...]
  }

  private func firstRange(of word: String) -> Index? { indices.first { self[$0...].hasPrefix(word) } }
}
