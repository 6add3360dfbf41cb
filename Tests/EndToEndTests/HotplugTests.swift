import Glibc
import TestSupport
import Testing

/// CPU 1 of this machine, where it can be taken away.
private enum SecondCPU {
  private static let path = "/sys/devices/system/cpu/cpu1/online"
  static let canGo = getuid() == 0 && access(path, W_OK) == 0

  static func set(online: Bool) throws { try FileContents.write(online ? "1" : "0", to: path) }
}

@Suite(.serialized, .enabled(if: SecondCPU.canGo, "needs root and a CPU that can be taken offline"))
struct HotplugTests {
  @Test(
    "a CPU that comes back is sampled again",
    arguments: ["profile:hz:99", "profile:ms:5", "software:cpu-clock:1000000"])
  func comesBack(probe: String) throws {
    let tracing = try RunningCommand([
      Repository.swtrace, "-q", "-e",
      "\(probe) /cpu == 1/ { @samples++; } interval:ms:20 { printf(\"%d\\n\", @samples); }",
    ])
    func latest(_ text: String) -> Int { text.split(separator: "\n").dropLast().last.flatMap { Int($0) } ?? 0 }
    try tracing.wait { output, _ in latest(output) > 2 }
    do {
      defer { try? SecondCPU.set(online: true) }
      try SecondCPU.set(online: false)
    }
    let gone = latest(tracing.outputSoFar)
    try tracing.wait { output, _ in latest(output) > gone + 20 }
    tracing.signal(SIGINT)
    let result = try tracing.finish()
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
  }
}
