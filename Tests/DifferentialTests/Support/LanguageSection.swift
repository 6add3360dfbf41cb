/// The sections of the language reference (bpftrace 0.27: docs/language.md), each with what shows that it works here.
enum LanguageSection: String, CaseIterable {
  case actionBlocks = "Action Blocks"
  case argN
  case args
  case arrays = "Arrays"
  case namedParameters = "Named Parameters"
  case positionalParameters = "Positional Parameters"
  case comments = "Comments"
  case conditionals = "Conditionals"
  case configBlock = "Config Block"
  case configVariables = "Config Variables"
  case dataTypes = "Data Types"
  case filters = "Filters/Predicates"
  case floatingPoint = "Floating-point"
  case identifiers = "Identifiers"
  case keywords = "Keywords"
  case literals = "Literals"
  case loopsFor = "Loops: For"
  case loopsWhile = "Loops: While"
  case loopsUnroll = "Loops: Unroll"
  case macros = "Macros"
  case arithmetic = "Arithmetic Operators"
  case logical = "Logical Operators"
  case bitwise = "Bitwise Operators"
  case relational = "Relational Operators"
  case assignment = "Assignment Operators"
  case steps = "Increment and Decrement Operators"
  case blockExpressions = "Block Expressions"
  case preamble = "Preamble"
  case probes = "Probes"
  case beginEnd = "begin/end"
  case test
  case bench
  case selfProbe = "self"
  case hardware
  case interval
  case iterator
  case fentry = "fentry and fexit"
  case kprobe = "kprobe and kretprobe"
  case profile
  case rawTracepoint = "rawtracepoint"
  case software
  case tracepoint
  case uprobe = "uprobe, uretprobe"
  case usdt
  case watchpoint = "watchpoint and asyncwatchpoint"
  case pointers = "Pointers"
  case structs = "Structs"
  case tuples = "Tuples"
  case typeConversion = "Type conversion"
  case arrayCasts = "Array casts"
  case variables = "Variables and Maps"
  case mapDeclarations = "Map Declarations"
  case scalarMaps = "Maps without Explicit Keys"
  case mapKeys = "Map Keys"
  case perThread = "Per-Thread Variables"
  case addressSpaces = "Address Spaces"
  case license = "BPF License"
  case btf = "BTF Support"
  case clangEnvironment = "Clang Environment Variables"
  case complexTools = "Complex Tools"
  case errors = "Errors"
  case mapPrinting = "Map Printing"
  case perCPUTypes = "PERCPU types"
  case architectures = "Supported architectures"
  case systemd = "Systemd support"
  case unstableFeatures = "Unstable Features"

  /// What shows that a section works.
  enum Coverage {
    /// Scripts of Constructs, which test syntax, program and output all three.
    case scripts([String])
    /// A test of the parser, one of the checker and one that runs, each as "folder/file.swift function".
    case tests(parse: String, program: String, live: String)
    /// The same, but scripts that run in virtual machines instead of the last: Scripts/vm/probes has them by name.
    case machines(parse: String, program: String, scripts: [String])
    /// docs/compatibility.md says by this word that it is not there.
    case notThere(String)
    /// It is not about the language: advice, or how another program is built.
    case advice
  }

