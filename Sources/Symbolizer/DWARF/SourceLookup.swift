import CElfutils
import Glibc

/// Finds what a file's code was compiled from by its debug information (DWARF), which libdw reads.
///
/// The file may be a stranger's, who can have libdw crash or compute for long: a crash ends the use of the file, and who
/// asks does so from a thread that may hang. One thread asks at a time.
package final class SourceLookup: @unchecked Sendable {
  /// What the code at an address is part of.
  package struct Place: Sendable {
    /// `nil` where it is not told.
    package let name: String?
    package let source: Frame.Source?
    /// Whether it became part of the next place.
    package let isInlined: Bool
  }

  private let image: DebugImage
  private var lines: OpaquePointer?
  private var isUsable = true

  /// Bytes that libdw may take for one file beyond the list of its units; it starts anew then.
  private static let budget = 48 << 20
  private static let maximumPlaces = 64
  private static let maximumText = 256 << 10

  init(_ image: DebugImage) { self.image = image }

  /// `nil` for a file that is not ELF. The descriptor stays its giver's.
  package convenience init?(descriptor: Int32) {
    guard let image = DebugImage(descriptor: descriptor) else { return nil }
    self.init(image)
  }

  deinit { if let lines { swtrace_lines_close(lines) } }

  /// The memory that it takes, about, in bytes.
  private(set) var cost = 4096

  /// The functions that an address in the file lies in, innermost first; empty when it is not known.
  package func places(at address: UInt64) -> [Place] {
    guard isUsable else { return [] }
    if lines == nil { open() }
    guard let lines else { return [] }
    let found = withUnsafeTemporaryAllocation(of: swtrace_place.self, capacity: Self.maximumPlaces) { places in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.maximumText) { text -> [Place]? in
        let count = swtrace_lines_find_guarded(
          lines, address, places.baseAddress, Int32(places.count), text.baseAddress, text.count)
        return count < 0 ? nil : places[..<Int(count)].map(Self.place)
      }
    }
    guard let found else {
      image.abandon()
      isUsable = false
      self.lines = nil
      return []
    }
    cost = 4096 + Int(clamping: image.unpackedSize) + swtrace_lines_cost(lines)
    if swtrace_lines_cost(lines) - swtrace_lines_least_cost(lines) > Self.budget { restart(lines) }
    return found
  }

  private func open() {
    guard let dwarf = image.dwarf, let lines = swtrace_lines_open(dwarf) else {
      isUsable = false
      return
    }
    self.lines = lines
  }

  private func restart(_ lines: OpaquePointer) {
    image.forget()
    cost = 4096 + swtrace_lines_least_cost(lines)
    if let dwarf = image.dwarf {
      swtrace_lines_restart(lines, dwarf)
    } else {
      swtrace_lines_close(lines)
      self.lines = nil
      isUsable = false
    }
  }

  private static func place(_ place: swtrace_place) -> Place {
    let source = place.file.map { file in
      let path = UnsafeRawBufferPointer(start: file, count: strlen(file))
      return Frame.Source(file: Frame.Path(path), line: Int(clamping: place.line), column: Int(clamping: place.column))
    }
    return Place(
      name: place.name.map { String(cString: $0) }, source: source.flatMap { $0.line > 0 ? $0 : nil },
      isInlined: place.is_inlined != 0)
  }
}
