import Runtime

/// All maps of the script that are keyed by stacks and have numbers that add up, as they are now.
extension Trace {
  /// A line "OUTERMOST;...;INNERMOST NUMBER" for each stack, as flame graph tools read it. Parts of the key that are no
  /// stacks come first, and before them, where there are several such maps, the map's name.
  /// - Throws: when there is no such map.
  public func foldedStacks() throws(TraceError) -> String {
    let profile = try profile()
    let output = OutputBuffer()
    FoldedWriter.append(profile, namesMaps: profile.measures.count > 1, to: output)
    return output.text
  }

  /// The bytes of an SVG file, which browsers zoom and search in.
  /// - Throws: when there is no such map.
  public func flameGraph() throws(TraceError) -> [UInt8] { FlameGraphDrawing.svg(try profile()) }

  /// The bytes of a file for pprof: a profile.proto packed by gzip.
  /// - Throws: when there is no such map.
  public func pprof() throws(TraceError) -> [UInt8] {
    guard let bytes = PprofWriter.file(try profile()) else { throw TraceError("there is no memory for the file") }
    return bytes
  }
}
