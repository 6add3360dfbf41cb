import Glibc
import TestSupport
import Testing
import TraceLang

/// `swtrace help` and shell completion, which are made from the catalogs.
@Suite struct HelpTests {
  private func help(_ words: String...) throws -> CommandResult { try run([Repository.swtrace, "help"] + words) }

  @Test("help of a builtin is its signature, its summary, its probes and its example")
  func builtin() throws {
    let result = try help("strlen")
    #expect(result.ending == .exited(0))
    #expect(
      result.output == """
        strlen - Bytes of a string before its terminator.

            uint64 strlen(string s)

        In all probes.

        Example:

            tracepoint:syscalls:sys_enter_openat { @length = hist(strlen(str(args.filename))); }

        """)
  }

  @Test("help says where a builtin means something and what it needs")
  func limits() throws {
    #expect(try help("override").output.contains("\nIn kprobe probes, at the start of a function.\nNeeds --unsafe,"))
    #expect(try help("skboutput").output.contains("\nIn fentry, fexit and rawtracepoint probes.\n"))
    #expect(try help("arg7").output.hasPrefix("arg0 ... arg9 - A raw argument"))
  }

  @Test("help of a kind of probe is how it is written and what it has") func probe() throws {
    #expect(
      try help("k:").output == """
        kprobe:[MODULE:]FUNCTION[+OFFSET] - Fires where a function of the kernel begins, or inside of it.

        Also written 'k'.

        Has arg0 ... arg9, sarg0 ... sarg9, func, ctx, reg, override.

        """)
  }

  @Test("help of a command is what its --help prints") func command() throws {
    #expect(try help("fmt").output == run([Repository.swtrace, "fmt", "--help"]).output)
  }

  @Test("help alone lists all builtins by topic, and all probes") func overview() throws {
    let lines = try help().output.split(separator: "\n")
    for topic in Topic.all {
      #expect(lines.contains(Substring(topic.title)))
      for builtin in topic.builtins {
        #expect(lines.contains { $0.hasPrefix("  \(builtin.title)  ") && $0.hasSuffix("  \(builtin.summary)") })
      }
    }
    for provider in Provider.catalog {
      #expect(lines.contains { $0.hasPrefix("  \(provider.name)") && $0.hasSuffix("  \(provider.summary).") })
    }
  }

  @Test("every option that --help lists is one", arguments: [[], ["-l"]]) func listedOptions(words: [String]) throws {
    let lines = try run([Repository.swtrace] + words + ["--help"]).output.split(separator: "\n")
    let spellings = lines.filter { $0.hasPrefix("  -") }.flatMap { line in
      line.split(separator: " ").prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }.filter { $0.hasPrefix("-") }.map {
        String($0.prefix { $0 != "," })
      }
    }
    #expect(spellings.count > 10)
    for spelling in spellings {
      // A value, or an operand after a flag.
      let result = try run([Repository.swtrace, spelling, "x", "-V"])
      #expect(result.ending == .exited(0) && result.errors == "", "\(spelling): \(result.errors)")
    }
  }

  @Test("for an unknown name, help tells the nearest") func unknown() throws {
    let result = try help("strlne")
    #expect(result.ending == .exited(1) && result.output == "")
    #expect(result.errors == "ERROR: there is no help for 'strlne'\nNOTE: did you mean 'strlen'?\n")
  }

  // MARK: Completion

  /// What bash offers for the last of some words.
  private func offers(_ words: [String]) throws -> [String] {
    let list = ([Repository.swtrace] + words).map { "'\($0)'" }.joined(separator: " ")
    let script = """
      cd '\(Repository.root)' && source <('\(Repository.swtrace)' --generate-completion-script bash) 2>/dev/null
      COMP_WORDS=(\(list)) COMP_CWORD=\(words.count)
      COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
      _swtrace swtrace "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try run(["bash", "-c", script])
    #expect(result.errors == "")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test(
    "the script of each shell asks for all words, and none is for a subcommand", arguments: ["bash", "zsh", "fish"])
  func scripts(shell: String) throws {
    for words in [["--generate-completion-script", shell], ["--generate-completion-script=\(shell)"]] {
      let result = try run([Repository.swtrace] + words)
      #expect(result.ending == .exited(0))
      #expect(result.output.contains("---completion -- positional@0"))
      #expect(!result.output.contains("'(-)*:: :->arg'") && !result.output.contains("-fa 'help'"))
    }
  }

  @Test("zsh is given colons that begin no description") func colons() throws {
    let result = try run(
      [Repository.swtrace, "---completion", "--", "positional@0", "2", "6", "swtrace", "-l", "tracep"],
      environment: ["SAP_SHELL=zsh"])
    #expect(result.output.hasPrefix("tracepoint\\:\ntracepoint\\:*\n"))
  }

  @Test("a shell completes the names that there is help for") func names() throws {
    #expect(try offers(["help", "strl"]) == ["strlen"])
    #expect(Set(try offers(["help", ""])).isSuperset(of: Builtin.catalog.flatMap(\.names)))
    #expect(try offers(["help", "strlen", "kpr"]) == ["kprobe"])
  }

  @Test("a shell completes providers after -l") func providers() throws {
    #expect(try offers(["-l", ""]) == Provider.catalog.flatMap(\.names).map { "\($0):" })
    #expect(try offers(["-l", "tracep"]) == ["tracepoint:", "tracepoint:*"])
  }

  @Test(
    "a shell that splits words at colons completes probes after -l",
    .enabled(if: getuid() == 0, "needs root to read tracefs"))
  func probes() throws {
    #expect(try offers(["-l", "tracepoint", ":", "sched", ":", "sched_sw"]).contains("sched_switch"))
    #expect(try offers(["-l", "tracepoint\\:sched", ":", "sched_sw"]).contains("sched_switch"))
  }

  @Test("a shell completes commands and files as the first word") func first() throws {
    #expect(try offers(["rec"]) == ["record-target"])
    #expect(try offers(["examples/exec-c"]) == ["examples/exec-counts.bt"])
    #expect(try offers(["-q", "examples/exec-c"]) == ["examples/exec-counts.bt"])
  }

  @Test("a shell completes the values of options") func values() throws {
    #expect(try offers(["-f", "js"]) == ["json"])
    #expect(try offers(["--mode", "comp"]) == ["compiler-bench"])
    #expect(try offers(["--output", "examples/exec-c"]) == ["examples/exec-counts.bt"])
    #expect(try offers(["--probe-f"]) == ["--probe-filter"])
    #expect(try offers(["--target", "Tests/Targets/x86"]) == ["Tests/Targets/x86_64.json"])
  }
}