  var coverage: Coverage {
    switch self {
    case .actionBlocks: .scripts(["action-blocks", "angle-braces"])
    case .argN:
      .tests(
        parse: "ParserTests/ConstructTests.swift arguments", program: "CheckerTests/ConstructTests.swift rawArguments",
        live: "EndToEndTests/ValueTests.swift rawArguments")
    case .args:
      .tests(
        parse: "ParserTests/ConstructTests.swift arguments",
        program: "CheckerTests/ProbeTests.swift fields", live: "EndToEndTests/ProbeTests.swift fields")
    case .arrays: .scripts(["arrays"])
    case .namedParameters: .scripts(["named-parameters"])
    case .positionalParameters: .scripts(["positional-parameters"])
    case .comments: .scripts(["comments"])
    case .conditionals: .scripts(["if-else", "ternary", "comptime"])
    case .configBlock: .scripts(["config"])
    case .configVariables: .scripts(["config", "config-no-maps"])
    case .dataTypes: .scripts(["integer-types", "bool", "promotion", "strings", "buffers"])
    case .filters: .scripts(["predicates"])
    case .floatingPoint: .scripts(["decimals"])
    case .clangEnvironment, .complexTools, .errors, .architectures, .systemd: .advice
    case .identifiers: .scripts(["identifiers"])
    case .keywords: .scripts(["return", "exit", "identifiers"])
    case .literals: .scripts(["literals"])
    case .loopsFor: .scripts(["for-map", "for-range"])
    case .loopsWhile: .scripts(["while"])
    case .loopsUnroll: .scripts(["unroll"])
    case .macros: .scripts(["macros"])
    case .arithmetic:
      .scripts([
        "operator-add", "operator-subtract", "operator-multiply", "operator-divide", "operator-modulo", "unary",
        "pointers",
      ])
    case .logical: .scripts(["logical"])
    case .bitwise:
      .scripts(["operator-and", "operator-or", "operator-xor", "operator-shift-left", "operator-shift-right"])
    case .relational: .scripts(["relational", "equality-of-strings", "equality-of-composites"])
    case .assignment: .scripts(["assignment"])
    case .steps: .scripts(["steps"])
    case .blockExpressions: .scripts(["block-expressions"])
    case .preamble: .scripts(["preamble"])
    case .probes:
      .tests(
        parse: "ParserTests/PrinterTests.swift longHeadersHaveALineForEachProbe",
        program: "CheckerTests/ProbeTests.swift names", live: "EndToEndTests/CountTests.swift wildcard")
    case .beginEnd: .scripts(["action-blocks", "exit", "older-spellings"])
    case .test:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/TrialTests.swift hooks",
        live: "EndToEndTests/TrialTests.swift results")
    case .bench:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/TrialTests.swift hooks",
        live: "EndToEndTests/TrialTests.swift benchmarks")
    case .selfProbe:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/SelfTests.swift hook",
        live: "EndToEndTests/InterruptionTests.swift ownSignal")
    case .hardware:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/HardwareTests.swift events",
        live: "EndToEndTests/ProcessorTests.swift counters")
    case .interval:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "CheckerTests/ProbeTests.swift names",
        live: "EndToEndTests/ProbeTests.swift interval")
    case .iterator:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/IteratorTests.swift names", live: "EndToEndTests/IteratorTests.swift tasks")
    case .fentry:
      .machines(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/FentryTests.swift functions",
        scripts: ["fentry", "fexit", "fentry-objects", "fentry-wildcard", "fentry-functions", "fentry-program"])
    case .kprobe:
      .machines(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/KprobeTests.swift functions",
        scripts: ["kprobe", "kretprobe", "kprobe-arguments", "kprobe-offset", "kprobe-wildcard", "kprobe-functions"])
    case .profile:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "CheckerTests/ProbeTests.swift names",
        live: "EndToEndTests/ProbeTests.swift profile")
    case .rawTracepoint:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "CheckerTests/ProbeTests.swift names",
        live: "EndToEndTests/CountTests.swift rawTracepoint")
    case .software:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "CheckerTests/ProbeTests.swift names",
        live: "EndToEndTests/CountTests.swift pageFaults")
    case .tracepoint:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "CheckerTests/ProbeTests.swift sharedLayout",
        live: "EndToEndTests/CountTests.swift arguments")
    case .uprobe:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/UprobeTests.swift names", live: "ProviderTests/UprobeTests.swift values")
    case .usdt:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/USDTTests.swift mistakes", live: "ProviderTests/USDTTests.swift arguments")
    case .watchpoint:
      .tests(
        parse: "ParserTests/ProbeTests.swift attachPointsAreSplitAtColons",
        program: "ProviderTests/WatchpointTests.swift hooks",
        live: "EndToEndTests/ProcessorTests.swift writes")
    case .pointers: .scripts(["pointers", "addresses"])
    case .structs: .scripts(["structs"])
    case .tuples: .scripts(["tuples"])
    case .typeConversion: .scripts(["casts"])
    case .arrayCasts: .scripts(["array-casts"])
    case .variables: .scripts(["scratch-variables", "scalar-maps"])
    case .mapDeclarations: .scripts(["map-declarations"])
    case .scalarMaps: .scripts(["scalar-maps", "delete"])
    case .mapKeys: .scripts(["map-keys"])
    case .perThread: .scripts(["map-keys", "identity"])
    case .addressSpaces: .scripts(["address-spaces", "strings"])
    case .license: .scripts(["license"])
    case .btf:
      .tests(
        parse: "ParserTests/ExpressionTests.swift fieldsMayBeCalledLikeKeywords",
        program: "CheckerTests/TypeTests.swift members", live: "EndToEndTests/ProbeTests.swift currentTask")
    case .mapPrinting: .scripts(["map-printing", "config-no-maps"])
    case .perCPUTypes: .scripts(["aggregations", "aggregation-copies", "histograms", "clear-and-zero"])
    case .unstableFeatures: .scripts(["unstable-features"])
    }
  }

  /// Scripts of what docs/stdlib.md describes, which the language reference leaves to it.
  static let ofStandardLibrary = [
    "printf", "print", "functions", "library", "network", "cat-and-system", "number-texts",
  ]
}
