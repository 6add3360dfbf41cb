/// An element of an XML 1.0 file, read by rules that refuse what is not well-formed.
public struct XMLElement {
  public struct Malformed: Error {
    public let message: String
  }

  public var name: String
  public var attributes: [String: String] = [:]
  public var elements: [XMLElement] = []
  /// That between its tags, not of the elements there.
  public var text = ""

  /// Elements of a name, this one and those in it.
  public func all(_ name: String) -> [XMLElement] {
    (self.name == name ? [self] : []) + elements.flatMap { $0.all(name) }
  }

  public init(parsing bytes: [UInt8]) throws {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed(message: "no UTF-8") }
    for scalar in text.unicodeScalars {
      let isAllowed =
        scalar == "\t" || scalar == "\n" || scalar == "\r" || (scalar.value >= 0x20 && scalar.value < 0xfffe)
      guard isAllowed || scalar.value > 0xffff else { throw Malformed(message: "character \(scalar.value)") }
    }
    var reader = Reader(rest: Substring(text).unicodeScalars)
    _ = try reader.take(after: "<?xml", upTo: "?>")
    reader.skipBlanks()
    self = try reader.element()
    reader.skipBlanks()
    guard reader.rest.isEmpty else { throw Malformed(message: "something after the root") }
  }

  private init(name: String) { self.name = name }

  private struct Reader {
    var rest: Substring.UnicodeScalarView

    private func starts(with text: String) -> Bool { rest.starts(with: text.unicodeScalars) }

    mutating func skipBlanks() { rest = rest.drop { " \n\t\r".unicodeScalars.contains($0) } }

    mutating func take(after start: String, upTo end: String) throws -> String {
      guard starts(with: start) else { throw Malformed(message: "no \(start) at \(String(rest.prefix(20)))") }
      rest = rest.dropFirst(start.unicodeScalars.count)
      var text = String.UnicodeScalarView()
      while !starts(with: end) {
        guard let next = rest.popFirst() else { throw Malformed(message: "no \(end)") }
        text.append(next)
      }
      rest = rest.dropFirst(end.unicodeScalars.count)
      return String(text)
    }

    private mutating func word() throws -> String {
      let word = rest.prefix { $0.properties.isAlphabetic || "0123456789-:".unicodeScalars.contains($0) }
      guard !word.isEmpty else { throw Malformed(message: "no name at \(String(rest.prefix(20)))") }
      rest = rest.dropFirst(word.count)
      return String(word)
    }

    mutating func element() throws -> XMLElement {
      _ = try take(after: "<", upTo: "")
      var element = XMLElement(name: try word())
      while true {
        skipBlanks()
        if starts(with: "/>") {
          rest = rest.dropFirst(2)
          return element
        }
        if starts(with: ">") { break }
        let name = try word()
        let value = try take(after: "=\"", upTo: "\"")
        guard element.attributes[name] == nil, !value.contains("<") else {
          throw Malformed(message: "attribute \(name)")
        }
        element.attributes[name] = try Self.resolved(value)
      }
      rest = rest.dropFirst()
      while true {
        if starts(with: "</") {
          let name = try take(after: "</", upTo: ">")
          guard name == element.name else { throw Malformed(message: "</\(name)> ends <\(element.name)>") }
          return element
        } else if starts(with: "<![CDATA[") {
          element.text += try take(after: "<![CDATA[", upTo: "]]>")
        } else if starts(with: "<") {
          element.elements.append(try self.element())
        } else {
          let text = rest.prefix { $0 != "<" }
          guard !text.isEmpty else { throw Malformed(message: "no </\(element.name)>") }
          rest = rest.dropFirst(text.count)
          element.text += try Self.resolved(String(text))
        }
      }
    }

    private static func resolved(_ text: String) throws -> String {
      guard !text.contains("]]>") else { throw Malformed(message: "]]> in text") }
      var parts = text.split(separator: "&", omittingEmptySubsequences: false)[...]
      var result = String(parts.removeFirst())
      for part in parts {
        guard let end = part.firstIndex(of: ";"), let character = references[String(part[..<end])] else {
          throw Malformed(message: "&\(part)")
        }
        result += character + part[part.index(after: end)...]
      }
      return result
    }

    private static let references = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]
  }
}
