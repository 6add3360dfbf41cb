import Testing
import TraceLang

/// Constructs whose value is chosen or known at compile time, and records.
@Suite struct ValueTests {
  @Test("if has the value of its branch")
  func conditional() {
    #expect(
      body("", "$x = if pid == 1 { 10 } else if pid == 2 { 20 } else { 30 };").hasSuffix(
        "$x = ((pid:uint32 u== 1:int64):bool ? { 0 statements; 10:int64 }:int64 : "
          + "((pid:uint32 u== 2:int64):bool ? { 0 statements; 20:int64 }:int64 : { 0 statements; 30:int64 }:int64):int64):int64"
      ))
  }

  @Test("if as a value needs an else and values of one type")
  func incomplete() {
    #expect(body("", "$x = if pid == 1 { 10 };").contains("ERROR: 'if' as a value needs an 'else'"))
    #expect(
      body("", "$x = if pid == 1 { 10 } else { \"a\" };").contains("ERROR: the two sides are int64 and string[2]"))
  }

  @Test("typeof of a type is the type")
  func typeofType() {
    #expect(constants("", "sizeof(typeof(uint16))", "(typeof(uint8))257") == "2, 1")
  }

  @Test("comptime takes constants only")
  func comptime() {
    #expect(constants("", "comptime (1 + 2)", "comptime sizeof(struct task_struct)") == "3, 16")
    #expect(body("", "$x = comptime pid;").contains("ERROR: this is not known at compile time"))
  }

  @Test("the branch that a comptime condition leaves out is not checked")
  func pruning() {
    #expect(
      body("", "if comptime (sizeof(struct task_struct) > 8) { exit(); } else { $x = nothing.at.all; }")
        == "if 1:bool\nsend exit()")
  }

  @Test("a record's fields are read by name and by number")
  func records() {
    #expect(
      body("", "$r = (a = 1, b = \"x\"); $y = $r.b; $z = $r.0;") == """
        variable $r: (a=int64,b=string[2])
        variable $y: string[2]
        variable $z: int64
        $r = (1:int64, "x":string[2]):(a=int64,b=string[2])
        $y = $r.1:string[2]
        $z = $r.0:int64
        """)
  }

  @Test("a field that a record does not have is told")
  func missingField() {
    #expect(body("", "$r = (a = 1); $y = $r.c;").contains("ERROR: the tuple has no field 'c'"))
  }
}
