/// Why a script has no formatted text.
public enum FormattingError: Error {
  /// It has syntax errors.
  case refused(Diagnostics)
  /// The formatted text would not be the same script: a mistake of the formatter.
  case differs(String)
}

/// A script as formatted source, which is proven to parse to the same syntax and to hold the same comments.
public func format(_ file: SourceFile) throws(FormattingError) -> [UInt8] {
  let sources = SourceMap(file)
  let original = try parsed(sources)
  let text = SyntaxPrinter.bytes(of: original, in: sources)
  let formatted = SourceMap(SourceFile(name: file.name, bytes: text))
  let again: Script
  do throws(FormattingError) {
    again = try parsed(formatted)
  } catch {
    throw .differs("the formatted text does not parse")
  }
  guard SyntaxDump.text(again) == SyntaxDump.text(original) else {
    throw .differs("the formatted text means something else")
  }
  guard words(of: again, formatted) == words(of: original, sources) else {
    throw .differs("the formatted text has other comments")
  }
  return text
}

private func parsed(_ sources: SourceMap) throws(FormattingError) -> Script {
  var diagnostics = Diagnostics()
  let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
  if diagnostics.hasErrors { throw .refused(diagnostics) }
  return script
}

/// The bytes of each comment without white space.
private func words(of script: Script, _ sources: SourceMap) -> [[UInt8]] {
  script.comments.map { sources[$0.range.source].bytes($0.range).filter { !$0.isWhitespace } }
}
