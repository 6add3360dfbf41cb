import Glibc
import Symbolizer
import TraceLang

/// An archive whose files may lie in it as they are, so that programs can map them (APPNOTE.TXT of PKWARE, 4.3).
///
/// It may be anybody's: what it says of itself is bounded here, and all of it is read by `pread`.
struct ZipArchive {
  /// A file in it.
  struct Entry: Equatable {
    fileprivate let flags: UInt16
    fileprivate let method: UInt16
    fileprivate let size: UInt32
    /// Bytes from the start of the archive to what comes before its contents.
    fileprivate let header: UInt32
  }

  private let descriptor: Int32
  private let size: UInt64
  /// The directory at the archive's end.
  private let directory: ELFBytes

  /// The record at the end, and the longest comment behind it.
  private static let endSize = 22
  private static let maximumComment = 1 << 16
  /// More of a directory is not read: Android's largest have a tenth of it.
  private static let maximumDirectory = 64 << 20
  private static let (endSignature, entrySignature, headerSignature) =
    (UInt32(0x0605_4b50), UInt32(0x0201_4b50), UInt32(0x0403_4b50))
  private static let (entrySize, headerSize) = (46, 30)

  /// Reads the directory through a descriptor that stays its giver's.
  /// - Throws: for what is no such archive; the message continues a sentence whose subject is the file.
  init(descriptor: Int32) throws(ZipError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ZipError("cannot be read") }
    self.descriptor = descriptor
    size = UInt64(status.st_size)
    let tail = min(size, UInt64(Self.endSize + Self.maximumComment))
    let end = ELFBytes(reading: Int(tail), at: size - tail, of: descriptor)
    guard let start = Self.endRecord(in: end) else { throw ZipError("is no zip archive") }
    let (length, offset) = (end.u32(start + 12), end.u32(start + 16))
    guard end.u16(start + 10) != .max, offset != .max else {
      throw ZipError("is an archive of the zip64 format, which is not read")
    }
    let record = size - tail + UInt64(start)
    guard UInt64(offset) + UInt64(length) <= record, length <= Self.maximumDirectory else {
      throw ZipError("is a damaged zip archive")
    }
    directory = ELFBytes(reading: Int(length), at: UInt64(offset), of: descriptor)
  }

  /// Where the record at the archive's end begins in its last bytes.
  private static func endRecord(in bytes: ELFBytes) -> Int? {
    guard bytes.count >= endSize else { return nil }
    return (0...bytes.count - endSize).reversed().first { start in
      bytes.u32(start) == endSignature && start + endSize + Int(bytes.u16(start + 20)) <= bytes.count
        // The number of the only disk there is.
        && bytes.u16(start + 4) == 0 && bytes.u16(start + 6) == 0
    }
  }

  /// The file of a name; `nil` when there is none.
  func entry(named name: String) -> Entry? {
    let wanted = Array(name.utf8)
    var start = 0
    while start + Self.entrySize <= directory.count, directory.u32(start) == Self.entrySignature {
      let length = Int(directory.u16(start + 28))
      let text = start + Self.entrySize
      if length == wanted.count, text + length <= directory.count,
        directory.bytes[text..<text + length].elementsEqual(wanted)
      {
        return Entry(
          flags: directory.u16(start + 8), method: directory.u16(start + 10), size: directory.u32(start + 24),
          header: directory.u32(start + 42))
      }
      start = text + length + Int(directory.u16(start + 30)) + Int(directory.u16(start + 32))
    }
    return nil
  }

  /// The contents of a file that lies in the archive as it is, at the start of a page.
  /// - Throws: for one that programs cannot map; the message continues a sentence whose subject is the entry.
  func contents(of entry: Entry) throws(ZipError) -> FilePart {
    guard entry.flags & 1 == 0 else { throw ZipError("is encrypted") }
    guard entry.method == 0 else {
      throw ZipError("is compressed: only what is stored as it is can be mapped by programs, and so probed")
    }
    let header = ELFBytes(reading: Self.headerSize, at: UInt64(entry.header), of: descriptor)
    guard header.count == Self.headerSize, header.u32(0) == Self.headerSignature else { throw ZipError("is damaged") }
    let start = UInt64(entry.header) + UInt64(Self.headerSize) + UInt64(header.u16(26)) + UInt64(header.u16(28))
    guard start + UInt64(entry.size) <= size else { throw ZipError("is damaged") }
    guard start % UInt64(Self.smallestPage) == 0 else {
      throw ZipError("does not begin at a page of the archive, so programs cannot map it")
    }
    return FilePart(descriptor: descriptor, start: start, length: UInt64(entry.size))
  }

  private static let smallestPage = 4096
}

/// Why something of an archive cannot be used.
struct ZipError: Error, Equatable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

// Numbers of an archive are little-endian, wherever they are read; those behind the end are 0.
extension ELFBytes {
  fileprivate func u16(_ offset: Int) -> UInt16 { number(offset) }
  fileprivate func u32(_ offset: Int) -> UInt32 { number(offset) }

  private func number<Number: FixedWidthInteger>(_ offset: Int) -> Number {
    guard offset >= 0, offset + MemoryLayout<Number>.size <= count else { return 0 }
    return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
  }
}
