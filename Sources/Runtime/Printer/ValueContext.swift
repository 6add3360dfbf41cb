import Codegen
import Glibc
import Symbolizer
import TraceLang

/// What printing values needs besides the values: names, formats and the machine's symbols.
package final class ValueContext {
  let host: any HostServices
  let probeNames: [[UInt8]]
  let timeFormats: [String]
  private let cgroupFilters: [String]
  let trailer: [UInt8]
  /// Strings of this many bytes or more were cut.
  let maximumStringLength: Int
  /// The addresses of a stack by its identifier.
  let frames: (StackType, Int64) -> [UInt64]
  private let layouts: [RecordReference: RecordLayout]
  private let enumerators: [EnumReference: [Int64: String]]
  private var userNames: [UInt32: String] = [:]

  package init(bundle: Bundle, host: any HostServices, frames: @escaping (StackType, Int64) -> [UInt64]) {
    self.host = host
    self.frames = frames
    probeNames = bundle.probeNames.map(\.systemBytes)
    timeFormats = bundle.timeFormats
    cgroupFilters = bundle.cgroupFilters
    trailer = bundle.settings.truncationTrailer.systemBytes
    maximumStringLength = bundle.settings.maximumStringLength
    layouts = Dictionary(bundle.layouts.map { ($0.reference, $0.layout) }) { first, _ in first }
    enumerators = Dictionary(
      bundle.enums.map { printed in
        (printed.reference, Dictionary(printed.enumerators.map { ($0.value, $0.name) }) { first, _ in first })
      }
    ) { first, _ in first }
  }

  package func layout(of reference: RecordReference) -> RecordLayout? { layouts[reference] }

  package func enumerator(_ value: Int64, of reference: EnumReference) -> String? { enumerators[reference]?[value] }

  package func recordSize(_ reference: RecordReference) -> Int { layouts[reference]?.size ?? 0 }

  package func size(of type: Type) -> Int { type.size(recordSize: recordSize) }

  /// The symbol's name, or the address in hexadecimal.
  func kernelSymbol(_ address: UInt64) -> String {
    host.kernelFrames(of: address).last?.title ?? Self.hexadecimal(address)
  }

  /// The user's name, or the number.
  func userName(_ identifier: UInt32) -> String {
    if let known = userNames[identifier] { return known }
    let name = host.userName(identifier) ?? String(identifier)
    userNames[identifier] = name
    return name
  }

  /// The cgroup's paths in the hierarchies that a filter lets through; "" for one there is not.
  func cgroupPath(_ identifier: UInt64, filter: Int) -> String {
    let filter = cgroupFilters.indices.contains(filter) ? cgroupFilters[filter] : "*"
    return host.cgroupPath(identifier, filter: filter) ?? ""
  }

  /// The text of a number in the table of a type.
  func text(of number: Int64, _ type: SymbolicType) -> [UInt8] {
    type.texts(on: Self.architecture)?.text(of: number) ?? []
  }

  private static var architecture: Machine.Architecture {
    #if arch(arm64)
      .aarch64
    #else
      .x86_64
    #endif
  }

  /// As C's `%#lx`: "0x1f", and "0" for 0.
  static func hexadecimal(_ value: UInt64) -> String {
    value == 0 ? "0" : "0x" + String(value, radix: 16)
  }
}

/// Reads little-endian numbers of kernel-laid-out bytes at any alignment.
package enum Word {
  @inline(__always)
  package static func u64(_ pointer: UnsafeRawPointer, _ offset: Int = 0) -> UInt64 {
    pointer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  @inline(__always)
  package static func i64(_ pointer: UnsafeRawPointer, _ offset: Int = 0) -> Int64 {
    pointer.loadUnaligned(fromByteOffset: offset, as: Int64.self)
  }

  /// An integer of 1, 2, 4 or 8 bytes, extended by its signedness.
  @inline(__always)
  package static func integer(_ pointer: UnsafeRawPointer, size: Int, signed: Bool) -> Int64 {
    switch (size, signed) {
    case (1, true): Int64(pointer.loadUnaligned(as: Int8.self))
    case (1, false): Int64(pointer.loadUnaligned(as: UInt8.self))
    case (2, true): Int64(pointer.loadUnaligned(as: Int16.self))
    case (2, false): Int64(pointer.loadUnaligned(as: UInt16.self))
    case (4, true): Int64(pointer.loadUnaligned(as: Int32.self))
    case (4, false): Int64(pointer.loadUnaligned(as: UInt32.self))
    default: pointer.loadUnaligned(as: Int64.self)
    }
  }
}
