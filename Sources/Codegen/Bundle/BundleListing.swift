import TraceLang

/// A bundle as text: what `-d bpf,maps` prints and golden files hold.
public enum BundleListing {
  public static func programs(_ bundle: Bundle, sources: SourceMap) -> String {
    var text = ""
    for (index, program) in bundle.programs.enumerated() {
      text += "program \(index) \(program.name) \(program.load.description) \"\(program.title)\"\n"
      for hook in bundle.hooks where hook.program == index { text += "  on \(hook.point.description)\n" }
      text += program.object.listing { line in "\(line.line):\(line.column): \(sources.text(of: line))" }
    }
    return text
  }

  public static func maps(_ bundle: Bundle) -> String {
    var text = ""
    for (index, map) in bundle.maps.enumerated() {
      text += "map \(index) \(map.name) \(map.kind) key \(map.keySize) value \(map.valueSize) entries \(map.maxEntries)"
      if map.flags.contains(.readOnlyForPrograms) { text += " rdonly_prog" }
      if map.flags.contains(.mappable) { text += " mmapable" }
      if map.isFrozen { text += " frozen" }
      if !map.initialValue.isEmpty { text += " initial \(String(Fingerprint.of(map.initialValue), radix: 16))" }
      text += "\n"
    }
    for view in bundle.views {
      let key = view.key.map { "[\($0.description)]" } ?? ""
      text += "view \(view.name)\(key) = \(view.value.description) in \(view.content.description(bundle.maps))\n"
    }
    for (index, action) in bundle.actions.enumerated() { text += "action \(index) \(action)\n" }
    return text
  }
}
