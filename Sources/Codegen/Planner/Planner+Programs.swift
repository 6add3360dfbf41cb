import TraceLang

extension Planner {
  /// Distributes the probes over BPF programs.
  mutating func planPrograms() throws(InternalError) {
    var syscalls = SyscallBlocks()
    for (index, probe) in program.probes.enumerated() {
      try planSingles(index, syscalls.take(probe, index, target))
    }
    planSessions()
    for (side, blocks) in syscalls.sides where !blocks.isEmpty { planSyscalls(side, blocks) }
  }

  /// Makes programs for the attach points of a probe, as few as its body allows: those that are loaded alike share one
  /// unless the body asks which probe it is.
  private mutating func planSingles(_ probe: Int, _ points: [AttachPoint]) throws(InternalError) {
    let body = BodyUse(
      usesArguments: usage.usesArguments[probe], argumentMembers: usage.argumentMembers[probe],
      followsArguments: usage.followsArguments[probe], overridesResult: usage.overridesResult[probe],
      callsKernel: usage.callsKernel[probe],
      words: usage.argumentWords[probe], parameters: usage.parameters[probe],
      usesCodeAddress: usage.usesCodeAddress[probe])
    var groups: [(placement: Placement, points: [AttachPoint])] = []
    var groupOfPlacement: [Placement: Int] = [:]
    for point in points {
      let placement = point.planned.placement(for: body, on: target)
      if placement.names == .cookie || !usage.usesNames(probe), let known = groupOfPlacement[placement] {
        groups[known].points.append(point)
      } else {
        groupOfPlacement[placement] = groups.count
        groups.append((placement, [point]))
      }
    }
    for (placement, points) in groups {
      let name = program.probeNames[points[0].nameIndex]
      let hooks = try points[0].planned.hooks(for: points, placement)
      plan.programs.append(
        PlannedProgram(
          name: Self.kernelName(points[0].planned.shortName ?? points[0].function ?? name),
          title: name + (points.count > 1 ? " and \(points.count - 1) more" : ""), placement: placement,
          points: hooks,
          pointTitles: hooks.count == points.count ? points.map { program.probeNames[$0.nameIndex] } : [],
          entry: .single(probe: probe, names: names(of: points, placement, probe)),
          served: points.map { PlannedProgram.Served(probe: probe, name: $0.nameIndex) }))
    }
  }

  private func names(of points: [AttachPoint], _ placement: Placement, _ probe: Int) -> PlannedProgram.Names {
    // Where all have the same, a constant is cheaper.
    let isShared = points.contains { $0.cookie != points[0].cookie }
    if placement.names == .cookie, isShared, usage.usesNames(probe) { return .cookie }
    return .constants(probe: points[0].nameIndex, function: points[0].functionIndex ?? 0)
  }
}
