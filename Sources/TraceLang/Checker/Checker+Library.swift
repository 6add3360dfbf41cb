// The standard library: which function is which, and what several of them ask of their arguments.
extension Checker {
  mutating func library(_ builtin: Builtin, _ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    switch builtin.name {
    case .ntop: return networkAddress(arguments, range)
    case .pton: return addressBytes(arguments[0], range)
    case .macaddr: return hardwareAddress(arguments[0], range)
    case .strcontains, .strstr, .strlen, .strcap, .strncmp, .memcmp, .globmatch, .strerror, .syscallName, .assertString:
      return stringFunction(builtin.name, arguments, range)
    case .defaultStringLength, .kaddr, .cgroupid, .isArray, .isInteger, .isUnsignedInteger, .isLiteral, .isPointer,
      .isString, .kfuncExists, .kfuncAllowed:
      return constantFunction(builtin.name, arguments, range)
    case .assert, .staticAssert, .fail: return assertion(builtin.name, arguments, range)
    case .probetype, .ppid, .pcomm, .username, .usermode, .cpid, .hasCPID, .reg, .cgroupPath, .percpuAddress:
      return surroundings(builtin.name, arguments, range)
    case .uaddr: return variableAddress(arguments[0], range)
    case .find: return findEntry(arguments, range)
    case .signal, .signalThread: return signal(builtin.name, arguments[0], range)
    case .kstack, .ustack: return stack(isUser: builtin.name == .ustack, arguments, range)
    case .path: return path(arguments, range)
    case .socketCookie: return socketCookie(arguments[0], range)
    case .override: return override(arguments[0], range)
    case .skboutput:
      error(
        "skboutput() needs an fentry, fexit, tracepoint or rawtracepoint probe and an output of packets, which this"
          + " version of swtrace does not write", at: range)
      return invalid(range)
    case .pid, .tid, .uid, .gid, .comm, .cpu, .ncpus, .nsecs, .elapsed, .probe, .args, .curtask, .rand, .cgroup,
      .numaid,
      .jiffies, .ctx, .func, .retval, .arg0, .arg1, .arg2, .arg3, .arg4, .arg5, .arg6, .arg7, .arg8, .arg9,
      .sarg0, .sarg1, .sarg2, .sarg3, .sarg4, .sarg5, .sarg6, .sarg7, .sarg8, .sarg9, .str, .buf, .ksym, .usym,
      .strftime, .hasKey, .len, .bswap, .kptr, .uptr, .delete, .getopt, .printf, .print, .clear, .zero, .exit, .time,
      .join, .cat, .system, .errorf, .warnf, .unwatch, .count, .sum, .min, .max, .avg, .stats, .hist, .lhist, .tseries:
      return invalid(range)
    }
  }

  func libraryValue(_ function: LibraryFunction, _ type: Type, _ range: SourceRange) -> TypedExpression {
    TypedExpression(.call(.library(function)), type, range)
  }

  func number(_ value: Int64, _ type: Type, _ range: SourceRange) -> TypedExpression {
    TypedExpression(.integer(value), type, range)
  }

  /// Statements as an expression that gives nothing.
  func effects(_ statements: [TypedStatement], _ range: SourceRange) -> TypedExpression {
    TypedExpression(.block(statements, number(0, .int64, range)), .void, range)
  }

  /// An expression without a value, used as a statement.
  func discarded(_ value: TypedExpression, _ range: SourceRange) -> [TypedStatement] {
    if case .block(let statements, _) = value.kind { return statements }
    return [TypedStatement(.evaluate(value), range)]
  }

  // MARK: - Arguments

  /// An argument that is like a string, as a string: arrays of bytes and what pointers point to are read.
  mutating func text(_ syntax: Expression, _ function: String) -> TypedExpression? {
    let value = expression(syntax)
    guard let text = asText(value) else {
      switch value.type {
      case .probeName, .errorName, .syscallName, .username, .timestamp, .kernelSymbol, .userSymbol:
        error("\(function)() cannot look into text that is only made when it prints", at: syntax.range)
        return nil
      default: break
      }
      if value.type != .invalid {
        error(
          "\(function)() needs a string, an array of bytes or a pointer to one, not \(value.type.description)",
          at: syntax.range)
      }
      return nil
    }
    return text
  }

  func asText(_ value: TypedExpression) -> TypedExpression? {
    let longest = configuration.maxStringLength + 1
    switch value.type {
    case .string: return value
    case .array(.integer(let element), let count) where element.bits == 8:
      return TypedExpression(
        .call(.string(value, length: nil)), .string(capacity: min(count + 1, longest)), value.range)
    case .pointer(.integer(let target), let space) where target.bits == 8:
      let pointer = space == .unknown ? converted(value, .pointer(.int8, defaultSpace)) : value
      return TypedExpression(.call(.string(pointer, length: nil)), .string(capacity: longest), value.range)
    default: return nil
    }
  }

  /// The text of a string in quotes that an argument must be.
  mutating func quoted(_ syntax: Expression, _ function: Builtin.Name) -> String? {
    literal(syntax, function.rawValue)
  }
}
