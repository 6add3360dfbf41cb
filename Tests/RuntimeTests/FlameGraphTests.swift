import TestSupport
import Testing

@testable import Runtime

@Suite struct FlameGraphTests {
  /// Boxes as "DEPTH NAME START+WIDTH VALUE", in thousandths of the width.
  private func boxes(_ profile: StackProfile, maximum: Int = FlameGraph.maximumBoxes) -> [String] {
    let graph = FlameGraph(profile, maximumBoxes: maximum)
    return graph.boxes.sorted { $0.depth == $1.depth ? $0.start < $1.start : $0.depth < $1.depth }.map { box in
      let name =
        switch box.content {
        case .measure(let index): profile.measures[index].map
        case .frame(let index): graph.names[Int(index)].text
        }
      let thousandth = FlameGraph.units / 1000
      return "\(box.depth) \(name) \(box.start / thousandth)+\(box.width / thousandth) \(Int(box.value))"
    }
  }

  @Test("a box is as wide as the stacks that go through it, its callees above it by name") func layout() {
    let profile = StackProfile([
      (["main", "write"], 1), (["main", "read", "k:vfs_read"], 5), (["idle"], 2), (["main", "read"], 2),
    ])
    #expect(
      boxes(profile) == [
        "0 @ 0+1000 10", "1 idle 0+200 2", "1 main 200+800 8", "2 read 200+700 7", "2 write 900+100 1",
        "3 vfs_read 400+500 5",
      ])
  }

  @Test("a function of the kernel is not one of a process of its name") func kinds() {
    let profile = StackProfile([(["read"], 1), (["k:read"], 1), (["i:read"], 2)])
    #expect(boxes(profile) == ["0 @ 0+1000 4", "1 read 0+250 1", "1 read 250+500 2", "1 read 750+250 1"])
  }

  @Test("maps stand side by side, each as wide as the other") func several() {
    var profile = StackProfile([(["f"], 2)], of: "@a")
    profile.measures.append(StackMeasure(map: "@b", kind: .amount, function: "sum"))
    profile.measures.append(StackMeasure(map: "@empty", kind: .amount, function: "sum"))
    profile.append(["f"], 3_000_000, measure: 1)
    profile.append(["g"], 1_000_000, measure: 1)
    #expect(
      boxes(profile) == [
        "0 @a 0+500 2", "0 @b 500+500 4000000", "1 f 0+500 2", "1 f 500+375 3000000", "1 g 875+125 1000000",
      ])
  }

  @Test("boxes narrower than a tenth of a pixel are left out, and the narrowest of too many") func narrow() {
    let few = StackProfile([(["a"], 10_998), (["b"], 1), (["c"], 1)])
    #expect(boxes(few).count == 4)
    #expect(boxes(StackProfile([(["a"], 12_000), (["b"], 1)])) == ["0 @ 0+1000 12001", "1 a 0+999 12000"])
    let wide = StackProfile([(["a"], 50), (["b"], 30), (["c"], 10), (["d"], 10)])
    #expect(boxes(wide, maximum: 3) == ["0 @ 0+1000 100", "1 a 0+500 50", "1 b 500+300 30"])
  }

  @Test("boxes touch, and lie within those below them") func nested() {
    var random = SplitMix(seed: 5)
    var profile = StackProfile([])
    for _ in 0..<300 {
      let names = (0..<Int(random.next() % 6 + 1)).map { _ in "f\(random.next() % 3)" }
      profile.append(names, random.next() % 1_000_000 + 1)
    }
    let graph = FlameGraph(profile)
    #expect(graph.boxes.count > 100)
    for box in graph.boxes where box.depth > 0 {
      #expect(
        graph.boxes.contains { below in
          below.depth == box.depth - 1 && below.start <= box.start && below.start + below.width >= box.start + box.width
        })
      #expect(
        !graph.boxes.contains { other in
          other != box && other.depth == box.depth && other.start < box.start + box.width
            && box.start < other.start + other.width
        })
    }
  }

  @Test("however many stacks there are, boxes are bounded") func large() {
    var profile = StackProfile([])
    for number in 0..<3000 { profile.append((0..<20).map { "f\(number >> $0)_\($0)" }.reversed(), 1) }
    let all = FlameGraph(profile).boxes
    #expect(all.count > 5000)
    let some = FlameGraph(profile, maximumBoxes: 500).boxes
    #expect((100...501).contains(some.count))
    // The widest are kept, and what they stand on.
    let narrowest = some.map(\.width).min() ?? 0
    #expect(all.filter { $0.width > narrowest }.allSatisfy(some.contains))
  }

  // MARK: The file

  private func parsed(_ profile: StackProfile) throws -> XMLElement {
    try XMLElement(parsing: FlameGraphDrawing.svg(profile))
  }

  @Test("a box has a title, a place, a colour and as much of its name as fits") func drawing() throws {
    let profile = StackProfile(
      [(["comm=cat", "a_long_name", "k:vfs_read"], 1_234_567), (["narrow_one"], 65_000)], of: "@wait_usecs")
    let svg = String(decoding: FlameGraphDrawing.svg(profile), as: UTF8.self)
    let boxes = svg.split(separator: "\n").filter { $0.hasPrefix("<g>") }
    #expect(
      boxes == [
        ##"<g><title>all (1,299,567, 100.00%)</title><rect x="0%" y="98" width="100%" height="15" fill="#d8d8d8"/><text x="0%" dx="3" y="109">all</text></g>"##,
        ##"<g><title>vfs_read (kernel, 1,234,567, 95.00%)</title><rect x="0%" y="50" width="94.99833%" height="15" fill="#54beef"/><text x="0%" dx="3" y="61">vfs_read</text></g>"##,
        ##"<g><title>a_long_name (1,234,567, 95.00%)</title><rect x="0%" y="66" width="94.99833%" height="15" fill="#d3b92f"/><text x="0%" dx="3" y="77">a_long_name</text></g>"##,
        ##"<g><title>cat (1,234,567, 95.00%)</title><rect x="0%" y="82" width="94.99833%" height="15" fill="#aad7b5"/><text x="0%" dx="3" y="93">cat</text></g>"##,
        ##"<g><title>narrow_one (65,000, 5.00%)</title><rect x="94.99833%" y="82" width="5.00167%" height="15" fill="#eaa11e"/><text x="94.99833%" dx="3" y="93">narro..</text></g>"##,
      ])
    #expect(svg.contains(">@wait_usecs: events, 1,299,567 in all<"))
    #expect(svg.contains("width=\"1200\" height=\"144\""))
  }

  @Test("the file needs nothing else, and is the same for the same profile") func selfContained() throws {
    let profile = StackProfile([(["main"], 1)])
    let svg = try parsed(profile)
    #expect(svg.name == "svg" && svg.attributes["xmlns"] == "http://www.w3.org/2000/svg")
    #expect(svg.all("script").count == 1)
    #expect(svg.all("script")[0].attributes.isEmpty)
    let text = String(decoding: FlameGraphDrawing.svg(profile), as: UTF8.self)
    for word in ["href", "url(", "@import", "innerHTML", "src="] { #expect(!text.contains(word), "\(word)") }
    let addresses = text.split(separator: "http://").count - 1
    #expect(addresses == 2, "the name of SVG, in the root and for new elements")
    #expect(FlameGraphDrawing.svg(profile) == FlameGraphDrawing.svg(profile))
  }

  @Test("names of strangers are text and nothing else") func hostile() throws {
    let names = StackProfile.hostileNames
    let svg = try parsed(StackProfile(names.map { (["comm=\($0)", $0 + "!", "k:" + $0], 1) }))
    #expect(svg.all("script").count == 1)
    let plain = try parsed(StackProfile([(["main"], 1)]))
    #expect(svg.all("script")[0].text == plain.all("script")[0].text)
    let boxes = svg.all("g")
    #expect(boxes.count == 1 + 3 * names.count)
    #expect(boxes.allSatisfy { $0.attributes.isEmpty })
    #expect(boxes.allSatisfy { Set($0.all("rect")[0].attributes.keys) == ["x", "y", "width", "height", "fill"] })
    let titles = boxes.map { $0.all("title")[0].text }
    for name in ["</title><script>alert(1)</script>", "\" onload=\"alert(1)", "]]>", "&amp;"] {
      #expect(titles.contains { $0.hasPrefix(name + "! (1, ") })
    }
    #expect(titles.contains { $0.hasPrefix(#"a\x00b\x1b[31m\x7f\x9bc! ("#) })
    #expect(titles.contains { $0.hasPrefix(#"\xfffe\xffff! ("#) })
    #expect(titles.contains { $0.hasPrefix("\u{fffd}") })
    #expect(titles.contains { $0.hasPrefix("e\u{301}\u{1f525}! (") })
  }

  @Test("a profile without stacks is a graph without boxes") func empty() throws {
    #expect(try parsed(StackProfile([])).all("g").isEmpty)
  }
}
