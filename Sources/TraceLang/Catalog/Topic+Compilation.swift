extension Topic {
  static let compilation = Topic(
    "What is known when a script is compiled",
    [
      .is("is_array", "an array", example: #"begin { if (is_array(pton("::1"))) { printf("yes\n"); } exit(); }"#) {
        if case .array = $0.type { true } else { false }
      },
      .is("is_integer", "an integer", example: #"begin { if (is_integer(pid)) { printf("yes\n"); } exit(); }"#) {
        if case .integer = $0.type { true } else { false }
      },
      .is(
        "is_unsigned_integer", "an unsigned integer",
        example: #"begin { if (is_unsigned_integer(pid)) { printf("yes\n"); } exit(); }"#
      ) { if case .integer(let type) = $0.type { !type.isSigned } else { false } },
      .is("is_ptr", "a pointer", example: #"begin { if (is_ptr(curtask)) { printf("yes\n"); } exit(); }"#) {
        if case .pointer = $0.type { true } else { false }
      },
      .is("is_str", "a string", example: #"begin { if (is_str(comm)) { printf("yes\n"); } exit(); }"#) {
        if case .symbolic(let symbol) = $0.type { return symbol.facts.text == .string }
        return if case .string = $0.type { true } else { false }
      },
      .is(
        "is_literal", "known at compile time", of: "an expression",
        example: #"begin { if (is_literal((1, "a"))) { printf("yes\n"); } exit(); }"#, \.isConstant),
      .function(
        "kfunc_exist", 1...1, "bool kfunc_exist(const string name)",
        "Whether the kernel has a function for programs.",
        example: #"begin { printf("%d\n", kfunc_exist("bpf_rcu_read_lock")); exit(); }"#
      ) { $0.kernelFunctionExists($1) },
      .function(
        "kfunc_allowed", 1...1, "bool kfunc_allowed(const string name)",
        "Whether this probe's program may call it.",
        example: #"tracepoint:sched:sched_switch { printf("%d\n", kfunc_allowed("bpf_rcu_read_lock")); exit(); }"#
      ) { $0.kernelFunctionIsAllowed($1) },
      .value(
        "config", "record config", "The settings of the script by their names: config.max_strlen.",
        example: #"begin { printf("strings have up to %d bytes\n", config.max_strlen); exit(); }"#
      ) { $0.settings($1) },
      .function(
        "getopt", 1...3, "T getopt(const string name [, const T default [, const string help]])",
        "A parameter given as --name=value behind '--'; without a default it is a bool.",
        example:
          #"tracepoint:sched:sched_process_exec /uid == getopt("uid", 0, "whose programs")/ { @[comm] = count(); }"#
      ) { $0.namedParameter($1) },
      .function(
        "static_assert", 2...2, "void static_assert(const bool condition, const string message)",
        "Fails the build unless the condition holds.",
        example: #"begin { static_assert(sizeof(struct task_struct) > 0, "there are no tasks"); exit(); }"#
      ) { $0.staticAssertion($1) },
      .function(
        "assert_str", 1...1, "void assert_str(s)", "Fails the build unless the value is like a string.",
        example: #"macro shout(s) { assert_str(s); printf("%s!\n", s); } begin { shout(comm); exit(); }"#
      ) { $0.assertString($1) },
      .function(
        "fail", 1...Builtin.manyArguments, "void fail(const string format, ...)", "Fails the build.",
        example: #"begin { if comptime (ncpus > 8192) { fail("%d CPUs are too many", ncpus); } exit(); }"#
      ) { $0.failure($1) },
    ])
}

extension Builtin {
  /// Tells whether an expression is of a kind.
  fileprivate static func `is`(
    _ name: String, _ kind: String, of subject: String = "a value", example: String,
    _ holds: @escaping @Sendable (TypedExpression) -> Bool
  ) -> Builtin {
    .function(name, 1...1, "bool \(name)(x)", "Whether \(subject) is \(kind).", example: example) { checker, call in
      let value = checker.expression(call.arguments[0])
      if value.type == .invalid { return value }
      return checker.number(holds(value) ? 1 : 0, .bool, call.range)
    }
  }
}
