import Codegen
import ReferenceInterpreter
import Runtime
import TraceLang

/// The text of what an interpreted program printed, by the printer that prints for live ones.
public struct PrintedText {
  private let views: [MapView]
  private let sink: TextSink
  private let formatter: PrintfFormatter
  private let fileLimit: Int

  public init(bundle: Bundle, host: any HostServices) {
    let context = ValueContext(bundle: bundle, host: host) { _, _ in [] }
    views = bundle.views
    sink = TextSink(context: context, isQuiet: true)
    formatter = PrintfFormatter(context: context)
    fileLimit = bundle.settings.maximumCatBytes
  }

  public func text(_ output: [Printed]) -> String {
    for printed in output { append(printed) }
    return sink.output.text
  }

  private func append(_ printed: Printed) {
    switch printed {
    case .printf(let pieces):
      append(pieces, to: sink.beginText())
      sink.endText(.printf)
    case .value(let type, let bytes):
      bytes.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress { sink.value(type, base) }
      }
    case .map(let map, let entries, let top, let divisor, let isAsked):
      append(views[map.index], entries, top: top, divisor: divisor, isAsked: isAsked)
    case .time(let format):
      TimeText.appendNow(format: format, to: sink.beginText())
      sink.endText(.time)
    case .join(let strings, let separator):
      let text = sink.beginText()
      for (index, string) in strings.enumerated() {
        if index > 0 { text.append(text: separator) }
        text.append(string)
      }
      sink.endText(.join)
    case .cat(let pieces):
      _ = FileText.append(path: text(pieces), limit: fileLimit, to: sink.beginText())
      sink.endText(.cat)
    case .system(let pieces):
      _ = CommandOutput.append(of: text(pieces), to: sink.beginText())
      sink.endText(.syscall)
    case .report: break
    case .ending: sink.ending()
    }
  }

  private func text(_ pieces: [Printed.Piece]) -> String {
    let buffer = OutputBuffer()
    append(pieces, to: buffer)
    return buffer.text
  }

  private func append(_ pieces: [Printed.Piece], to buffer: OutputBuffer) {
    var payload: [UInt8] = []
    let segments = pieces.map { piece -> Format.Segment in
      switch piece {
      case .literal(let bytes): return .literal(bytes)
      case .argument(let directive, let type, let bytes):
        payload += [UInt8](repeating: 0, count: (8 - payload.count % 8) % 8)
        defer { payload += bytes }
        return .argument(directive, Field(offset: payload.count, size: bytes.count, type: type))
      }
    }
    payload.append(0)
    payload.withUnsafeBytes { payload in
      guard let base = payload.baseAddress else { return }
      formatter.append(CompiledFormat(Format(segments: segments)), base, to: buffer)
    }
  }

  private func append(_ view: MapView, _ entries: [Printed.Entry], top: UInt64, divisor: UInt64, isAsked: Bool) {
    var all = MapEntries(keySize: view.key == nil ? 0 : view.keySize, valueSize: view.valueSize)
    for entry in entries {
      entry.key.withUnsafeBytes { key in entry.value.withUnsafeBytes { all.append(key: key, value: $0) } }
    }
    sink.map(PrintedMap(view: view, entries: all, top: top, divisor: divisor, isAsked: isAsked))
  }
}
