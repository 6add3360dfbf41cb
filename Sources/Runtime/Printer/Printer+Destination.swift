import Codegen

extension Printer {
  /// Who gets what a run prints.
  package enum Destination {
    /// Whoever reads what is open there.
    case descriptor(Int32, OutputFormat)
    /// The program that the run is a part of: its sink keeps nothing to be written.
    case program((ValueContext) -> any OutputSink)

    var descriptor: Int32 {
      switch self {
      case .descriptor(let descriptor, _): descriptor
      case .program: -1
      }
    }
  }
}

extension Printer.Destination {
  /// What writes a format: its words, texts of `printf`, and those that go to the standard error stream.
  typealias Writers = (sink: any OutputSink, printf: PrintfFormatter, messages: PrintfFormatter)

  /// - Parameter areTerminals: of the output and the standard error stream; values that they get have no control
  /// characters.
  func writers(
    _ bundle: Bundle, _ context: ValueContext, isQuiet: Bool, areTerminals: (output: Bool, messages: Bool)
  ) -> Writers {
    let exact = PrintfFormatter(context: context)
    switch self {
    case .program(let makeSink): return (makeSink(context), exact, exact)
    case .descriptor(_, .text):
      return (
        TextSink(context: context, isQuiet: isQuiet, escapesControls: areTerminals.output),
        PrintfFormatter(context: context, escapesControls: areTerminals.output),
        PrintfFormatter(context: context, escapesControls: areTerminals.messages)
      )
    // JSON escapes strings itself.
    case .descriptor(_, .json): return (JSONSink(context: context, isQuiet: isQuiet), exact, exact)
    case .descriptor(_, .folded):
      let printf = PrintfFormatter(context: context, escapesControls: areTerminals.messages)
      let maps = StackMaps(bundle.views)
      return (
        FoldedSink(context: context, maps: maps, isQuiet: isQuiet, escapesControls: areTerminals.messages), printf,
        printf
      )
    }
  }
}
