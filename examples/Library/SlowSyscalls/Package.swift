// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "SlowSyscalls",
  dependencies: [.package(name: "swtrace", path: "../../..")],
  targets: [
    .executableTarget(
      name: "SlowSyscalls", dependencies: [.product(name: "Tracer", package: "swtrace")], path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
