import Testing
import TraceLang

@Suite struct PrinterTests {
  @Test func probesAreLaidOut() {
    #expect(
      Parsed("kprobe:f,kprobe:g/pid==1/{$x=1;if($x){f()}else if(a){g();}else{}while(1){break}}").printed == """
        kprobe:f, kprobe:g /pid == 1/ {
          $x = 1;
          if ($x) {
            f();
          } else if (a) {
            g();
          } else {}
          while (1) {
            break;
          }
        }

        """)
  }

  @Test func longHeadersHaveALineForEachProbe() {
    let header =
      "tracepoint:syscalls:sys_enter_openat,tracepoint:syscalls:sys_enter_open,tracepoint:syscalls:sys_exit_open"
    #expect(
      Parsed("\(header) /pid/ { }").printed == """
        tracepoint:syscalls:sys_enter_openat,
        tracepoint:syscalls:sys_enter_open,
        tracepoint:syscalls:sys_exit_open
        /pid/ {}

        """)
  }

  @Test func longCallsAreBroken() {
    let arguments = (1...20).map { "argument\($0)" }.joined(separator: ",")
    #expect(
      Parsed("BEGIN { printf(\(arguments)); }").printed == """
        BEGIN {
          printf(argument1, argument2, argument3, argument4, argument5, argument6,
              argument7, argument8, argument9, argument10, argument11, argument12,
              argument13, argument14, argument15, argument16, argument17, argument18,
              argument19, argument20);
        }

        """)
  }

  @Test func commentsStayWhereTheyExplain() {
    let text = """
      #!/usr/bin/env swtrace
      // first

      /*
       * second
       */
      BEGIN { // third
        // fourth
        f(); // fifth

        g(); /* sixth */
        // seventh
      }

      // last

      """
    #expect(Parsed(text).printed == text)
  }

  @Test func commentsInsideOfExpressionsStay() {
    let text = """
      BEGIN {
        f(/* a */ 1, // b
            // c
            2 + /* d */ 3);
      }

      """
    #expect(Parsed(text).printed == text)
  }

  @Test func commentsWithoutAPlaceGoBehindTheirStatement() {
    #expect(Parsed("BEGIN { break /* a */; }").printed == "BEGIN {\n  break; /* a */\n}\n")
  }

  @Test func commentsInFrontOfABraceGoBehindIt() {
    #expect(
      Parsed("BEGIN // a\n{ if (b) // c\n { d } // e\n else { f } }").printed == """
        BEGIN { // a
          if (b) { // c
            d;
          } else { // e
            f;
          }
        }

        """)
  }

  @Test func commentsMoveAsAWhole() {
    #expect(
      Parsed("BEGIN {\n\t/*\n\t   a\n\t*/\n\tb;\n}").printed == "BEGIN {\n  /*\n     a\n   */\n  b;\n}\n")
  }

  @Test func lineBreaksOfTheAuthorAreKept() {
    let text = """
      kprobe:a,
      kprobe:b
      /pid &&
          tid/ {
        printf("%d %d %d",
            a, b,
            c);
      }

      """
    #expect(Parsed(text).printed == text)
  }

  @Test func longOperationsAreBrokenBehindOperators() {
    let names = (1...6).map { "$a_variable_\($0)" }
    #expect(
      Parsed("BEGIN { if (\(names.joined(separator: "&&"))) { } }").printed == """
        BEGIN {
          if ($a_variable_1 && $a_variable_2 && $a_variable_3 && $a_variable_4 &&
              $a_variable_5 && $a_variable_6) {}
        }

        """)
  }

  @Test func longPredicatesGoOnALineOfTheirOwn() {
    let name = String(repeating: "a", count: 60)
    #expect(Parsed("kprobe:\(name) /pid == 1000 && tid/ { }").printed == "kprobe:\(name)\n/pid == 1000 && tid/ {}\n")
  }

  @Test func directivesInsideOfBodiesStartTheirLines() {
    #expect(
      Parsed("BEGIN { if (a) {\n  #ifdef A // b\n b;\n#endif\n} }").printed == """
        BEGIN {
          if (a) {
        #ifdef A // b
            b;
        #endif
          }
        }

        """)
  }

  @Test func aBackslashAtTheEndOfTheScriptIsDropped() {
    #expect(Parsed("BEGIN { }\n#define A 1 \\").printed == "BEGIN {}\n\n#define A 1\n")
    #expect(Parsed("BEGIN { }\n#define A \\\\").printed == "BEGIN {}\n\n#define A \\ \n")
  }

  @Test func blankLinesAreKeptOnce() {
    #expect(Parsed("BEGIN {\n\n\na;\n\n\n\nb;\nc;\n\n}").printed == "BEGIN {\n  a;\n\n  b;\n  c;\n}\n")
  }

  @Test func literalsKeepTheirSpelling() {
    let text = "BEGIN {\n  f(0x1F, 1e6, 10ms, 1_000, \"\\033[0m\\x41\");\n}\n"
    #expect(Parsed(text).printed == text)
  }

  @Test func parenthesesAroundOperationsAreKept() {
    let text = "BEGIN {\n  $x = (a * b) + c - (d - e);\n}\n"
    #expect(Parsed(text).printed == text)
  }

  @Test func otherParenthesesAreRemoved() {
    #expect(Parsed("BEGIN { $x = ((a)); f((b + 1)); }").printed == "BEGIN {\n  $x = a;\n  f(b + 1);\n}\n")
  }

  @Test func declarationsOfCAreKeptAsTheyAre() {
    let text = "struct s {\n  const char *a; // name\n  int b[4];\n};\n"
    #expect(Parsed(text).printed == text)
  }

  @Test func anglesBecomeBraces() {
    #expect(Parsed("BEGIN < f() >").printed == "BEGIN {\n  f();\n}\n")
  }

  @Test func expressionsPrintWithoutASource() {
    let sources = SourceMap(SourceFile(name: "stdin", text: "-(-a) + (b ? c : d) * (int32 *)e->f[1].0 & 0xff"))
    var diagnostics = Diagnostics()
    let expression = parseExpression(SourceID(0), in: sources, diagnostics: &diagnostics)
    #expect(
      expression.map { SyntaxPrinter.print($0) } == "-(-a) + (b ? c : d) * (int32 *)e->f[1].0 & 255")
  }

  @Test func theDumpIsATree() {
    #expect(
      Parsed("BEGIN { $x = 1 + 2; }").dump == """
        (script
          (probe
            (attach
              (part "BEGIN"))
            (block
              (assign
                ($x)
                (+
                  (integer 1)
                  (integer 2))))))

        """)
  }
}
