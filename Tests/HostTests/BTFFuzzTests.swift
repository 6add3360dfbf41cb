import TestSupport
import Testing
import TraceLang

@testable import Runtime

@Suite struct BTFFuzzTests {
  /// Asks everything there is to ask.
  private func exercise(_ object: BTFObject) {
    let types = KernelTypes(object)
    for id in 0...min(object.endID, 200) {
      _ = object.languageType(id)
      _ = object.size(of: id)
      _ = types.layout(object: 0, type: id)
      _ = types.enumerators(object: 0, type: id)
      _ = object.signature(ofPrototype: id)
    }
    for name in ["struct thing", "pid_t", "loop_t", "enum color"] { _ = types.type(named: name) }
    for _ in 0..<9 { _ = types.arguments(ofRawTracepoint: "go") }
    _ = types.layout(ofArguments: "do_thing")
    for _ in 0..<52 { _ = types.enumerator(named: "DARK") }
    _ = types.rawTracepoints(matching: Glob("*"))
    _ = types.functions(prefix: "", matching: Glob("*"))
  }

  @Test func damagedBTFNeverTraps() {
    var random = SplitMix(seed: 5)
    let bytes = BTFBuilder.sample.bytes
    var accepted = 0
    for _ in 0..<4000 {
      guard let object = try? BTFObject(BTFFile(copying: random.damaged(bytes))) else { continue }
      accepted += 1
      exercise(object)
    }
    #expect(accepted > 500)
  }

  @Test func randomWordsInPlaceOfTypesNeverTrap() {
    var random = SplitMix(seed: 6)
    for _ in 0..<2000 {
      var bytes = BTFBuilder.sample.bytes
      for _ in 0..<8 {
        let place = Int.random(in: 24..<bytes.count - 4, using: &random) & ~3
        let word = UInt32.random(in: 0...60, using: &random)
        withUnsafeBytes(of: word) { bytes.replaceSubrange(place..<place + 4, with: $0) }
      }
      if let object = try? BTFObject(BTFFile(copying: bytes)) { exercise(object) }
    }
  }
}
