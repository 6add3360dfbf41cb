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
    let text = try declarations("struct thing")
    #expect(text.hasPrefix("vmlinux: struct thing {\n\tpid_t id;\n\tint low: 3;\n\tint high: 29;\n"), "\(text)")
    #expect(
      text.contains(
        """

        \tchar name[16];
        \tstruct thing *next;
        \tunion {
        \t\tint low;
        \t\tlong unsigned int all;
        \t};
        \tint rows[2][3];
        \tenum huge huge;

        """), "\(text)")
    #expect(text.hasSuffix("\n};\n\n") || text.hasSuffix("\n} __attribute__((packed));\n\n"), "\(text)")
  }

  @Test("enumerators with their values, of both widths; an empty line ends each declaration") func enumerations() throws
  {
    let text = try declarations("enum *")
    #expect(text.hasPrefix("vmlinux: enum color {\n\tRED = 0,\n\tDARK = -1,\n};\n\nvmlinux: enum huge {\n"), "\(text)")
    #expect(text.contains("\tHUGE = 9223372036854775809"), "\(text)")
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
        \tint * (*call)(int count, ...);
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
