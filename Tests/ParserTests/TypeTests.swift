import Testing
import TraceLang

@Suite struct TypeTests {
  @Test(arguments: [
    ("(uint64)-1", "(cast (type uint64) (unary - (integer 1)))"),
    ("(x)-1", "(- (name x) (integer 1))"),
    ("(x) * 2", "(* (name x) (integer 2))"),
    ("(struct task_struct *)curtask", "(cast (pointer (type struct task_struct)) (name curtask))"),
    ("(uint8[8])x", "(cast (array (type uint8) (integer 8)) (name x))"),
    ("(int8[])x", "(cast (array (type int8)) (name x))"),
    ("(int32*)x", "(cast (pointer (type int32)) (name x))"),
    ("(foo *)-1", "(cast (pointer (type foo)) (unary - (integer 1)))"),
    ("(foo)$x", "(cast (type foo) ($x))"),
    ("(size_t)*p", "(cast (type size_t) (unary * (name p)))"),
    ("(unsigned long)x", "(cast (type unsigned long) (name x))"),
    ("(const char *)x", "(cast (pointer (type char)) (name x))"),
    ("(string[16])x", "(cast (type string (integer 16)) (name x))"),
    ("(enum e)1", "(cast (type enum e) (integer 1))"),
    ("(typeof($x))1", "(cast (typeof ($x)) (integer 1))"),
    ("(int32)(int64)x", "(cast (type int32) (cast (type int64) (name x)))"),
    ("(int32)x.y", "(cast (type int32) (.y (name x)))"),
    ("(a[1]) + 1", "(+ (index (name a) (integer 1)) (integer 1))"),
  ])
  func parenthesesAreCastsAroundTypesOnly(text: String, dump: String) {
    #expect(expression(text) == dump)
  }

  @Test func typedefsOfTheScriptAreTypes() {
    let script = Parsed("typedef int number; BEGIN { $x = (number)-1; }")
    #expect(script.dump.contains("(cast\n"))
    #expect(script.messages == [])
  }

  @Test(arguments: [
    ("sizeof(struct s)", "(sizeof (type struct s))"), ("sizeof($x)", "(sizeof ($x))"),
    ("sizeof(int32*)", "(sizeof (pointer (type int32)))"), ("sizeof(t)", "(sizeof (name t))"),
    ("sizeof(t[2])", "(sizeof (array (type t) (integer 2)))"),
    ("sizeof((t[2]))", "(sizeof (index (name t) (integer 2)))"),
    ("sizeof(a * b)", "(sizeof (* (name a) (name b)))"),
    ("offsetof(struct s, a.b)", "(offsetof a.b (type struct s))"), ("offsetof($x, a)", "(offsetof a ($x))"),
    ("typeinfo(int8)", "(call typeinfo (type int8))"), ("typeinfo(x).1", "(.1 (call typeinfo (name x)))"),
    ("f(struct s, uint64*)", "(call f (type struct s) (pointer (type uint64)))"),
  ])
  func operatorsOnTypesTakeTypesOrExpressions(text: String, dump: String) {
    #expect(expression(text) == dump)
  }

  @Test(arguments: [
    ("let $x;", "(let $x)"), ("let $x = 1;", "(let $x (integer 1))"),
    ("let $x : uint64 = 1;", "(let $x (type uint64) (integer 1))"),
    ("let $x: struct s **;", "(let $x (pointer (pointer (type struct s))))"),
    ("let $x: string[64];", "(let $x (type string (integer 64)))"),
    ("let $x: (int32, string);", "(let $x (tuple-type (type int32) (type string)))"),
    ("let $x: typeof(@a) = 2;", "(let $x (typeof (@a)) (integer 2))"),
  ])
  func declarationsMayHaveTypes(text: String, dump: String) {
    #expect(statements(text) == dump)
  }
}
