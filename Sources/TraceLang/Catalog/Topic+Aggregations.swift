extension Topic {
  static let aggregations = Topic(
    "Aggregations",
    [
      .aggregation(
        "count", 0...0, "@m = count()", "Counts how often it is reached.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }"#
      ) { _, _ in (.count, nil) },
      .aggregation(
        "sum", 1...1, "@m = sum(int n)", "Adds up values.",
        example: #"tracepoint:syscalls:sys_exit_read /args.ret > 0/ { @bytes[comm] = sum(args.ret); }"#
      ) { $0.aggregation($1) { .sum(signed: $0) } },
      .aggregation(
        "min", 1...1, "@m = min(int n)", "Keeps the smallest value.",
        example: #"tracepoint:syscalls:sys_enter_read { @bytes[comm] = min(args.count); }"#
      ) { $0.aggregation($1) { .min(signed: $0) } },
      .aggregation(
        "max", 1...1, "@m = max(int n)", "Keeps the largest value.",
        example: #"tracepoint:syscalls:sys_enter_read { @bytes[comm] = max(args.count); }"#
      ) { $0.aggregation($1) { .max(signed: $0) } },
      .aggregation(
        "avg", 1...1, "@m = avg(int n)", "Averages values.",
        example: #"tracepoint:syscalls:sys_enter_read { @bytes[comm] = avg(args.count); }"#
      ) { $0.aggregation($1) { .avg(signed: $0) } },
      .aggregation(
        "stats", 1...1, "@m = stats(int n)", "Counts, averages and adds up values.",
        example: #"tracepoint:syscalls:sys_enter_read { @bytes[comm] = stats(args.count); }"#
      ) { $0.aggregation($1) { .stats(signed: $0) } },
      .aggregation(
        "hist", 1...2, "@m = hist(int n [, const k])", "Log2 histogram, 2^k buckets for each power of two.",
        example: #"tracepoint:syscalls:sys_exit_read /args.ret >= 0/ { @bytes = hist(args.ret); }"#
      ) { $0.histogram($1) },
      .aggregation(
        "lhist", 4...4, "@m = lhist(int n, const min, const max, const step)", "Linear histogram.",
        example: #"tracepoint:syscalls:sys_exit_read /args.ret >= 0/ { @bytes = lhist(args.ret, 0, 4096, 256); }"#
      ) { $0.linearHistogram($1) },
      .aggregation(
        "tseries", 3...4, "@m = tseries(int n, const interval, const count [, const string function])",
        "Values by time: last, avg, max, min or sum of each interval.",
        example: #"""
          config = { unstable_tseries = enable }
          tracepoint:syscalls:sys_exit_read /args.ret > 0/ { @bytes = tseries(args.ret, 1s, 10, "sum"); }
          """#
      ) { $0.timeSeries($1) },
    ])
}
