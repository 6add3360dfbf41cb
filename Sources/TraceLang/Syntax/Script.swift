/// A parsed script: its top-level items and comments in source order.
public struct Script: Sendable {
  public var items: [Item]
  public var comments: [Comment]
  public var range: SourceRange
  /// Whether preprocessor lines stand inside of items: in structs and bodies.
  public var hasInnerDirectives: Bool

  public init(items: [Item], comments: [Comment], range: SourceRange, hasInnerDirectives: Bool = false) {
    self.items = items
    self.comments = comments
    self.range = range
    self.hasInnerDirectives = hasInnerDirectives
  }

  public enum Item: Sendable {
    case directive(Directive)
    case declaration(CDeclaration)
    case config(ConfigBlock)
    case map(MapDeclaration)
    case imported(ImportDeclaration)
    case macro(MacroDeclaration)
    case probe(ProbeBlock)
  }
}

/// An identifier as written; `text` is without the `$` or `@` of variables and maps.
public struct Name: Hashable, Sendable {
  public var text: String
  public var range: SourceRange

  public init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A `//` or `/* */` comment or a `#!` line, markers included.
public struct Comment: Sendable {
  public var text: String
  public var range: SourceRange

  public init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A preprocessor line (`#include <x>`, `#define A 1`, `#if`), continuation lines joined.
public struct Directive: Sendable {
  /// `include`, `define`, `if`, ... without the `#`.
  public var keyword: Name
  /// What follows the keyword, trimmed.
  public var rest: Name
  public var range: SourceRange

  public init(keyword: Name, rest: Name, range: SourceRange) {
    self.keyword = keyword
    self.rest = rest
    self.range = range
  }
}

/// `config = { name = value; ... }`
public struct ConfigBlock: Sendable {
  public struct Entry: Sendable {
    public enum Value: Hashable, Sendable {
      case integer(UInt64)
      case string(String)
      case word(String)
    }

    public var name: Name
    public var value: Value
    public var valueRange: SourceRange

    public init(name: Name, value: Value, valueRange: SourceRange) {
      self.name = name
      self.value = value
      self.valueRange = valueRange
    }
  }

  public var entries: [Entry]
  public var range: SourceRange

  public init(entries: [Entry], range: SourceRange) {
    self.entries = entries
    self.range = range
  }
}

/// `let @name = kind(entries);`
public struct MapDeclaration: Sendable {
  public var name: Name
  /// `hash`, `lruhash`, ...
  public var kind: Name
  public var entries: Expression?
  public var range: SourceRange

  public init(name: Name, kind: Name, entries: Expression?, range: SourceRange) {
    self.name = name
    self.kind = kind
    self.entries = entries
    self.range = range
  }
}

/// `import "path";`
public struct ImportDeclaration: Sendable {
  public var path: Name
  public var range: SourceRange

  public init(path: Name, range: SourceRange) {
    self.path = path
    self.range = range
  }
}

/// `macro name($a, b, @c) { ... }`
public struct MacroDeclaration: Sendable {
  /// How many arguments it takes.
  var arity: ClosedRange<Int> { parameters.count { $0.defaultValue == nil }...parameters.count }

  /// Whether some call could mean either.
  func takesTheSame(as other: MacroDeclaration) -> Bool {
    let counts = max(arity.lowerBound, other.arity.lowerBound)...
    return counts.prefix { arity.contains($0) && other.arity.contains($0) }.contains { count in
      zip(parameters.prefix(count), other.parameters).allSatisfy { $0.kind == $1.kind }
    }
  }

  public struct Parameter: Sendable {
    public enum Kind: Hashable, Sendable {
      case expression, variable, map, type
    }

    public var kind: Kind
    public var name: Name
    public var defaultValue: Expression?

    public init(kind: Kind, name: Name, defaultValue: Expression? = nil) {
      self.kind = kind
      self.name = name
      self.defaultValue = defaultValue
    }
  }

  public var name: Name
  public var parameters: [Parameter]
  public var body: Block
  public var range: SourceRange

  public init(name: Name, parameters: [Parameter], body: Block, range: SourceRange) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.range = range
  }
}

/// `attachpoint, attachpoint /predicate/ { body }`
public struct ProbeBlock: Sendable {
  public var attachPoints: [AttachPointSyntax]
  public var predicate: Expression?
  public var body: Block
  /// Whether the body was written `< >` instead of `{ }`.
  public var usesAngles: Bool
  /// Whether swtrace added it to the script's.
  package var isOwn = false
  public var range: SourceRange

  public init(
    attachPoints: [AttachPointSyntax], predicate: Expression?, body: Block, usesAngles: Bool, range: SourceRange
  ) {
    self.attachPoints = attachPoints
    self.predicate = predicate
    self.body = body
    self.usesAngles = usesAngles
    self.range = range
  }
}

/// An attach point as written: `provider:part:part`, wildcards and `$1` not yet expanded.
public struct AttachPointSyntax: Sendable {
  public struct Part: Sendable {
    public var text: String
    public var range: SourceRange
    /// Written in double quotes: `:` and wildcards inside are literal.
    public var quoted: Bool

    public init(_ text: String, _ range: SourceRange, quoted: Bool = false) {
      self.text = text
      self.range = range
      self.quoted = quoted
    }
  }

  /// The `name=` before the provider.
  public var label: Name?
  /// Never empty; the first is the provider.
  public var parts: [Part]
  public var range: SourceRange

  public init(label: Name?, parts: [Part], range: SourceRange) {
    self.label = label
    self.parts = parts
    self.range = range
  }
}
