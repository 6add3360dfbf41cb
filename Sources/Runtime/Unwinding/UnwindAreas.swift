import Codegen
import Symbolizer

/// The address space of a process as programs read it: areas side by side, by address.
struct UnwindAreas {
  struct Area: Hashable {
    let start: UInt64
    let pages: UInt32
    let kind: UnwindStorage.Kind
    var element: UInt16 = 0
    var bias: UInt64 = 0
    var firstRow: UInt32 = 0
    var firstEntry: UInt32 = 0
  }

  private(set) var areas: [Area] = []

  private static let page: UInt64 = 4096

  /// Adds mapped code of a file: from an address on, what the file has from an offset on.
  mutating func append(_ range: Range<UInt64>, ofFileFrom offset: UInt64, _ file: UnwindFiles.File) {
    let first = file.segments.isEmpty ? nil : file.address(ofFileOffset: offset)
    var place = range.lowerBound
    if let first {
      let distance = first &- range.lowerBound
      for part in file.places {
        let start = max(place, part.addresses.lowerBound &- distance)
        let end = min(range.upperBound, part.addresses.upperBound &- distance)
        // A part that lies below wraps around.
        guard part.addresses.upperBound > first, start < end else { continue }
        fill(place..<start, .unknown)
        append(
          start..<end,
          Area(
            start: start, pages: Self.pages(start..<end), kind: .rows, element: UInt16(part.element),
            bias: part.addresses.lowerBound &- distance, firstRow: UInt32(part.firstRow),
            firstEntry: UInt32(part.firstEntry)))
        place = end
      }
    }
    fill(place..<range.upperBound, file.describesFrames ? .unknown : .framePointers)
  }

  /// Adds code that nothing is known of but that it may keep frame pointers.
  mutating func append(unnamed range: Range<UInt64>) { fill(range, .framePointers) }

  private mutating func fill(_ range: Range<UInt64>, _ kind: UnwindStorage.Kind) {
    guard !range.isEmpty else { return }
    append(range, Area(start: range.lowerBound, pages: Self.pages(range), kind: kind))
  }

  private mutating func append(_ range: Range<UInt64>, _ area: Area) {
    // Programs compare addresses as signed numbers: what lies above is the kernel's.
    if range.upperBound <= UInt64(Int64.max), !range.isEmpty { areas.append(area) }
  }

  private static func pages(_ range: Range<UInt64>) -> UInt32 {
    UInt32(clamping: (range.upperBound - range.lowerBound + page - 1) / page)
  }

  /// In order, and no more than a process may have.
  mutating func finish() {
    areas.sort { $0.start < $1.start }
    areas = Array(areas.prefix(UnwindStorage.maximumAreasOfProcess))
  }

  func write(to memory: UnsafeMutableRawPointer) {
    typealias Layout = UnwindStorage.Area
    for (index, area) in areas.enumerated() {
      let place = memory + index * Layout.size
      place.storeBytes(of: area.start, toByteOffset: Layout.start, as: UInt64.self)
      place.storeBytes(of: area.pages, toByteOffset: Layout.pages, as: UInt32.self)
      place.storeBytes(of: area.kind.rawValue, toByteOffset: Layout.kind, as: UInt16.self)
      place.storeBytes(of: area.element, toByteOffset: Layout.element, as: UInt16.self)
      place.storeBytes(of: area.bias, toByteOffset: Layout.bias, as: UInt64.self)
      place.storeBytes(of: area.firstRow, toByteOffset: Layout.firstRow, as: UInt32.self)
      place.storeBytes(of: area.firstEntry, toByteOffset: Layout.firstEntry, as: UInt32.self)
    }
  }
}

extension UnwindFiles.File {
  /// The address, as the file numbers them, of a byte of it; `nil` for what is not loaded.
  func address(ofFileOffset offset: UInt64) -> UInt64? {
    segments.first { offset >= $0.offset && offset - $0.offset < $0.size }.map { offset - $0.offset &+ $0.address }
  }
}
