/// A bundle as the object file that libbpf and bpftool load: a section for each kind of hook, BTF-defined maps, and the
/// script's data and constants as `.bss` and `.rodata` (libbpf: src/libbpf.c, bpf_object__elf_collect).
///
/// It holds programs and maps only. What user space does in swtrace (printing, starting, ending) is up to its loader.
public enum ObjectFile {
  /// - Throws: for what an object cannot say, with the reason.
  public static func encode(_ bundle: Bundle) throws(BundleError) -> [UInt8] {
    var builder = ObjectBuilder(bundle)
    try builder.addMaps()
    try builder.addPrograms()
    return builder.finish()
  }
}

/// Gathers the sections, symbols and type information of an object.
struct ObjectBuilder {
  let bundle: Bundle
  var elf = ELFWriter()
  var types: TypeDescriber
  /// By map: what relocations refer to.
  var mapSymbols: [ELFWriter.SymbolID] = []
  var functionLines = BTFExtension()
  private var usedNames: [String: Int] = [:]

  init(_ bundle: Bundle) {
    self.bundle = bundle
    types = TypeDescriber(bundle)
  }

  /// A name that no other has, for symbols and BTF.
  mutating func unique(_ name: String) -> String {
    let identifier = ProgramBTF.identifier(name)
    let count = (usedNames[identifier] ?? 0) + 1
    usedNames[identifier] = count
    return count == 1 ? identifier : unique("\(identifier)_\(count)")
  }

  mutating func finish() -> [UInt8] {
    let license = elf.addSection("license", .data, alignment: 1, Array(bundle.settings.license.utf8) + [0])
    _ = elf.addSymbol(
      ELFWriter.Symbol(
        name: "LICENSE", kind: .object, isGlobal: true, section: license, offset: 0,
        size: bundle.settings.license.utf8.count + 1))
    let lines = functionLines.bytes(&types.writer)
    _ = elf.addSection(".BTF", .information, alignment: 4, types.writer.bytes())
    _ = elf.addSection(".BTF.ext", .information, alignment: 4, lines)
    return elf.bytes()
  }
}
