import TestSupport
import Testing
import TraceLang

@testable import Codegen

/// Bundles that a stranger made up: all of them are refused before anything of them runs, and the reason is told.
@Suite struct CraftedBundleTests {
  /// One of each kind of storage: a hash per CPU, a hash, slots, cells; a stack map; printed structs.
  static let script = """
    struct pair { int a; int b : 5; } struct outer { struct pair p[2]; char name[8]; }
    tracepoint:syscalls:sys_enter_read {
      @stats[pid] = stats(pid); @counts[pid] = count(); @names[pid] = comm; @total = sum(1); @last = 5; @s = kstack(3); @h = lhist(pid, 0, 100, 10);
      @o = *(struct outer *)0; printf("%d %s %r\\n", pid, comm, buf("abc", 3)); print(@names); print(@counts[1]);
      print(strftime("%H", nsecs(sw_tai)));
    }
    interval:s:1 { @i[(uint8)pid] = count(); exit(); }
    """

  func bundle() throws -> Bundle { try BuiltScript(Self.script).bundle }

  /// Why a bundle is refused after a change; `nil` when it is not.
  func refusal(_ change: (inout Bundle) throws -> Void) throws -> String? {
    var bundle = try bundle()
    try change(&bundle)
    do throws(BundleError) {
      _ = try CheckedBundle(bundle)
      return nil
    } catch {
      let (start, end) = ("the bundle contradicts itself: ", "; build it again")
      #expect(error.message.hasPrefix(start) && error.message.hasSuffix(end))
      return String(error.message.dropFirst(start.count).dropLast(end.count))
    }
  }

  func told(_ refusal: @autoclosure () throws -> String?) throws -> String { try #require(try refusal()) }

  /// The index of the view of a name.
  func view(_ name: String, _ bundle: Bundle) throws -> Int {
    try #require(bundle.views.firstIndex { $0.name == name })
  }

  func data(_ bundle: Bundle) throws -> Int {
    let map = bundle.maps.firstIndex { $0.isData }
    return try #require(map)
  }

  @Test func whatTheCompilerMakesIsTaken() throws { #expect(try refusal { _ in } == nil) }

  // MARK: Places

  @Test("a word outside of its map, or in one that cannot be written, is refused, whatever it is for")
  func words() throws {
    for word in SharedWord.allCases {
      let place = \Bundle.words[word]
      #expect(try told(refusal { $0[keyPath: place] = .init(map: try data($0), offset: 1 << 40) }).contains("outside"))
      #expect(try told(refusal { $0[keyPath: place] = .init(map: try data($0), offset: -8) }).contains("outside"))
      #expect(try told(refusal { $0[keyPath: place] = .init(map: 99, offset: 0) }).hasSuffix("there is no map 99"))
      #expect(
        try told(
          refusal {
            $0.maps.append(MapSpec(name: "f", kind: .array, keySize: 4, valueSize: 8, maxEntries: 1, isFrozen: true))
            $0[keyPath: place] = .init(map: $0.maps.count - 1, offset: 0)
          }
        ).hasSuffix("is not memory that can be written"))
    }
    #expect(
      try refusal {
        $0.stacks[0] = StackStorage(
          shape: .init(limit: 3, frameWords: 1), map: $0.stacks[0].map, lost: .init(map: 99, offset: 0))
      }
        != nil)
    #expect(try refusal { $0.views[try view("@counts", $0)].lostUpdates = .init(map: 0, offset: 1 << 40) } != nil)
    #expect(try told(refusal { $0.views[0].keyNames = [] }).hasSuffix("its keys have 0 names"))
    #expect(try told(refusal { $0.views[0].keyNames = ["a\0"] }).hasSuffix("the name of a key is no text"))
    #expect(try refusal { $0.views[0].keyNames = ["a"] } == nil)
  }

  @Test("no place of a 64-bit word is missing from those that are checked") func allWordsAreListed() throws {
    var bundle = try bundle()
    let map = try data(bundle)
    bundle.words[.cutLoops] = .init(map: map, offset: 1 << 22)
    bundle.words[.startTime] = .init(map: map, offset: 1 << 20)
    bundle.words[.wallOffset] = .init(map: map, offset: 1 << 21)
    var found: Set<MapView.Place> = []
    func walk(_ value: Any) {
      if let place = value as? MapView.Place { found.insert(place) }
      for child in Mirror(reflecting: value).children { walk(child.value) }
    }
    walk(bundle)
    #expect(found.count >= 6)
    #expect(found == Set(bundle.allWords.map(\.place)))
  }

  // MARK: Maps and views

  private func setValues(_ values: MapView.Hash.Values, of view: inout MapView) throws {
    guard case .aggregation(let aggregation, .hash(let hash)) = view.content else {
      Issue.record("\(view.name) is no aggregation in a hash")
      return
    }
    view.content = .aggregation(aggregation, .hash(.init(map: hash.map, values: values)))
  }

