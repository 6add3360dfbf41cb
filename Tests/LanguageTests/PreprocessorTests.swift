import Testing
import TraceLang

/// What `#define` and conditions do.
@Suite struct PreprocessorTests {
  @Test(
    "a definition stands for its value",
    arguments: [
      ("#define N 5", "N", "5"), ("#define N 1 << 4", "N", "16"), ("#define A B\n#define B 7", "A", "7"),
      ("#define N 1\n#define N 2", "N", "2"), ("#define N \\\n  3", "N", "3"), ("#define N 4 /* four */", "N", "4"),
    ])
  func constant(define: String, expression: String, value: String) {
    #expect(constants(define, expression) == value)
  }

  @Test(
    "a comment as shells have them is told how comments begin",
    arguments: [
      "# comment\nbegin { }", "#comment\nbegin { }", "## heading\nbegin { }", "#\nbegin { }",
      "# if you run it\nbegin { }",
      "# include a thing\nbegin { }", "# define: what it is\nbegin { }", "begin { exit(); # leave\n}",
      "# 1. first\nbegin { }",
    ])
  func comments(script: String) {
    #expect(Compiled(script).text.contains("NOTE: comments begin with '//'"))
  }

  @Test("a directive that is misspelled is no comment")
  func misspelled() {
    let text = Compiled("#inclde <x.h>\nbegin { }").text
    #expect(text.contains("NOTE: did you mean '#include'?") && !text.contains("comments"))
  }

  @Test("a definition may be a string, a call or a variable's value")
  func text() {
    #expect(body("#define HELLO \"hello\"", "$x = HELLO;") == "variable $x: string[6]\n$x = \"hello\":string[6]")
    #expect(body("#define BYE exit()", "BYE;") == "send exit()")
    #expect(body("#define WHO $x", "$x = 1; $y = WHO;").hasSuffix("$y = $x:int64"))
  }

  @Test("a definition may be a type")
  func type() {
    #expect(constants("#define WORD unsigned short", "sizeof(WORD)", "(WORD)65537") == "2, 1")
  }

  @Test(
    "conditions choose among statements",
    arguments: [
      ("#define A", "$x = 1:int64"), ("#define B 3", "$x = 2:int64"), ("", "$x = 3:int64"),
    ])
  func statements(define: String, chosen: String) {
    let actions = "\n#ifdef A\n$x = 1;\n#elif B > 2\n$x = 2;\n#else\n$x = 3;\n#endif\n"
    #expect(body(define, actions).hasSuffix(chosen))
  }

  @Test("conditions choose among members and enumerators")
  func members() {
    let types = """
      struct x {
        int a;
      #if A
        int b;
      #else
        char b[10];
      #endif
      };
      enum y {
      #if A
        ONE,
      #endif
        TWO
      };
      """
    #expect(constants("#define A 1\n\(types)", "sizeof(struct x)", "TWO") == "8, 1")
    #expect(constants(types, "sizeof(struct x)", "TWO") == "16, 0")
  }

