import TraceLang

/// A script's text in, its diagnostics or what it became out: the one way through all stages.
public struct Compiler {
  /// Takes the text to a program.
  public var frontEnd: FrontEnd

  /// Whether others than the script may make entries of its maps.
  public var sharesMaps = false

  public var target: any Target { frontEnd.target }

  public init(target: any Target) { frontEnd = FrontEnd(target: target) }

  /// The first half, for those who change the program before it is compiled.
  public func check(_ file: SourceFile, diagnostics: Diagnostics = Diagnostics()) -> CheckedScript {
    frontEnd.check(file, diagnostics: diagnostics)
  }

  /// The second half.
  /// - Parameter sources: the texts that the program's ranges point into, for line information.
  /// - Throws: the limit of the kernel that the program exceeds.
  public func compile(_ program: Program, sources: SourceMap) throws(CompileError) -> Compilation {
    try Compilation(of: program, target: target, sources: sources, sharesMaps: sharesMaps)
  }

  /// Both halves.
  /// - Throws: all errors, and the warnings among them.
  public func compile(_ file: SourceFile) throws(CompilationFailure) -> CompiledScript {
    let checked = check(file)
    guard let program = checked.program else {
      throw CompilationFailure(diagnostics: checked.diagnostics, sources: checked.sources)
    }
    do throws(CompileError) {
      return CompiledScript(checked: checked, compilation: try compile(program, sources: checked.sources))
    } catch {
      var diagnostics = checked.diagnostics
      diagnostics.error(error.message, at: error.range)
      throw CompilationFailure(diagnostics: diagnostics, sources: checked.sources)
    }
  }
}

/// A script and all that it became.
public struct CompiledScript {
  public let checked: CheckedScript
  public let compilation: Compilation

  public var bundle: Bundle { compilation.bundle }
}

/// Why a script was not compiled.
public struct CompilationFailure: Error, Sendable, CustomStringConvertible {
  public let diagnostics: Diagnostics
  /// The texts that their ranges point into.
  public let sources: SourceMap

  /// As the user reads them: the place, what is wrong there, the line and what to do.
  public var description: String { DiagnosticRenderer(sources: sources).render(diagnostics) }
}
