import Testing

@testable import Symbolizer

@Suite struct KernelSymbolsTests {
  private func described(_ text: String) -> String? {
    Array(text.utf8).withUnsafeBytes { bytes in
      KernelSymbols.Line(bytes).map { line in
        let address = line.address.map { String($0, radix: 16) } ?? "none"
        let name = String(decoding: line.name, as: UTF8.self)
        return "\(address) \(name) [\(String(decoding: line.module, as: UTF8.self))]\(line.isText ? " text" : "")"
      }
    }
  }

  @Test(
    arguments: [
      ("ffffffff81000000 T _stext", "ffffffff81000000 _stext [] text"),
      ("ffffffffc0001000 t nf_hook\t[netfilter]", "ffffffffc0001000 nf_hook [netfilter] text"),
      ("0000000000000000 d x", "0 x []"),
      ("fffffffg81000000 T x", "none x [] text"),
      ("ffffffff81000000 T ", nil),
      ("ffffffff81000000", nil),
      ("", nil),
      ("\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t \t \t", nil),
      ("\tfffffff81000000 T x", "none x [] text"),
    ] as [(String, String?)])
  func lines(text: String, expected: String?) {
    #expect(described(text) == expected)
  }
}
