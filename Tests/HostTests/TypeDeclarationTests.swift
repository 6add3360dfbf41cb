import Testing

@testable import Runtime

/// Types as C declares them, from BTF.
@Suite struct TypeDeclarationTests {
  private func declarations(_ pattern: String) throws -> String {
    let types = KernelTypes(try BTFObject(BTFFile(copying: BTFBuilder.sample.bytes)))
    var text = ""
    try types.declarations(matchingType: pattern) { text += $0 }
    return text
  }

  @Test("members with pointers, arrays, bit-fields, tags, enums and unions without a name") func structure() throws {
    #expect(
      try declarations("struct thing") == """
        vmlinux: struct thing {
        \tpid_t id;
        \tint low: 3;
        \tint high: 29;
        \t_Bool on: 1;
        \tenum color color: 8;
        \tchar name[16];
        \tstruct thing *next;
        \tunion {
        \t\tint low;
        \t\tlong unsigned int all;
        \t};
        \tint rows[2][3];
        \tenum huge huge;
        \tconst char *where;
        \tlong unsigned int packed: 60;
        \tint tail: 32;
        };


        """)
  }

  @Test("enumerators with their values, of both widths") func enumerations() throws {
    #expect(
      try declarations("enum *") == """
        vmlinux: enum color {
        \tRED = 0,
        \tDARK = -1,
        };

        vmlinux: enum huge {
        \tHUGE = 9223372036854775809,
        };


        """)
  }

  @Test("pointers to functions and to arrays, and qualifiers of pointers") func declarators() throws {
    var btf = BTFBuilder()
    let int = btf.integer("int", bytes: 4, encoding: 1)
    let call = btf.pointer(to: btf.prototype(result: btf.pointer(to: int), [("count", int), ("", 0)]))
    let rows = btf.pointer(to: btf.array(of: int, count: 3))
    let constant = btf.add(10, "", size: btf.pointer(to: btf.add(9, "", size: int)))
    btf.structure(
      "odd", bytes: 24,
      [("call", call, 0, 0), ("rows", rows, 64, 0), ("fixed", constant, 128, 0)])
    let types = KernelTypes(try BTFObject(BTFFile(copying: btf.bytes)))
    var text = ""
    try types.declarations(matchingType: "struct odd") { text += $0 }
    #expect(
      text == """
        vmlinux: struct odd {
        \tint *(*call)(int count, ...);
        \tint (*rows)[3];
        \tvolatile int * const fixed;
        };


        """)
  }

  @Test("names, sorted, of one kind; other patterns are not of types") func names() throws {
    let types = KernelTypes(try BTFObject(BTFFile(copying: BTFBuilder.sample.bytes)))
    #expect(types.names(matchingType: "struct *") == ["struct pair_t_body", "struct thing"])
    #expect(types.names(matchingType: "union *") == [])
    #expect(types.names(matchingType: "tracepoint:*") == nil)
  }
}
