import Testing
import TraceLang

/// What `#define` and conditions do.
@Suite struct PreprocessorTests {
  @Test("a definition stands for its value", arguments: [
    ("#define N 5", "N", "5"), ("#define N 1 << 4", "N", "16"), ("#define A B\n#define B 7", "A", "7"),
    ("#define N 1\n#define N 2", "N", "2"), ("#define N \\\n  3", "N", "3"), ("#define N 4 /* four */", "N", "4"),
  ])
  func constant(define: String, expression: String, value: String) {
    #expect(constants(define, expression) == value)
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

  @Test("conditions choose", arguments: [
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
