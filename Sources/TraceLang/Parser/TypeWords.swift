/// Which words name types, where a parenthesised word may be a cast or an expression.
enum TypeWords {
  /// Integer types and `void`: words that never name a value.
  static let plain: Set<String> = [
    "void", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
  ]

  /// Types that may take a size, as in `string[64]`.
  static let sized: Set<String> = ["string", "buffer", "inet"]

  /// Other types of the language and integer types of the kernel without the `_t`.
  private static let others: Set<String> = [
    "timestamp", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64",
    "__u8", "__u16", "__u32", "__u64", "__s8", "__s16", "__s32", "__s64", "__be16", "__be32", "__be64", "__le16",
    "__le32", "__le64", "__int128",
  ]

  /// The words that C builds integer types from.
  static let wordsOfC: Set<String> = ["unsigned", "signed", "char", "short", "int", "long", "float", "double", "_Bool"]

  /// Words of C in front of a type that change nothing here.
  static let qualifiers: Set<String> = [
    "const", "volatile", "restrict", "__restrict", "__restrict__", "static", "extern", "register", "inline",
    "__extension__", "__user", "__kernel", "__iomem", "__percpu", "__rcu", "__force", "__bitwise", "_Atomic",
  ]

  static let tags: Set<String> = ["struct", "union", "enum"]

  /// Words that start a type that is written in several words.
  static func startsC(_ word: String) -> Bool { wordsOfC.contains(word) || qualifiers.contains(word) }

  /// Whether a word names a type even without a look at what follows it.
  static func isType(_ word: String) -> Bool {
    plain.contains(word) || sized.contains(word) || others.contains(word) || wordsOfC.contains(word)
      || word.hasSuffix("_t")
  }
}
