import Codegen
import Runtime
import TraceLang

/// A compiled script, which another program, or this one on another machine, runs without compiling.
public struct TraceBundle: Sendable {
  /// The file's bytes, as `swtrace build` writes them.
  public let bytes: [UInt8]

  /// A bundle read from a file or built into a program. What is wrong with it is told when it is attached.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Compiles a script for the machine that this program runs on, and others that have what it asks of that.
  /// - Throws: `ScriptErrors` for what is wrong with the script, `TraceError` for what the machine does not have.
  public init(_ script: String, options: TraceOptions = TraceOptions()) throws {
    let host: HostTarget
    do throws(TargetError) {
      host = try HostTarget(tracedProcess: options.process, debugFolders: options.debugFolders)
    } catch {
      throw TraceError(error)
    }
    let recording = RecordingTarget(host)
    let compiled = try LargeStack.run { () throws(ScriptErrors) in try Self.script(script, recording, options) }
    let file = BundleFile(compiled.compilation, target: recording)
    do throws(BundleError) { bytes = try file.encoded() } catch { throw TraceError(error) }
  }

  /// Attaches it; returns when all probes are.
  /// - Throws: what the machine does not have or allow.
  public func attach(options: TraceOptions = TraceOptions()) throws -> Trace { try Trace(self, options: options) }

  func fitted(to host: HostTarget, _ options: TraceOptions) throws -> CheckedBundle {
    let bundle: CheckedBundle
    do throws(BundleRefusal) {
      bundle = try BundleFile.admitted(bytes, on: host, allowsUnsafe: options.allowsUnsafe)
    } catch {
      switch error {
      case .unfit(let message): throw TraceError(message)
      case .acts, .misplaced: throw TraceError("the bundle \(error.deed ?? ""), which its options do not allow")
      }
    }
    guard let process = options.process else { return bundle }
    guard !options.followsDescendants else {
      throw TraceError("a bundle's filter is of one process: build it from a script that asks descendant()")
    }
    do throws(BundleError) {
      return try bundle.narrowed(to: .given(process), in: host.pidNamespace)
    } catch {
      throw TraceError(error)
    }
  }

  static func compiled(_ text: String, _ host: HostTarget, _ options: TraceOptions) throws -> CheckedBundle {
    let bundle = try script(text, host, options).bundle
    do throws(BundleError) { return try CheckedBundle(bundle) } catch { throw TraceError(error) }
  }

  private static func script(
    _ text: String, _ target: any Target, _ options: TraceOptions
  ) throws(ScriptErrors) -> CompiledScript {
    var compiler = Compiler(target: target)
    compiler.sharesMaps = true
    compiler.frontEnd.expansion = ExpansionOptions(
      headerReader: SystemPreprocessor(scriptFolder: ""), fileReader: HostFiles())
    compiler.frontEnd.options = CheckerOptions(
      parameters: options.parameters, namedParameters: options.namedParameters, allowsUnsafe: options.allowsUnsafe,
      tracedPID: options.process.map(Int.init))
    compiler.frontEnd.options.followsDescendants = options.followsDescendants && options.process != nil
    do throws(CompilationFailure) {
      return try compiler.compile(SourceFile(name: "script", text: text))
    } catch {
      throw ScriptErrors(error)
    }
  }
}
