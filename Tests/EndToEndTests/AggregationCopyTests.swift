import TestSupport
import Testing

/// What was gathered on all CPUs, copied and merged.
@Suite(.root) struct AggregationCopyTests {
  /// The lines of output that begin with a map's name, by the name: "5" for "@x: 5".
  private func numbers(_ output: String) -> [String: Int] {
    var numbers: [String: Int] = [:]
    for line in output.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, let number = Int(parts[1].drop { $0 == " " }) { numbers[String(parts[0])] = number }
    }
    return numbers
  }

  /// The lines of the chart of a map.
  private func chart(_ name: String, _ output: String) -> [String] {
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0 == "\(name):" }) else { return [] }
    return lines[(start + 1)...].prefix { !$0.isEmpty }.map(String.init)
  }

  @Test("a copy has what all CPUs gathered, and a merge adds it up") func allCPUs() throws {
    let output = try Tracing.output(
      #"""
      profile:hz:997 {
        @c[1] = count(); @s[1] = sum(cpu + 1); @t[1] = stats(cpu + 1); @l[1] = min(cpu); @m[1] = max(cpu);
        @h[1] = hist(cpu); @p[cpu] = hist(cpu); @n[cpu] = count();
      }
      interval:ms:400 { exit(); }
      end {
        @c2 = count(); @c2 = @c[1]; @c4 = count(); @c4 = @c[1]; @c4 += @c[1];
        @s2 = sum(0); @s2 = @s[1]; @s2 += @s[1]; @t2 = @t[1]; @l2 = min(99); @l2 += @l[1]; @m2 = max(0); @m2 += @m[1];
        @h2 = @h[1]; for ($kv : @p) { @h3 += $kv.1; }
        @n2 = count(); @n2 = @n[9999]; for ($kv : @n) { @n2 += @n[$kv.0]; }
      }
      """#)
    let values = numbers(output)
    let count = try #require(values["@c[1]"])
    #expect(count > 100)
    #expect(values["@c2"] == count)
    #expect(values["@c4"] == 2 * count)
    #expect(values["@n2"] == count)
    let sum = try #require(values["@s[1]"])
    #expect(values["@s2"] == 2 * sum)
    #expect(values["@l2"] == values["@l[1]"])
    #expect(values["@m2"] == values["@m[1]"])
    #expect(chart("@h2", output) == chart("@h[1]", output))
    #expect(chart("@h3", output) == chart("@h[1]", output))
    #expect(!chart("@h2", output).isEmpty)
    #expect(output.contains("@t2: { .count = \(count), "))
  }

  @Test("what is copied while it is counted loses nothing") func concurrent() throws {
    let output = try Tracing.output(
      #"""
      profile:hz:4999 { @c[1] = count(); @n++; }
      interval:ms:1 { @d[1] = @c[1]; @d[2] += @c[1]; @d[3] = count(); @copies++; }
      interval:ms:500 { exit(); }
      end { @d[1] = @c[1]; delete(@d, 2); @d[2] += @d[1]; }
      """#)
    let values = numbers(output)
    let count = try #require(values["@n"])
    #expect(count > 200)
    #expect(try #require(values["@copies"]) > 50)
    #expect(values["@c[1]"] == count)
    #expect(values["@d[1]"] == count)
    #expect(values["@d[2]"] == count)
  }

  @Test("nothing copied is nothing there, nothing merged changes nothing") func missing() throws {
    #expect(
      try Tracing.maps(
        #"""
        begin {
          @c[1] = count(); @c[2] = count(); $no = pid + 5;
          @c[1] = @c[$no]; @c[2] += @c[$no]; @c[3] += @c[$no]; @c[4] = @c[$no];
          @h[1] = hist(1); @g = @h[pid]; @all = count(); @all = @c[1]; exit();
        }
        """#) == """
          @c[2]: 1
          @h[1]:
          [1]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|


          """)
  }

  @Test("a map that is full tells of what was not copied") func full() throws {
    let result = try run([
      Repository.swtrace, "-q", "-e",
      "config = { max_map_keys = 1 } begin { @c[1] = hist(5); @d[1] = @c[1]; @d[2] = @c[1]; @d[3] += @c[1]; exit(); }",
    ])
    #expect(result.ending == .exited(0))
    #expect(result.errors == "WARNING: @d was full: 2 updates were lost; raise max_map_keys\n")
  }
}
