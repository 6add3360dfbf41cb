import Glibc
import Symbolizer
import TraceLang

extension ELFFile {
  /// What of one file is looked at, whatever it claims.
  private static let maximumNoteSections = 64
  private static let maximumNoteBytes = 16 << 20
  private static let maximumSites = 1 << 16
  private static let maximumNameLength = 1024
  /// SystemTap's <sys/sdt.h>: the notes' owner, their type, the section whose address tells that a linker moved all.
  private static let owner = Array("stapsdt\0".utf8)
  private static let noteType: UInt32 = 3
  private static let baseSection = ".stapsdt.base"

  /// The USDT probes of the file, by namespace, name and place.
  var usdtSites: [USDTSite] {
    var sites: [USDTSite] = []
    let base = section(named: Self.baseSection)?.address
    var budget = Self.maximumNoteBytes
    for section in sections.lazy.filter({ $0.type == UInt32(SHT_NOTE) }).prefix(Self.maximumNoteSections) {
      let notes = contents(of: section, atMost: budget)
      budget -= notes.count
      var start = 0
      while start + 12 <= notes.count, sites.count < Self.maximumSites {
        let header = fields(notes, at: start)
        let name = start + 12
        let (nameLength, length) = (Int(header.u32(0)), Int(header.u32(4)))
        let contents = name + (nameLength + 3) & ~3
        guard contents + length <= notes.count else { break }
        if header.u32(8) == Self.noteType, notes.bytes[name..<contents].starts(with: Self.owner),
          let site = site(notes, contents..<contents + length, base)
        {
          sites.append(site)
        }
        start = contents + (length + 3) & ~3
      }
    }
    return sites.sorted { ($0.provider, $0.name, $0.offset) < ($1.provider, $1.name, $1.offset) }
  }

  /// A note: the addresses of the instruction, of the base section and of the semaphore, then three strings.
  private func site(_ notes: ELFBytes, _ place: Range<Int>, _ base: UInt64?) -> USDTSite? {
    let size = is64Bit ? 8 : 4
    guard place.count > 3 * size else { return nil }
    let numbers = fields(notes, at: place.lowerBound)
    let addresses = (0..<3).map { is64Bit ? numbers.u64($0 * size) : UInt64(numbers.u32($0 * size)) }
    // What moved the base section, such as prelink, moved the code alike.
    let moved = addresses[1] == 0 ? 0 : (base ?? addresses[1]) &- addresses[1]
    let texts = notes.bytes[(place.lowerBound + 3 * size)..<place.upperBound]
      .split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
    guard texts.count >= 3, texts.prefix(3).allSatisfy({ $0.count <= Self.maximumNameLength }),
      let offset = fileOffset(of: addresses[0] &+ moved)
    else { return nil }
    let words = texts.prefix(3).map { String(decoding: $0, as: UTF8.self) }
    guard !words[0].isEmpty, !words[1].isEmpty else { return nil }
    return USDTSite(
      provider: words[0], name: words[1], offset: offset,
      semaphore: addresses[2] == 0 ? nil : fileOffset(of: addresses[2] &+ moved), arguments: words[2])
  }

  /// Where in the file the bytes at a virtual address lie; `nil` when they lie in no loaded part of it.
  private func fileOffset(of address: UInt64) -> UInt64? {
    segments.first { $0.type == UInt32(PT_LOAD) && address >= $0.address && address - $0.address < $0.size }
      .map { address - $0.address &+ $0.offset }
  }
}
