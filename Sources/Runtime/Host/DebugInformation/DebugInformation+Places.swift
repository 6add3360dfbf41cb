import CElfutils
import Glibc
import TraceLang

// What location expressions say (DWARF 5, 2.5 and 2.6), where that is a place that programs can read.
extension DebugInformation {
  /// Where a parameter is when the code at an address is reached; `nil` where debug information does not say.
  ///
  /// - Parameter isEntered: it is the function's first instruction. What has one place in all of the function is there
  ///   only once the function has put it there.
  func place(
    of parameter: DebugEntry, at address: UInt64, in function: DebugEntry, isEntered: Bool = false
  ) -> ParameterPlace? {
    if let constant = parameter.signedNumber(DW_AT_const_value) { return .constant(constant.value) }
    guard let (operations, isForPlace) = parameter.expression(DW_AT_location, at: address) else { return nil }
    if operations.isEmpty { return isEntered ? nil : .unreadable(.optimizedAway) }
    if isForPlace || !isEntered {
      let told = place(operations, at: address, in: function, isEntered: isEntered)
      return isEntered && told == .unreadable(.unknown) ? nil : told
    }
    // Its caller left it above the return address, or in a register.
    switch place(operations, at: address, in: function, isEntered: isEntered) {
    case .registers(let names): return .registers(names)
    case .memory("sp", let displacement)
    where displacement >= Int64(architecture.facts.registers.stackArguments) && isOnCanonicalFrame(function):
      return .memory(register: "sp", displacement: displacement)
    case .unreadable(.floatingPoint): return .unreadable(.floatingPoint)
    case .constant, .sum, .memory, .unreadable: return nil
    }
  }

  private func isOnCanonicalFrame(_ function: DebugEntry) -> Bool {
    function.expression(DW_AT_frame_base)?.first.map { Int($0.atom) == DW_OP_call_frame_cfa } ?? false
  }

  private func place(
    _ operations: [Dwarf_Op], at address: UInt64, in function: DebugEntry, isEntered: Bool
  ) -> ParameterPlace {
    if operations.contains(where: { Int($0.atom) == DW_OP_piece }) { return pieces(operations) }
    // As Go has it: so many bytes from the frame.
    if operations.count == 3, Int(operations[0].atom) == DW_OP_call_frame_cfa, Int(operations[2].atom) == DW_OP_plus,
      let distance = constant(operations[1]), let (base, start) = canonicalFrame(at: address, isEntered: isEntered)
    {
      return .memory(register: base, displacement: start &+ distance)
    }
    let first = operations[0]
    let isValue = operations.count == 2 && Int(operations[1].atom) == DW_OP_stack_value
    guard operations.count == 1 || isValue else { return .unreadable(.unknown) }
    if !isValue, let number = register(first) { return place(ofRegister: number) }
    switch Int(first.atom) {
    case DW_OP_fbreg:
      guard !isValue, let (base, distance) = frameBase(of: function, at: address, isEntered: isEntered) else {
        return .unreadable(.unknown)
      }
      return .memory(register: base, displacement: distance &+ Int64(bitPattern: first.number))
    case DW_OP_call_frame_cfa where !isValue:
      guard let (base, distance) = canonicalFrame(at: address, isEntered: isEntered) else {
        return .unreadable(.unknown)
      }
      return .memory(register: base, displacement: distance)
    case DW_OP_entry_value, DW_OP_GNU_entry_value: return .unreadable(.optimizedAway)
    case DW_OP_implicit_value: return .unreadable(.unknown)
    case DW_OP_implicit_pointer, DW_OP_GNU_implicit_pointer: return .unreadable(.optimizedAway)
    default: break
    }
    if let (number, displacement) = based(first), let base = name(ofRegister: number) {
      return isValue
        ? .sum(register: base, displacement: displacement) : .memory(register: base, displacement: displacement)
    }
    if isValue, let constant = constant(first) { return .constant(constant) }
    return .unreadable(.unknown)
  }

