/// What the words of a C type stand for on a 64-bit Linux, without stars and brackets.
enum CTypeName: Hashable, Sendable {
  case void
  case bool
  case char
  case integer(IntegerType)
  /// "enum x"; its size and sign are its user's to know.
  case enumeration(String)
  /// "struct x", "union x", or a typedef that is none of C's or the kernel's integers.
  case record(String)

  init(_ words: [String]) {
    let words = words.filter { !Self.isQualifier($0) }
    if let first = words.first, words.count == 2, first == "struct" || first == "union" {
      self = .record("\(first) \(words[1])")
    } else if words.count == 2, words.first == "enum" {
      self = .enumeration(words[1])
    } else if words.count == 1, let word = words.first {
      self = Self.named(word)
    } else {
      self = Self.keywords(words)
    }
  }

  private static func isQualifier(_ word: String) -> Bool {
    switch word {
    case "const", "volatile", "restrict", "__restrict", "__user", "__kernel", "__iomem", "__percpu", "__rcu": true
    default: false
    }
  }

  private static func named(_ word: String) -> CTypeName {
    switch word {
    case "void": .void
    case "bool", "_Bool": .bool
    case "char": .char
    case "s8", "__s8", "int8_t": .integer(.int8)
    case "u8", "__u8", "uint8_t", "u_char", "uchar": .integer(.uint8)
    case "short", "s16", "__s16", "int16_t": .integer(.int16)
    case "u16", "__u16", "uint16_t", "u_short", "ushort", "umode_t", "__be16", "__le16", "__sum16": .integer(.uint16)
    case "int", "signed", "s32", "__s32", "int32_t", "pid_t", "clockid_t", "key_t", "key_serial_t", "timer_t", "mqd_t":
      .integer(.int32)
    case "unsigned", "u32", "__u32", "uint32_t", "u_int", "uint", "__be32", "__le32", "gfp_t", "fmode_t", "dev_t",
      "uid_t", "gid_t", "qid_t", "__wsum", "__poll_t", "vm_fault_t", "blk_opf_t":
      .integer(.uint32)
    case "long", "s64", "__s64", "int64_t", "ssize_t", "off_t", "loff_t", "ptrdiff_t", "time64_t", "ktime_t",
      "__kernel_time_t", "__kernel_old_time_t", "__kernel_loff_t", "intptr_t":
      .integer(.int64)
    case "u64", "__u64", "uint64_t", "u_long", "ulong", "size_t", "sector_t", "blkcnt_t", "pgoff_t", "ino_t",
      "uintptr_t", "phys_addr_t", "resource_size_t", "dma_addr_t", "__be64", "__le64", "aio_context_t":
      .integer(.uint64)
    default: .record(word)
    }
  }

  /// Several keywords of C's integers in any order.
  private static func keywords(_ words: [String]) -> CTypeName {
    let isSigned = !words.contains("unsigned")
    if words.contains("long") { return .integer(isSigned ? .int64 : .uint64) }
    if words.contains("short") { return .integer(isSigned ? .int16 : .uint16) }
    if words.contains("char") { return .integer(isSigned ? .int8 : .uint8) }
    if words.contains("int") { return .integer(isSigned ? .int32 : .uint32) }
    return .record(words.joined(separator: " "))
  }

  /// The type by itself; `nil` where C's words do not tell.
  var type: Type? {
    switch self {
    case .void: .void
    case .bool: .bool
    case .char: .int8
    case .integer(let type): .integer(type)
    case .enumeration, .record: nil
    }
  }

  /// In bytes; `nil` where C's words do not tell.
  var size: Int? {
    switch self {
    case .bool, .char: 1
    case .integer(let type): type.size
    case .void, .enumeration, .record: nil
    }
  }

  /// `nil` where C's words do not tell.
  var isSigned: Bool? {
    switch self {
    case .char: true
    case .integer(let type): type.isSigned
    case .bool: false
    case .void, .enumeration, .record: nil
    }
  }
}
