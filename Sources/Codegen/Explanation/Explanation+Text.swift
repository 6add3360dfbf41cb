import TraceLang

extension Explanation {
  /// The facts for people, under headings that always come in this order; those with nothing to say are left out. Of long
  /// lists it has the first few, and how many more there are.
  public var text: String {
    var page = Page()
    page.lines.append(headline)
    page.add("Attaches to", Self.some(groups, of: 8) { Self.lines(of: $0) })
    page.add("Keeps in the kernel", Self.some(costs, of: 14) { [$0] })
    page.add("Reads", Self.some(reads, of: 8) { [Self.line(of: $0)] })
    page.add("Prints", printed)
    page.add("Reads files, and prints them", Self.some(output.files, of: 6) { [$0] })
    page.add("Runs commands", Self.some(output.commands, of: 6) { [$0] })
    page.add("Leaves behind", output.pinned)
    page.add("Needs --unsafe", Self.some(unsafe, of: 8) { [$0.line] })
    page.add("May lose", Self.some(losses, of: 8) { [$0] })
    page.add("Needs", needs.lines)
    page.add("Is not known", Self.some(unknownByReason, of: 8) { [$0.line] })
    return page.lines.map { VisibleText.escaped($0) + "\n" }.joined()
  }

  private struct Page {
    var lines: [String] = []

    mutating func add(_ heading: String, _ content: [String]) {
      if content.isEmpty { return }
      lines += ["", heading] + content.map { "  \($0)" }
    }
  }

  private var headline: String {
    let parts = [
      programs.map { Self.count($0, "BPF program") }, hooks.map { Self.count($0, "hook") },
      memory.map { $0 == 0 ? "no maps" : "\(ByteCount($0)) of kernel memory" },
    ].compactMap(\.self)
    return "\(script), for \(machine)" + (parts.isEmpty ? "" : ": ") + parts.joined(separator: ", ")
  }

  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// The lines of the first elements, and one for the others.
  private static func some<Element>(_ elements: [Element], of limit: Int, _ lines: (Element) -> [String]) -> [String] {
    if elements.count <= limit { return elements.flatMap(lines) }
    return elements.prefix(limit - 1).flatMap(lines) + ["and \(elements.count - limit + 1) more, which -f json lists"]
  }

  /// Attach points next to each other of which the same is to be said.
  private var groups: [[Probe]] {
    var groups: [[Probe]] = []
    for probe in probes {
      if let last = groups.last?.last, Self.details(of: last) == Self.details(of: probe) {
        groups[groups.count - 1].append(probe)
      } else {
        groups.append([probe])
      }
    }
    return groups
  }

  private static func lines(of group: [Probe]) -> [String] {
    let names = some(group, of: 8) { [name(of: $0)] }
    let details = group.first.map { Self.details(of: $0) } ?? ""
    return names + (details.isEmpty ? [] : ["  " + details])
  }

  /// An attach point and the places that it stands for, where they are not itself.
  private static func name(of probe: Probe) -> String {
    guard let count = probe.count else { return probe.probe + ": not known" }
    if count == 0 { return probe.probe + ": no place" }
    if count == 1, probe.first.first == probe.probe || probe.first.first == probe.probe.lowercased() {
      return probe.probe
    }
    let names = briefly(probe.first).joined(separator: ", ") + (count > probe.first.count ? ", ..." : "")
    return "\(probe.probe): \(Self.count(count, "place")), \(names)"
  }

  private static func details(of probe: Probe) -> String {
    let summary = probe.fires.map { [$0.lowercasedStart + (probe.pace == .event ? ", as often as that happens" : "")] }
    let mechanisms = probe.mechanisms.map { mechanism in
      mechanism.mechanism + (mechanism.hooks > 1 ? " (\(mechanism.hooks) hooks)" : "")
    }
    return ((summary ?? []) + mechanisms).joined(separator: "; ")
  }

  /// Names without the parts, up to a colon, that all of them begin with.
  private static func briefly(_ names: [String]) -> [String] {
    guard let first = names.first, names.count > 1 else { return names }
    var shared = 0
    for (index, byte) in first.utf8.enumerated() where byte == UInt8(ascii: ":") {
      if names.allSatisfy({ $0.utf8.starts(with: first.utf8.prefix(index + 1)) }) { shared = index + 1 }
    }
    return names.map { String(decoding: $0.utf8.dropFirst(shared), as: UTF8.self) }
  }

  /// What maps and the rest take, in columns.
  private var costs: [String] {
    let rows = maps.map { map in
      (map.map + (map.key.map { "[\($0)]" } ?? "") + " = \(map.value)", map.memory, map.kind + map.entriesText)
    }
    let others = buffers.filter { $0.memory > 0 }.map { ($0.buffer, $0.memory, "") }
    let width = min((rows + others).map(\.0.utf8.count).max() ?? 0, 44)
    return (rows + others).map { name, memory, kind in
      let gap = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
      let size = "\(ByteCount(memory))"
      return name + gap + size
        + (kind.isEmpty ? "" : String(repeating: " ", count: max(11 - size.utf8.count, 1)) + kind)
    }
  }

  /// One for each reason, with the first of its places.
  private var unknownByReason: [Deed] {
    unknown.map(\.what).withoutRepeats.map { reason in
      let places = unknown.filter { $0.what == reason }.compactMap(\.place)
      return Deed(
        place: places.first.map { places.count > 1 ? "\($0) and \(places.count - 1) more" : $0 }, what: reason)
    }
  }

  private static func line(of read: Read) -> String {
    let memory = read.memory.isEmpty ? [] : [read.memory.joined(separator: " and ") + " memory"]
    let strings = read.stringLimit.map { ["strings of up to \($0 - 1) bytes"] } ?? []
    return "\(read.probe): \((read.values + memory + strings + read.stacks).joined(separator: ", "))"
  }

  private var printed: [String] {
    let lines = Self.some(output.lines, of: 8) { [$0] }
    return lines + (output.atEnd.isEmpty ? [] : ["at the end: \(output.atEnd.joined(separator: ", "))"])
  }
}

extension Explanation.Map {
  fileprivate var entriesText: String {
    key == nil ? "" : ", \(Explanation.count(entries, "key"))\(isPreallocated ? ", preallocated" : "")"
  }
}

extension Explanation.Deed {
  fileprivate var line: String { (place.map { "\($0): " } ?? "") + what }
}

extension Explanation.Needs {
  fileprivate var lines: [String] {
    let groups = [
      capabilities.isEmpty ? nil : "root, or \(capabilities.joined(separator: ", "))",
      kernel.isEmpty ? nil : "of the kernel, as planned for this one: \(kernel.joined(separator: ", "))",
      facts.isEmpty
        ? nil
        : "as they are on this machine: " + facts.prefix(4).joined(separator: ", ")
          + (facts.count > 4 ? " and \(facts.count - 4) more" : ""),
    ]
    return groups.compactMap(\.self)
  }
}

extension String {
  /// "Fires at ..." as "fires at ...".
  fileprivate var lowercasedStart: String { prefix(1).lowercased() + dropFirst() }
}
