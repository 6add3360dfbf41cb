// What the kernel tells of its objects, by functions that not every program may call.
extension Checker {
  /// The most bytes that path() gives room for.
  private static let maximumPath: Int64 = 4096

  mutating func path(_ call: BuiltinCall) -> TypedExpression {
    var capacity = configuration.maxStringLength + 1
    if call.arguments.count == 2 {
      guard let size = constant(call.arguments[1], "path") else { return invalid(call.range) }
      guard (1...Self.maximumPath).contains(size) else {
        error("path() takes a size of 1 to \(Self.maximumPath) bytes, not \(size)", at: call.arguments[1].range)
        return invalid(call.range)
      }
      capacity = Int(size)
    }
    let source = kernelObject(call.arguments[0], "path", "path()", example: "args.file.f_path") { $0 == "path" }
    guard let source else { return invalid(call.range) }
    return libraryValue(.path(source, capacity: capacity), .string(capacity: capacity), call.range)
  }

  mutating func socketCookie(_ call: BuiltinCall) -> TypedExpression {
    guard
      let socket = kernelObject(
        call.arguments[0], "sock", "socket_cookie()", example: "args.sk",
        isKind: {
          // Sockets of a protocol begin with a struct sock, and that with a struct sock_common.
          $0 == "sock" || $0 == "sock_common" || $0.hasSuffix("_sock")
        })
    else { return invalid(call.range) }
    return libraryValue(.socketCookie(socket), .uint64, call.range)
  }

  /// `skboutput(path, skb, length, offset)`.
  mutating func packetOutput(_ call: BuiltinCall) -> TypedExpression {
    guard let path = literal(call.arguments[0], call.function) else { return invalid(call.range) }
    guard !path.isEmpty, !path.utf8.contains(0) else {
      error("skboutput() needs the path of a file", at: call.arguments[0].range)
      return invalid(call.range)
    }
    let packet = kernelObject(call.arguments[1], "sk_buff", "skboutput()", example: "args.skb") { $0 == "sk_buff" }
    let length = converted(integerOperand(call.arguments[2]), .uint64)
    guard let packet, let offset = constant(call.arguments[3], call.function), length.type != .invalid else {
      return invalid(call.range)
    }
    guard (0...LibraryFunction.longestPacket).contains(offset) else {
      error(
        "skboutput() takes an offset of 0 to \(LibraryFunction.longestPacket) bytes, not \(offset)",
        at: call.arguments[3].range)
      return invalid(call.range)
    }
    let file = packetFiles.firstIndex(of: path) ?? packetFiles.count
    if file == packetFiles.count { packetFiles.append(path) }
    return libraryValue(.packetOutput(packet, length: length, offset: Int(offset), file: file), .int64, call.range)
  }

  mutating func override(_ call: BuiltinCall) -> TypedExpression {
    if !target.has(.kprobeOverride) {
      error("this kernel lets no program override functions (CONFIG_BPF_KPROBE_OVERRIDE)", at: call.range)
    }
    let result = converted(integerOperand(call.arguments[0]), .uint64)
    if result.type == .invalid { return result }
    return libraryValue(.override(result), .void, call.range)
  }

  /// A struct of the kernel, or a pointer to one, whose type the verifier follows from the probe's arguments.
  private mutating func kernelObject(
    _ syntax: Expression, _ name: String, _ function: String, example: String, isKind: (String) -> Bool
  ) -> TypedExpression? {
    let value = expression(syntax)
    if value.type == .invalid { return nil }
    guard let record = value.type.recordOfMembers, isKind(record.name) else {
      error(
        "\(function) needs a struct \(name) or a pointer to one, not \(value.type.description)", at: syntax.range)
      return nil
    }
    if value.isReachedByMembers { return value }
    error(
      "\(function) needs a struct \(name) that is reached from args, ctx or curtask by members alone",
      at: syntax.range,
      notes: [Diagnostic.Note("as in \(example); the kernel does not know what variables and casts point to")])
    return nil
  }
}

extension TypedExpression {
  /// Whether the kernel knows the type of what it reads on the way.
  fileprivate var isReachedByMembers: Bool {
    switch kind {
    case .context(.arguments), .context(.curtask): true
    case .member(let base, let member): member.bitField == nil && base.isReachedByMembers
    case .integer, .string, .variable, .map, .context, .address, .dereference, .index, .element, .tuple, .convert,
      .negate, .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      false
    }
  }
}
