import Glibc
import Symbolizer
import TraceLang

extension HostTarget {
  func find(_ question: BinaryQuestion) throws(TargetError) -> Answer {
    switch question {
    case .files(let name): return .names(files(named: name))
    case .functions(let path, let pattern):
      let glob = Glob(pattern)
      return .functions(try functions(of: path, matching: glob, onlyProbed: glob.literal == nil))
    case .sourceFunctions(let path, let pattern):
      let glob = Glob(pattern)
      return .functions(
        try functions(of: path, matching: Glob("*"), onlyProbed: glob.literal == nil)?.filter {
          $0.isNamed(by: pattern, glob)
        }
        .sorted { ($0.sourceName, $0.name) < ($1.sourceName, $1.name) })
    case .fileOffset(let path, let address):
      guard let binary = try binary(path), let offset = binary.symbols.fileOffset(of: address) else {
        return .number(nil)
      }
      return .number(binary.file.offset(offset))
    case .address(let path, let offset):
      guard let binary = try binary(path) else { return .number(nil) }
      return .number(binary.symbols.address(ofFileOffset: offset &- binary.file.offset(0)))
    case .instruction(let path, let offset): return .instruction(try place(at: offset, in: path))
    case .variables(let path, let glob): return .variables(try variables(of: path, matching: Glob(glob)))
    case .usdt(let path):
      guard let file = try BinaryFile(path: path), let elf = file.elf else { return .usdt(nil) }
      return .usdt(
        elf.usdtSites.map { site in
          USDTSite(
            provider: site.provider, name: site.name, offset: file.offset(site.offset),
            semaphore: site.semaphore.map(file.offset), arguments: site.arguments)
        })
    }
  }

  private func files(named name: String) -> [String] {
    if name == BinaryFiles.everything { return MappedBinaries.paths(of: tracedProcess) }
    if let tracedProcess, let root = ProcessRoot(of: tracedProcess) {
      if name == "/proc/\(tracedProcess)/exe", let executable = root.executable { return [executable] }
      let found = BinaryFiles.paths(of: name, for: root)
      if !found.isEmpty { return found }
    }
    return BinaryFiles.paths(of: name)
  }

  /// By name, each with its name in the source; `nil` for what is no ELF file.
  /// - Parameter onlyProbed: without those whose first instruction the kernel does not probe.
  private func functions(
    of path: String, matching glob: Glob, onlyProbed: Bool
  ) throws(TargetError) -> [BinaryFunction]? {
    guard let binary = try binary(path) else { return nil }
    var found = binary.symbols.functions(matching: glob)
    if onlyProbed, let code = binary.code {
      // Code is read in the order it lies in.
      found = found.sorted { $0.offset < $1.offset }.filter { code.canProbe(at: $0.offset) }
    }
    return Self.sorted(found).map { function in
      BinaryFunction(
        name: function.name, demangled: Demangler.text(of: function.name),
        offset: binary.file.offset(function.offset), size: function.size)
    }
  }

  /// By name, then those that all files of a program share, then by size; one that stands in several tables comes once.
  private func variables(of path: String, matching glob: Glob) throws(TargetError) -> [BinaryVariable]? {
    guard let file = try BinaryFile(path: path), let elf = file.elf else { return nil }
    var found = elf.variables(matching: glob)
    for stripped in symbolizer.debugFiles.symbolSources(for: elf, path: path.systemBytes, in: .ours) {
      found += stripped.elf.variables(matching: glob)
    }
    func order(_ place: (variable: BinaryVariable, isLocal: Bool)) -> (String, Int, UInt64, UInt64) {
      (place.variable.name, place.isLocal ? 1 : 0, .max - place.variable.size, place.variable.address)
    }
    var result: [BinaryVariable] = []
    var seen: Set<UInt64> = []
    for (variable, _) in found.sorted(by: { order($0) < order($1) }) {
      if variable.name != result.last?.name { seen = [] }
      if seen.insert(variable.address).inserted { result.append(variable) }
    }
    return result
  }

  private func place(at offset: UInt64, in path: String) throws(TargetError) -> InstructionPlace? {
    guard let binary = try binary(path), let code = binary.code else { return nil }
    let place = offset &- binary.file.offset(0)
    guard let function = binary.symbols.function(atFileOffset: place) else { return nil }
    return code.place(at: place, from: place - function.offset)
  }

  /// By name; a function that stands in several symbol tables or versions comes once.
  private static func sorted(_ functions: [BinaryFunction]) -> [BinaryFunction] {
    var result: [BinaryFunction] = []
    for function in functions.sorted(by: { ($0.name, $0.offset, $1.size) < ($1.name, $1.offset, $0.size) })
    where function.name != result.last?.name || function.offset != result.last?.offset {
      result.append(function)
    }
    return result
  }

  private func binary(_ path: String) throws(TargetError) -> OpenBinary? {
    if let lastBinary, lastBinary.path == path { return lastBinary }
    guard let binary = try OpenBinary(path, symbolizer.debugFiles) else { return nil }
    lastBinary = binary
    return binary
  }
}

/// An ELF file with what was read of it.
final class OpenBinary {
  let path: String
  let file: BinaryFile
  let symbols: ELFSymbols
  /// `nil` for a processor whose instructions are not known.
  private(set) lazy var code = MachineCode(file)

