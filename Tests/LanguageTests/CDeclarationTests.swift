import Testing
import TraceLang

/// What C declarations of a script lay out and mean.
@Suite struct CDeclarationTests {
  @Test("members are aligned by their size")
  func alignment() {
    let declaration = "struct x { char a; int b; short c; long d; char e; };"
    #expect(
      constants(
        declaration, "sizeof(struct x)", "offsetof(struct x, b)", "offsetof(struct x, c)", "offsetof(struct x, d)",
        "offsetof(struct x, e)") == "32, 4, 8, 16, 24")
  }

  @Test("a packed struct has no holes")
  func packed() {
    let declaration = "struct x { char a; int b; long c; } __attribute__((packed));"
    #expect(constants(declaration, "sizeof(struct x)", "offsetof(struct x, c)") == "13, 5")
  }

  @Test("aligned(n) raises the alignment of members and structs")
  func aligned() {
    let declaration = "struct x { char a; int b __attribute__((aligned(16))); } __attribute__((aligned(64)));"
    #expect(constants(declaration, "sizeof(struct x)", "offsetof(struct x, b)") == "64, 16")
  }

  @Test("packed members are not aligned, the others are")
  func packedMembers() {
    let declaration = """
      struct x { char a; int b __attribute__((packed)); long c; short d : 9 __attribute__((packed)); char e; };
      """
    #expect(
      constants(declaration, "sizeof(struct x)", "offsetof(struct x, b)", "offsetof(struct x, c)") == "24, 1, 8")
  }

  @Test(
    "one typedef gives several names",
    arguments: [
      ("typedef struct s { int a; } s_t, *s_p, s_a[3];", "sizeof(s_t) + sizeof(s_p) + sizeof(s_a)", "24"),
      ("typedef struct { int a; } s_t, *s_p;", "sizeof(s_t) + sizeof(s_p)", "12"),
      ("typedef enum { A = 7, B } e, *e_p;", "B", "8"), ("typedef enum k { A = 7, B } e, *e_p;", "sizeof(e)", "4"),
    ])
  func severalNames(declaration: String, expression: String, value: String) {
    #expect(constants(declaration, expression) == value)
  }

  @Test("pointers of several names of one struct are of one type") func sameType() {
    #expect(
      body("typedef struct { int a; } s_t, *s_p;", "$p = (s_p)0; $p = (s_t *)8; $x = $p.a;").hasSuffix(
        "$x = $p.a:int32"))
  }

  @Test(
    "a struct's other name may be used in it",
    arguments: [
      "typedef struct node node; struct node { int v; node *next; };",
      "struct node; typedef struct node node; struct node { int v; node *next; };",
      "struct node; struct node { int v; node *next; }; typedef struct node other; typedef other node;",
    ])
  func ownName(declarations: String) {
    #expect(constants(declarations, "sizeof(node)", "offsetof(node, next)") == "16, 8")
    #expect(body(declarations, "$x = ((node *)0).next.next.v;").hasSuffix(".next.next.v:int32"))
  }

  @Test("void and functions have names") func namesWithoutSize() {
    let declarations = """
      typedef void nothing; typedef int function(int); typedef union u u_t; typedef enum e e_t;
      struct x { nothing *a; function *b; u_t *c; e_t *d; };
      """
    #expect(constants(declarations, "sizeof(struct x)") == "32")
    #expect(body(declarations, "$p = (nothing *)8;").hasSuffix("$p = convert(8:int64):void *"))
  }

  @Test("the members of a union begin at 0")
  func unions() {
    let declaration = "union x { char a[5]; int b; };"
    #expect(constants(declaration, "sizeof(union x)", "offsetof(union x, b)") == "8, 0")
  }

  @Test("anonymous members are reached through their struct")
  func anonymous() {
    let declaration = "struct x { int a; union { long b; struct { int c; int d; }; }; };"
    #expect(constants(declaration, "sizeof(struct x)", "offsetof(struct x, d)") == "16, 12")
  }

  @Test("offsetof walks nested members")
  func nested() {
    let declaration = "struct in { int a; int b; }; struct out { char c; struct in in[2]; struct in last; };"
    #expect(constants(declaration, "offsetof(struct out, last.b)") == "24")
  }

  @Test("arrays of arrays keep both lengths")
  func arrays() {
    #expect(constants("struct x { int a[3][4]; };", "sizeof(struct x)") == "48")
    #expect(
      body("struct x { int a[3][4]; };", "$x = ((struct x *)0)->a[2][3];")
        == "variable $x: int32\n$x = convert(0:int64).a[2:int64][3:int64]:int32")
  }

  @Test("characters are a string")
  func characters() {
    #expect(
      body("struct x { char name[8]; };", "$x = ((struct x *)0)->name;")
        == "variable $x: string[8]\n$x = convert(0:int64).name:string[8]")
  }

  @Test("bit-fields share the unit of their type")
  func bitFields() throws {
    let declaration =
      "struct x { int a : 3; int b : 30; unsigned c : 2; char d : 7; long e : 40; int : 0; short f : 4; };"
    #expect(constants(declaration, "sizeof(struct x)") == "24")
    #expect(
      fields(declaration) == """
        a at 0 bits 0+3
        b at 4 bits 0+30
        c at 4 bits 30+2
        d at 8 bits 0+7
        e at 8 bits 7+40
        f at 16 bits 0+4
        """)
  }

  @Test("packed bit-fields straddle units")
  func packedBitFields() {
    let declaration = "struct x { int a : 3; int b : 30; long c; } __attribute__((packed));"
    #expect(constants(declaration, "sizeof(struct x)") == "13")
    #expect(fields(declaration) == "a at 0 bits 0+3\nb at 0 bits 3+30\nc at 5")
  }

  @Test("a function pointer is a pointer")
  func functionPointers() {
    #expect(
      constants("struct x { char c; int (*f)(int, char *); };", "sizeof(struct x)", "offsetof(struct x, f)") == "16, 8")
  }

  @Test("a list's nodes keep their type along it")
  func selfReference() {
    #expect(
      body(
        "struct node { struct node *next; int value; };", "$n = (struct node *)0; $n = $n->next; $v = $n->next->value;")
          == """
          variable $n: struct node *
          variable $v: int32
          $n = convert(0:int64):struct node *
          $n = $n.next:struct node *
          $v = $n.next.value:int32
          """)
  }

  @Test("declarations may stand in any order")
  func order() {
    #expect(constants("struct a { struct b b; }; struct b { long x; };", "sizeof(struct a)") == "8")
  }

  @Test("a typedef names a struct, also one without a name")
  func aliases() {
    #expect(constants("typedef struct { int a, b; } pair_t; typedef pair_t two[2];", "sizeof(two)") == "16")
  }

  @Test("a script's struct hides the kernel's")
  func shadowing() {
    #expect(constants("struct task_struct { int mine; };", "offsetof(struct task_struct, mine)") == "0")
    #expect(constants("", "offsetof(struct task_struct, stamp)") == "8")
  }

  @Test("members may be of the kernel's types")
  func kernelMembers() {
    #expect(
      constants(
        "struct x { char c; struct task_struct t; kernel_word w; };", "sizeof(struct x)", "offsetof(struct x, w)")
        == "32, 24")
  }

  @Test("enumerators count on from the one before and are constants")
  func enumerators() {
    #expect(
      constants("enum e { A, B = 5, C, D = B | 8, K = KERNEL_THREE + 1 };", "A", "C", "D", "K", "sizeof(enum e)")
        == "0, 6, 13, 4, 4")
    #expect(body("enum e { A };", "$x = A;") == "variable $x: enum e\n$x = 0:enum e")
  }

  @Test("an enum with a value below zero is signed, one above 32 bits is wide")
  func enumSizes() {
    #expect(constants("enum e { A = -1 }; enum f { B = 0x100000000 };", "sizeof(enum e)", "sizeof(enum f)") == "4, 8")
  }

  @Test("array lengths may be computed")
  func lengths() {
    #expect(constants("enum { N = 4 }; struct x { char a[N * 2 + sizeof(int)]; };", "sizeof(struct x)") == "12")
  }

  @Test("a struct that contains itself is refused")
  func recursion() {
    #expect(
      body("struct x { int a; struct x next; };", "") == """
        stdin:1:8-9: ERROR: struct x contains itself: use a pointer
        struct x { int a; struct x next; };
               ~

        """)
  }

  @Test("a struct declared twice is refused with a note at the first")
  func duplicate() {
    #expect(
      body("struct x { int a; }; struct x { int b; };", "") == """
        stdin:1:29-30: ERROR: struct x is declared twice
        struct x { int a; }; struct x { int b; };
                                    ~
        stdin:1:8-9: NOTE: the first declaration
        struct x { int a; }; struct x { int b; };
               ~

        """)
  }

  @Test("a member of a struct that is not declared is refused")
  func incomplete() {
    #expect(
      body("struct x { struct nothing n; };", "") == """
        stdin:1:12-26: ERROR: struct nothing is not defined, so its size is not known
        struct x { struct nothing n; };
                   ~~~~~~~~~~~~~~

        """)
  }

  @Test("structs in structs without end are refused")
  func depth() {
    let chain = (0..<3000).map { "struct s\($0) { struct s\($0 + 1) x; }; " }.joined()
    #expect(body(chain, "").contains("ERROR: types are made of one another too deeply here"))
    let pointers = (0..<3000).map { "struct s\($0) { struct s\($0 + 1) *x; }; " }.joined()
    #expect(constants(pointers, "sizeof(struct s0)") == "8")
    let aliases = (0..<3000).map { "typedef t\($0 + 1) *t\($0);" }.joined()
    #expect(body(aliases, "").contains("too deeply"))
  }

  @Test("a forward declaration is enough for a pointer")
  func forward() {
    #expect(constants("struct nothing; struct x { struct nothing *n; };", "sizeof(struct x)") == "8")
  }

  /// Where the members of `struct x` lie.
  private func fields(_ declaration: String) -> String {
    guard let program = Compiled(declaration + " begin { }").program,
      case .record(let reference)? = program.types.type(named: "struct x"),
      let layout = program.types.layout(of: reference)
    else { return "no struct x" }
    return layout.members.map { member in
      "\(member.name) at \(member.offset)" + (member.bitField.map { " bits \($0.shift)+\($0.width)" } ?? "")
    }.joined(separator: "\n")
  }
}
