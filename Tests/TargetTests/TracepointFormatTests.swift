import TestSupport
import Testing

@testable import TraceLang

@Suite struct TracepointFormatTests {
  private static let openat = """
    name: sys_enter_openat
    ID: 637
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;
    \tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;
    \tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;
    \tfield:umode_t mode;\toffset:40;\tsize:8;\tsigned:0;

    print fmt: "dfd: 0x%08lx", ((unsigned long)(REC->dfd))
    """

  /// Each field as "offset name: type".
  private func described(_ text: String, category: String = "syscalls") throws -> String {
    let name = TracepointName(category: category, event: "x")
    return try TracepointFormatParser.parse(Array(text.utf8), name: name).fields
      .map {
        "\($0.offset) \($0.name): \(describe($0.type))\($0.isDataLocation ? " at" : $0.isRelative ? " from" : "")"
      }
      .joined(separator: "\n")
  }

  private func describe(_ type: Type) -> String {
    switch type {
    case .integer(let type): "\(type.isSigned ? "s" : "u")\(type.bits)"
    case .pointer(let target, let space): "\(describe(target))* \(space)"
    case .array(let element, let count): "\(describe(element))[\(count)]"
    case .record(let reference): "{\(reference.name)}"
    case .string(let capacity): "string \(capacity)"
    case .enumeration(.named(let name), let integer): "\(name) \(describe(.integer(integer)))"
    default: "\(type)"
    }
  }

  @Test func syscallArgumentsAreWordsOfTheCaller() throws {
    #expect(
      try described(Self.openat) == """
        0 common_type: u16
        4 common_pid: s32
        8 __syscall_nr: s32
        16 dfd: s32
        24 filename: s8* user
        40 mode: u16
        """)
  }

  @Test(arguments: [
    ("char comm[16]", 16, 0, "x comm: string 16"),
    ("const char * name", 8, 0, "x name: s8* kernel"),
    ("u8 addr[16]", 16, 0, "x addr: u8[16]"),
    ("unsigned long args[6]", 48, 0, "x args: u64[6]"),
    ("char mac[ETH_ALEN]", 6, 0, "x mac: string 6"),
    ("u16 ports[2][3]", 12, 0, "x ports: u16[6]"),
    ("__data_loc char[] name", 4, 0, "x name: string 0 at"),
    ("__rel_loc char[] name", 4, 0, "x name: string 0 from"),
    ("__data_loc unsigned long[] mask", 4, 0, "x mask: u64[0] at"),
    ("pid_t pid", 4, 1, "x pid: s32"),
    ("size_t len", 8, 0, "x len: u64"),
    ("gfp_t flags", 4, 0, "x flags: u32"),
    ("bool on", 1, 0, "x on: bool"),
    ("unsigned char c", 1, 0, "x c: u8"),
    ("long long unsigned int n", 8, 0, "x n: u64"),
    ("unsigned n", 4, 0, "x n: u32"),
    ("enum zone_type zid", 4, 0, "x zid: enum zone_type u32"),
    ("my_flags_t flags", 8, 1, "x flags: s64"),
    ("struct sk_buff * skb", 8, 0, "x skb: {sk_buff}* kernel"),
    ("const struct foo *const *list", 8, 0, "x list: {foo}* kernel* kernel"),
    ("void * function", 8, 0, "x function: void* kernel"),
    ("int (*call)(void *)", 8, 0, "x call: void* kernel"),
    ("struct timespec64 t", 16, 0, "x t: {timespec64}"),
    ("cpumask_t cpus", 128, 0, "x cpus: {cpumask_t}"),
    ("strange_t ids[4]", 16, 0, "x ids: u32[4]"),
  ])
  func declarations(declaration: String, size: Int, signed: Int, expected: String) throws {
    let text = "ID: 1\nfield:\(declaration);\toffset:8;\tsize:\(size);\tsigned:\(signed);"
    #expect(try described(text, category: "sched") == expected.replacing("x ", with: "8 ", maxReplacements: 1))
  }

  @Test(arguments: [
    ("format:\n", "the format of tracepoint:sched:x has no ID line"),
    ("ID: 1\nfield:int;\toffset:8;\tsize:4;", "has a field that is not understood: field:int;\toffset:8;\tsize:4;"),
    ("ID: 1\nfield:int a;\toffset:8;", "has a field that is not understood: field:int a;\toffset:8;"),
    ("ID: 1\nfield:int a;\toffset:-8;\tsize:4;", "not understood"),
    ("ID: 1\nfield:int a;\toffset:8;\tsize:99999999999999999999;", "not understood"),
  ])
  func errorsNameTheTracepoint(text: String, message: String) {
    do {
      _ = try TracepointFormatParser.parse(Array(text.utf8), name: TracepointName(category: "sched", event: "x"))
      Issue.record("was parsed")
    } catch {
      #expect(error.message.contains(message))
    }
  }

  @Test func layoutHasTheFieldsOfTheRecord() throws {
    let name = TracepointName(category: "sched", event: "x")
    let text = "ID: 1\nfield:int a;\toffset:8;\tsize:4;\tsigned:1;\nfield:__data_loc char[] b;\toffset:12;\tsize:4;"
    let layout = try TracepointFormatParser.parse(Array(text.utf8), name: name).layout
    #expect(layout.size == 16)
    #expect(
      layout.members == [
        RecordLayout.Member(name: "a", type: .int32, offset: 8),
        RecordLayout.Member(name: "b", type: .string(capacity: 0), offset: 12, location: .absolute),
      ])
  }

  @Test func damagedFormatsNeverTrap() {
    var random = SplitMix(seed: 3)
    let name = TracepointName(category: "sched", event: "x")
    let text = Array(
      (Self.openat + "\n\tfield:__data_loc char[] b;\toffset:12;\tsize:4;\n\tfield:int (*f)(int[3]);").utf8)
    for _ in 0..<20_000 { _ = try? TracepointFormatParser.parse(random.damaged(text), name: name) }
  }
}