  @Test("a map that is not what a view or the stacks say of it is refused") func storages() throws {
    #expect(
      try refusal {
        $0.stacks[0] = StackStorage(shape: .init(limit: 3, frameWords: 1), map: 99, lost: $0.stacks[0].lost)
      }
        == "stack storage 0: there is no map 99")
    #expect(
      try told(
        refusal {
          $0.stacks[0] = StackStorage(
            shape: .init(limit: 9, frameWords: 1), map: $0.stacks[0].map, lost: $0.stacks[0].lost)
        }
      )
      .hasSuffix("does not hold stacks of 9 frames"))
    #expect(
      try told(
        refusal {
          let index = try view("@counts", $0)
          try setValues(.perCPU, of: &$0.views[index])
        }
      ).hasSuffix("holds entries of another kind"))
    #expect(
      try told(
        refusal {
          let index = try view("@stats", $0)
          try setValues(.slots(stride: 1 << 20), of: &$0.views[index])
        }
      ).hasSuffix("has other values"))
    #expect(
      try told(
        refusal {
          let index = try view("@counts", $0)
          let map = try #require($0.views[index].content.hash).map
          $0.views[index].content = .plain($0.views[index].value, .hash(map: map))
        }
      ).hasSuffix("its plain values are of an aggregation"))
    for change: (inout MapSpec) -> Void in [{ $0.valueSize += 8 }, { $0.keySize += 1 }, { $0.kind = .perCPUHash }] {
      #expect(try refusal { change(&$0.maps[try #require($0.views[try view("@counts", $0)].content.hash).map]) } != nil)
    }
    #expect(
      try told(refusal { $0.settings.possibleCPUs = 4000 }).hasSuffix("has other values"))
    #expect(try told(refusal { $0.maps[try data($0)].isFrozen = true }).contains("that can be written"))
    #expect(
      try told(refusal { $0.maps.append($0.maps[try #require($0.maps.firstIndex { $0.kind == .ringBuffer })]) })
        == "there are several ring buffers")
  }

  @Test("keys of a domain are as many bytes as the map's") func domainKeys() throws {
    #expect(
      try told(
        refusal {
          let map = try data($0)
          $0.views.append(
            MapView(
              name: "@x", key: .uint64, keySize: 8, keyFields: [Field(offset: 0, size: 8, type: .uint64)],
              valueSize: 8,
              content: .plain(
                .uint64, .cells(.init(map: map, offset: 0, presence: 8, stride: 16, domain: .keys([[1], [2]]))))))
        }
      ).hasSuffix("its keys are of several sizes"))
  }

  // MARK: Types

  @Test(
    "a type that is larger than its field, or of no size, is refused",
    arguments: [
      (Type.string(capacity: 9), "has 9 bytes and its field 8"),
      (.stack(StackType(isUser: false, mode: .raw, limit: 3)), "has 16 bytes and its field 8"),
      (.tuple([TupleElement(.uint64), TupleElement(.uint8)]), "has 16 bytes and its field 8"),
      (.integer(IntegerType(bits: 7, signed: true)), "an integer has 7 bits"),
      (.tuple([TupleElement(.integer(IntegerType(bits: 0, signed: true)))]), "an integer has 0 bits"),
      (.array(.void, count: 1 << 40), "an array has 1099511627776 elements"),
      (.array(.array(.void, count: 1 << 20), count: 1 << 20), "a type is too large"),
      (.array(.uint64, count: -1), "an array has -1 elements"),
      (.stack(StackType(isUser: false, mode: .raw, limit: .max)), "a stack has 9223372036854775807 frames"),
      (.aggregation(.hist(k: 60)), "a histogram has 2^60 buckets for each power of two"),
      (.aggregation(.lhist(min: .min, max: .max, step: 1)), "a histogram has steps of 1"),
      (.aggregation(.lhist(min: 0, max: 5, step: 0)), "a histogram has steps of 0"),
      (.aggregation(.tseries(interval: 0, count: 5, .sum)), "a time series has 5 intervals of 0 ns"),
    ])
  func types(type: Type, fault: String) throws {
    #expect(
      try told(refusal { $0.actions.append(.print(Field(offset: 0, size: 8, type: type))) }).contains(fault))
  }

  @Test("a struct whose member is outside of it or is itself is refused") func layouts() throws {
    let own = RecordReference.script(99, name: "own")
    func layout(_ type: Type, offset: Int = 0, bits: RecordLayout.BitField? = nil) -> Bundle.PrintedLayout {
      Bundle.PrintedLayout(
        reference: own,
        layout: RecordLayout(
          name: "own", isUnion: false, size: 8, members: [.init(name: "m", type: type, offset: offset, bitField: bits)])
      )
    }
    func refusal(_ printed: Bundle.PrintedLayout) throws -> String? {
      try self.refusal { $0.layouts.append(printed) }
    }
    #expect(try refusal(layout(.uint64)) == nil)
    #expect(try told(refusal(layout(.uint64, offset: 1))).hasSuffix("the member m is outside of own"))
    #expect(try told(refusal(layout(.record(own)))).hasSuffix("own has no size"))
    #expect(try told(refusal(layout(.array(.record(own), count: 0)))).hasSuffix("own has no size"))
    #expect(try told(refusal(layout(.tuple([TupleElement(.record(own))])))).hasSuffix("own has no size"))
    #expect(try told(refusal(layout(.uint64, bits: .init(shift: 64, width: 1)))).hasSuffix("are outside of it"))
    #expect(try told(refusal(layout(.uint64, bits: .init(shift: 0, width: 0)))).hasSuffix("are outside of it"))
  }

  @Test("structs of structs without an end in sight are refused") func towers() throws {
    #expect(
      try refusal {
        for number in 0..<30 {
          let next = Type.record(.script(101 + number, name: "t"))
          $0.layouts.append(
            Bundle.PrintedLayout(
              reference: .script(100 + number, name: "t"),
              layout: RecordLayout(
                name: "t", isUnion: true, size: 8,
                members: [.init(name: "a", type: next, offset: 0), .init(name: "b", type: next, offset: 0)])))
        }
      } != nil)
  }

  // MARK: Actions

  @Test("a conversion that does not print its argument is refused") func conversions() throws {
    func refusal(
      _ field: Field, _ conversion: FormatDirective.Conversion, _ change: (inout FormatDirective) -> Void = { _ in }
    )
      throws -> String?
    {
      var directive = FormatDirective(conversion)
      change(&directive)
      return try self.refusal { $0.actions.append(.printf(Format(segments: [.argument(directive, field)]))) }
    }
    let word = Field(offset: 0, size: 8, type: .uint64)
    #expect(try refusal(word, .decimal) == nil)
    #expect(try told(refusal(word, .buffer)).contains("%r does not print"))
    #expect(try told(refusal(Field(offset: 0, size: 3, type: .uint8), .decimal)).contains("of 3 bytes"))
    #expect(try told(refusal(word, .decimal) { $0.width = .max }).hasSuffix("a conversion is too wide"))
    #expect(try told(refusal(word, .decimal) { $0.precision = -5 }).hasSuffix("a conversion is too wide"))
    #expect(try told(refusal(word, .decimal) { $0.lengthBits = 500 }).hasSuffix("a conversion is too wide"))
    #expect(try told(refusal(Field(offset: .max, size: 8, type: .uint64), .decimal)).contains("outside"))
  }

  @Test("a formula of other numbers than it is sent is refused") func formulas() throws {
    func refusal(
      _ steps: [Formula.Step], _ elements: [Type] = [.int64, .uint64], size: Int? = nil,
      _ conversion: FormatDirective.Conversion = .fixed
    ) throws -> String? {
      let field = Field(offset: 0, size: size ?? 8 * elements.count, type: .tuple(elements.map { TupleElement($0) }))
      var directive = FormatDirective(conversion)
      directive.formula = Formula(steps)
      return try self.refusal { $0.actions.append(.printf(Format(segments: [.argument(directive, field)]))) }
    }
    #expect(try refusal([.element(0), .element(1), .divide]) == nil)
    #expect(try refusal([.element(0), .constant(0), .divide]) == nil)
    let wrong = "a formula is none of the numbers it has"
    for steps: [Formula.Step] in [
      [], [.element(2)], [.element(-1)], [.divide], [.element(0), .divide], [.element(0), .element(1)], [.negate],
      [.element(0), .element(1), .choose], Array(repeating: .constant(1), count: 3000),
      [.element(0)] + Array(repeating: .negate, count: Formula.maximumSteps),
    ] {
      #expect(try told(refusal(steps)).hasSuffix(wrong))
    }
    #expect(try told(refusal([.element(0)], [.int32])).hasSuffix(wrong))
    #expect(try told(refusal([.element(0)], [.int64], size: 16)).hasSuffix(wrong))
    #expect(
      try told(refusal([.element(0)], [.int64], .decimal)).hasSuffix("a conversion of whole numbers has a formula"))
    let tuple = Field(offset: 0, size: 8, type: .tuple([TupleElement(.int64)]))
    #expect(
      try told(
        self.refusal { $0.actions.append(.printf(Format(segments: [.argument(FormatDirective(.fixed), tuple)]))) }
      ).contains("%f does not print"))
  }

  @Test("an action on a view that is not there is refused") func actions() throws {
    for action: Action in [
      .printMap(view: 99), .clear(view: -1), .zero(view: 99), .lostUpdates(view: 99),
      .printMapValue(view: 99, key: nil, value: Field(offset: 0, size: 8, type: .uint64)),
      .join(separator: " ", capacity: 0), .join(separator: " ", capacity: .max), .time("%H\0%M"),
    ] {
      #expect(try refusal { $0.actions.append(action) } != nil, "\(action)")
    }
  }
}
