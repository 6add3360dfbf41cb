/// The names of the flags that an allocation of memory in the kernel is given (`gfp_t`), as its `%pGg` prints them.
///
/// Kernel: include/linux/gfp_types.h for the bits, which are the same in all supported versions up to 22;
/// include/trace/events/mmflags.h for the order in which names are looked for.
enum AllocationFlags {
  private static let names: [(bits: UInt64, name: StaticString)] = [
    (0x1c24ca, "GFP_TRANSHUGE"), (0x1c20ca, "GFP_TRANSHUGE_LIGHT"), (0x100cca, "GFP_HIGHUSER_MOVABLE"),
    (0x100cc2, "GFP_HIGHUSER"), (0x100cc0, "GFP_USER"), (0x400cc0, "GFP_KERNEL_ACCOUNT"), (0xcc0, "GFP_KERNEL"),
    (0xc40, "GFP_NOFS"), (0x820, "GFP_ATOMIC"), (0xc00, "GFP_NOIO"), (0x2800, "GFP_NOWAIT"), (0x1, "GFP_DMA"),
    (0x2, "__GFP_HIGHMEM"), (0x4, "GFP_DMA32"), (0x20, "__GFP_HIGH"), (0x40, "__GFP_IO"), (0x80, "__GFP_FS"),
    (0x2000, "__GFP_NOWARN"), (0x4000, "__GFP_RETRY_MAYFAIL"), (0x8000, "__GFP_NOFAIL"), (0x10000, "__GFP_NORETRY"),
    (0x40000, "__GFP_COMP"), (0x100, "__GFP_ZERO"), (0x80000, "__GFP_NOMEMALLOC"), (0x20000, "__GFP_MEMALLOC"),
    (0x100000, "__GFP_HARDWALL"), (0x200000, "__GFP_THISNODE"), (0x10, "__GFP_RECLAIMABLE"), (0x8, "__GFP_MOVABLE"),
    (0x400000, "__GFP_ACCOUNT"), (0x1000, "__GFP_WRITE"), (0xc00, "__GFP_RECLAIM"), (0x400, "__GFP_DIRECT_RECLAIM"),
    (0x800, "__GFP_KSWAPD_RECLAIM"), (0x800000, "__GFP_ZEROTAGS"),
  ]

  /// "GFP_KERNEL|__GFP_ZERO"; bits without a name follow in hexadecimal, and none at all is "none".
  static func append(_ flags: UInt64, to buffer: OutputBuffer) {
    var rest = flags
    var isFirst = true
    func separate() {
      if !isFirst { buffer.append(UInt8(ascii: "|")) }
      isFirst = false
    }
    for (bits, name) in names where rest & bits == bits {
      separate()
      buffer.append(name)
      rest &= ~bits
    }
    guard rest != 0 || flags == 0 else { return }
    separate()
    if rest == 0 { return buffer.append("none") }
    buffer.append("0x")
    buffer.append(text: String(rest, radix: 16))
  }
}
