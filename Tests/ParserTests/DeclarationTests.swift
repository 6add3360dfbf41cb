import Testing
import TraceLang

@Suite struct DeclarationTests {
  @Test func structsHaveMembersOfAllKinds() {
    #expect(
      items("struct s { int a, *b; char c[4][2]; unsigned x : 3; struct { u8 d; }; struct t e; }")
        == "(struct s (member a (type int)) (member b (pointer (type int))) "
        + "(member c (array (array (type char) (integer 2)) (integer 4))) "
        + "(member x (type unsigned) (bits (integer 3))) (member (type (struct (member d (type u8))))) "
        + "(member e (type struct t)))")
  }

  @Test func functionPointersAreOpaque() {
    #expect(
      items("struct s { int (*f)(int, void *); void (*g[3])(void); int (*a)[4]; };")
        == "(struct s (member f (function)) (member g (array (function) (integer 3))) "
        + "(member a (pointer (array (type int) (integer 4)))))")
  }

  @Test func attributesChangeTheLayout() {
    #expect(
      items("struct __attribute__((packed)) s { int a __aligned(8); } __attribute__((aligned(16), unused));")
        == "(struct s packed aligned 16 (member a aligned 8 (type int)))")
  }

  @Test func enumeratorsMayHaveValues() {
    #expect(items("enum e { A, B = 1 << 2, };") == "(enum e (A) (B (<< (integer 1) (integer 2))))")
  }

  @Test func typedefsDeclareEachName() {
    #expect(
      items("typedef unsigned long u, *p;")
        == "(typedef u (type unsigned long))\n(typedef p (pointer (type unsigned long)))")
  }

  @Test func structsNeedNoSemicolonInFrontOfProbes() {
    #expect(items("struct s { int x; } kprobe:f { }").hasPrefix("(struct s (member x (type int)))\n(probe"))
  }

  @Test func aBrokenMemberDoesNotHideTheRest() {
    #expect(Parsed("struct s { int +; int b } kprobe:f { 1 + }").messages.count == 2)
  }

  @Test func directivesKeepTheirTextWithoutComments() {
    #expect(
      items("#include <a/b.h>\n# define X(a) \\\n  (a + 1) // one\n#define S \"//\"\nBEGIN { }").hasPrefix(
        "(directive include \"<a/b.h>\")\n(directive define \"X(a)    (a + 1)\")\n(directive define \"S \\\"//\\\"\")"))
  }

  @Test func configTakesWordsNumbersAndStrings() {
    #expect(
      items("config = { stack_mode = perf; max_map_keys = 1e3; license = \"GPL\" }")
        == "(config (stack_mode perf) (max_map_keys 1000) (license \"GPL\"))")
  }

  @Test func thereIsOneConfigBlock() {
    #expect(
      items("config = { } config = { } BEGIN { }") == "the script has two config blocks: put all settings into one")
  }

  @Test func mapsAreDeclaredWithKindAndSize() {
    #expect(items("let @a = lruhash(100);") == "(map @a lruhash (integer 100))")
  }

  @Test func macrosTakeExpressionsVariablesAndMaps() {
    #expect(
      items("macro m(a, $b, @c) { $b += 1; a + 1 }")
        == "(macro m (parameter expression a) (parameter variable b) (parameter map c) "
        + "(block (assign + ($b) (integer 1)) (result (+ (name a) (integer 1)))))")
  }

  @Test func theLastIfOfAMacroIsItsValueWhenAllBranchesHaveOne() {
    #expect(items("macro m(a) { if (a) { 1 } else { 2 } }").contains("(result (if"))
    #expect(!items("macro m(a) { if (a) { 1 } }").contains("(result"))
    #expect(!items("macro m(a) { if (a) { 1 } else { 2 }; }").contains("(result"))
  }

  @Test func importsNameAPath() {
    #expect(items("import \"stdlib\"; BEGIN { }").hasPrefix("(import \"stdlib\")\n"))
  }

  @Test func theFirstLineMayNameTheInterpreter() {
    #expect(Parsed("#!/usr/bin/env swtrace\nBEGIN { }").script.comments.map(\.text) == ["#!/usr/bin/env swtrace"])
  }

  @Test func misspelledItemsAreRecognised() {
    #expect(
      Parsed("marco m(a) { a } BEGIN { }").diagnostics.all.first?.notes.first?.message == "did you mean 'macro'?")
  }
}
