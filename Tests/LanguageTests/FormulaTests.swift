import Testing
import TraceLang

/// What of an argument of `%f` is computed by the program, and what by user space.
@Suite struct FormulaTests {
  /// The last line of a probe that prints an expression with decimals.
  private func sent(_ expression: String, format: String = "%f") -> String {
    let text = body("", "$x = nsecs; $y = (int64)$x; @a = avg(5); @n = count(); printf(\"\(format)\", \(expression));")
    return text.split(separator: "\n").last.map(String.init) ?? text
  }

  @Test(
    "quotients are left to user space",
    arguments: [
      ("$x / 1000", "[%0 1000 /](($x:uint64):(uint64))"),
      ("$x / 1000 / 1e3", "[%0 1000 / 1000 /](($x:uint64):(uint64))"),
      ("$x * 100 / 7", "[%0 100 * 7 /](($x:uint64):(uint64))"),
      ("$x / $y", "[%0 %1 /](($x:uint64, $y:int64):(uint64,int64))"),
      ("-($y / 2)", "[%0 2 / neg](($y:int64):(int64))"),
      ("1 + $y / 2", "[1 %0 2 / +](($y:int64):(int64))"),
      ("$y * 0.25", "[%0 25 10 / 10 / *](($y:int64):(int64))"),
      ("$y / -2", "[%0 2 neg /](($y:int64):(int64))"),
      ("5 / 2", "[%0 2 /]((5:uint64):(uint64))"),
      ("$x ? $y / 2 : 3", "[%0 %1 2 / 3 ?:](($x:uint64, $y:int64):(uint64,int64))"),
      (
        "if $x { $y / 2 } else if $y { 1.5 } else { 3 }",
        "[%0 %1 2 / %2 15 10 / 3 ?: ?:](($x:uint64, $y:int64, $y:int64):(uint64,int64,int64))"
      ),
      ("1 ? $y / 2 : 3", "[%0 2 /](($y:int64):(int64))"),
      ("{ $z = 5; $z / 2 }", "[%0 2 /](({ 1 statements; $z:int64 }:int64):(int64))"),
    ])
  func quotients(expression: String, sent: String) { #expect(self.sent(expression) == "send printf" + sent) }

  @Test(
    "what is no quotient, and what has been rounded, is sent as it is",
    arguments: [
      ("$y", "$y:int64"), ("$y + 1", "($y:int64 s+ 1:int64):int64"), ("$y * 2", "($y:int64 s* 2:int64):int64"),
      ("(int64)($y / 2)", "convert(($y:int64 s/ 2:int64):int64):int64"),
      ("($y / 2) % 5", "(($y:int64 s/ 2:int64):int64 s% 5:int64):int64"), ("true", "1:bool"), ("@n", "@n:uint64"),
    ])
  func wholes(expression: String, sent: String) { #expect(self.sent(expression) == "send printf(\(sent))") }

  @Test("averages are quotients") func averages() {
    let parts = "total of map 0():int64, count of map 0():uint64"
    #expect(sent("@a") == "send printf[%0 %1 /]((\(parts)):(int64,uint64))")
    #expect(sent("@a.average / 10") == "send printf[%0 %1 / 10 /]((\(parts)):(int64,uint64))")
    #expect(sent("@a", format: "%d") == "send printf(@a:int64)")
  }

  @Test(
    "what cannot print with decimals is told where it stands",
    arguments: [
      ("comm", "%f does not print string"), ("(1, 2)", "%f does not print (int64,int64)"),
      ("comm / 2", "'/' needs integers, not string"), ("0.5 + comm", "'+' needs integers, not string"),
      ("strlen(0.5)", "floating-point numbers are not supported"),
      ("0.5 % 2", "floating-point numbers are not supported"),
      ("-comm", "'-' needs an integer, not string"), ("curtask", "%f does not print struct task_struct *"),
      (
        "$x ? $y++ / 2 : 3", "both sides of '?:' are computed where it prints with decimals, and this changes something"
      ),
      ("{ $z = 5; $z / 2 } + nothing", "there is nothing named 'nothing'"),
    ])
  func mistakes(expression: String, message: String) {
    let text = body("", "$x = nsecs; $y = (int64)$x; printf(\"%f\", \(expression));")
    #expect(text.contains("ERROR: \(message)"), "\(text)")
  }

  @Test("a division by 0 is told, where it is known") func zero() {
    for divisor in ["0", "0.0", "(5 - 5)"] {
      #expect(body("", "printf(\"%f\", nsecs / \(divisor));").isEmpty == false)
      #expect(
        Compiled("begin { printf(\"%f\", nsecs / \(divisor)); }").report.contains("division by zero: the result is 0"))
    }
    #expect(Compiled("begin { printf(\"%f\", nsecs / 0.5); }").report.isEmpty)
  }
}