  /// - Throws: for an entry that an archive does not have, or that programs cannot map.
  /// - Returns: `nil` for what cannot be read or is not ELF.
  init?(_ path: String, _ debugFiles: DebugFileSearch) throws(TargetError) {
    guard let file = try BinaryFile(path: path),
      let symbols = ELFSymbols(
        file.part, { debugFiles.symbolSources(for: $0, path: path.systemBytes, in: .ours) })
    else { return nil }
    self.path = path
    self.file = file
    self.symbols = symbols
  }
}

/// Finds executables and libraries by name.
enum BinaryFiles {
  /// The name of all binaries that run.
  static let everything = "*"
  /// More files than this are not looked at for one name.
  private static let maximumMatches = 4096

  /// Absolute paths, sorted: of a path the files it matches, of a plain name the first program in PATH, else the library
  /// that the dynamic linker knows.
  static func paths(of name: String) -> [String] {
    let (path, entry) = name.archiveAndEntry
    if let entry { return matches(path).map { "\($0)\(String.archiveEnd)\(entry)" } }
    if name.contains("/") { return matches(name) }
    for folder in searchedFolders {
      let found = matches("\(folder)/\(name)").filter { access($0.systemCString, X_OK) == 0 }
      if !found.isEmpty { return found }
    }
    return LibraryCache.paths(of: name).filter(isFile).prefix(1).map { $0 }
  }

  /// The same as a process has it, by paths that lead there from here; a path that begins where this program is has none.
  static func paths(of name: String, for root: ProcessRoot) -> [String] {
    let (path, entry) = name.archiveAndEntry
    if let entry { return paths(of: path, for: root).map { "\($0)\(String.archiveEnd)\(entry)" } }
    if path.hasPrefix("/") { return matches(path, for: root) }
    if path.contains("/") { return [] }
    for folder in searchedFolders where folder.hasPrefix("/") {
      let found = matches("\(folder)/\(path)", for: root).filter { access($0.systemCString, X_OK) == 0 }
      if !found.isEmpty { return found }
    }
    guard let cache = root.place(of: LibraryCache.file) else { return [] }
    return LibraryCache.paths(of: path, cache: cache).compactMap(root.place).prefix(1).map { $0 }
  }

  private static var searchedFolders: [Substring] {
    (systemVariable("PATH") ?? "/usr/bin:/bin").split(separator: ":")
  }

  private static func matches(_ pattern: String, for root: ProcessRoot) -> [String] {
    if Glob(pattern).literal == pattern { return root.place(of: pattern).map { [$0] } ?? [] }
    return matches(root.path + pattern).compactMap { root.place(of: String($0.dropFirst(root.path.count))) }
  }

  private static func matches(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern.systemCString, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
    return (0..<min(Int(found.gl_pathc), maximumMatches)).compactMap { paths[$0].map { String(systemCString: $0) } }
      .filter(isFile).compactMap(absolute)
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path.systemCString, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func absolute(_ path: String) -> String? {
    if path.hasPrefix("/") { return path }
    guard let resolved = realpath(path.systemCString, nil) else { return nil }
    defer { free(resolved) }
    return String(systemCString: resolved)
  }
}

/// The dynamic linker's list of libraries (glibc: sysdeps/generic/dl-cache.h, struct cache_file_new).
enum LibraryCache {
  static let file = "/etc/ld.so.cache"
  private static let magic = Array("glibc-ld.so.cache1.1".utf8)
  /// A longer file is not read on.
  private static let maximumSize = 16 << 20

  /// The paths of "libc.so.6", which "libc" and "c" mean too; those of this machine's word size only.
  static func paths(of name: String, cache: String = file) -> [String] {
    guard let file = openRegularFile(cache) else { return [] }
    return paths(of: name, in: ELFBytes(reading: maximumSize, at: 0, of: file.rawValue).bytes)
  }

  static func paths(of name: String, in bytes: [UInt8]) -> [String] {
    guard let start = start(in: bytes) else { return [] }
    func number(_ offset: Int) -> Int {
      guard offset >= 0, offset + 4 <= bytes.count else { return 0 }
      return bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    }
    func text(_ offset: Int) -> String {
      guard offset >= 0, offset < bytes.count else { return "" }
      return String(systemBytes: bytes[offset...].prefix(4096).prefix { $0 != 0 })
    }
    let count = min(number(start + 20), (bytes.count - start) / 24)
    var found: [String] = []
    for index in 0..<count {
      // flags, key, value, OS version, hardware capabilities
      let entry = start + 48 + index * 24
      let isOwn = number(entry) & 0xff00 == ownArchitecture
      let library = text(start + number(entry + 4))
      guard isOwn, [name, "lib\(name)"].contains(where: { library == $0 || library.hasPrefix($0 + ".so") }) else {
        continue
      }
      found.append(text(start + number(entry + 8)))
    }
    return found
  }

  /// FLAG_X8664_LIB64, FLAG_AARCH64_LIB64.
  private static var ownArchitecture: Int {
    #if arch(x86_64)
      0x0300
    #else
      0x0a00
    #endif
  }

  /// Where the list begins: older files have another one before it.
  private static func start(in bytes: [UInt8]) -> Int? {
    if bytes.starts(with: magic) { return 0 }
    guard bytes.count > 16 + magic.count, bytes.starts(with: "ld.so-1.7.0".utf8) else { return nil }
    let entries = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 12, as: UInt32.self)) }
    let (end, overflow) = entries.multipliedReportingOverflow(by: 12)
    guard !overflow, end <= bytes.count else { return nil }
    let start = (16 + end + 7) / 8 * 8
    return start < bytes.count && bytes[start...].starts(with: magic) ? start : nil
  }
}
