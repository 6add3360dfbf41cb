import TraceLang

extension Uprobe: PlannedPlace {
  /// One program serves all places where each link tells it which one fired.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    let isMulti = target.has(.uprobeMulti)
    return Placement(
      isMulti ? Load(.kprobe, .uprobeMulti) : Load(.kprobe), arguments: .registers,
      names: isMulti || target.has(.attachCookie) ? .cookie : .program)
  }

  func hook(_ placement: Placement) -> Hook.Point {
    .uprobe(UprobeSite(path: path, offset: offset, isReturn: isReturn))
  }

  func hooks(for points: [AttachPoint], _ placement: Placement) -> [Hook.Point] {
    var sites: [(site: UprobeSite, cookie: UInt64)] = []
    for point in points {
      guard case .uprobe(let place) = point.kind else { continue }
      sites.append((UprobeSite(path: place.path, offset: place.offset, isReturn: place.isReturn), point.cookie))
    }
    guard placement.load.target == .uprobeMulti else {
      return sites.map { .uprobe($0.site.with(cookie: placement.names == .cookie ? $0.cookie : 0)) }
    }
    // A link is of one file.
    var order: [String] = []
    var files: [String: UprobeSites] = [:]
    for (site, cookie) in sites {
      if files[site.path] == nil { order.append(site.path) }
      files[site.path, default: UprobeSites(path: site.path, isReturn: isReturn)].add(site.offset, cookie)
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
  /// What the program gets from bpf_get_attach_cookie; 0 for nothing.
  public var cookie: UInt64 = 0

  public init(path: String, offset: UInt64, isReturn: Bool) {
    self.path = path
    self.offset = offset
    self.isReturn = isReturn
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

  public init(path: String, isReturn: Bool) {
    self.path = path
    self.isReturn = isReturn
  }

  public mutating func add(_ offset: UInt64, _ cookie: UInt64) {
    offsets.append(offset)
    cookies.append(cookie)
  }
}
