/// Syscall numbers of an architecture and the two names each has: the one user space calls it by ("stat") and the one
/// its tracepoints carry, which is the kernel's SYSCALL_DEFINE name ("newstat" in `sys_enter_newstat`).
public struct SyscallTable: Sendable {
  /// Numbers from `first` on; "stat=newstat" where the names differ, "-" for a number without a call.
  struct Run: Sendable {
    let first: Int
    let names: StaticString
  }

  /// A syscall of one architecture.
  public struct Entry: Hashable, Sendable {
    public let number: Int
    /// "stat"; Kernel: include/uapi/asm/unistd.h.
    public let name: String
    /// "newstat", as in `sys_enter_newstat`.
    public let tracepointName: String

    /// "stat=newstat", or one name for both.
    fileprivate init(_ word: Slice<UnsafeBufferPointer<UInt8>>, number: Int) {
      func string(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes), as: UTF8.self)
      }
      self.number = number
      if let equals = word.firstIndex(of: UInt8(ascii: "=")) {
        name = string(word[..<equals])
        tracepointName = string(word[(equals + 1)...])
      } else {
        name = string(word)
        tracepointName = name
      }
    }
  }

  /// Ascending by number.
  public let entries: [Entry]
  private let numbers: [String: Int]

  public init(_ architecture: Machine.Architecture) {
    var entries: [Entry] = []
    entries.reserveCapacity(512)
    for run in architecture.facts.syscalls {
      var number = run.first
      run.names.withUTF8Buffer { text in
        for word in text.split(whereSeparator: { $0 <= UInt8(ascii: " ") }) {
          if word.first != UInt8(ascii: "-") { entries.append(Entry(word, number: number)) }
          number += 1
        }
      }
    }
    self.entries = entries
    var numbers = [String: Int](minimumCapacity: entries.count)
    for entry in entries { numbers[entry.tracepointName] = entry.number }
    self.numbers = numbers
  }

  private static let ofX86 = SyscallTable(.x86_64)
  private static let ofARM = SyscallTable(.aarch64)

  /// The table of an architecture, made once.
  public static func of(_ architecture: Machine.Architecture) -> SyscallTable {
    switch architecture {
    case .x86_64: ofX86
    case .aarch64: ofARM
    }
  }

  /// The number of the call that `sys_enter_NAME` traces; `nil` when not known.
  public func number(ofTracepoint name: String) -> Int? { numbers[name] }

  /// The name user space knows a number by; `nil` when not known.
  public func name(of number: Int) -> String? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].number == number ? entries[low].name : nil
  }
}
