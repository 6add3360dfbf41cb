import TestSupport
import Testing

/// `skboutput`: packets as files.
@Suite(.root) struct PacketTests {
  /// Sends three datagrams to a port of this machine that nobody listens to.
  private static let workload = "bash -c 'for i in 1 2 3; do echo packet-$i >/dev/udp/127.0.0.1/$0; done' "

  private func dump(_ path: String) throws -> String {
    try run(["od", "-An", "-v", "-tx1", "-w1", path]).output.split(separator: "\n").map { $0.dropFirst() }.joined()
  }

  @Test("packets come whole, in order, behind a header of raw IP, without what the offset leaves out")
  func packets() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/\u{e9}.pcap"
    let script = """
      rawtracepoint:net_dev_queue /cpid == pid/ {
        if (args.skb.len != 51) { return; }
        $all = skboutput("\(path)", args.skb, args.skb.len, 14);
        $some = skboutput("\(folder.path)/short.pcap", args.skb, 20, 14);
        $none = skboutput("\(folder.path)/short.pcap", args.skb, 5000, 0);
        print(($all, $some, $none));
      }
      """
    let result = try run([Repository.swtrace, "-q", "-c", Self.workload + "47811", "-e", script])
    #expect(result.errors == "")
    #expect(result.output == "(0, 0, -14)\n(0, 0, -14)\n(0, 0, -14)\n\n\n")
    let bytes = try dump(path)
    #expect(bytes.hasPrefix("d4c3b2a1020004000000000000000000e8fd000065000000"))
    // Two headers of 20 and 8 bytes and a line of 9.
    #expect(bytes.count == 2 * (24 + 3 * (16 + 37)))
    let texts = ["7061636b65742d310a", "7061636b65742d320a", "7061636b65742d330a"]
    for (index, text) in texts.enumerated() {
      let packet = bytes.dropFirst(2 * (24 + index * (16 + 37)) + 16)
      #expect(packet.hasPrefix("2500000025000000" + "4500"), "\(index)")
      #expect(packet.dropFirst(16).prefix(74).hasSuffix(text), "\(index)")
    }
    let short = try dump(folder.path + "/short.pcap")
    #expect(short.count == 2 * (24 + 3 * (16 + 6)))
  }

  @Test("a file that cannot be made is told, and none is made without packets") func files() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/none/x.pcap"
    let script =
      "rawtracepoint:net_dev_queue /cpid == pid/ { if (args.skb.len == 51) { $r = skboutput(\"\(path)\", args.skb, 20, 0); @[$r] = count(); } }"
    let result = try run([Repository.swtrace, "-q", "-c", Self.workload + "47812", "-e", script])
    #expect(result.output == "\n\n@[0]: 3\n")
    #expect(result.errors == "WARNING: cannot write packets to '\(path)': No such file or directory\n")
    let idle = "rawtracepoint:net_dev_queue /cpid == 0/ { _ = skboutput(\"\(folder.path)/idle\", args.skb, 20, 0); }"
    #expect(try run([Repository.swtrace, "-q", "-c", "true", "-e", idle]).ending == .exited(0))
    #expect(try run(["ls", folder.path]).output == "")
  }

  @Test("a bundle that writes packets needs --unsafe") func bundles() throws {
    let folder = try TemporaryFolder()
    let script = "rawtracepoint:net_dev_queue { _ = skboutput(\"\(folder.path)/x\", args.skb, 20, 0); }"
    let built = try run([Repository.swtrace, "build", "-o", folder.path + "/b", "-e", script])
    try #require(built.ending == .exited(0), "\(built.errors)")
    let refused = try run([Repository.swtrace, folder.path + "/b"])
    #expect(refused.errors.contains("writes packets to \(folder.path)/x: run it with --unsafe"))
  }

  @Test("what is no packet of the probe's arguments is refused") func mistakes() throws {
    func refusal(_ probe: String, _ call: String) throws -> String {
      try run([Repository.swtrace, "-e", "\(probe) { $r = \(call); }"]).errors
    }
    let probe = "rawtracepoint:net_dev_queue"
    #expect(
      try refusal("tracepoint:net:net_dev_queue", "skboutput(\"x\", args.skbaddr, 5, 0)").contains(
        "ERROR: skboutput() is only there in fentry, fexit and rawtracepoint probes"))
    #expect(
      try refusal(probe, "skboutput(\"x\", 5, 5, 0)").contains(
        "ERROR: skboutput() needs a struct sk_buff or a pointer to one, not int64"))
    #expect(
      try refusal(probe, "skboutput(\"x\", args.skb, 5, -1)").contains(
        "ERROR: skboutput() takes an offset of 0 to 65000 bytes, not -1"))
    #expect(
      try refusal(probe, "skboutput(\"\", args.skb, 5, 0)").contains("ERROR: skboutput() needs the path of a file"))
  }
}
