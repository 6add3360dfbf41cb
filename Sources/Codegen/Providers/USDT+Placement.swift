import TraceLang

extension USDT: PlannedPlace {
  /// Sites whose arguments lie alike, as far as the body reads them, share a program.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    var read: [Int: USDTOperand] = [:]
    for index in body.words where operands.indices.contains(index) { read[index] = operands[index] }
    var placement = Placement.userCode(on: target)
    placement.arguments = .operands(read)
    if body.usesCodeAddress || read.values.contains(where: { $0.variable?.place == .relative }) {
      placement.codeAddress = target.codeAddress(in: path, at: offset)
    }
    return placement
  }

  func hook(_ placement: Placement) -> Hook.Point { .uprobe(site) }

  func hooks(for points: [AttachPoint], _ placement: Placement) throws(InternalError) -> [Hook.Point] {
    Hook.Point.userCode(
      try points.map { point throws(InternalError) in
        guard case .usdt(let place) = point.kind else { throw InternalError("a program of a usdt and of others") }
        return (place.site, point.cookie)
      }, placement)
  }

  /// In the archive, where the binary lies in one.
  private var site: UprobeSite {
    UprobeSite(path: path.archiveAndEntry.file, offset: offset, isReturn: false, semaphore: semaphore)
  }
}