  /// Parts in registers, of eight bytes each but the last.
  private func pieces(_ operations: [Dwarf_Op]) -> ParameterPlace {
    var names: [String] = []
    for start in stride(from: 0, to: operations.count, by: 2) {
      guard start + 1 < operations.count, let number = register(operations[start]),
        Int(operations[start + 1].atom) == DW_OP_piece
      else { return .unreadable(.optimizedAway) }
      let isLast = start + 2 == operations.count
      guard case .registers(let part) = place(ofRegister: number) else { return .unreadable(.floatingPoint) }
      guard operations[start + 1].number == 8 || isLast && operations[start + 1].number < 8 else {
        return .unreadable(.unknown)
      }
      names += part
    }
    return .registers(names)
  }

  // MARK: - Registers

  private func register(_ operation: Dwarf_Op) -> Int? {
    let atom = Int(operation.atom)
    if (DW_OP_reg0...DW_OP_reg31).contains(atom) { return atom - DW_OP_reg0 }
    return atom == DW_OP_regx ? Int(clamping: operation.number) : nil
  }

  private func based(_ operation: Dwarf_Op) -> (register: Int, displacement: Int64)? {
    let atom = Int(operation.atom)
    if (DW_OP_breg0...DW_OP_breg31).contains(atom) {
      return (atom - DW_OP_breg0, Int64(bitPattern: operation.number))
    }
    guard atom == DW_OP_bregx else { return nil }
    return (Int(clamping: operation.number), Int64(bitPattern: operation.number2))
  }

  private func place(ofRegister number: Int) -> ParameterPlace {
    if let name = name(ofRegister: number) { return .registers([name]) }
    // psABI for x86-64, figure 3.36: xmm0 to xmm15; DWARF for AArch64: v0 to v31.
    let floating =
      switch architecture {
      case .x86_64: 17...32
      case .aarch64: 64...95
      }
    return .unreadable(floating.contains(number) ? .floatingPoint : .unknown)
  }

  private func name(ofRegister number: Int) -> String? {
    switch architecture {
    case .x86_64:
      let names = ["ax", "dx", "cx", "bx", "si", "di", "bp", "sp"]
      return number < 8 ? names[number] : number < 16 ? "r\(number)" : nil
    case .aarch64: return number < 31 ? "r\(number)" : number == 31 ? "sp" : nil
    }
  }

  private func constant(_ operation: Dwarf_Op) -> Int64? {
    let atom = Int(operation.atom)
    if (DW_OP_lit0...DW_OP_lit31).contains(atom) { return Int64(atom - DW_OP_lit0) }
    let isConstant = [
      DW_OP_const1u, DW_OP_const1s, DW_OP_const2u, DW_OP_const2s, DW_OP_const4u, DW_OP_const4s, DW_OP_const8u,
      DW_OP_const8s, DW_OP_constu, DW_OP_consts,
    ].contains(atom)
    return isConstant ? Int64(bitPattern: operation.number) : nil
  }

  // MARK: - Frames

  private func frameBase(
    of function: DebugEntry, at address: UInt64, isEntered: Bool
  ) -> (register: String, displacement: Int64)? {
    guard let (operations, _) = function.expression(DW_AT_frame_base, at: address), operations.count == 1 else {
      return nil
    }
    if Int(operations[0].atom) == DW_OP_call_frame_cfa { return canonicalFrame(at: address, isEntered: isEntered) }
    if let number = register(operations[0]) { return name(ofRegister: number).map { ($0, 0) } }
    guard let (number, displacement) = based(operations[0]) else { return nil }
    return name(ofRegister: number).map { ($0, displacement) }
  }

  /// Where the caller's frame ends, from a register.
  private func canonicalFrame(at address: UInt64, isEntered: Bool) -> (register: String, displacement: Int64)? {
    if isEntered { return ("sp", Int64(architecture.facts.registers.stackArguments)) }
    for table in unwinding + [swtrace_dwarf_getcfi(dwarf)].compactMap({ $0 }) {
      var frame: OpaquePointer?
      guard swtrace_dwarf_cfi_addrframe(table, address, &frame) == 0, let frame else { continue }
      defer { free(UnsafeMutableRawPointer(frame)) }
      var operations: UnsafeMutablePointer<Dwarf_Op>?
      var count = 0
      guard swtrace_dwarf_frame_cfa(frame, &operations, &count) == 0, count == 1, let operations,
        let (number, displacement) = based(operations[0]), let name = name(ofRegister: number)
      else { continue }
      return (name, displacement)
    }
    return nil
  }
}
