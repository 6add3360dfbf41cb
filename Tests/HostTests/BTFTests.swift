import Testing
import TraceLang

@testable import Runtime

@Suite struct BTFTests {
  private func types(_ bytes: [UInt8]) throws -> KernelTypes {
    KernelTypes(try BTFObject(BTFFile(copying: bytes)))
  }

  private func sample() throws -> KernelTypes { try types(BTFBuilder.sample.bytes) }

  private func layout(of name: String) throws -> RecordLayout? {
    let types = try sample()
    guard case .record(.btf(let object, let id, _)) = types.type(named: name) else { return nil }
    return types.layout(object: object, type: id)
  }

  @Test func membersHaveTheirTypesAndOffsets() throws {
    #expect(
      try layout(of: "struct thing").map(describe) == """
        thing, 104 bytes
        0 id: s32
        4 low: s32 bits 0+3
        4 high: s32 bits 3+29
        8 on: bool bits 0+1
        8 color: color s32 bits 8+8
        12 name: string 16
        32 next: {thing}* kernel
        40 : {}
        48 rows: s32[3][2]
        72 huge: huge u64
        80 where: s8* user
        88 packed: u8[9]
        100 tail: s32 bits 0+32
        """)
  }

  @Test func aFieldAcrossItsUnitIsReadFromWhereItBegins() throws {
    var btf = BTFBuilder()
    let int = btf.integer("int", bytes: 4)
    _ = btf.structure("packed", bytes: 5, [("a", int, 0, 30), ("b", int, 30, 10)])
    let types = try types(btf.bytes)
    #expect(
      types.layout(object: 0, type: 2).map(describe) == """
        packed, 5 bytes
        0 a: u32 bits 0+30
        1 b: u32 bits 22+10
        """)
  }

  @Test("functions that trampolines cannot call for have no typed probes by wildcards") func traceable() throws {
    func traceable(structs: Bool, stack: Bool) throws -> [String] {
      var btf = BTFBuilder()
      let int = btf.integer("int", bytes: 4)
      let wide = btf.integer("__int128", bytes: 16)
      let pair = btf.structure("pair", bytes: 16, [("a", int, 0, 0)])
      let large = btf.structure("large", bytes: 24, [("a", int, 0, 0)])
      let either = btf.structure("either", bytes: 8, isUnion: true, [("a", int, 0, 0)])
      btf.structure("btf_func_model", bytes: 8, [(structs ? "arg_flags" : "arg_size", int, 0, 0)])
      btf.add(6, "bpf_attach_type", size: 4, count: 1, [btf.name(stack ? "BPF_TRACE_UPROBE_MULTI" : "BPF_XDP"), 48])
      var names = ["unknown", "modular:plain"]
      func add(_ name: String, result: UInt32, _ parameters: [UInt32]) {
        names.append(name)
        btf.add(12, name, size: btf.prototype(result: result, parameters.map { ("", $0) }))
      }
      add("plain", result: int, [int, btf.pointer(to: 0), wide])
      add("nothing", result: 0, [])
      add("named", result: btf.add(8, "int_t", size: int), [btf.add(10, "", size: int)])
      add("twelve", result: 0, Array(repeating: int, count: 12))
      add("six", result: 0, Array(repeating: int, count: 6))
      add("thirteen", result: 0, Array(repeating: int, count: 13))
      add("variadic", result: 0, [int, 0])
      add("takes_pair", result: 0, [pair])
      add("takes_large", result: 0, [large])
      add("takes_either", result: 0, [either])
      add("gives_pair", result: pair, [])
      add("gives_either", result: either, [])
      add("migrate_disable", result: 0, [])
      return try types(btf.bytes).traceable(names).sorted()
    }
    let always = ["named", "nothing", "plain", "six"]
    #if arch(x86_64)
      let many = ["twelve"]
    #else
      let many: [String] = []
    #endif
    #expect(try traceable(structs: false, stack: false) == always)
    #expect(try traceable(structs: true, stack: false) == (always + ["takes_pair"]).sorted())
    #expect(try traceable(structs: true, stack: true) == (always + ["takes_pair"] + many).sorted())
  }

  @Test func typesAreFoundByTheirCNames() throws {
    let types = try sample()
    let names = ["pid_t", "enum color", "long unsigned int", "union color", "struct nosuch", "struct", "", "thing"]
    #expect(
      names.map { types.type(named: $0).map(describe) ?? "nil" } == [
        "s32", "color s32", "u64", "nil", "nil", "nil", "nil", "nil",
      ])
  }

  @Test func aForwardDeclarationHasTheLayoutOfTheStructItNames() throws {
    let types = try sample()
    let forward = try #require(types.find(BTFKinds(.forward), "thing"))
    #expect(types.layout(object: 0, type: forward.id)?.size == 104)
  }

  @Test func enumeratorsAreSignedAsTheirEnum() throws {
    let types = try sample()
    // The first ones by scans, those behind by a table.
    for _ in 0..<30 {
      #expect(types.enumerator(named: "DARK")?.value == -1)
      #expect(types.enumerator(named: "HUGE")?.value == Int64.min + 1)
      #expect(types.enumerator(named: "nosuch") == nil)
    }
    guard case .enumeration(.btf(let object, let id, _), _) = types.type(named: "enum color") else {
      Issue.record("no enum color")
      return
    }
    #expect(types.enumerators(object: object, type: id).map { "\($0.name)=\($0.value)" } == ["RED=0", "DARK=-1"])
  }

  @Test func argumentsOfARawTracepointHaveTheNamesOfItsIterator() throws {
    let arguments = try #require(try sample().arguments(ofRawTracepoint: "go"))
    #expect(arguments.map { "\($0.name): \(describe($0.type))" } == ["thing: {thing}* kernel", "count: s32"])
  }

  @Test func argumentsWithoutNamesAreNumbered() throws {
    var btf = BTFBuilder()
    let int = btf.integer("int", bytes: 4)
    let proto = btf.prototype(result: 0, [("", btf.pointer(to: 0)), ("", int), ("", int)])
    btf.add(8, "btf_trace_go", size: btf.pointer(to: proto))
    #expect(try types(btf.bytes).arguments(ofRawTracepoint: "go")?.map(\.name) == ["arg0", "arg1"])
  }

  @Test func argumentsByValueTakeAsManyWordsAsTheyNeed() throws {
    var btf = BTFBuilder()
    let int = btf.integer("int", bytes: 4)
    let wide = btf.structure("wide", bytes: 12, [("a", int, 0, 0)])
    btf.add(12, "f", size: btf.prototype(result: int, [("w", wide), ("n", int)]))
    #expect(try types(btf.bytes).layout(ofArguments: "f")?.members.map(\.offset) == [0, 16])
  }

  @Test func namesAreFoundAlikeByScanAndByTable() throws {
    let object = try BTFObject(BTFFile(copying: BTFBuilder.sample.bytes))
    let names = ["thing", "color", "pid_t", "btf_trace_go", "do_thing", "int", "nosuch", "thin"]
    let kinds = BTFKinds(rawValue: .max)
    let byScan = names.map { object.find(kinds, $0)?.id }
    for _ in 0..<10 { _ = object.find(kinds, "int") }
    #expect(names.map { object.find(kinds, $0)?.id } == byScan)
    #expect(byScan.map { $0 != nil } == [true, true, true, true, true, true, false, false])
  }

  @Test func aModuleGoesOnFromTheKernelsTypesAndStrings() throws {
    var base = BTFBuilder()
    let int = base.integer("int", bytes: 4, encoding: 1)
    let kernel = try BTFObject(BTFFile(copying: base.bytes))
    // "inner" is at 0 of the module's own strings, which go on where the kernel's 5 bytes end.
    let words: [UInt32] = [0x0001_EB9F, 24, 0, 24, 24, 8, 5, 4 << 24 | 1, 4, 5 + 6, int, 0]
    let bytes =
      words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } } + Array("inner\0x\0".utf8)
    let module = try BTFObject(BTFFile(copying: bytes), number: 1, base: kernel)
    let found = try #require(module.find(.structure, "inner"))
    #expect(found.id == 2)
    #expect(found.layout.map(describe) == "inner, 4 bytes\n0 x: s32")
  }

  @Test(arguments: [
    (0, "the type information is not BTF of this machine"),
    (23, "the type information is not BTF of this machine"),
    (24, "the type information is cut off"),
    (400, "the type information is cut off"),
  ])
  func whatEndsTooSoonIsRefused(length: Int, message: String) {
    let bytes = Array(BTFBuilder.sample.bytes.prefix(length))
    #expect(throws: TargetError(message)) { try BTFObject(BTFFile(copying: bytes)) }
  }

  private func describe(_ layout: RecordLayout) -> String {
    let members = layout.members.map { member in
      let bits = member.bitField.map { " bits \($0.shift)+\($0.width)" } ?? ""
      return "\n\(member.offset) \(member.name): \(describe(member.type))\(bits)"
    }
    return "\(layout.name), \(layout.size) bytes" + members.joined()
  }

  private func describe(_ type: Type) -> String {
    switch type {
    case .integer(let type): "\(type.isSigned ? "s" : "u")\(type.bits)"
    case .pointer(let target, let space): "\(describe(target))* \(space)"
    case .array(let element, let count): "\(describe(element))[\(count)]"
    case .record(let reference): "{\(reference.name)}"
    case .enumeration(let reference, let type): "\(reference.name) \(describe(.integer(type)))"
    case .string(let capacity): "string \(capacity)"
    default: "\(type)"
    }
  }
}
