/// Tells of features that the settings call unstable: an error or a warning as they say.
struct UnstableFeatures {
  private let configuration: Configuration

  init(_ configuration: Configuration) { self.configuration = configuration }

  func check(_ script: Script, _ diagnostics: inout Diagnostics) {
    let stability = configuration.timeSeriesStability
    var first: SourceRange?
    script.visit { expression in
      if case .call(let name, _) = expression.kind, name.text == "tseries", first == nil { first = name.range }
      return true
    }
    guard let first else { return }
    let advice = "set unstable_tseries = enable in the script's config to use it without this"
    switch stability {
    case .error:
      diagnostics.error(
        "tseries() may still change and unstable_tseries = error forbids it", at: first, notes: [.init(advice)])
    case .warn:
      diagnostics.warning("tseries() is unstable: it may still change", at: first, notes: [.init(advice)])
    case .enable: break
    }
  }
}
