import Codegen
import TestSupport
import TraceLang

/// What `swtrace -d bpf,maps` prints for a script on a target.
struct Listing {
  /// The listing, or the diagnostics when there is none.
  let text: String

  init(_ script: GoldenScript, target: any Target) throws {
    let sources = SourceMap(SourceFile(name: script.name + ".bt", bytes: try FileContents.bytes(script.path)))
    var diagnostics = Diagnostics()
    let syntax = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    let options = CheckerOptions(parameters: GoldenScript.parameters)
    guard !diagnostics.hasErrors,
      let program = check(syntax, target: target, options: options, diagnostics: &diagnostics)
    else {
      text = DiagnosticRenderer(sources: sources).render(diagnostics)
      return
    }
    let bundle = try Codegen.compile(program, target: target, sources: sources).bundle
    text = "== bpf\n" + BundleListing.programs(bundle, sources: sources) + "\n== maps\n" + BundleListing.maps(bundle)
  }
}
