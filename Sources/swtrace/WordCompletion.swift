import ArgumentParser
import Glibc
import Runtime
import TraceLang

/// What a shell may offer for a word that is no option, from the catalogs and this machine.
///
/// `swtrace --generate-completion-script SHELL` writes what makes the shell ask.
enum WordCompletion {
  /// - Parameters:
  ///   - words: the command line, the command's own name included.
  ///   - index: of the word to complete, which may be empty.
  @Sendable static func candidates(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    let candidates = candidates(words, index)
    // zsh takes what follows a colon for a description.
    return CompletionShell.requesting == .zsh
      ? candidates.map {
        $0.split(separator: Character(":"), omittingEmptySubsequences: false).joined(separator: "\\:")
      } : candidates
  }

  private static func candidates(_ words: [String], _ index: Int) -> [String] {
    guard words.indices.contains(index) else { return [] }
    if index > 1, words[1] == "help" { return HelpCommand.names }
    if asksForList(words.dropFirst()) { return probes(pattern(words, index)) }
    return (index == 1 ? Swtrace.commands.map(\.name) : []) + files(words[index])
  }

  /// Whether the words up to the script and its parameters, as far as they are written, ask for a list.
  private static func asksForList(_ words: ArraySlice<String>) -> Bool {
    words.prefix { $0 != "--" && $0 != "-e" && $0 != "-c" }.contains { ["-l", "--list", "-lv", "-vl"].contains($0) }
  }

  /// The word with the parts before it that a shell has split off at colons.
  private static func pattern(_ words: [String], _ index: Int) -> (split: String, whole: String) {
    var start = index
    while start > 0, words[start] == ":" || words[start - 1] == ":" { start -= 1 }
    let last = words[index] == ":" ? index + 1 : index
    return (unquoted(words[start..<last].joined()), unquoted(words[start...index].joined()))
  }

  /// Shells give words as they are written.
  private static func unquoted(_ text: String) -> String { text.filter { !"'\"\\".contains($0) } }

  /// Providers, and once there is one, those of its probes that begin so.
  private static func probes(_ pattern: (split: String, whole: String)) -> [String] {
    guard pattern.whole.contains(":") else {
      let names = Provider.catalog.flatMap(\.names).filter { $0.hasPrefix(pattern.whole) }
      // Shells put a space after what nothing can follow.
      return names.count == 1 ? ["\(names[0]):", "\(names[0]):*"] : names.map { "\($0):" }
    }
    var found: [String] = []
    do throws(TargetError) {
      let search = ProbeSearch(try HostTarget())
      try search.probes(matching: pattern.whole + "*", withArguments: false) { found.append($0.name) }
    } catch {
      return []
    }
    return found.filter { $0.hasPrefix(pattern.split) }.map { String($0.dropFirst(pattern.split.count)) }
  }

  private static func files(_ prefix: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(prefix + "*", GLOB_MARK, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in
      result.gl_pathv[index].map {
        String(decoding: UnsafeRawBufferPointer(start: $0, count: strlen($0)), as: UTF8.self)
      }
    }
  }
}
