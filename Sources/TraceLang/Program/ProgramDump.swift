/// A checked program as indented text (`-d program`).
public enum ProgramDump {
  public static func text(_ program: Program) -> String {
    var dump = Dump(program: program)
    for map in program.maps {
      dump.line("map \(map.name)\(map.key.map { "[\($0.description)]" } ?? ""): \(map.value.description)")
    }
    for (index, probe) in program.probes.enumerated() { dump.probe(probe, index) }
    return dump.text
  }

  private struct Dump {
    let program: Program
    var text = ""
    var depth = 0
    var variables: [ScratchVariable] = []

    mutating func line(_ content: String) {
      text += String(repeating: "  ", count: depth) + content + "\n"
    }

    mutating func probe(_ probe: Probe, _ index: Int) {
      variables = probe.variables
      let first = program.probeNames[probe.attachPoints[0].nameIndex]
      let more = probe.attachPoints.count > 1 ? " and \(probe.attachPoints.count - 1) more" : ""
      line("probe \(index) \(first)\(more)")
      depth += 1
      for variable in variables { line("variable $\(variable.name): \(variable.type.description)") }
      if let predicate = probe.predicate { line("predicate \(show(predicate))") }
      statements(probe.body)
      depth -= 1
    }

    mutating func statements(_ list: [TypedStatement]) {
      for statement in list { self.statement(statement) }
    }

    mutating func nested(_ list: [TypedStatement]) {
      depth += 1
      statements(list)
      depth -= 1
    }

    mutating func statement(_ statement: TypedStatement) {
      switch statement.kind {
      case .assign(let place, let value): line("\(show(place)) = \(show(value))")
      case .update(let place, let operation, let value, _): line("\(show(place)) \(operation.rawValue)= \(show(value))")
      case .aggregate(let map, let key, let value):
        let function = program.maps[map.index].value.description
        line("\(show(.map(map, key: key))) <- \(function)\(value.map { " \(show($0))" } ?? "")")
      case .copy(let map, let key, let source, let sourceKey, let merges):
        line("\(show(.map(map, key: key))) <- \(merges ? "merge" : "copy") \(show(.map(source, key: sourceKey)))")
      case .evaluate(let value): line(show(value))
      case .conditional(let condition, let then, let otherwise):
        line("if \(show(condition))")
        nested(then)
        if !otherwise.isEmpty {
          line("else")
          nested(otherwise)
        }
      case .whileLoop(let condition, let body):
        line("while \(show(condition))")
        nested(body)
      case .unroll(let count, let body):
        line("unroll \(count)")
        nested(body)
      case .forRange(let variable, let start, let end, let body):
        line("for $\(variables[variable.index].name) in \(show(start))..<\(show(end))")
        nested(body)
      case .forMap(let variable, let map, let body):
        line("for $\(variables[variable.index].name) in \(program.maps[map.index].name)")
        nested(body)
      case .breakLoop: line("break")
      case .continueLoop: line("continue")
      case .finish: line("return")
      case .send(let message):
        line(
          "send \(name(message))\(formulas(of: message))(\(message.values.map { show($0) }.joined(separator: ", ")))")
      }
    }

    func name(_ message: Message) -> String {
      switch message {
      case .printf: "printf"
      case .print: "print"
      case .printMap(let map, _, _): "print \(program.maps[map.index].name)"
      case .printMapValue(let map, _): "print \(program.maps[map.index].name)[]"
      case .clear(let map): "clear \(program.maps[map.index].name)"
      case .zero(let map): "zero \(program.maps[map.index].name)"
      case .unwatch: "unwatch"
      case .exit: "exit"
      case .time: "time"
      case .join: "join"
      case .cat: "cat"
      case .system: "system"
      case .report(let severity, _, _): severity == .error ? "errorf" : "warnf"
      case .kernelTrace: "debugf"
      }
    }

    /// What user space computes of values before it prints them.
    private func formulas(of message: Message) -> String {
      let formulas = message.format?.conversions.compactMap(\.formula) ?? []
      return formulas.isEmpty ? "" : "[\(formulas.map(\.description).joined(separator: ", "))]"
    }

    func show(_ place: Destination) -> String {
      switch place {
      case .variable(let variable): "$\(variables[variable.index].name)"
      case .map(let map, let key): program.maps[map.index].name + (key.map { "[\(show($0))]" } ?? "")
      }
    }

    func show(_ expression: TypedExpression) -> String {
      "\(form(expression)):\(expression.type.description)"
    }

    private func form(_ expression: TypedExpression) -> String {
      switch expression.kind {
      case .integer(let value): "\(value)"
      case .string(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
      case .variable(let variable): show(.variable(variable))
      case .map(let map, let key): show(.map(map, key: key))
      case .context(let value): "\(value)"
      case .member(let base, let member): "\(form(base)).\(member.name)"
      case .address(let place): "&\(show(place))"
      case .dereference(let pointer): "*\(show(pointer))"
      case .index(let base, let position): "\(form(base))[\(show(position))]"
      case .element(let base, let index): "\(form(base)).\(index)"
      case .tuple(let parts): "(\(parts.map { show($0) }.joined(separator: ", ")))"
      case .convert(let operand): "convert(\(show(operand)))"
      case .negate(let operand): "-\(show(operand))"
      case .complement(let operand): "~\(show(operand))"
      case .not(let operand): "!\(show(operand))"
      case .arithmetic(let operation, let left, let right, let signed):
        "(\(show(left)) \(signed ? "s" : "u")\(operation.rawValue) \(show(right)))"
      case .pointerOffset(let pointer, let offset, let scale): "(\(show(pointer)) + \(show(offset)) * \(scale))"
      case .compare(let comparison, let left, let right, let signed):
        "(\(show(left)) \(signed ? "s" : "u")\(comparison.rawValue) \(show(right)))"
      case .and(let left, let right): "(\(show(left)) && \(show(right)))"
      case .or(let left, let right): "(\(show(left)) || \(show(right)))"
      case .ternary(let condition, let then, let otherwise):
        "(\(show(condition)) ? \(show(then)) : \(show(otherwise)))"
      case .step(let place, let amount, let isPrefix): "\(isPrefix ? "pre" : "post")step(\(show(place)), \(amount))"
      case .call(let function): call(function)
      case .block(let statements, let value): "{ \(statements.count) statements; \(show(value)) }"
      }
    }

    private func call(_ function: ValueFunction) -> String {
      let arguments = function.arguments.map { show($0) }
      let name: String
      switch function {
      case .string: name = "str"
      case .buffer: name = "buf"
      case .kernelSymbol: name = "ksym"
      case .userSymbol: name = "usym"
      case .strftime: name = "strftime"
      case .hasKey(let map, _): name = "has_key \(program.maps[map.index].name)"
      case .delete(let map, _): name = "delete \(program.maps[map.index].name)"
      case .length(let map): name = "len \(program.maps[map.index].name)"
      case .stringsEqual(_, _, let limit): name = limit == .max ? "equal" : "equal\(limit)"
      case .valuesEqual: name = "equal"
      case .byteSwap: name = "bswap"
      case .library(let function): name = function.name
      }
      return "\(name)(\(arguments.joined(separator: ", ")))"
    }
  }
}
