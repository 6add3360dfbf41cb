import Codegen
import TestSupport
import TraceLang

/// What `swtrace -d bpf,maps` prints for a script on a target.
struct Listing {
  /// The listing, or the diagnostics when there is none.
  let text: String

  init(_ script: GoldenScript, target: any Target) throws {
    let (program, sources, diagnostics) = try script.program(on: target)
    guard let program else {
      text = DiagnosticRenderer(sources: sources).render(diagnostics)
      return
    }
    let bundle = try Codegen.compile(program, target: target, sources: sources).bundle
    text = "== bpf\n" + BundleListing.programs(bundle, sources: sources) + "\n== maps\n" + BundleListing.maps(bundle)
  }
}
