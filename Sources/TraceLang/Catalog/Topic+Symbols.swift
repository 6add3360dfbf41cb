extension Builtin {
  static let uaddr = function(
    "uaddr", 1...1, "T *uaddr(const string symbol)", "The address of a symbol of the traced binary.",
    in: .inBinaries, example: #"uprobe:/bin/bash:main { printf("%d\n", *uaddr("shell_level")); }"#
  ) { $0.variableAddress($1) }
}

extension Topic {
  static let symbols = Topic(
    "Symbols",
    [
      .function(
        "ksym", 1...1, "ksym_t ksym(uint64 address)", "Kernel function an address lies in.",
        example: #"profile:hz:99 /!usermode/ { @[ksym(reg("ip"))] = count(); }"#
      ) { $0.symbol($1, .symbolic(.kernelSymbol)) { .kernelSymbol($0) } },
      .function(
        "usym", 1...1, "usym_t usym(uint64 address)", "User function an address lies in.",
        example: #"profile:hz:99 /usermode/ { @[usym(reg("ip"))] = count(); }"#
      ) { $0.symbol($1, .symbolic(.userSymbol)) { .userSymbol($0) } },
      .function(
        "kaddr", 1...1, "uint64 kaddr(const string symbol)", "The address of a kernel symbol.",
        example: #"begin { printf("%p\n", kaddr("vfs_read")); exit(); }"#
      ) { $0.kernelAddress($1) },
      .function(
        "percpu_kaddr", 1...2, "uint64 *percpu_kaddr(const string symbol [, uint64 cpu])",
        "The address of a per-CPU symbol on a CPU.",
        example: #"begin { printf("%p\n", percpu_kaddr("runqueues", 0)); exit(); }"#
      ) { $0.perCPUAddress($1) },
      .uaddr,
    ])
}
