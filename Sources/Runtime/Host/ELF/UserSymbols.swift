import Glibc
import TraceLang

/// Names the functions of processes: what is mapped where by `/proc/PID/maps`, and the symbols of each file.
///
/// What a process had mapped is remembered, so that one that has ended by the time its addresses print is still known when
/// it was looked at before.
final class UserSymbols {
  /// A mapped part of a file.
  private struct Mapping {
    let range: Range<UInt64>
    /// Bytes from the file's start.
    let offset: UInt64
    let path: String
    /// Device, inode and path.
    let identity: String

    /// As `/proc/PID/map_files` names it.
    var name: String { "\(String(range.lowerBound, radix: 16))-\(String(range.upperBound, radix: 16))" }
  }

  private var mappings: [Int32: [Mapping]] = [:]
  private var files: [String: ELFSymbols?] = [:]

  /// The function of a process that an address lies in; without a name but with its file where only that is known.
  func position(of address: UInt64, process: Int32) -> SymbolPosition? {
    if let found = lookUp(address, process) { return found }
    // Something may have been mapped since.
    guard remember(process) else { return nil }
    return lookUp(address, process)
  }

  /// Notes what a process has mapped now; false when it is gone.
  @discardableResult
  func remember(_ process: Int32) -> Bool {
    guard let bytes = try? readFile("/proc/\(process)/maps"), !bytes.isEmpty else { return false }
    let current = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap(Self.mapping)
    // A process that is ending has none any more.
    if current.isEmpty { return false }
    mappings[process] = current
    return true
  }

  private func lookUp(_ address: UInt64, _ process: Int32) -> SymbolPosition? {
    guard let mapping = mappings[process]?.first(where: { $0.range.contains(address) }) else { return nil }
    return symbols(of: mapping, process)?.position(
      ofFileOffset: address - mapping.range.lowerBound + mapping.offset, module: mapping.path)
  }

  private func symbols(of mapping: Mapping, _ process: Int32) -> ELFSymbols? {
    if let known = files[mapping.identity] { return known }
    // Through the process's own root, as it may be in another mount namespace; a file that was deleted by its mapping; by the
    // path when the process is gone.
    let symbols =
      ELFSymbols(path: "/proc/\(process)/root\(mapping.path)")
      ?? ELFSymbols(path: "/proc/\(process)/map_files/\(mapping.name)") ?? ELFSymbols(path: mapping.path)
    files[mapping.identity] = .some(symbols)
    return symbols
  }

  /// "55d0-55d8 r-xp 00001000 08:01 1234   /usr/bin/x"; `nil` for memory that is not a file's or cannot be run.
  private static func mapping(_ line: Substring) -> Mapping? {
    let fields = line.split(separator: " ", maxSplits: 5)
    guard fields.count == 6, fields[1].dropFirst(2).first == "x" else { return nil }
    let ends = fields[0].split(separator: "-")
    let path = fields[5].drop { $0 == " " }
    guard ends.count == 2, let start = UInt64(ends[0], radix: 16), let end = UInt64(ends[1], radix: 16), start < end,
      let offset = UInt64(fields[2], radix: 16), path.hasPrefix("/")
    else { return nil }
    return Mapping(
      range: start..<end, offset: offset, path: String(path), identity: "\(fields[3]) \(fields[4]) \(path)")
  }
}
