import Testing

@testable import TraceLang

@Suite struct SyscallTableTests {
  @Test(arguments: [
    ("read", 0), ("newstat", 4), ("newfstat", 5), ("sendfile64", 40), ("newuname", 63), ("umount", 166),
    ("openat", 257), ("rseq", 334), ("pidfd_send_signal", 424), ("mseal", 462), ("file_setattr", 469),
  ])
  func numbersOfX86(name: String, number: Int) {
    #expect(SyscallTable(.x86_64).number(ofTracepoint: name) == number)
  }

  @Test(arguments: [
    ("io_setup", 0), ("umount", 39), ("openat", 56), ("sendfile64", 71), ("newfstatat", 79), ("newfstat", 80),
    ("arm64_personality", 92), ("newuname", 160), ("fadvise64_64", 223), ("recvmmsg", 243), ("wait4", 260),
    ("open_by_handle_at", 265), ("kexec_file_load", 294), ("clone3", 435),
  ])
  func numbersOfARM(name: String, number: Int) {
    #expect(SyscallTable(.aarch64).number(ofTracepoint: name) == number)
  }

  @Test func numbersHaveTheNameOfUserSpace() {
    let table = SyscallTable(.x86_64)
    #expect(
      [0, 4, 166, 334, 400, 469, 9999, -1].map { table.name(of: $0) ?? "?" } == [
        "read", "stat", "umount2", "rseq", "?", "file_setattr", "?", "?",
      ])
  }

  @Test(arguments: [Machine.Architecture.x86_64, .aarch64])
  func noNameOrNumberIsThereTwice(architecture: Machine.Architecture) {
    let entries = SyscallTable(architecture).entries
    #expect(Set(entries.map(\.number)).count == entries.count)
    #expect(Set(entries.map(\.tracepointName)).count == entries.count)
    #expect(Set(entries.map(\.name)).count == entries.count)
  }
}
