import TraceLang

extension Explanation {
  /// Of a bundle, which has no script.
  public init(_ file: BundleFile, name: String) throws(BundleError) {
    script = name
    machine = file.machine.words
    let checked = try CheckedBundle(file.bundle)
    let bundle = file.bundle
    describe(bundle, file.machine)
    probes = bundle.hooks.map { hook in
      Probe(
        probe: hook.title, place: nil, fires: nil, count: 1, first: [hook.title],
        mechanisms: [
          Mechanism(mechanism: hook.point.mechanism(bundle.programs[hook.program].load), hooks: 1, programs: 1)
        ], pace: nil)
    }
    if let effect = checked.effect { unsafe = [Deed(place: nil, what: "it \(effect)")] }
    needs = Needs(bundle, file.features, file.facts)
    unknown = [Deed(place: nil, what: "what it reads: a bundle does not have its script")]
  }
}
