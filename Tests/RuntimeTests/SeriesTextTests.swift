import Codegen
import Glibc
import Testing
import TraceLang

@testable import Runtime

/// Expected texts are what bpftrace 0.27.1 printed for the same values.
@Suite struct SeriesTextTests {
  init() {
    setenv("TZ", "UTC", 1)
    tzset()
  }

  private func text(_ values: [(Int64, Int64)], interval: Int64) -> String {
    let buffer = OutputBuffer()
    SeriesText(intervals: values.map { SeriesInterval(number: $0, value: $1) }, interval: interval).append(to: buffer)
    return buffer.text
  }

  @Test("a star for each value, a dot at zero, a dash for what is missing") func chart() {
    #expect(
      text([(10, -1), (11, 2), (12, 5), (14, 11), (15, 14)], interval: 100_000_000) == """
                     -1                                                 14
        hh:mm:ss.ms  |___________________________________________________|
        00:00:01.000 *  .                                                | -1
        00:00:01.100 |  .      *                                         | 2
        00:00:01.200 |  .                *                               | 5
        00:00:01.300 |  .                                                | -
        00:00:01.400 |  .                                     *          | 11
        00:00:01.500 |  .                                                * 14
                     v___________________________________________________v
                     -1                                                 14

        """)
  }

  @Test("one value stands in the middle and is told to the nanosecond") func single() {
    #expect(
      text([(3, 5)], interval: 1_000_000_000) == """
                           4                                                   6
        hh:mm:ss.ns        |___________________________________________________|
        00:00:03.000000000 |                         *                         | 5
                           v___________________________________________________v
                           4                                                   6

        """)
  }

  @Test("values at the ends of 64 bits have their columns") func extremes() {
    let chart = text([(1, .min), (2, 0), (3, .max)], interval: 1_000_000_000).split(separator: "\n")
    #expect(chart[2].hasPrefix("00:00:01 *"))
    #expect(chart[3] == "00:00:02 |                         *                         | 0")
    #expect(chart[4].hasPrefix("00:00:03 |") && chart[4].contains("* 9223372036854775807"))
    // Doubles of these two are equal.
    let close = text([(1, .max - 1), (2, .max)], interval: 1_000_000_000).split(separator: "\n")
    #expect(close[2].hasPrefix("00:00:01 *") && close[3].contains("* 9223372036854775807"))
    for value in [Int64.min, .max] { #expect(text([(1, value)], interval: 1_000_000_000).contains("* ")) }
  }

  @Test("intervals of seconds have no decimals") func seconds() {
    #expect(
      text([(30, 10), (31, 50)], interval: 2_000_000_000) == """
                 10                                                 50
        hh:mm:ss |___________________________________________________|
        00:01:00 *                                                   | 10
        00:01:02 |                                                   * 50
                 v___________________________________________________v
                 10                                                 50

        """)
  }

  private func merged(_ function: Aggregation.Series, _ cpus: [[UInt64]]) -> [SeriesInterval] {
    let aggregation = Aggregation.tseries(interval: 1, count: Int64(cpus[0].count / 3), function)
    let view = MapView.hash("@s", keys: [], value: .aggregation(aggregation))
    let merger = ValueMerger(view: view, stride: cpus[0].count * 8, cpus: cpus.count)
    let bytes = Bytes.words(cpus.flatMap { $0 }).withUnsafeBytes { merger.merged($0) }
    return bytes.withUnsafeBytes { bytes in
      SeriesInterval.all(bytes.baseAddress!, count: cpus[0].count / 3, function)
    }
  }

  @Test(
    "the values of several CPUs in one interval become one",
    arguments: [
      (Aggregation.Series.sum, 9), (.avg, 3), (.min, 4), (.max, 5), (.last, 5),
    ] as [(Aggregation.Series, Int64)])
  func merge(function: Aggregation.Series, expected: Int64) {
    // The third word is the interval's number; of the last value, the second is its time.
    #expect(
      merged(function, [[4, 1, 7], [5, 2, 7]]) == [SeriesInterval(number: 7, value: expected)])
  }

  @Test("an interval that has come round again hides what it was before") func round() {
    let cpus: [[UInt64]] = [[1, 1, 8, 2, 1, 5], [0, 0, 0, 3, 1, 9]]
    #expect(merged(.sum, cpus) == [SeriesInterval(number: 8, value: 1), SeriesInterval(number: 9, value: 3)])
    #expect(merged(.sum, [[1, 1, 8, 2, 1, 5]]) == [SeriesInterval(number: 8, value: 1)])
  }

  @Test("JSON has the start of each interval") func json() {
    let view = MapView.hash("@s", keys: [], value: .aggregation(.tseries(interval: 1_000_000_000, count: 2, .last)))
    let map = PrintedMap(view, [([], Bytes.words([5, 1, 60, 7, 2, 61]))])
    #expect(
      map.json == """
        {"type": "tseries", "data": {"@s": [{"interval_start":"1970-01-01 00:01:00.000000000","value":5},{"interval_start":"1970-01-01 00:01:01.000000000","value":7}]}}

        """)
  }
}
