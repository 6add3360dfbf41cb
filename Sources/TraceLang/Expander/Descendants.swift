/// Which processes descend from which, found out by probes that swtrace adds to a script that asks.
///
/// A process is known by the kernel's `signal_struct`, which all of its threads have and which lives as long as it does:
/// numbers are taken anew, and differ between PID namespaces.
enum Descendants {
  /// The map of the processes found, which no script can name: bit i for those that descend from `Environment.ancestors[i]`.
  static let map = "followed processes"
  /// The function that says which of the ancestors a process ID is, as a mask; no script can name it.
  static let mask = "descendants of"
  /// A bit each in the map's values.
  static let maximumAncestors = 64
  /// The map's entries.
  static let maximumProcesses = 65536

  /// A process is noted before it runs, and forgotten when the kernel frees the last that there is of it.
  private static let text = """
    rawtracepoint:sched_process_fork {
      $parent = (struct task_struct *)arg0;
      $child = (struct task_struct *)arg1;
      if ($child.signal != $parent.signal) {
        $mask = @processes[(uint64)$parent.signal] | mask(pid);
        if ($mask) { @processes[(uint64)$child.signal] = $mask; }
      }
    }
    rawtracepoint:sched_process_free {
      $task = (struct task_struct *)arg0;
      if ($task.pid == $task.tgid) { delete(@processes, (uint64)$task.signal); }
    }
    """

  /// Those that there are when tracing begins descend from whom their parents do; generations beyond 64 are not looked at.
  private static let textOfPresent = """
    iter:task {
      $level = curtask.thread_pid.level;
      $namespace = curtask.thread_pid.numbers[$level].ns;
      $task = ctx.task;
      if ($task != 0 && $task.pid == $task.tgid) {
        let $mask : uint64 = 0;
        $ancestor = $task.real_parent.group_leader;
        for ($generation : 0..64) {
          $mask |= @processes[(uint64)$ancestor.signal];
          if ($ancestor.thread_pid.level >= $level && $ancestor.thread_pid.numbers[$level].ns == $namespace) {
            $mask |= mask($ancestor.thread_pid.numbers[$level].nr);
          }
          if ($ancestor.pid <= 1) { break; }
          $ancestor = $ancestor.real_parent.group_leader;
        }
        if ($mask) { @processes[(uint64)$task.signal] |= $mask; }
      }
    }
    """

  /// The probes that find them, for a script that asks; none for others.
  static func probes(for script: Script, options: CheckerOptions, in sources: inout SourceMap) -> [Script.Item] {
    let asks = script.items.contains { if case .probe(let block) = $0 { block.asksForDescendants } else { false } }
    guard asks || options.followsDescendants else { return [] }
    // A command has no children before it runs.
    let findsPresent = asks || options.tracedPID != nil
    let file = SourceFile(name: map, text: findsPresent ? text + textOfPresent : text)
    var diagnostics = Diagnostics()
    let own = parse(sources.add(file), in: sources, diagnostics: &diagnostics)
    var renaming = Renaming()
    return own.items.map { renaming.own($0) }
  }

  /// Gives names that no script can write, and marks the probes.
  private struct Renaming: SyntaxRewriter {
    mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax { type }

    mutating func rewritten(_ aggregate: CDeclaration.Aggregate) -> CDeclaration.Aggregate { aggregate }

    mutating func rewritten(_ expression: Expression) -> Expression {
      let expression = rewrittenParts(of: expression)
      if case .map = expression.kind { return Expression(.map(Descendants.map), expression.range) }
      if case .call(let name, let arguments) = expression.kind, name.text == "mask" {
        return Expression(.call(Name(Descendants.mask, name.range), arguments), expression.range)
      }
      return expression
    }

    mutating func own(_ item: Script.Item) -> Script.Item {
      guard case .probe(var block) = rewritten(item) else { return item }
      block.isOwn = true
      return .probe(block)
    }
  }
}

extension ProbeBlock {
  /// Whether it asks which processes descend from which.
  var asksForDescendants: Bool {
    var asks = false
    let visit: (Expression) -> Bool = { expression in
      asks = asks || expression.asksForDescendants
      return !asks
    }
    predicate?.visit(visit)
    body.visit(visit)
    return asks
  }
}

extension Expression {
  var asksForDescendants: Bool {
    guard case .call(let name, _) = kind else { return false }
    return Builtin.named(name.text)?.name == Builtin.descendant.name
  }
}
