import CElfutils
import Codegen
import Glibc
import Symbolizer

/// The rows by which frames of one file's code are found, ascending by address.
struct UnwindTable {
  struct Row: Hashable {
    /// As the file numbers addresses.
    let address: UInt64
    /// `UnwindRule.bits`
    let rule: UInt32
  }

  /// A part of the file that is loaded as code (PT_LOAD, PF_X), from the start of a page on: linkers let another part end in
  /// the page that one begins in.
  struct Segment: Hashable {
    let address: UInt64
    let offset: UInt64
    let size: UInt64
  }

  private(set) var segments: [Segment] = []
  /// The first has the lowest address that anything is known of, the last says that nothing is known from there on.
  private(set) var rows: [Row] = []

  /// What of one file is read, whatever it claims. The largest programs have about as many.
  private static let maximumRanges = 2 << 20
  private static let maximumRows = 4 << 20

  init(rows: [Row]) { self.rows = rows }

  /// `nil` where the file says nothing of its frames.
  init?(_ image: DebugImage) {
    let sections = FrameDescriptions.all(of: image)
    var ranges: [(range: Range<UInt64>, section: Int)] = []
    for (index, section) in sections.enumerated() {
      section.forEachRange(limit: Self.maximumRanges) { range in
        ranges.append((range, index))
        return true
      }
    }
    ranges.sort { $0.range.lowerBound < $1.range.lowerBound }
    var end: UInt64 = 0
    for (range, section) in ranges where rows.count < Self.maximumRows {
      var place = max(range.lowerBound, end)
      if place > end { append(end, UnwindRule(.unknown)) }
      while place < range.upperBound, rows.count < Self.maximumRows {
        guard let frame = sections[section].frame(at: place, .own) else {
          append(place, UnwindRule(.unknown))
          place = range.upperBound
          break
        }
        append(place, UnwindRule(frame))
        place = min(frame.end, range.upperBound)
      }
      end = max(end, place)
    }
    append(end, UnwindRule(.unknown))
    if rows.first?.address == 0, rows.first?.rule == UnwindRule(.unknown).bits { rows.removeFirst() }
    if rows.count < 2 { return nil }
    segments = Self.segments(of: image)
  }

  /// What of one file is looked at.
  private static let maximumSegments = 256

  private static func segments(of image: DebugImage) -> [Segment] {
    var count = 0
    guard elf_getphdrnum(image.elf, &count) == 0 else { return [] }
    return (0..<min(count, maximumSegments)).compactMap { index in
      var header = GElf_Phdr()
      guard gelf_getphdr(image.elf, Int32(index), &header) != nil, header.p_type == UInt32(PT_LOAD),
        header.p_flags & UInt32(PF_X) != 0
      else { return nil }
      let before = header.p_offset & UInt64(getpagesize() - 1)
      return Segment(
        address: header.p_vaddr &- before, offset: header.p_offset - before, size: header.p_filesz &+ before)
    }
  }

  /// The address, as the file numbers them, of a byte of it; `nil` for what is not loaded.
  func address(ofFileOffset offset: UInt64) -> UInt64? {
    segments.first { offset >= $0.offset && offset - $0.offset < $0.size }.map { offset - $0.offset &+ $0.address }
  }

  private mutating func append(_ address: UInt64, _ rule: UnwindRule) {
    let bits = rule.bits ?? 0
    if let last = rows.last {
      if last.rule == bits { return }
      if last.address == address { rows.removeLast() }
    }
    rows.append(Row(address: address, rule: bits))
  }
}