  @Test("conditions inside of blocks of expressions, macros and imported bodies are carried out")
  func innerBlocks() {
    #expect(
      body("macro m(a) {\n#if 1\nlet $b = a;\n#endif\n$b + 1 }", "if (pid) {\n#if 0\nexit();\n#endif\n} $x = m(1);")
        .contains("exit") == false)
  }

  @Test("a definition inside of a body counts")
  func innerDefinition() {
    #expect(body("", "\n#define N 5\n$x = N;").hasSuffix("$x = 5:int64"))
  }

  @Test("a condition ends in the block or struct it starts in")
  func unbalanced() {
    #expect(
      body("", "\n#if 1\n$x = 1;") == """
        stdin:3:1-6: ERROR: this condition is not closed: '#endif' is missing in this block
        #if 1
        ~~~~~

        """)
    #expect(
      body("#if 1", "\n#endif\n$x = 1;").hasPrefix(
        "stdin:3:1-7: ERROR: this '#endif' closes nothing: there is no '#if' before it"))
    #expect(
      body("struct s {\n#if 0\nint a; };", "$x = 1;").hasPrefix(
        "stdin:2:1-6: ERROR: this condition is not closed: '#endif' is missing in this struct"))
  }

  @Test("a definition with parameters that are not UTF-8 is survived")
  func notUTF8() {
    let bytes = Array("#define F(a ".utf8) + [0xff, 0xfe, 0xff] + Array(") 1\nbegin { }".utf8)
    var sources = SourceMap(SourceFile(name: "stdin", bytes: bytes))
    var diagnostics = Diagnostics()
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    #expect(expand(script, in: &sources, target: StubTarget(), diagnostics: &diagnostics).items.count == 1)
  }

  @Test("definitions reach into declarations")
  func declarations() {
    #expect(constants("#define N 6\n#define T short\nstruct x { T a[N]; };", "sizeof(struct x)") == "12")
  }

  @Test("a definition with parameters is expanded with its arguments")
  func parameters() {
    #expect(constants("#define MAX(a, b) ((a) > (b) ? (a) : (b))", "MAX(1 + 2, 2) * 2") == "6")
    #expect(constants("#define TWICE(x) (x + x)\n#define FOUR(x) TWICE(TWICE(x))", "FOUR(3)") == "12")
  }

  @Test("the wrong number of arguments is told")
  func argumentCount() {
    #expect(
      body("#define ADD(a, b) (a + b)", "$x = ADD(1);") == """
        stdin:2:14-20: ERROR: the macro 'ADD' takes 2 arguments, not 1
        begin { $x = ADD(1); }
                     ~~~~~~
        stdin:1:9-12: NOTE: it is declared here
        #define ADD(a, b) (a + b)
                ~~~

        """)
  }

  @Test("a definition without parentheses is warned of where C would bind it otherwise")
  func loose() {
    #expect(
      body("#define SUM 1 + 2", "$x = SUM * 3;").hasPrefix(
        """
        stdin:2:14-17: WARNING: 'SUM' is taken here as if its definition were in parentheses
        begin { $x = SUM * 3; }
                     ~~~
        stdin:1:13-18: NOTE: put parentheses around it to mean the same in C
        """))
  }

  @Test("an empty definition has no value")
  func empty() {
    #expect(body("#define NOTHING", "$x = NOTHING;").hasPrefix("stdin:2:14-21: ERROR: 'NOTHING' is defined as nothing"))
  }

  @Test("what is wrong with a definition is told where it is used")
  func malformed() {
    #expect(Compiled("#define X (1 +\nbegin { }").report == "")
    #expect(body("#define X (1 +", "$x = X;").contains("'X' is not defined as an expression or a type"))
  }

  @Test("a definition of itself is just a name")
  func itself() {
    #expect(body("#define pid pid", "$x = pid;") == "variable $x: uint32\n$x = pid:uint32")
  }

  @Test(
    "conditions choose",
    arguments: [
      ("#if 1\n#define N 1\n#else\n#define N 2\n#endif", "1"), ("#if 0\n#define N 1\n#else\n#define N 2\n#endif", "2"),
      ("#ifdef BPFTRACE_HAVE_BTF\n#define N 1\n#else\n#define N 2\n#endif", "1"),
      ("#ifndef BPFTRACE_HAVE_BTF\n#define N 1\n#elif defined(X) || !defined Y\n#define N 2\n#endif", "2"),
      ("#define V 3\n#if V >= 2 && V < 4\n#define N 1\n#else\n#define N 2\n#endif", "1"),
      ("#if 0\n#if 1\n#define N 1\n#else\n#define N 3\n#endif\n#else\n#define N 2\n#endif", "2"),
      ("#define A\n#undef A\n#ifdef A\n#define N 1\n#else\n#define N 2\n#endif", "2"),
      ("#if UNKNOWN\n#define N 1\n#else\n#define N 2\n#endif", "2"),
    ])
  func conditions(text: String, value: String) {
    #expect(constants(text, "N") == value)
  }

  @Test("without BTF, BPFTRACE_HAVE_BTF is not defined")
  func withoutBTF() {
    let target = StubTarget()
    target.features.remove(.btf)
    let text = "#ifdef BPFTRACE_HAVE_BTF\nbegin { exit(); }\n#else\nend { exit(); }\n#endif"
    #expect(Compiled(text, target: target).text == "probe 0 end\n  send exit()\n")
  }

  @Test("probes and declarations are left out by conditions")
  func items() {
    #expect(
      Compiled("#if 0\nstruct x { nonsense y; };\nbegin { exit(); }\n#endif\nend { exit(); }").text
        == "probe 0 end\n  send exit()\n")
  }

  @Test("an open condition is told")
  func open() {
    #expect(
      Compiled("#if 1\nbegin { }").report == """
        stdin:1:1-6: ERROR: this condition is not closed: '#endif' is missing
        #if 1
        ~~~~~

        """)
    #expect(Compiled("#endif\nbegin { }").report.contains("this '#endif' closes nothing"))
  }

  @Test("conditions and definitions may be many, but not nest without end")
  func depth() {
    let chain = (0..<3000).map { "#define a\($0) a\($0 + 1)\n" }.joined()
    #expect(body(chain, "$x = a0;").contains("ERROR: macros nest too deeply here"))
    #expect(Compiled(String(repeating: "#if 1\n", count: 20000) + "begin { }").report.contains("'#endif' is missing"))
  }

  @Test("#error stops with its text")
  func error() {
    #expect(Compiled("#error no luck\nbegin { }").report.hasPrefix("stdin:1:1-15: ERROR: no luck\n"))
  }
}
