// Control groups.
extension Checker {
  /// `cgroupid(path)`.
  mutating func cgroupID(_ call: BuiltinCall) -> TypedExpression {
    guard let path = literal(call.arguments[0], call.function) else { return invalid(call.range) }
    guard let identifier = target.cgroupID(path: path) else {
      error(
        "there is no cgroup of version 2 at '\(path)'", at: call.arguments[0].range,
        notes: [
          Diagnostic.Note("they lie below the mount of type cgroup2, often /sys/fs/cgroup or /sys/fs/cgroup/unified")
        ])
      return invalid(call.range)
    }
    return number(Int64(bitPattern: identifier), .uint64, call.range)
  }

  /// `cgroup_path(id, filter)`.
  mutating func cgroupPath(_ call: BuiltinCall) -> TypedExpression {
    let identifier = converted(integerOperand(call.arguments[0]), .uint64)
    var filter = "*"
    if call.arguments.count == 2 {
      guard let text = literal(call.arguments[1], call.function) else { return invalid(call.range) }
      filter = text
    }
    if identifier.type == .invalid { return identifier }
    let index = cgroupFilterIndices[filter] ?? cgroupFilters.count
    if index == cgroupFilters.count {
      cgroupFilters.append(filter)
      cgroupFilterIndices[filter] = index
    }
    return libraryValue(.cgroupPath(identifier, filter: index), .symbolic(.cgroupPath), call.range)
  }
}
