import Differential
import TestSupport
import Testing

/// Random scripts: the kernel takes them, and they print what the reference interpreter says.
///
/// `make differential N=10000 SEED=1` runs any number of them.
@Suite(.serialized) struct RandomScriptTests {
  @Test("random scripts do on the kernel what the reference interpreter says", .root)
  func random() throws {
    let failures = try Kernel.use { kernel in
      (UInt64(1)...200).compactMap { seed -> String? in
        let text = kernel.script(seed: seed)
        let context = FiringContext(seed: seed)
        let verdict = kernel.verdict(text, in: context)
        guard verdict.isFailure else { return nil }
        let smallest = kernel.shrunk(text, in: context, failingLike: verdict, patience: .seconds(30))
        return "seed \(seed) fails (\(context.rawValue)); its smallest script is:\n\(smallest)\n"
          + "\(kernel.verdict(smallest, in: context))"
      }
    }
    #expect(failures == [])
  }

  @Test(
    "scripts that once failed do on the kernel what the reference interpreter says", .root,
    arguments: FiringContext.allCases)
  func regressions(context: FiringContext) throws {
    let folder = Repository.root + "/Tests/DifferentialTests/Regressions"
    for name in FileContents.names(in: folder, extension: "bt") {
      let text = try FileContents.text("\(folder)/\(name).bt")
      let verdict = try Kernel.use { $0.verdict(text, in: context) }
      #expect(verdict == .same, "\(name)")
    }
  }
}
