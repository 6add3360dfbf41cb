import TestSupport
import Testing

/// The tools of Debian's bpftrace package (bookworm, 0.17), as people have them.
@Suite(.root) struct InstalledToolTests {
  private static let folder = "/usr/sbin"
  private static let noKprobes = "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)"

  /// What each says here: nothing for those that compile, load and attach.
  ///
  /// This kernel has no kprobes, and lost some of the functions that tools of its time look for; the functions of OpenSSL are
  /// named by its debug symbols alone, and libpthread went into libc; the kernel's `struct cfs_rq` lost its `nr_running`
  /// with 6.14; and a kernel without CONFIG_KALLSYMS_ALL tells no addresses of data.
  private static let errors: [String: String] = [
    "bitesize": "", "cpuwalk": "", "execsnoop": "", "killsnoop": "", "naptime": "", "opensnoop": "", "pidpersec": "",
    "runqlat": "", "setuids": "", "statsnoop": "", "syncsnoop": "", "syscount": "", "tcpdrop": "", "writeback": "",
    "loads": "there is no kernel symbol 'avenrun'", "runqlen": "struct cfs_rq has no field 'nr_running'",
    "bashreadline": "", "gethostlatency": "",
    "biolatency": "there is no kernel function '__blk_account_io_start'",
    "biosnoop": "there is no kernel function '__blk_account_io_start'",
    "biostacks": "there is no kernel function '__blk_account_io_start'",
    "dcsnoop": "no function that can be traced matches 'lookup_fast.constprop.*'",
    "mdflush": "there is no kernel function 'md_flush_request'",
    "swapin": "there is no kernel function 'swap_readpage'",
    "ssllatency": "has no function 'rsa_ossl_public_encrypt'", "sslsnoop": "has no function 'rsa_ossl_public_encrypt'",
    "threadsnoop": "has no function 'pthread_create'",
    "capable": noKprobes, "oomkill": noKprobes, "tcpaccept": noKprobes, "tcpconnect": noKprobes, "tcplife": noKprobes,
    "tcpretrans": noKprobes, "tcpsynbl": noKprobes, "undump": noKprobes, "vfscount": noKprobes, "vfsstat": noKprobes,
    "xfsdist": noKprobes,
  ]

  @Test("the package's tools are those that are known here") func names() {
    #expect(FileContents.names(in: Self.folder, extension: "bt") == Self.errors.keys.sorted())
  }

  @Test("each tool loads and attaches, or is told what this machine does not have", arguments: errors.keys.sorted())
  func tool(name: String) throws {
    let result = try run([Repository.swtrace, "--dry-run", "--no-warnings", "-q", "\(Self.folder)/\(name).bt"])
    let error = try #require(Self.errors[name])
    if error.isEmpty {
      #expect(result.errors == "")
      #expect(result.ending == .exited(0))
    } else {
      #expect(result.errors.contains("ERROR: ") && result.errors.contains(error))
      #expect(result.ending == .exited(1))
    }
  }

  @Test("every variable of the older tools that a block assigns first is one of the whole probe") func scopes() throws {
    let body =
      "if (pid) { $a = 5; $s = \"x\"; } if (pid == 0) { $b = 7; } for $i : 0..300 { $last = $i; } print(($a, $s, $b, $last));"
    #expect(try Tracing.output("BEGIN { \(body) exit(); }", options: ["--no-warnings"]) == "(5, x, 0, 299)\n\n\n")
    let warned = try run([Repository.swtrace, "-q", "-e", "BEGIN { if (pid) { $a = 5; } print($a); exit(); }"])
    #expect(
      warned.errors.hasPrefix("stdin:1:20-22: WARNING: $a is assigned in an inner block first and read behind it\n"))
    #expect(warned.output == "5\n\n\n")
  }
}
