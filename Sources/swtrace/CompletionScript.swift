import ArgumentParser
import TraceLang

/// `swtrace --generate-completion-script SHELL`: what makes a shell ask for completions.
enum CompletionScript {
  static let option = "--generate-completion-script"

  /// The script that a command line asks for; `nil` where it asks for none, or for a shell that there is none for.
  static func text(for words: [String]) -> String? {
    let shell = words.first == option ? words.dropFirst().first : words.first.flatMap { value(of: $0) }
    return shell.flatMap(CompletionShell.init(rawValue:)).map { text(for: $0) }
  }

  private static func value(of word: String) -> String? {
    word.hasPrefix(option + "=") ? String(word.dropFirst(option.utf8.count + 1)) : nil
  }

  /// ArgumentParser's script for tracing, whose words `WordCompletion` completes.
  private static func text(for shell: CompletionShell) -> String {
    TraceCommand.completionScript(for: shell).split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in !ofSubcommands.contains { line.contains(text: $0) } }.joined(separator: "\n")
  }

  /// Parts of lines for subcommands, which ArgumentParser takes all commands to have: beside words of any number, zsh refuses
  /// them.
  private static let ofSubcommands = ["'(-): :->command'", "'(-)*:: :->arg'", "-fa 'help'"]
}
