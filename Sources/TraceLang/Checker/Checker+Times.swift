// Clocks and times.
extension Checker {
  /// `nsecs` and `nsecs(CLOCK)`.
  mutating func nanoseconds(_ call: BuiltinCall) -> TypedExpression {
    guard let argument = call.arguments.first else {
      return TypedExpression(.context(.nanoseconds(.boot)), .uint64, call.range)
    }
    if case .identifier("sw_tai") = argument.kind { return libraryValue(.softwareTAI, .uint64, call.range) }
    guard case .identifier(let word) = argument.kind, let clock = ContextValue.Clock(rawValue: word) else {
      error("nsecs() takes monotonic, boot, tai or sw_tai", at: argument.range)
      return invalid(call.range)
    }
    if clock == .tai, !target.has(.taiTime) {
      error("this kernel has no TAI clock for programs (Linux 6.1 has)", at: argument.range)
    }
    return TypedExpression(.context(.nanoseconds(clock)), .uint64, call.range)
  }

  /// `strftime(format, time)`.
  mutating func formattedTime(_ call: BuiltinCall) -> TypedExpression {
    guard let format = timeFormat(call.arguments[0], call.function) else { return invalid(call.range) }
    let given = integerOperand(call.arguments[1])
    if given.kind == .context(.nanoseconds(.monotonic)) {
      error(
        "strftime() needs a time of the boot clock: the monotonic one stands still while the machine sleeps",
        at: call.arguments[1].range, notes: [Diagnostic.Note("nsecs is a time of the boot clock")])
      return invalid(call.range)
    }
    if case .integer(let constant) = given.kind, constant < 0, given.type.integer?.isSigned == true {
      error("strftime() needs a time since the machine was started, not \(constant)", at: call.arguments[1].range)
      return invalid(call.range)
    }
    let time = converted(given, .uint64)
    return TypedExpression(
      .call(.strftime(format: index(ofTimeFormat: format), time)), .symbolic(.timestamp), call.range)
  }

  /// `time(format)`.
  mutating func timeOfDay(_ call: BuiltinCall) -> Message? {
    guard let first = call.arguments.first else { return .time("%H:%M:%S\n") }
    return timeFormat(first, call.function).map { .time($0) }
  }

  /// Columns that a conversion of a time may be told to fill.
  private static let maximumTimeWidth = 255

  /// A format of strftime whose text has a reasonable length.
  private mutating func timeFormat(_ syntax: Expression, _ function: String) -> String? {
    guard let format = literal(syntax, function) else { return nil }
    var rest = Substring(format).utf8
    while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
      // "%-10d": flags, among which is zero, the width, and a letter, which may be a percent sign.
      let width = rest[percent...].dropFirst().drop { "-_0^#+".utf8.contains($0) }.prefix(while: \.isDigit)
      rest = rest[width.endIndex...].dropFirst()
      guard !width.isEmpty, Int(Substring(width)) ?? .max > Self.maximumTimeWidth else { continue }
      error(
        "a width in the format of \(function)() is at most \(Self.maximumTimeWidth), not \(Substring(width))",
        at: syntax.range)
      return nil
    }
    return format
  }

  private mutating func index(ofTimeFormat format: String) -> Int {
    if let index = timeFormatIndices[format] { return index }
    timeFormatIndices[format] = timeFormats.count
    timeFormats.append(format)
    return timeFormats.count - 1
  }
}
