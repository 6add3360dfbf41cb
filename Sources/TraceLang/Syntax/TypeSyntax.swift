/// A type as written in a cast, `let`, `sizeof` or a C declaration.
public struct TypeSyntax: Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public indirect enum Kind: Sendable {
    /// `uint64`, `unsigned long`, `size_t`, `string`, `inet`; C words joined by one space.
    case named(String)
    case structure(CDeclaration.Keyword, name: String)
    /// A struct, union or enum declared in place (members of C structs).
    case inline(CDeclaration.Aggregate)
    case pointer(TypeSyntax)
    /// `int[4]`; the count is `nil` for `int[]`.
    case array(TypeSyntax, count: Expression?)
    /// `string[64]`, `buffer[16]`
    case sized(String, Expression)
    case tuple([TypeSyntax])
    /// `void (*)(int)`; only its size matters.
    case function
    case typeof(Expression)
  }
}

/// A C declaration at the top of a script.
public struct CDeclaration: Sendable {
  public enum Keyword: String, Sendable, Codable {
    case `struct`, union, `enum`
  }

  public enum Kind: Sendable {
    case aggregate(Aggregate)
    /// `typedef type name;`
    case alias(Name, TypeSyntax)
  }

  /// `struct name { ... }`; `members` is `nil` for a forward declaration.
  public struct Aggregate: Sendable {
    public var keyword: Keyword
    public var name: Name?
    public var members: [Member]?
    public var enumerators: [Enumerator]
    public var isPacked: Bool
    /// Of `__attribute__((aligned(n)))`.
    public var alignment: Int?
    /// Preprocessor lines between the members or enumerators; none is left after expansion.
    public var directives: [PlacedDirective]

    public init(
      keyword: Keyword, name: Name?, members: [Member]?, enumerators: [Enumerator] = [], isPacked: Bool = false,
      alignment: Int? = nil, directives: [PlacedDirective] = []
    ) {
      self.keyword = keyword
      self.name = name
      self.members = members
      self.enumerators = enumerators
      self.isPacked = isPacked
      self.alignment = alignment
      self.directives = directives
    }
  }

  /// A preprocessor line in front of the member or enumerator with an index.
  public struct PlacedDirective: Sendable {
    public var directive: Directive
    public var index: Int

    public init(_ directive: Directive, index: Int) {
      self.directive = directive
      self.index = index
    }
  }

  /// One member of a struct or union; `name` is `nil` for an anonymous one.
  public struct Member: Sendable {
    public var name: Name?
    public var type: TypeSyntax
    public var bitWidth: Expression?
    /// Of `__attribute__((aligned(n)))` behind the name.
    public var alignment: Int?
    /// Of `__attribute__((packed))` there.
    public var isPacked: Bool

    public init(
      name: Name?, type: TypeSyntax, bitWidth: Expression? = nil, alignment: Int? = nil, isPacked: Bool = false
    ) {
      self.name = name
      self.type = type
      self.bitWidth = bitWidth
      self.alignment = alignment
      self.isPacked = isPacked
    }
  }

  public struct Enumerator: Sendable {
    public var name: Name
    public var value: Expression?

    public init(name: Name, value: Expression?) {
      self.name = name
      self.value = value
    }
  }

  public var kind: Kind
  public var range: SourceRange

  public init(kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}
