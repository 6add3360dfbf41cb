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
    case memory(alignment: Int)
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
  /// Arguments on the stack begin at multiples of so many bytes at least, and take up as many.
  private let stackSlot: Int

  /// - Parameter isResultHidden: an address for the result is handed over before all arguments.
  static func c(_ architecture: Machine.Architecture, isResultHidden: Bool) -> CallingConvention {
    let saved = architecture.facts.registers
    let hidesInRegister = isResultHidden && architecture == .x86_64
    return CallingConvention(
      registers: saved.arguments[(hidesInRegister ? 1 : 0)...], floatingRegisters: 8,
      closesRegisters: architecture == .aarch64, stackStart: saved.stackArguments, stackSlot: 8)
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
      stackStart: 8, stackSlot: 1)
  }

  /// Where parameters are, in order.
  ///
  /// - Parameter parameters: what each is, with its size and alignment in bytes.
  func places(of parameters: [(kind: Kind, size: Int, alignment: Int)]) -> [ParameterPlace] {
    var free = registers
    var floating = floatingRegisters
    var stack = stackStart
    var isLost = false
    func onStack(_ size: Int, _ alignment: Int) -> ParameterPlace {
      let alignment = max(alignment, stackSlot)
      stack = (stack - stackStart + alignment - 1) / alignment * alignment + stackStart
      defer { stack += (size + stackSlot - 1) / stackSlot * stackSlot }
      return .memory(register: "sp", displacement: Int64(stack))
    }
    return parameters.map { kind, size, alignment in
      if isLost { return .unreadable(.unknown) }
      switch kind {
      case .word:
        if let register = free.popFirst() { return .registers([register]) }
        return onStack(size, alignment)
      case .floating:
        guard floating > 0 else { return onStack(size, alignment) }
        floating -= 1
        return .unreadable(.floatingPoint)
      case .words(let parts):
        let numbers = parts.count { $0 == .number }
        guard numbers <= free.count, parts.count - numbers <= floating else {
          if closesRegisters { free = [] }
          return onStack(size, alignment)
        }
        floating -= parts.count - numbers
        let taken = Array(free.prefix(numbers))
        free = free.dropFirst(numbers)
        return numbers == parts.count ? .registers(taken) : .unreadable(.floatingPoint)
      case .memory(let alignment): return onStack(size, alignment)
      case .reference:
        if let register = free.popFirst() { return .memory(register: register, displacement: 0) }
        _ = onStack(8, 8)
        return .unreadable(.unknown)
      case .nothing: return .constant(0)
      case .unknown:
        isLost = true
        return .unreadable(.unknown)
      }
    }
  }
}
