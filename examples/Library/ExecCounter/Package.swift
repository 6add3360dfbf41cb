// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ExecCounter",
  dependencies: [.package(name: "swtrace", path: "../../..")],
  targets: [
    .executableTarget(
      name: "ExecCounter", dependencies: [.product(name: "Tracer", package: "swtrace")], path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
