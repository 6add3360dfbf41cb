import TraceLang

/// A command line taken apart as getopt_long(3) does it: options may be shortened, stand anywhere before `--`, and have
/// their values beside them (`-p7`), in the next word, or after `=`.
struct CommandLineWords {
  private(set) var options: [(name: OptionName, value: ArgumentWord?)] = []
  /// The words that are no options: a script or a pattern, and parameters.
  private(set) var operands: [ArgumentWord] = []
  /// What an option asks for that ends the reading: nothing after it counts.
  private(set) var ending: Ending?

  enum Ending { case help, version, information }

  /// - Throws: what is wrong with an option.
  init(_ words: [ArgumentWord]) throws(CommandFailure) {
    var rest = words[...]
    while ending == nil, let word = rest.popFirst() {
      if word.bytes == Array("--".utf8) {
        operands += rest
        break
      }
      if word.bytes.starts(with: "--".utf8) {
        try readLong(word, &rest)
      } else if word.bytes.count > 1, word.bytes[0] == UInt8(ascii: "-") {
        try readShort(word, &rest)
      } else {
        operands.append(word)
      }
    }
  }

  private mutating func readLong(_ word: ArgumentWord, _ rest: inout ArraySlice<ArgumentWord>) throws(CommandFailure) {
    let parts = word.bytes.dropFirst(2).split(
      separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(decoding: parts[0], as: UTF8.self)
    let candidates = OptionName.candidates(for: text)
    guard let name = candidates.first else {
      let near = Suggestions.nearest(to: text, among: OptionName.all.compactMap(\.long))
      throw Self.misuse(
        "there is no option '--\(text)'",
        near.isEmpty ? [] : ["did you mean \(Suggestions.list(near.map { "--\($0)" }))?"])
    }
    guard candidates.count == 1 else {
      throw Self.misuse("'--\(text)' may be \(Suggestions.list(candidates.map(\.spelling)))", [])
    }
    let value = parts.count == 2 ? ArgumentWord(Array(parts[1])) : nil
    if !name.takesValue, value != nil { throw Self.misuse("\(name.spelling) takes no value", []) }
    try take(name, name.takesValue ? value ?? rest.popFirst() : nil, as: name.spelling)
  }

  private mutating func readShort(_ word: ArgumentWord, _ rest: inout ArraySlice<ArgumentWord>) throws(CommandFailure) {
    var letters = word.bytes.dropFirst()
    while ending == nil, let letter = letters.popFirst() {
      let character = Character(Unicode.Scalar(letter))
      guard let name = OptionName.all.first(where: { $0.short == character }) else {
        throw Self.misuse(
          "there is no option '-\(character)'",
          character.isNumber ? ["parameters that begin with '-' stand after '--'"] : [])
      }
      guard name.takesValue else {
        try take(name, nil, as: "-\(character)")
        continue
      }
      let value = letters.isEmpty ? rest.popFirst() : ArgumentWord(Array(letters))
      return try take(name, value, as: "-\(character)")
    }
  }

  private mutating func take(
    _ name: OptionName, _ value: ArgumentWord?, as spelling: String
  ) throws(CommandFailure) {
    if name.takesValue, value == nil { throw Self.misuse("\(spelling) needs a value", []) }
    switch name.effect {
    case .help: ending = .help
    case .version: ending = .version
    case .information: ending = .information
    case .option, .list, .format, .build, .none: break
    }
    options.append((name, value))
  }

  private static func misuse(_ message: String, _ notes: [String]) -> CommandFailure {
    CommandFailure(message, notes: notes + ["'swtrace --help' lists all options"])
  }
}

extension CommandLineWords {
  /// What the options ask for.
  /// - Throws: where they ask for two things.
  func command() throws(CommandFailure) -> OptionName.Command {
    var command = OptionName.Command.trace
    for (name, value) in options {
      switch name.effect {
      case .list: command = .list
      case .format where command != .list: command = .format
      case .build where command == .trace: command = .build
      case .option where name.long == "mode" && value == "format" && command == .trace: command = .format
      case .help, .version, .information, .format, .build, .option, .none: break
      }
    }
    let modes = ["--mode", "--test", "--bench", "--fmt"].filter(has)
    if modes.count > 1 { throw CommandFailure("\(modes.joined(separator: " and ")) exclude each other") }
    if has("--warnings"), has("--no-warnings") { throw CommandFailure("-k and --no-warnings exclude each other") }
    return command
  }

  private func has(_ spelling: String) -> Bool { options.contains { $0.name.spelling == spelling } }

  /// The words that the command's own parser reads: all of its options with their values apart, `--`, and the operands.
  func words(for command: OptionName.Command) -> [String] {
    var words: [String] = []
    for (name, value) in options {
      switch name.effect {
      case .option(let commands):
        // What bpftrace passes over is passed over; an option of ours in the wrong place is told.
        guard commands.contains(command) || name.isOwn else { continue }
        words.append(name.spelling)
        if let value { words.append(value.text) }
      case .build:
        if let value { words += ["-o", value.text] }
      case .help, .version, .information, .list, .format, .none: continue
      }
    }
    return words + ["--"] + operands.map(\.text)
  }

  /// What to tell of options that change nothing here.
  var remarks: [String] {
    guard !has("--no-warnings") else { return [] }
    return options.compactMap { name, _ in
      guard case .none(let reason?) = name.effect else { return nil }
      return "\(name.spelling) changes nothing here: \(reason)"
    }
  }

  var isJSON: Bool { options.last { $0.name.short == "f" }?.value == "json" }
}
