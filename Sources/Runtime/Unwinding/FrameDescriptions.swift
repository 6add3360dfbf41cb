import CElfutils
import Codegen
import Glibc
import Symbolizer

/// The places of code that a section of a file describes frames of, and libdw's view of each: `.eh_frame` (Linux Standard
/// Base, Core, 10.6), and `.debug_frame` (DWARF 5, 6.4), which is all that Go has.
struct FrameDescriptions {
  private let image: DebugImage
  private let data: UnsafeMutablePointer<Elf_Data>
  /// The section's address, which encoded pointers are relative to.
  private let address: UInt64
  private let is64Bit: Bool
  private let isDebugFrame: Bool
  private let frames: Frames

  private final class Frames {
    /// `Dwarf_CFI *`
    let cache: OpaquePointer
    private let isOwned: Bool
    /// Whether libdw crashed on it, so that it is neither used nor released any more.
    var isLost = false

    init(_ cache: OpaquePointer, isOwned: Bool) { (self.cache, self.isOwned) = (cache, isOwned) }

    deinit { if isOwned, !isLost { dwarf_cfi_end(cache) } }
  }

  /// Those of a file, which may have none.
  static func all(of image: DebugImage) -> [FrameDescriptions] {
    [FrameDescriptions(image, isDebugFrame: false), FrameDescriptions(image, isDebugFrame: true)].compactMap { $0 }
  }

  private init?(_ image: DebugImage, isDebugFrame: Bool) {
    guard let (section, address) = Self.section(isDebugFrame ? ".debug_frame" : ".eh_frame", of: image.elf) else {
      return nil
    }
    let frames: Frames
    let data: UnsafeMutablePointer<Elf_Data>
    if isDebugFrame {
      // libdw unpacks the section, and has what it makes of it as long as it has the file.
      guard let dwarf = image.dwarf, let cache = dwarf_getcfi(dwarf), let unpacked = elf_getdata(section, nil) else {
        return nil
      }
      (frames, data) = (Frames(cache, isOwned: false), unpacked)
    } else {
      guard let raw = elf_rawdata(section, nil), raw.pointee.d_size > 0, let cache = dwarf_getcfi_elf(image.elf) else {
        return nil
      }
      (frames, data) = (Frames(cache, isOwned: true), raw)
    }
    guard data.pointee.d_size > 0, data.pointee.d_buf != nil else { return nil }
    self.image = image
    self.data = data
    self.address = address
    self.frames = frames
    self.isDebugFrame = isDebugFrame
    is64Bit = gelf_getclass(image.elf) == Int32(ELFCLASS64)
  }

  private static func section(_ wanted: String, of elf: OpaquePointer) -> (OpaquePointer, UInt64)? {
    var names = 0
    guard elf_getshdrstrndx(elf, &names) == 0 else { return nil }
    var section: OpaquePointer?
    while let next = elf_nextscn(elf, section) {
      section = next
      var header = GElf_Shdr()
      guard gelf_getshdr(next, &header) != nil, header.sh_type != UInt32(SHT_NOBITS),
        let name = elf_strptr(elf, names, Int(header.sh_name))
      else { continue }
      if strcmp(name, wanted) == 0 { return (next, header.sh_addr) }
    }
    return nil
  }

  /// The places of code, in the order of the section; until there are `limit` of them or `body` returns false.
  func forEachRange(limit: Int, _ body: (Range<UInt64>) -> Bool) {
    guard let identity = elf_getident(image.elf, nil) else { return }
    var offset: Dwarf_Off = 0
    var encodings: [Dwarf_Off: UInt8] = [:]
    for _ in 0..<limit {
      var entry = Dwarf_CFI_Entry()
      var next: Dwarf_Off = 0
      let result = swtrace_next_frame_entry(identity, data, isDebugFrame ? 1 : 0, offset, &next, &entry)
      // An entry that is damaged is passed over where it says how long it is.
      guard result <= 0, next > offset, next != Dwarf_Off.max else { return }
      let start = offset
      offset = next
      guard result == 0 else { continue }
      if entry.CIE_id == Dwarf_Off.max {
        encodings[start] = Self.encoding(entry.cie)
      } else if let encoding = encodings[entry.fde.CIE_pointer], let range = range(entry.fde, encoding) {
        guard body(range) else { return }
      }
    }
  }

  /// How pointers to code are encoded (DW_EH_PE_*); `nil` where that cannot be told.
  private static func encoding(_ common: Dwarf_CIE) -> UInt8? {
    guard let text = common.augmentation, let bytes = common.augmentation_data,
      text[0] == Int8(bitPattern: UInt8(ascii: "z"))
    else { return common.augmentation.map { $0[0] == 0 } == true ? 0 : nil }
    var place = 0
    var index = 1
    while text[index] != 0 {
      guard place < common.augmentation_data_size || text[index] == Int8(bitPattern: UInt8(ascii: "S")) else {
        return nil
      }
      switch UInt8(bitPattern: text[index]) {
      case UInt8(ascii: "R"): return bytes[place]
      case UInt8(ascii: "L"): place += 1
      case UInt8(ascii: "P"):
        guard let size = size(of: bytes[place]) else { return nil }
        place += 1 + size
      case UInt8(ascii: "S"), UInt8(ascii: "B"): break
      default: return nil
      }
      index += 1
    }
    return 0
  }

  /// Bytes of a pointer of 64-bit code; `nil` for encodings of no fixed length.
  private static func size(of encoding: UInt8) -> Int? {
    switch encoding & 0xf {
    // DW_EH_PE_absptr, udata8, sdata8
    case 0, 4, 12: 8
    case 2, 10: 2
    case 3, 11: 4
    default: nil
    }
  }

  private func range(_ description: Dwarf_FDE, _ encoding: UInt8) -> Range<UInt64>? {
    guard let start = description.start, let base = data.pointee.d_buf, is64Bit,
      let size = Self.size(of: encoding), description.end.map({ start + 2 * size <= $0 }) == true
    else { return nil }
    func number(at place: UnsafePointer<UInt8>) -> UInt64 {
      let raw = UnsafeRawPointer(place)
      return switch encoding & 0xf {
      case 2: UInt64(raw.loadUnaligned(as: UInt16.self))
      case 10: UInt64(bitPattern: Int64(raw.loadUnaligned(as: Int16.self)))
      case 3: UInt64(raw.loadUnaligned(as: UInt32.self))
      case 11: UInt64(bitPattern: Int64(raw.loadUnaligned(as: Int32.self)))
      default: raw.loadUnaligned(as: UInt64.self)
      }
    }
    var first = number(at: start)
    switch encoding & 0x70 {
    case 0: break
    // DW_EH_PE_pcrel
    case 0x10: first &+= address &+ UInt64(UnsafeRawPointer(start) - UnsafeRawPointer(base))
    default: return nil
    }
    // The length is a number of the same size.
    let count = number(at: start + size) & (size == 8 ? .max : 1 << UInt64(size * 8) - 1)
    let (end, overflow) = first.addingReportingOverflow(count)
    return overflow || count == 0 ? nil : first..<end
  }

  /// What is known of the frame of the code at an address; `nil` for nothing.
  func frame(at address: UInt64, _ registers: UnwindRule.Registers) -> swtrace_frame? {
    var frame = swtrace_frame()
    guard !frames.isLost else { return nil }
    let code = swtrace_frame_at(
      frames.cache, address, registers.returnAddress, registers.framePointer, &frame)
    if code == Int32(SWTRACE_FRAME_CRASHED) { frames.isLost = true }
    return code == 0 && frame.start <= address && address < frame.end ? frame : nil
  }
}
