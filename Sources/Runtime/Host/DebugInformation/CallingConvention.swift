import TraceLang

/// How a function is handed its arguments, as far as that matters for where they are when it is entered.
struct CallingConvention {
  /// What a parameter is to the convention.
  enum Kind: Equatable {
    /// A number of up to 8 bytes or an address.
    case word
    case floating
    /// So many words, each in a register for numbers or for floating-point ones: all in registers or none.
    case words([Part])
    /// Too large for registers: on the stack, at an address that a multiple of so many bytes is.
    case memory(size: Int, alignment: Int)
    /// An address of it is handed over instead.
    case reference
    /// Of no size.
    case nothing
    /// Nobody can tell, nor where those after it are.
    case unknown
  }

  enum Part: Equatable {
    case number, floating
  }

  private let registers: ArraySlice<String>
  private let floatingRegisters: Int
  /// Whether what does not fit into the registers that are left leaves them to nobody (AAPCS64).
  private let closesRegisters: Bool
  private let stackStart: Int

  /// - Parameter isResultHidden: an address for the result is handed over before all arguments.
  static func c(_ architecture: Machine.Architecture, isResultHidden: Bool) -> CallingConvention {
    let saved = architecture.facts.registers
    let hidesInRegister = isResultHidden && architecture == .x86_64
    return CallingConvention(
      registers: saved.arguments[(hidesInRegister ? 1 : 0)...], floatingRegisters: 8,
      closesRegisters: architecture == .aarch64, stackStart: saved.stackArguments)
  }

  /// Go's since 1.17 (src/cmd/compile/abi-internal.md), or its former one, in which all is on the stack.
  static func go(_ architecture: Machine.Architecture, usesRegisters: Bool) -> CallingConvention {
    let registers =
      switch architecture {
      case .x86_64: ["ax", "bx", "cx", "di", "si", "r8", "r9", "r10", "r11"]
      case .aarch64: (0...15).map { "r\($0)" }
      }
    return CallingConvention(
      registers: usesRegisters ? registers[...] : [], floatingRegisters: usesRegisters ? 15 : 0, closesRegisters: false,
      // A return address, which arm64 keeps at the stack pointer.
      stackStart: 8)
  }

  /// Where parameters are, in order.
  func places(of kinds: [Kind]) -> [ParameterPlace] {
    var free = registers
    var floating = floatingRegisters
    var stack = stackStart
    var isLost = false
    func onStack(_ size: Int, _ alignment: Int = 8) -> ParameterPlace {
      let alignment = max(alignment, 8)
      stack = (stack - stackStart + alignment - 1) / alignment * alignment + stackStart
      defer { stack += (size + 7) & ~7 }
      return .memory(register: "sp", displacement: Int64(stack))
    }
    return kinds.map { kind in
      if isLost { return .unreadable(.unknown) }
      switch kind {
      case .word:
        if let register = free.popFirst() { return .registers([register]) }
        return onStack(8)
      case .floating:
        guard floating > 0 else { return onStack(8) }
        floating -= 1
        return .unreadable(.floatingPoint)
      case .words(let parts):
        let numbers = parts.count { $0 == .number }
        guard numbers <= free.count, parts.count - numbers <= floating else {
          if closesRegisters { free = [] }
          return onStack(parts.count * 8)
        }
        floating -= parts.count - numbers
        let taken = Array(free.prefix(numbers))
        free = free.dropFirst(numbers)
        return numbers == parts.count ? .registers(taken) : .unreadable(.floatingPoint)
      case .memory(let size, let alignment): return onStack(size, alignment)
      case .reference:
        if let register = free.popFirst() { return .memory(register: register, displacement: 0) }
        _ = onStack(8)
        return .unreadable(.unknown)
      case .nothing: return .constant(0)
      case .unknown:
        isLost = true
        return .unreadable(.unknown)
      }
    }
  }
}
