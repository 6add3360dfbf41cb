import Codegen
import TestSupport
import TraceLang

/// What `swtrace -d bpf,maps` prints for a script on a target.
struct Listing {
  /// The listing, or the diagnostics when there is none.
  let text: String

  init(_ script: GoldenScript, target: any Target) throws {
    let checked = try script.program(on: target)
    let sources = checked.sources
    guard let program = checked.program else {
      text = checked.report
      return
    }
    let bundle = try Compiler(target: target).compile(program, sources: sources).bundle
    text = "== bpf\n" + BundleListing.programs(bundle, sources: sources) + "\n== maps\n" + BundleListing.maps(bundle)
  }
}
