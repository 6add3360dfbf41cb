import Testing
import TraceLang

/// What the language's macros become.
@Suite struct MacroTests {
  @Test("a macro without parameters needs no parentheses")
  func bare() {
    #expect(constants("macro one() { 1 }", "one", "one()", "one + one") == "1, 1, 2")
  }

  @Test("an expression is put in where its parameter stands")
  func expressions() {
    #expect(constants("macro twice(x) { x * 2 }", "twice(1 + 2)") == "6")
  }

  @Test("macros call macros, declared in any order")
  func nested() {
    #expect(constants("macro three(x) { two(x) + 1 } macro two(x) { x + 2 }", "three(4)") == "7")
  }

  @Test("a variable parameter is the caller's variable")
  func variables() {
    #expect(
      body("macro bump($v, by) { $v += by; }", "$x = 1; bump($x, 4);") == """
        variable $x: int64
        $x = 1:int64
        $x = ($x:int64 s+ 4:int64):int64
        """)
  }

  @Test("a map parameter is the caller's map")
  func maps() {
    #expect(body("macro add(@m, k) { @m[k] += 1; }", "add(@a, 3);") == "@a[3:int64] += 1:int64")
  }

  @Test("a macro's own variables are not the caller's")
  func hygiene() {
    #expect(
      body("macro f(e) { let $x = 5; $x + e }", "$x = 1; $y = f($x);") == """
        variable $x: int64
        variable $x'1: int64
        variable $y: int64
        $x = 1:int64
        $y = { 1 statements; ($x'1:int64 s+ $x:int64):int64 }:int64
        """)
  }

  @Test("each expansion has variables of its own")
  func expansions() {
    let text = body("macro f(e) { let $t = e; $t }", "$a = f(1); $b = f(\"text\");")
    #expect(text.contains("variable $t'1: int64") && text.contains("variable $t'2: string[5]"))
  }

  @Test("an argument is run as often as its parameter is used")
  func effects() {
    #expect(body("macro thrice(x) { x; x; x; }", "thrice({ exit() });") == "send exit()\nsend exit()\nsend exit()")
  }

  @Test("a type may be an argument")
  func types() {
    #expect(constants("macro size(T) { sizeof(T) }", "size(uint16)", "size(struct task_struct)") == "2, 16")
    #expect(body("macro as(T, x) { (T)(x) }", "$y = as(uint8, 257);") == "variable $y: uint8\n$y = 1:uint8")
    #expect(body("macro let_it(T) { let $v: T = 1; $v }", "$y = let_it(uint32);").contains("variable $v'1: uint32"))
  }

  @Test("a parameter may have a default")
  func defaults() {
    #expect(constants("macro add(a, b = 10) { a + b }", "add(1)", "add(1, 2)") == "11, 3")
  }

  @Test("a macro in the place of a statement may end without a value")
  func statements() {
    #expect(
      body("macro bye() { if (pid == 1) { exit(); } }", "bye();") == "if (pid:uint32 u== 1:int64):bool\nsend exit()")
  }

  @Test("a map that is no parameter is refused")
  func foreignMap() {
    #expect(
      body("macro f() { @x++ }", "@x = 1; f();") == """
        stdin:1:13-15: ERROR: the macro 'f' uses @x, which is not one of its parameters
        macro f() { @x++ }
                    ~~
        stdin:1:7-8: NOTE: add a parameter @x here
        macro f() { @x++ }
              ~
        stdin:2:17-20: NOTE: 'f' is expanded here
        begin { @x = 1; f(); }
                        ~~~

        """)
  }

  @Test("a variable of the caller is not seen")
  func foreignVariable() {
    #expect(body("macro f() { $x + 1 }", "$x = 1; $y = f();").contains("ERROR: the macro 'f' knows no variable $x"))
  }

  @Test("an argument of the wrong kind is refused", arguments: ["@x", "1 + 1", "\"a\""])
  func wrongKind(argument: String) {
    let text = body("macro f($v) { $v++; }", "@x = 1; f(\(argument));")
    #expect(text.contains("ERROR: the macro 'f' needs a variable for $v, not this"))
    #expect(text.contains("NOTE: it is declared here"))
  }

  @Test("a map argument must be a map")
  func wrongMap() {
    #expect(body("macro f(@m) { @m++; }", "f($x);").contains("ERROR: the macro 'f' needs a map for @m, not this"))
  }

  @Test("the wrong number of arguments is refused")
  func wrongCount() {
    #expect(body("macro f(a, b) { a + b }", "$x = f(1);").contains("ERROR: the macro 'f' takes 2 arguments, not 1"))
    #expect(
      body("macro f(a, b = 1) { a + b }", "$x = f();").contains("ERROR: the macro 'f' takes 1 to 2 arguments, not 0"))
  }

  @Test("recursion is refused with its chain")
  func recursion() {
    #expect(
      body("macro a(x) { b(x) } macro b(x) { c(x) } macro c(x) { b(x) }", "$x = a(1);").hasPrefix(
        "stdin:1:54-58: ERROR: the macro 'b' calls itself: b -> c -> b\n"))
  }

  @Test(
    "two macros of one name that take the same arguments are refused",
    arguments: [
      "macro f() { 1 } macro f() { 2 }", "macro f($a, b) { b } macro f($x, y) { y }",
      "macro f(a, b = 1) { a + b } macro f(a) { a }",
    ])
  func duplicates(macros: String) {
    #expect(body(macros, "").contains("ERROR: there are two macros 'f' that take the same arguments"))
  }

  @Test("a macro has one parameter of a kind and name") func parameterTwice() {
    #expect(body("macro f(x, x) { x }", "$a = f(1, 2);").contains("ERROR: the macro has two parameters 'x'"))
    #expect(body("macro f($x, @x, x) { x }", "$a = 1; @m = 1; $b = f($a, @m, 2);").contains("ERROR") == false)
  }

  @Test("macros of one name are told apart by the number and the kinds of their arguments")
  func overloads() {
    let macros = """
      macro f() { 10 } macro f(a) { 11 + a } macro f($a) { $a = 5; 12 } macro f(@a) { @a[1] } macro f(a, b) { f(a) + f(b) }
      """
    #expect(constants(macros, "f()", "f(1)", "f(1, 2)") == "10, 12, 25")
    #expect(body(macros, "$x = pid; $y = f($x); print($y);").contains("12:int64"))
    #expect(body(macros, "@m[1] = 7; $y = f(@m); print($y);").contains("$y = @m[1:int64]:int64"))
    #expect(body("macro f($a) { $a }", "$x = f(1);").contains("ERROR: the macro 'f' needs a variable for $a, not this"))
  }

  @Test("a macro hides a builtin from calls with as many arguments as it takes only")
  func builtinNames() {
    #expect(constants("macro strlen(a, b) { a + b }", "strlen(1, 2)", "strlen(\"abc\")") == "3, 3")
    #expect(body("macro cpu(x) { x + cpu() + cpu }", "$x = cpu(pid); print($x);").contains("cpu:uint32"))
    #expect(body("macro pid() { 5 }", "$x = pid() + pid; print($x);").contains("pid:uint32"))
    #expect(body("macro pid() { __builtin_pid }", "$x = pid(); print($x);").contains("$x = pid:uint32"))
    #expect(constants("", "__builtin_strlen(\"abc\")") == "3")
    #expect(body("", "$x = __builtin_nothing;").contains("ERROR: there is nothing named '__builtin_nothing'"))
  }

  @Test("macros that double again and again are stopped")
  func growth() {
    var text = "macro m0(x) { x + x }"
    for level in 1..<40 { text += " macro m\(level)(x) { m\(level - 1)(x) + m\(level - 1)(x) }" }
    #expect(body(text, "$x = m39(pid);").contains("ERROR: macros make too much code of this"))
    let nested = String(repeating: "m0(", count: 60) + "pid" + String(repeating: ")", count: 60)
    #expect(body("macro m0(x) { x + x }", "$x = \(nested);").contains("ERROR: macros make too much code of this"))
  }
}
