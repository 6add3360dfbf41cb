import Symbolizer
import TraceLang

extension ELFSymbols {
  /// The functions whose names match a glob, in no order.
  func functions(matching glob: Glob) -> [BinaryFunction] {
    var found: [BinaryFunction] = []
    forEachFunction(startingWith: Array(glob.prefix)) { name, offset, size in
      guard glob.matches(name) else { return }
      found.append(BinaryFunction(name: String(decoding: name, as: UTF8.self), offset: offset, size: size))
    }
    return found
  }
}
