import TraceLang

extension Uprobe: PlannedPlace {
  /// One program serves all places where each link tells it which one fired.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    var placement = Placement.userCode(on: target)
    if !body.parameters.isEmpty, let function = target.debugFunction(in: path, at: offset, inlined: inlined) {
      placement.arguments = .parameters(
        Dictionary(
          function.parameters.filter { body.parameters.contains($0.name) }.map { ($0.name, $0.place) },
          uniquingKeysWith: { first, _ in first }))
    }
    if body.usesCodeAddress { placement.codeAddress = target.codeAddress(in: path, at: offset) }
    return placement
  }

  func hook(_ placement: Placement) -> Hook.Point {
    .uprobe(site)
  }

  func hooks(for points: [AttachPoint], _ placement: Placement) throws(InternalError) -> [Hook.Point] {
    Hook.Point.userCode(
      try points.map { point throws(InternalError) in
        guard case .uprobe(let place) = point.kind else { throw InternalError("a program of a uprobe and of others") }
        return (place.site, point.cookie)
      }, placement)
  }

  /// In the archive, where the binary lies in one.
  private var site: UprobeSite { UprobeSite(path: path.archiveAndEntry.file, offset: offset, isReturn: isReturn) }
}

extension Placement {
  /// One program for all places in user space where each link tells it which one fired.
  static func userCode(on target: any Target) -> Placement {
    let isMulti = target.has(.uprobeMulti)
    return Placement(
      isMulti ? Load(.kprobe, .uprobeMulti) : Load(.kprobe), arguments: .registers,
      names: isMulti || target.has(.attachCookie) ? .cookie : .program)
  }
}

extension Target {
  /// The virtual address that a binary gives the code at a place of its file; `nil` where it has none.
  func codeAddress(in path: String, at offset: UInt64) -> UInt64? {
    do throws(TargetError) { return try address(in: path, at: offset) } catch { return nil }
  }
}

extension Hook.Point {
  /// What a program of such a placement is attached to: a link for each file, or one for each place.
  static func userCode(_ sites: [(site: UprobeSite, cookie: UInt64)], _ placement: Placement) -> [Hook.Point] {
    guard placement.load.target == .uprobeMulti else {
      return sites.map { .uprobe($0.site.with(cookie: placement.names == .cookie ? $0.cookie : 0)) }
    }
    // A link is of one file.
    var order: [String] = []
    var files: [String: UprobeSites] = [:]
    for (site, cookie) in sites {
      if files[site.path] == nil { order.append(site.path) }
      files[site.path, default: UprobeSites(path: site.path, isReturn: site.isReturn)].add(site, cookie)
    }
    return order.compactMap { files[$0] }.map { .uprobes($0) }
  }
}

/// A place of one file, for a perf event.
public struct UprobeSite: Hashable, Sendable, Codable {
  public let path: String
  /// Bytes from the start of the file.
  public let offset: UInt64
  public let isReturn: Bool
  /// Bytes from the start of the file to the 16-bit count of those who trace it, which the kernel keeps; 0 for none.
  public let semaphore: UInt64
  /// What the program gets from bpf_get_attach_cookie; 0 for nothing.
  public var cookie: UInt64 = 0

  public init(path: String, offset: UInt64, isReturn: Bool, semaphore: UInt64 = 0) {
    self.path = path
    self.offset = offset
    self.isReturn = isReturn
    self.semaphore = semaphore
  }

  fileprivate func with(cookie: UInt64) -> UprobeSite {
    var site = self
    site.cookie = cookie
    return site
  }
}

/// Many places of one file, for one link (BPF_TRACE_UPROBE_MULTI).
public struct UprobeSites: Hashable, Sendable, Codable {
  public let path: String
  public let isReturn: Bool
  public private(set) var offsets: [UInt64] = []
  /// By offset.
  public private(set) var cookies: [UInt64] = []
  /// By offset: see `UprobeSite.semaphore`. Empty where there is none at all.
  public private(set) var semaphores: [UInt64] = []

  public init(path: String, isReturn: Bool) {
    self.path = path
    self.isReturn = isReturn
  }

  mutating func add(_ site: UprobeSite, _ cookie: UInt64) {
    if semaphores.isEmpty, site.semaphore != 0 { semaphores = Array(repeating: 0, count: offsets.count) }
    if !semaphores.isEmpty || site.semaphore != 0 { semaphores.append(site.semaphore) }
    offsets.append(site.offset)
    cookies.append(cookie)
  }
}
