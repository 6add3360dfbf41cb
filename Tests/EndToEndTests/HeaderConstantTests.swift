import TestSupport
import Testing

@testable import TraceLang

/// What a C compiler is to find in some headers.
private struct HeaderCheck {
  let headers: String
  let values: [(name: String, bits: Int64)]

  var isKernels: Bool { headers.split(separator: " ").allSatisfy { $0.hasPrefix("linux/") || $0.hasPrefix("asm/") } }

  /// A text that compiles where all values are right.
  static func source(_ checks: [HeaderCheck]) -> String {
    let includes = checks.flatMap { $0.headers.split(separator: " ") }.map { "#include <\($0)>\n" }
    let assertions = checks.flatMap(\.values).map { name, bits in
      "_Static_assert((unsigned long long)(\(name)) == \(UInt64(bitPattern: bits))ULL, \"\(name) differs\");\n"
    }
    return includes.joined() + assertions.joined()
  }
}

/// Constants of headers: the tables against the installed headers, and scripts that use them.
@Suite struct HeaderConstantTests {
  // MARK: The tables

  @Test("every value is that of the installed headers", arguments: ["cc", "aarch64-linux-gnu-gcc"])
  func values(compiler: String) throws {
    let machine = try run([compiler, "-dumpmachine"])
    if compiler != "cc", machine.ending != .exited(0) { return }
    let architecture: Machine.Architecture = machine.output.hasPrefix("aarch64") ? .aarch64 : .x86_64
    let calls = SyscallTable.of(architecture).entries.map { "__NR_\($0.name)" }
    let system = HeaderCheck(
      headers: "asm/unistd.h",
      values: try calls.map { ($0, try #require(KernelConstants.value(of: $0, on: architecture)).bits) })
    let checks = KernelConstants.topics.filter { !$0.headers.description.isEmpty }.map { topic in
      HeaderCheck(
        headers: topic.headers.description,
        values: topic.values(on: architecture).map { ($0.name, $0.value.bits) })
    }
    let folder = try TemporaryFolder()
    // Headers of the kernel and of the C library cannot all be included together.
    let files = [checks.filter(\.isKernels) + [system], checks.filter { !$0.isKernels }].enumerated().map {
      ("\($0.offset).c", HeaderCheck.source($0.element))
    }
    let result = try run(
      [compiler, "-fsyntax-only", "-w", "-D_GNU_SOURCE", "-fmax-errors=0"]
        + files.map { try folder.file($0.0, $0.1) })
    let errors = result.errors.split(separator: "\n").filter { $0.contains("error: ") }
    let unknown = errors.filter { $0.contains("undeclared") }
    #expect(errors.filter { $0.contains("differs") } == [])
    #expect(
      errors.filter { !$0.contains("differs") && !$0.contains("undeclared") && !$0.contains("not an integer") } == [])
    // Those are newer than the headers.
    #expect(unknown.count * 10 < checks.map(\.values.count).reduce(0, +))
  }

  @Test("a name is in one table only")
  func names() {
    for architecture in [Machine.Architecture.x86_64, .aarch64] {
      let names = KernelConstants.names(on: architecture)
      #expect(names.count == Set(names).count && names.count > 3000)
    }
  }

  @Test("every entry has a value on x86-64, and on 64-bit ARM but where it says none")
  func entries() {
    let texts = KernelConstants.topics.map(\.names.description)
    let words = texts.flatMap { $0.split(whereSeparator: \.isWhitespace) }
    #expect(KernelConstants.names(on: .x86_64).count == words.count)
    #expect(KernelConstants.names(on: .aarch64).count == words.filter { !$0.hasSuffix("|") }.count)
  }

  @Test("functions of headers give what those of the C library give", .root)
  func functions() throws {
    let functions = KernelConstants.topics.compactMap(\.functions).filter {
      ["linux/stat.h", "sys/wait.h", "linux/ioctl.h"].contains($0.header.description)
    }
    let names = functions.flatMap { functions in
      functions.definitions.description.split(separator: "\n").map { $0.prefix { $0 != "(" } }
    }
    #expect(names.count == 19)
    let calls = names.flatMap { name in
      [0, 9, 0x8b, 0x137f, 0xffff, 0o40755, 0o100644].map { "printf(\"%u\\n\", (\(name)(\($0))));\n" }
    }.joined()

    let folder = try TemporaryFolder()
    let headers = ["stdio.h", "sys/ioctl.h", "sys/stat.h", "sys/wait.h"].map { "#include <\($0)>\n" }.joined()
    let source = try folder.file("f.c", "\(headers)int main(void) {\n\(calls)}\n")
    #expect(try run(["cc", "-w", "-o", folder.path + "/f", source]).ending == .exited(0))

    let includes = functions.map { "#include <\($0.header)>\n" }.joined()
    let output = try Tracing.output("\(includes)begin {\n\(calls)exit(); }")
    #expect(try run([folder.path + "/f"]).output == output.dropLast(2))
  }

  // MARK: Scripts

  /// Opens, maps, connects and the like, once each, as what its first word names it.
  private static let program = #"""
    #define _GNU_SOURCE
    #include <arpa/inet.h>
    #include <fcntl.h>
    #include <sched.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <sys/epoll.h>
    #include <sys/mman.h>
    #include <sys/prctl.h>
    #include <sys/resource.h>
    #include <sys/socket.h>
    #include <sys/stat.h>
    #include <sys/wait.h>
    #include <unistd.h>

    int main(int count, char **words) {
      prctl(PR_SET_NAME, "swt-header");
      unlink(words[1]);
      int file = open(words[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
      open("/no/such/file", O_RDONLY | O_DIRECTORY);
      lseek(file, 0, SEEK_END);
      mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      signal(SIGURG, SIG_IGN);
      kill(getpid(), SIGURG);
      struct sockaddr_in6 address = {AF_INET6, htons(1)};
      address.sin6_addr.s6_addr[15] = 1;
      int six = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
      connect(six, (struct sockaddr *)&address, sizeof address);
      socket(AF_UNIX, SOCK_DGRAM, 0);
      int epoll = epoll_create1(EPOLL_CLOEXEC);
      struct epoll_event event = {EPOLLIN};
      epoll_ctl(epoll, EPOLL_CTL_ADD, six, &event);
      struct rlimit limit;
      getrlimit(RLIMIT_NOFILE, &limit);
      setrlimit(RLIMIT_NOFILE, &limit);
      unshare(CLONE_NEWUTS);
      int status;
      if (fork() == 0) _exit(3);
      wait4(-1, &status, 0, 0);
      unlink(words[1]);
      return 0;
    }
    """#

  /// A script of a kind that people write, and what it counts of the program.
  struct Example: Sendable, CustomTestStringConvertible {
    let includes: [String]
    let probe: String
    let predicate: String
    let key: String
    let output: String

    init(_ includes: [String], _ probe: String, _ predicate: String, _ key: String, _ output: String) {
      self.includes = includes
      self.probe = probe
      self.predicate = predicate
      self.key = key
      self.output = output
    }

    var testDescription: String { "\(probe) /\(predicate)/" }
  }

  private static let examples = [
    Example(
      ["fcntl.h", "sys/stat.h"], "syscalls:sys_enter_openat", "args.flags & O_CREAT",
      "(args.flags & O_ACCMODE) == O_RDWR, args.mode & S_IRWXU", "@[true, 384]: 1\n"),
    Example(["errno.h"], "syscalls:sys_exit_openat", "args.ret < 0", "args.ret == -ENOENT", "@[true]: 1\n"),
    Example(["linux/fs.h"], "syscalls:sys_enter_lseek", "args.whence == SEEK_END", "args.offset", "@[0]: 1\n"),
    Example(
      ["sys/mman.h"], "syscalls:sys_enter_mmap", "args.prot & PROT_EXEC && args.flags & MAP_ANONYMOUS", "args.len",
      "@[4096]: 1\n"),
    Example(["signal.h"], "syscalls:sys_enter_kill", "1", "args.sig == SIGURG", "@[true]: 1\n"),
    Example(
      ["net/sock.h", "linux/in.h"], "syscalls:sys_enter_socket",
      "args.family == AF_INET6 && args.protocol == IPPROTO_TCP",
      "(args.type & SOCK_STREAM) != 0, (args.type & SOCK_NONBLOCK) != 0", "@[true, true]: 1\n"),
    Example(
      ["net/sock.h", "linux/socket.h"], "syscalls:sys_enter_connect", "args.uservaddr.sa_family == AF_INET6",
      "args.addrlen", "@[28]: 1\n"),
    Example(
      ["sys/epoll.h"], "syscalls:sys_enter_epoll_ctl", "args.op == EPOLL_CTL_ADD", "args.event.events == EPOLLIN",
      "@[true]: 1\n"),
    Example(
      ["sys/resource.h"], "syscalls:sys_enter_prlimit64", "1", "args.resource == RLIMIT_NOFILE", "@[true]: 2\n"),
    Example(
      ["linux/sched.h"], "syscalls:sys_enter_unshare", "1", "(args.unshare_flags & CLONE_NEWUTS) != 0", "@[true]: 1\n"),
    Example(
      ["asm/unistd.h"], "raw_syscalls:sys_enter", "args.id == __NR_unshare || args.id == __NR_epoll_ctl", "comm",
      "@[swt-header]: 2\n"),
  ]

  @Test("scripts of the usual kinds count alike with their includes and without", .root, arguments: examples)
  func scripts(_ example: Example) throws {
    let folder = try TemporaryFolder()
    let source = try folder.file("header.c", Self.program)
    #expect(try run(["cc", "-w", "-o", folder.path + "/header", source]).ending == .exited(0))
    let probe = "tracepoint:\(example.probe) /comm == \"swt-header\" && (\(example.predicate))/"
    for includes in [example.includes.map { "#include <\($0)>\n" }.joined(), ""] {
      let result = try run(
        [
          Repository.swtrace, "-q", "-c", "\(folder.path)/header \(folder.path)/file", "-e",
          "\(includes)\(probe) { @[\(example.key)] = count(); }",
        ])
      #expect(result.output == "\n\n" + example.output && result.errors == "")
    }
  }
}
