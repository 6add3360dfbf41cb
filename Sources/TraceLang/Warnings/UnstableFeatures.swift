/// Tells of features that the settings call unstable: an error or a warning as they say.
struct UnstableFeatures {
  private struct Feature {
    let function: String
    let setting: String
    let stability: Configuration.Stability
  }

  private let features: [Feature]

  init(_ configuration: Configuration) {
    features = [
      Feature(function: "tseries", setting: "unstable_tseries", stability: configuration.timeSeriesStability),
      Feature(function: "dw_ustack", setting: "unstable_dw_ustack", stability: configuration.unwindingStability),
    ].filter { $0.stability != .enable }
  }

  func check(_ script: Script, _ diagnostics: inout Diagnostics) {
    for feature in features { check(feature, script, &diagnostics) }
  }

  /// Tells of the first use of a feature.
  private func check(_ feature: Feature, _ script: Script, _ diagnostics: inout Diagnostics) {
    let (function, setting) = (feature.function, feature.setting)
    var first: SourceRange?
    script.visit { expression in
      if case .call(let name, _) = expression.kind, name.text == function { first = first ?? name.range }
      if case .identifier(function) = expression.kind { first = first ?? expression.range }
      return true
    }
    guard let first else { return }
    let advice = "set \(setting) = enable in the script's config to use it without this"
    switch feature.stability {
    case .error:
      diagnostics.error(
        "\(function)() may still change and \(setting) = error forbids it", at: first, notes: [.init(advice)])
    case .warn: diagnostics.warning("\(function)() is unstable: it may still change", at: first, notes: [.init(advice)])
    case .enable: break
    }
  }
}
