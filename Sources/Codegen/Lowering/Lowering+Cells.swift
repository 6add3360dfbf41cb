import TraceLang

// Values and slots found by index.
extension Lowering {
  /// Where the value of a key lies, and the byte that is not 0 when it is there.
  struct Cell {
    let value: Memory
    let presence: Memory
  }

  mutating func cell(_ cells: MapView.Cells, _ key: TypedExpression?) -> Cell {
    let index = index(of: key, in: cells.domain)
    let value = Memory(base: element(index, cells.map, cells.offset, cells.stride), offset: 0)
    return Cell(value: value, presence: value.advanced(by: cells.presence - cells.offset))
  }

  mutating func setPresence(_ cell: Cell, _ isPresent: Bool) {
    builder.emit(
      .store(bits: 8, base: cell.presence.base, offset: cell.presence.offset, .constant(isPresent ? 1 : 0)))
  }

  /// The address of an element of an array that lies in a mapped array's value.
  mutating func element(_ index: Operand, _ map: Int, _ offset: Int, _ stride: Int) -> Value {
    if case .constant(let number) = index { return dataAddress(map, offset + Int(number) * stride) }
    return builder.advance(dataAddress(map, offset), by: scaled(index, by: stride))
  }

  /// A key's index in a domain that holds all keys of the map, bounded as the verifier sees it.
  mutating func index(of key: TypedExpression?, in domain: MapView.Domain) -> Operand {
    switch domain {
    case .scalar: return .constant(0)
    case .probes(let first, let count):
      let name = key?.kind == .context(.functionName) ? entry.functionIndex : entry.nameIndex
      let index = builder.arithmetic(.sub, name, .constant(Int64(first)))
      // The name table holds only indices of this range; the comparison tells the verifier.
      return bounded(index, count)
    case .integers(let count), .cpus(let count):
      // The count is a power of two above every key; the mask tells the verifier.
      guard let key else { return impossible("no key where there are \(count)") }
      return builder.arithmetic(.and, scalar(key), .constant(Int64(count - 1)))
    case .keys(let keys):
      guard let position = key?.constantBytes.flatMap({ keys.firstIndex(of: $0) }) else {
        return impossible("a key that is none of the map's")
      }
      return .constant(Int64(position))
    }
  }
}
