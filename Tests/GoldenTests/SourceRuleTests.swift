import TestSupport
import Testing

/// What is asked of the sources and the compiler does not ask.
@Suite struct SourceRuleTests {
  /// Switches over an error number, too, and the preprocessor's, which are being rewritten.
  private static let exempt: Set = ["Runtime/Loader/SystemCall.swift"]

  @Test("a switch over an enum of ours names every case: a default would take those that are added later")
  func defaults() throws {
    let folder = Repository.root + "/Sources"
    let files = FileContents.files(under: folder, extension: "swift")
    #expect(files.count > 300)
    for file in files where !Self.exempt.contains(file) {
      #expect(Self.defaults(amongCases: try FileContents.text("\(folder)/\(file)")) == [], "\(file)")
    }
  }

  @Test("the rule takes strings, numbers and cases that are named with the type of another module") func foreign() {
    let text = """
      switch a {
      case .b(let value) where value > 0:
        switch value {
        // Nothing else is one.
        case 1, UInt8(ascii: "b"): return .c
        case 2 where next == .d: return .e
        default: break
        }
      case .c,
        .d:
        break
      default: break
      }
      switch Errno(rawValue: code) {
      case Errno.exists: true
      default: false
      }
      """
    #expect(Self.defaults(amongCases: text) == [12])
  }

  /// The lines of a formatted source, from 1 on, with a `default` in a switch that names a case by a dot alone.
  private static func defaults(amongCases text: String) -> [Int] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.filter { index in
      let indentation = lines[index].prefix { $0 == " " }
      guard lines[index].dropFirst(indentation.count).hasPrefix("default:") else { return false }
      let arms = lines[..<index].reversed().prefix { line in
        let rest = line.dropFirst(indentation.count)
        return !line.hasPrefix(indentation) || !rest.contains("switch ") || rest.hasPrefix(" ")
      }
      return arms.contains { $0.hasPrefix(indentation + "case ") && namesCase($0.dropFirst(indentation.count + 5)) }
    }.map { $0 + 1 }
  }

  /// Whether a pattern has a name after a dot that nothing stands before.
  private static func namesCase(_ arm: Substring) -> Bool {
    let pattern = arm.firstRange(of: " where ").map { arm[..<$0.lowerBound] } ?? arm
    var before: Character = " "
    for (character, next) in zip(pattern, pattern.dropFirst()) {
      if before == ":", character == " " { return false }
      if character == ".", " (".contains(before), next.isLetter { return true }
      before = character
    }
    return false
  }
}
