// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Exporter",
  dependencies: [.package(name: "swtrace", path: "../../..")],
  targets: [
    .executableTarget(
      name: "Exporter", dependencies: [.product(name: "Tracer", package: "swtrace")], path: "Sources",
      // `swtrace build -o Sources/calls.swb calls.bt` makes it.
      resources: [.embedInCode("calls.swb")])
  ],
  swiftLanguageModes: [.v6]
)
