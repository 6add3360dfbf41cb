import Testing

@testable import Codegen

/// Expects of a pass that it turns the text of a function's blocks into another one, and leaves the function well-formed.
func expect(
  _ pass: any Pass, turns before: String, into after: String, _ location: SourceLocation = #_sourceLocation
) throws {
  let header = "function f\n"
  var function = try IRParser.function(header + before)
  try IRVerifier.verify(function)
  pass.run(&function)
  let text = String(IRPrinter.text(function).dropFirst(header.count))
  #expect(text == after + "\n", sourceLocation: location)
  var cleaned = function
  DeadCodeElimination().run(&cleaned)
  try IRVerifier.verify(cleaned)
}

/// Expects of a pass that it leaves the text of a function's blocks as it is.
func expect(_ pass: any Pass, keeps text: String, _ location: SourceLocation = #_sourceLocation) throws {
  try expect(pass, turns: text, into: text, location)
}
