import Testing

/// Structs of which a script and the machine know no more than the name: pointers to them are values, they themselves are not.
@Suite struct OpaqueTests {
  private static let unknown = "ERROR: struct opaque is not defined, so its size is not known"

  /// What is told of a statement, at the first place in it where a text stands.
  private func expected(_ statement: String, at wrong: String) -> String {
    let start = "struct opaque; BEGIN { $p = (struct opaque *)8; ".utf8.count + 1
    let column = start + (statement.firstRange(of: wrong).map { statement[..<$0.lowerBound].utf8.count } ?? 0)
    return "stdin:1:\(column)-\(column + wrong.utf8.count): \(Self.unknown)"
  }

  private func told(_ statement: String) -> String {
    mistake("struct opaque; BEGIN { $p = (struct opaque *)8; \(statement); }")
  }

  @Test(
    "a value of a struct without a definition is refused, where it is made",
    arguments: [
      "print(*$p)", "printf(\"%s\", *$p)", "$a = *$p", "@a = *$p", "@a[1] = *$p", "@[*$p] = 1", "@a = (1, *$p)",
      "@a = (x = *$p)", "$a = *$p == *$p", "$a = pid > 1 ? *$p : *$p", "$a = { *$p }", "*$p", "$a = sizeof(*$p)",
      "$a = offsetof(*$p, x)", "$a = (uint64)*$p", "$a = (uint8[8])*$p", "exit(*$p)", "@ = sum(*$p)", "$a = str(*$p)",
      "let $a: typeof(*$p)",
    ])
  func values(statement: String) { #expect(told(statement) == expected(statement, at: "*$p")) }

  @Test(
    "so are elements, members and what pointers to pointers lead to",
    arguments: [
      ("print($p[1])", "$p[1]"), ("@a = ($p[0], 1)", "$p[0]"), ("$a = (*$p).x", "(*$p)"),
      ("$a = **(struct opaque **)$p", "**(struct opaque **)$p"),
    ])
  func places(statement: String, wrong: String) { #expect(told(statement) == expected(statement, at: wrong)) }

  @Test(
    "so is a step from one to the next",
    arguments: [
      ("$q = $p + 1", "$p"), ("$q = $p - 1", "$p"), ("$q = 1 + $p", "$p"), ("$p++", "$p"), ("$q = $p - $p", "$p - $p"),
    ])
  func steps(statement: String, wrong: String) { #expect(told(statement) == expected(statement, at: wrong)) }

  @Test(
    "so is its type where a value is meant",
    arguments: [
      "let $a: struct opaque", "$a = sizeof(struct opaque)", "$a = offsetof(struct opaque, x)", "$a = (struct opaque)8",
      "$a = (struct opaque[2])(uint64)8",
    ])
  func types(statement: String) {
    #expect(
      told(statement).hasSuffix("ERROR: there is no struct 'opaque' in this script or this kernel's type information"))
  }

  @Test("a member without a definition is refused where the struct is declared", arguments: ["a", "a[2]"])
  func members(member: String) {
    #expect(
      mistake("struct opaque; struct s { struct opaque \(member); }; BEGIN { exit(); }")
        == "stdin:1:27-40: \(Self.unknown)")
  }

  @Test("pointers to it are values as others are") func pointers() {
    #expect(
      program(
        """
        struct opaque; struct s { struct opaque *p; };
        BEGIN { $s = (struct s *)8; $a = $s.p; @[$s.p] = ($a, 1); $c = $a == (struct opaque *)9; }
        """) == """
          map @[struct opaque *]: (struct opaque *,int64)
          probe 0 begin
            variable $s: struct s *
            variable $a: struct opaque *
            variable $c: bool
            $s = convert(8:int64):struct s *
            $a = $s.p:struct opaque *
            @[$s.p:struct opaque *] = ($a:struct opaque *, 1:int64):(struct opaque *,int64)
            $c = (convert($a:struct opaque *):uint64 u== convert(convert(9:int64):struct opaque *):uint64):bool

          """)
  }

  @Test(
    "names for it may lead pointers",
    arguments: [
      ("typedef struct opaque opaque_t", "struct opaque"),
      ("struct opaque; typedef struct opaque opaque_t", "struct opaque"),
      ("typedef struct opaque first; typedef first opaque_t", "struct opaque"),
      ("typedef struct opaque_t opaque_t", "struct opaque_t"),
    ])
  func names(declaration: String, type: String) {
    let members = "struct s { opaque_t *p; opaque_t *list[2]; opaque_t *(*made)(opaque_t *); }"
    #expect(
      program("\(declaration); \(members); BEGIN { $a = (opaque_t *)8; $a = ((struct s *)8).p; @ = sizeof(struct s); }")
        == """
        map @: uint64
        probe 0 begin
          variable $a: \(type) *
          $a = convert(8:int64):\(type) *
          $a = convert(8:int64).p:\(type) *
          @ = 32:uint64

        """)
  }

  @Test(
    "a value of such a name is refused, where it is made",
    arguments: [
      "struct s { opaque_t a; }; BEGIN { exit(); }", "struct s { opaque_t a[2]; }; BEGIN { exit(); }",
      "BEGIN { let $a: opaque_t; }", "BEGIN { print(sizeof(opaque_t)); }", "BEGIN { print(offsetof(opaque_t, x)); }",
      "BEGIN { print((opaque_t)8); }",
    ])
  func namedValues(rest: String) {
    let script = "typedef struct opaque opaque_t; \(rest)"
    let column = rest.firstRange(of: "opaque_t").map { rest[..<$0.lowerBound].utf8.count } ?? 0
    let start = script.utf8.count - rest.utf8.count + 1 + column
    #expect(mistake(script) == "stdin:1:\(start)-\(start + 8): \(Self.unknown)")
  }

  @Test("a name of an enum that nobody defines, or of void, is no member") func noMembers() {
    #expect(
      mistake("typedef enum e e_t; struct s { e_t a; }; BEGIN { exit(); }")
        == "stdin:1:32-35: ERROR: enum e is not defined, so its size is not known")
    #expect(
      mistake("typedef void v; struct s { v a; }; BEGIN { exit(); }") == "stdin:1:28-29: ERROR: a member cannot be void"
    )
  }
}
