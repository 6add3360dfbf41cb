import Glibc

@testable import Codegen

/// The bpf(2) system call, for tests that ask the running kernel.
enum Kernel {
  struct Refused: Error, CustomStringConvertible {
    let code: Int32
    let log: String
    var description: String { "errno \(code): \(log.suffix(3000))" }
  }

  /// Whether programs can be loaded: root.
  static var isAvailable: Bool { geteuid() == 0 && syscallFunction != nil }

  private typealias Syscall = @convention(c) (Int, Int, UnsafeMutableRawPointer, Int) -> Int

  /// Swift does not import variadic functions.
  private static var syscallFunction: Syscall? {
    dlsym(nil, "syscall").map { unsafeBitCast($0, to: Syscall.self) }
  }

  static func bpf(_ command: Int, _ attributes: inout [UInt8]) -> Int32 {
    let result = attributes.withUnsafeMutableBytes { buffer -> Int in
      guard let call = syscallFunction, let base = buffer.baseAddress else { return -1 }
      return call(321, command, base, buffer.count)
    }
    return result < 0 ? -errno : Int32(result)
  }

  /// Loads a raw tracepoint program, with BTF when the object has functions that need it.
  /// - Parameter keepsLog: whether the error has the verifier's log, which long programs have no room for.
  static func load(_ instructions: [UInt64], btf: LoadedBTF? = nil, keepsLog: Bool = true) throws -> Int32 {
    var code = instructions
    var log = [UInt8](repeating: 0, count: 1 << 20)
    var license = Array("GPL".utf8) + [0]
    var functions = btf?.functions ?? []
    var lines = btf?.lines ?? []
    var attributes = [UInt8](repeating: 0, count: 144)
    return try code.withUnsafeMutableBytes { code in
      try log.withUnsafeMutableBytes { log in
        try license.withUnsafeMutableBytes { license in
          try functions.withUnsafeMutableBytes { functions in
            try lines.withUnsafeMutableBytes { lines in
              attributes.put32(0, 17)
              attributes.put32(4, UInt32(code.count / 8))
              attributes.put64(8, UInt64(UInt(bitPattern: code.baseAddress)))
              attributes.put64(16, UInt64(UInt(bitPattern: license.baseAddress)))
              if keepsLog {
                attributes.put32(24, 1)
                attributes.put32(28, UInt32(log.count))
                attributes.put64(32, UInt64(UInt(bitPattern: log.baseAddress)))
              }
              if let btf {
                attributes.put32(72, UInt32(btf.descriptor))
                attributes.put32(76, 8)
                attributes.put64(80, UInt64(UInt(bitPattern: functions.baseAddress)))
                attributes.put32(88, UInt32(functions.count / 8))
                attributes.put32(92, 16)
                attributes.put64(96, UInt64(UInt(bitPattern: lines.baseAddress)))
                attributes.put32(104, UInt32(lines.count / 16))
              }
              let descriptor = bpf(5, &attributes)
              if descriptor < 0 {
                throw Refused(code: -descriptor, log: String(decoding: log.prefix { $0 != 0 }, as: UTF8.self))
              }
              return descriptor
            }
          }
        }
      }
    }
  }

  struct LoadedBTF {
    let descriptor: Int32
    let functions: [UInt8]
    let lines: [UInt8]
  }

  static func loadBTF(_ blob: [UInt8]) throws -> Int32 {
    var blob = blob
    var log = [UInt8](repeating: 0, count: 1 << 16)
    var attributes = [UInt8](repeating: 0, count: 32)
    return try blob.withUnsafeMutableBytes { blob in
      try log.withUnsafeMutableBytes { log in
        attributes.put64(0, UInt64(UInt(bitPattern: blob.baseAddress)))
        attributes.put64(8, UInt64(UInt(bitPattern: log.baseAddress)))
        attributes.put32(16, UInt32(blob.count))
        attributes.put32(20, UInt32(log.count))
        attributes.put32(24, 1)
        let descriptor = bpf(18, &attributes)
        if descriptor < 0 {
          throw Refused(code: -descriptor, log: String(decoding: log.prefix { $0 != 0 }, as: UTF8.self))
        }
        return descriptor
      }
    }
  }

  /// Creates a map of a kind by number (Kernel: enum bpf_map_type).
  static func createMap(kind: UInt32, keySize: UInt32, valueSize: UInt32, entries: UInt32) throws -> Int32 {
    var attributes = [UInt8](repeating: 0, count: 72)
    attributes.put32(0, kind)
    attributes.put32(4, keySize)
    attributes.put32(8, valueSize)
    attributes.put32(12, entries)
    let descriptor = bpf(0, &attributes)
    if descriptor < 0 { throw Refused(code: -descriptor, log: "map") }
    return descriptor
  }

  /// Runs a raw tracepoint program once; its result is the low half of r0.
  static func run(_ program: Int32, context: [UInt64]) throws -> UInt32 {
    var context = context
    var attributes = [UInt8](repeating: 0, count: 80)
    let result = context.withUnsafeMutableBytes { context in
      attributes.put32(0, UInt32(program))
      attributes.put32(40, UInt32(context.count))
      attributes.put64(48, UInt64(UInt(bitPattern: context.baseAddress)))
      return bpf(10, &attributes)
    }
    if result < 0 { throw Refused(code: -result, log: "test run") }
    return attributes.get32(4)
  }
}

extension [UInt8] {
  mutating func put32(_ offset: Int, _ value: UInt32) {
    for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  mutating func put64(_ offset: Int, _ value: UInt64) {
    for index in 0..<8 { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
  }

  func get32(_ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32(8 * $1) }
  }
}
