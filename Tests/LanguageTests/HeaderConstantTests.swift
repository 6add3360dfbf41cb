import Testing
import TraceLang

/// Names that headers of the kernel and of the C library define.
@Suite struct HeaderConstantTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    let header: String
    let name: String
    let value: String

    init(_ header: String, _ name: String, _ value: String) {
      self.header = header
      self.name = name
      self.value = value
    }

    var testDescription: String { "\(name) of \(header)" }
  }

  private static let kinds = [
    Kind("errno.h", "EPERM", "1"), Kind("linux/errno.h", "ERESTARTSYS", "512"), Kind("asm/errno.h", "ENOENT", "2"),
    Kind("fcntl.h", "O_CREAT", "64"), Kind("fcntl.h", "AT_FDCWD", "-100"), Kind("linux/fcntl.h", "F_SETFL", "4"),
    Kind("linux/fs.h", "O_DIRECT", "16384"), Kind("linux/fs.h", "FMODE_WRITE", "2"),
    Kind("sys/stat.h", "S_IFMT", "61440"), Kind("linux/stat.h", "S_IFDIR", "16384"),
    Kind("sys/mman.h", "MAP_ANONYMOUS", "32"), Kind("sys/mman.h", "MAP_32BIT", "64"),
    Kind("asm-generic/mman-common.h", "PROT_EXEC", "4"), Kind("uapi/asm-generic/mman-common.h", "MADV_FREE", "8"),
    Kind("linux/mm.h", "VM_EXEC", "4"), Kind("signal.h", "SIGKILL", "9"), Kind("linux/sched/signal.h", "SIGCHLD", "17"),
    Kind("sys/wait.h", "WNOHANG", "1"), Kind("linux/sched.h", "CLONE_NEWPID", "536870912"),
    Kind("linux/sched.h", "TASK_UNINTERRUPTIBLE", "2"), Kind("linux/sched.h", "PF_KTHREAD", "2097152"),
    Kind("sys/resource.h", "RLIMIT_NOFILE", "7"), Kind("sys/ptrace.h", "PTRACE_ATTACH", "16"),
    Kind("linux/prctl.h", "PR_SET_NAME", "15"), Kind("linux/seccomp.h", "SECCOMP_MODE_FILTER", "2"),
    Kind("linux/capability.h", "CAP_SYS_ADMIN", "21"), Kind("linux/futex.h", "FUTEX_WAKE", "1"),
    Kind("sys/socket.h", "AF_INET6", "10"), Kind("linux/socket.h", "SOL_SOCKET", "1"),
    Kind("net/sock.h", "AF_INET", "2"), Kind("net/sock.h", "EAGAIN", "11"), Kind("net/sock.h", "SEND_SHUTDOWN", "2"),
    Kind("linux/in.h", "IPPROTO_TCP", "6"), Kind("netinet/in.h", "INADDR_LOOPBACK", "2130706433"),
    Kind("linux/tcp.h", "TCP_NODELAY", "1"), Kind("net/tcp_states.h", "TCP_ESTABLISHED", "1"),
    Kind("linux/net.h", "SOCK_STREAM", "1"), Kind("linux/if_ether.h", "ETH_P_IPV6", "34525"),
    Kind("linux/icmp.h", "ICMP_ECHO", "8"), Kind("linux/netfilter.h", "NF_DROP", "0"),
    Kind("poll.h", "POLLIN", "1"), Kind("sys/epoll.h", "EPOLL_CTL_ADD", "1"), Kind("unistd.h", "SEEK_END", "2"),
    Kind("linux/blkdev.h", "SECTOR_SHIFT", "9"), Kind("linux/magic.h", "TMPFS_MAGIC", "16914836"),
    Kind("time.h", "CLOCK_MONOTONIC", "1"), Kind("limits.h", "PATH_MAX", "4096"),
    Kind("linux/gfp.h", "U32_MAX", "4294967295"),
    Kind("linux/bpf.h", "BPF_PROG_LOAD", "5"),
    Kind("linux/perf_event.h", "PERF_TYPE_RAW", "4"), Kind("sys/syscall.h", "SYS_openat", "257"),
    Kind("asm/unistd.h", "__NR_stat", "4"),
  ]

  @Test("a header's constants need neither the header nor a preprocessor", arguments: kinds)
  func included(_ kind: Kind) {
    let reader = FixedHeaders("#error never asked")
    let text = "#include <\(kind.header)>\nbegin { $x = \(kind.name); }"
    #expect(value(text, reader) == kind.value && reader.requests.isEmpty)
    #expect(value(text, nil) == kind.value)
  }

  @Test("a constant that nothing else defines needs no include", arguments: kinds)
  func alone(_ kind: Kind) {
    #expect(value("begin { $x = \(kind.name); }", nil) == kind.value)
  }

  @Test("another known header gives them too, without a preprocessor")
  func elsewhere() {
    let reader = FixedHeaders("#error never asked")
    #expect(value("#include <dirent.h>\nbegin { $x = SIGKILL; }", reader) == "9" && reader.requests.isEmpty)
  }

  @Test(
    "constants stand wherever a number may",
    arguments: [
      ("struct s { char a[PATH_MAX]; };", "sizeof(struct s)", "4096"), ("enum e { A = EPERM + 1, B };", "B", "3"),
      ("", "sizeof(uint8[NAME_MAX])", "255"), ("#define WANTED (O_RDWR | O_CREAT)", "WANTED", "66"),
      ("#include <linux/limits.h>\nstruct s { char a[PATH_MAX]; };", "sizeof(struct s)", "4096"),
      ("", "-EPERM", "-1"), ("", "S_IFMT & 0040755", "16384"), ("", "SIGKILL == 9 ? 1 : 2", "1"),
      ("macro bit(x) { 1 << x }", "bit(SIGHUP)", "2"), ("", "(int8)AT_FDCWD", "-100"),
    ])
  func places(declarations: String, expression: String, value: String) {
    #expect(constants(declarations, expression) == value)
  }

  @Test("a constant that needs all 64 bits has no sign")
  func unsigned() {
    for include in ["", "#include <stdint.h>\n"] {
      #expect(Compiled("\(include)begin { $x = UINT64_MAX; }").text.contains("$x = -1:uint64"))
    }
  }

  // MARK: What comes first

  @Test(
    "the script's own definitions come first",
    arguments: ["#define EPERM 70", "enum e { EPERM = 70 };", "macro EPERM() { 70 }"])
  func own(definition: String) {
    let name = definition.hasPrefix("macro") ? "EPERM()" : "EPERM"
    #expect(value("\(definition)\nbegin { $x = \(name); }", nil) == "70")
    #expect(value("#include <errno.h>\n\(definition)\nbegin { $x = \(name); }", nil) == "70")
  }

  @Test("the kernel's own enumerators come first")
  func enumerators() {
    let target = StubTarget()
    target.enumerators = ["TCP_LISTEN": 70, "EPERM": 71]
    func value(_ text: String) -> String { Compiled(text, target: target).text }
    #expect(value("begin { $x = TCP_LISTEN; }").contains("$x = 70:uint32"))
    #expect(value("#include <net/tcp_states.h>\nbegin { $x = TCP_LISTEN; }").contains("$x = 70:uint32"))
    #expect(value("begin { $x = EPERM; }").contains("$x = 71:uint32"))
    #expect(value("begin { $x = TCP_CLOSE; }").contains("$x = 7:int64"))
  }

  @Test("a header that is not known comes first where it is there")
  func realHeader() {
    for include in ["#include \"errno.h\"", "#include <my/own.h>"] {
      let text = "\(include)\nbegin { $x = EPERM; }"
      #expect(value(text, FixedHeaders("#define EPERM (60 + 10)")) == "70")
      #expect(value(text, FixedHeaders("enum own { EPERM = 70 };")) == "70")
      #expect(value(text, FixedHeaders("#define OTHER 1")) == "1")
      #expect(value(text, FixedHeaders("#pragma swtrace_missing <my/own.h>")) == "1")
      #expect(value(text, nil) == "1")
    }
  }

  @Test("headers of -I and --include come first where they are there")
  func folders() {
    let reader = FixedHeaders("#define EPERM 70")
    var options = ExpansionOptions(headerFolders: ["/inc"], headerReader: reader)
    #expect(Compiled("#include <errno.h>\nbegin { $x = EPERM; }", expansion: options).text.contains("$x = 70:"))
    options = ExpansionOptions(headers: ["my.h"], headerReader: reader)
    #expect(Compiled("begin { $x = EPERM; }", expansion: options).text.contains("$x = 70:"))
    options = ExpansionOptions(headers: ["linux/stat.h"])
    #expect(Compiled("begin { $x = EPERM; $y = S_ISDIR(1); }", expansion: options).text.contains("$x = 1:"))
  }

  @Test("a header's own definitions may use constants of the tables")
  func nested() {
    let reader = FixedHeaders("#define FIRST (EPERM | LAST)\n#define LAST 0x100")
    #expect(value("#include <my/own.h>\nbegin { $x = FIRST; }", reader).contains("257"))
  }

  // MARK: Architectures

  @Test("values are those of the target's architecture")
  func architectures() {
    let target = StubTarget()
    target.architecture = .aarch64
    for include in ["", "#include <fcntl.h>\n#include <asm/unistd.h>\n"] {
      let text = "\(include)begin { $a = O_DIRECT; $b = O_DIRECTORY; $c = O_CREAT; $d = __NR_openat; }"
      let compiled = Compiled(text, target: target).text
      for value in ["$a = 65536:", "$b = 16384:", "$c = 64:", "$d = 56:"] { #expect(compiled.contains(value)) }
    }
    #expect(Compiled("begin { $x = MAP_32BIT; }", target: target).report.contains("nothing named 'MAP_32BIT'"))
    #expect(Compiled("begin { $x = __NR_stat; }", target: target).report.contains("nothing named '__NR_stat'"))
  }

  // MARK: Functions

  @Test(
    "definitions with parameters come with their header",
    arguments: [
      ("sys/stat.h", "S_ISDIR(0040755)", "true"), ("linux/stat.h", "S_ISREG(0040755)", "false"),
      ("linux/fs.h", "MAJOR(0x800012)", "8"), ("linux/blkdev.h", "MINOR(0x800012)", "18"),
      ("sys/wait.h", "WEXITSTATUS(0x100)", "1"), ("stdlib.h", "WTERMSIG(0x89)", "9"),
      ("linux/sched.h", "PRIO_TO_NICE(120)", "0"), ("linux/ioctl.h", "_IOC_TYPE(0xc0044501)", "69"),
    ])
  func functions(header: String, call: String, value: String) {
    let reader = FixedHeaders("#error never asked")
    let number = value == "true" ? "1" : value == "false" ? "0" : value
    #expect(self.value("#include <\(header)>\nbegin { $x = \(call); }", reader) == number && reader.requests.isEmpty)
    #expect(self.value("#include \"\(header)\"\nbegin { $x = \(call); }", nil) == number)
  }

  @Test("one without its header is told which to include")
  func functionWithoutHeader() {
    #expect(
      Compiled("begin { $x = S_ISDIR(1); }").report == """
        stdin:1:14-21: ERROR: there is no function 'S_ISDIR'
        begin { $x = S_ISDIR(1); }
                     ~~~~~~~
        NOTE: it comes with '#include <linux/stat.h>'

        """)
  }

  // MARK: Mistakes

  @Test(
    "a misspelt name is asked about",
    arguments: [("EPREM", "EPERM"), ("O_CREATE", "O_CREAT"), ("SIGKIL", "SIGKILL"), ("IPROTO_TCP", "IPPROTO_TCP")])
  func misspelt(name: String, meant: String) {
    for include in ["", "#include <errno.h>\n"] {
      let report = Compiled(
        "\(include)begin { $x = \(name); }", expansion: ExpansionOptions(headerReader: FixedHeaders(""))
      ).report
      #expect(report.contains("there is nothing named '\(name)'") && report.contains("did you mean '\(meant)'?"))
    }
    let missing = FixedHeaders("#pragma swtrace_missing <errno.h>")
    let report = Compiled(
      "#include <errno.h>\nbegin { $x = \(name); }", expansion: ExpansionOptions(headerReader: missing)
    ).report
    #expect(report.contains("the header 'errno.h' is not found") && report.contains("did you mean '\(meant)'?"))
  }

  @Test("names in small letters are not asked about among constants")
  func small() {
    #expect(!Compiled("begin { $x = eprem; }").report.contains("did you mean"))
  }

  /// The number that the last `$x` of a script becomes, or what is wrong.
  private func value(_ text: String, _ reader: FixedHeaders?) -> String {
    let text = Compiled(text, expansion: ExpansionOptions(headerReader: reader)).text
    guard let line = text.split(separator: "\n").last(where: { $0.contains("$x = ") }) else { return text }
    return String(line.drop { $0 != "=" }.dropFirst(2).prefix { $0 != ":" })
  }
}
