extension Topic {
  static let network = Topic(
    "Networks",
    [
      .function(
        "ntop", 1...2, "inet ntop([int af, ] int|char[4]|char[16] address)", "An address, printed as text.",
        example: #"tracepoint:sock:inet_sock_set_state { @[ntop(args.family, args.daddr_v6)] = count(); }"#
      ) { $0.networkAddress($1) },
      .function(
        "pton", 1...1, "uint8[] pton(const string address)", "The 4 or 16 bytes of an address in text.",
        example: #"tracepoint:sock:inet_sock_set_state /args.daddr == pton("127.0.0.1")/ { @[comm] = count(); }"#
      ) { $0.addressBytes($1) },
      .function(
        "macaddr", 1...1, "macaddr_t macaddr(char[6] address)", "An Ethernet address, printed as text.",
        example:
          #"struct ethernet { uint8 to[6]; } kprobe:eth_type_trans { @[macaddr(((struct ethernet *)arg0).to)] = count(); }"#
      ) { $0.hardwareAddress($1) },
      .function(
        "socket_cookie", 1...1, "uint64 socket_cookie(struct sock *sk)", "The kernel's number of a socket.",
        in: .withSockets, example: #"rawtracepoint:inet_sock_set_state { @[socket_cookie(args.sk)] = count(); }"#
      ) { $0.socketCookie($1) },
      .function(
        "skboutput", 4...4,
        "int64 skboutput(const string path, struct sk_buff *skb, uint64 length, const uint64 offset)",
        "Writes bytes [offset, length) of a packet to a PCAP file of raw IP; 0, or an error number below 0.",
        in: .withPackets,
        example:
          #"rawtracepoint:tcp_retransmit_skb { $failure = skboutput("/tmp/retransmitted.pcap", args.skb, args.skb.len, 0); if ($failure) { @[strerror($failure)] = count(); } }"#
      ) { $0.packetOutput($1) },
    ])
}
