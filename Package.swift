// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swtrace",
  products: [
    .executable(name: "swtrace", targets: ["swtrace"]),
    .library(name: "TraceLang", targets: ["TraceLang"]),
    .library(name: "Codegen", targets: ["Codegen"]),
    .library(name: "Symbolizer", targets: ["Symbolizer"]),
    .library(name: "Tracer", targets: ["Tracer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "TraceLang", swiftSettings: strict),
    .target(name: "Codegen", dependencies: ["TraceLang"], swiftSettings: strict),
    .target(
      name: "CLibBPF",
      linkerSettings: [.linkedLibrary("bpf"), .linkedLibrary("elf"), .linkedLibrary("z")]
    ),
    .target(
      name: "CElfutils",
      linkerSettings: ["dw", "elf", "iberty", "bz2", "lzma", "z"].map { .linkedLibrary($0) }
    ),
    .target(name: "Symbolizer", dependencies: ["CElfutils"], swiftSettings: strict),
    .target(name: "CAllocation"),
    .target(
      name: "Runtime",
      dependencies: [
        "Codegen", "TraceLang", "CElfutils", "CLibBPF", "Symbolizer",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict
    ),
    .target(
      name: "Tracer", dependencies: ["Runtime", "Codegen", "Symbolizer", "TraceLang"], swiftSettings: strict),
    .executableTarget(
      name: "swtrace",
      dependencies: [
        "CAllocation", "CLibBPF", "Runtime", "Codegen", "TraceLang",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict
    ),
    .testTarget(name: "ParserTests", dependencies: ["TestSupport", "TraceLang"], swiftSettings: strict),
    .testTarget(name: "CodegenTests", dependencies: ["Codegen", "TraceLang", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "TargetTests", dependencies: ["TargetMutation", "TestSupport", "TraceLang"], swiftSettings: strict),
    .target(
      name: "TargetMutation", dependencies: ["Codegen", "TestSupport", "TraceLang"], path: "Tests/TargetMutation",
      swiftSettings: strict),
    .executableTarget(
      name: "MutationRunner",
      dependencies: [
        "TargetMutation", "TestSupport", "TraceLang",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/MutationRunner", swiftSettings: strict),
    .testTarget(
      name: "ProviderTests", dependencies: ["Codegen", "Runtime", "Symbolizer", "TestSupport", "TraceLang"],
      swiftSettings: strict),
    .testTarget(
      name: "HostTests", dependencies: ["Runtime", "Symbolizer", "TestSupport", "TraceLang"], swiftSettings: strict),
    .testTarget(
      name: "SymbolizerTests", dependencies: ["CElfutils", "Symbolizer", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RuntimeTests",
      dependencies: ["CElfutils", "Runtime", "Codegen", "Symbolizer", "TestSupport", "TraceLang"], swiftSettings: strict
    ),
    .target(
      name: "TestSupport", dependencies: ["CLibBPF", .product(name: "SystemPackage", package: "swift-system")],
      path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "ReferenceInterpreter", dependencies: ["TraceLang"], path: "Tests/ReferenceInterpreter",
      swiftSettings: strict),
    .target(
      name: "Differential",
      dependencies: ["CLibBPF", "Codegen", "ReferenceInterpreter", "Runtime", "TestSupport", "TraceLang"],
      path: "Tests/Differential", swiftSettings: strict),
    .executableTarget(
      name: "DifferentialRunner",
      dependencies: ["Differential", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/DifferentialRunner", swiftSettings: strict),
    .executableTarget(
      name: "BundleFuzzer",
      dependencies: [
        "Codegen", "Runtime", "Symbolizer", "TestSupport", "TraceLang",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Fuzz/Bundles", swiftSettings: strict),
    .testTarget(
      name: "DifferentialTests",
      dependencies: [
        "Codegen", "Differential", "ReferenceInterpreter", "Runtime", "Symbolizer", "TestSupport", "TraceLang",
      ],
      exclude: ["Constructs", "Regressions"], swiftSettings: strict),
    .testTarget(name: "TracerTests", dependencies: ["TestSupport", "Tracer"], swiftSettings: strict),
    .testTarget(name: "CheckerTests", dependencies: ["TraceLang"], swiftSettings: strict),
    .testTarget(name: "LanguageTests", dependencies: ["TraceLang"], swiftSettings: strict),
    .testTarget(
      name: "GoldenTests",
      dependencies: ["CLibBPF", "Codegen", "Runtime", "Symbolizer", "TraceLang", "TestSupport", "swtrace"],
      exclude: ["Explained", "Scripts", "Listings"], swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests", dependencies: ["CLibBPF", "Runtime", "TestSupport", "TraceLang", "swtrace"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// The documentation of the library: `make documentation`.
if Context.environment["SWTRACE_DOCUMENTATION"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
