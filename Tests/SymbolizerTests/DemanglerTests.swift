import TestSupport
import Testing

@testable import Symbolizer

@Suite struct DemanglerTests {
  @Test(
    "names are as their sources have them",
    arguments: [
      (
        "_ZN2ns3BoxISt6vectorIiSaIiEEE4workEiPKc.isra.0",
        "ns::Box<std::vector<int, std::allocator<int> > >::work(int, char const*) [clone .isra.0]"
      ),
      ("_ZN4core3fmt9Formatter3pad17h1234567890abcdefE", "core::fmt::Formatter::pad"),
      ("_RNvC6_123foo3bar", "123foo::bar"),
      ("_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>"),
      ("_D8demangle4testFaZv", "demangle.test(char)"),
      ("$s4main5twiceyS2iF", "main.twice(Swift.Int) -> Swift.Int"),
    ])
  func forms(name: String, text: String) { #expect(Demangler.text(of: name) == text) }

  @Test("what is not mangled stays", arguments: ["main", "_start", "_Z", "_R", "_D", "$s", "", "_ZN", "?f@@YAXXZ"])
  func plain(name: String) { #expect(Demangler.text(of: name) == nil) }

  @Test("a name that refers to itself time and again takes no more than others", arguments: ["_D", "$s"])
  func references(prefix: String) {
    // Each pair has the one before it twice.
    let unit = prefix == "_D" ? "QbQd" : "AAAA"
    #expect(Demangler.text(of: prefix + "4main1f" + String(repeating: unit, count: 200)) == nil)
  }

  @Test("no name traps the demangler, and what does not fit is left as it is") func damage() {
    #expect(Demangler.text(of: "_ZN2ns1fEi") == "ns::f(int)")
    #expect(Demangler.text(of: "main") == nil && Demangler.text(of: "_Z") == nil && Demangler.text(of: "") == nil)
    // Each pair has the one before it twice.
    let doubled = (0..<14).reduce("_Z1fSt4pairIiiE") { name, level in
      name
        + "St4pairIS\(level == 0 ? "" : String(level - 1, radix: 36).uppercased())_S\(level == 0 ? "" : String(level - 1, radix: 36).uppercased())_E"
    }
    _ = Demangler.text(of: doubled)
    #expect(Demangler.text(of: "_Z1f" + String(repeating: "P", count: 5000) + "i") == nil)
    var random = SplitMix(seed: 3)
    let names = ["_ZN2ns1CclEi", "_ZN2ns5twiceIiEET_S1_", "_ZSt4swapISt6vectorIiSaIiEEEvRT_S4_", "_Z1gPFvvE"]
    for number in 0..<2000 {
      _ = Demangler.text(of: String(decoding: random.damaged(Array(names[number % 4].utf8)), as: UTF8.self))
    }
  }
}
