import Glibc
import Testing

@testable import Symbolizer

@Suite struct AsideTests {
  @Test("work that hangs does not hold up who asks, and its result comes later") func hanging() throws {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let (reading, writing) = (ends[0], ends[1])
    let aside = Aside()
    let job = try #require(
      aside.start { () -> UInt8 in
        var byte: UInt8 = 0
        return read(reading, &byte, 1) == 1 ? byte : 0
      })
    #expect(job.result(within: 1) == nil)
    var byte: UInt8 = 7
    write(writing, &byte, 1)
    #expect(job.isDone(within: 10_000))
    #expect(job.result(within: 0) == 7)
    close(reading)
    close(writing)
  }

  @Test("no more is started while too much hangs") func limit() throws {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let (reading, writing) = (ends[0], ends[1])
    let aside = Aside()
    let jobs = (0..<Aside.limit).compactMap { _ in
      aside.start { () -> Int in
        var byte: UInt8 = 0
        return read(reading, &byte, 1)
      }
    }
    #expect(jobs.count == Aside.limit)
    #expect(aside.start { 0 } == nil)
    close(writing)
    for job in jobs { #expect(job.isDone(within: 10_000)) }
    #expect(aside.start { 5 }?.result(within: 10_000) == 5)
    close(reading)
  }
}

@Suite struct BoundedCacheTests {
  @Test("what was not used for longest gives way") func eviction() {
    var cache = BoundedCache<Int, Int>(budget: 100)
    for key in 0..<10 { cache.set(key, key, cost: 10) }
    _ = cache[0]
    cache.set(10, 10, cost: 10)
    #expect(cache.keys.sorted() == [0, 5, 6, 7, 8, 9, 10])
  }

  @Test("a value in the place of another one counts once") func replacement() {
    var cache = BoundedCache<Int, Int>(budget: 100)
    for _ in 0..<100 { cache.set(1, 1, cost: 60) }
    cache.set(2, 2, cost: 40)
    #expect(cache.keys.sorted() == [1, 2])
  }

  @Test("what alone exceeds the budget stays until another one comes") func large() {
    var cache = BoundedCache<Int, Int>(budget: 100)
    cache.set(1, 1, cost: 1000)
    #expect(cache[1] == 1)
    cache.set(2, 2, cost: 1)
    #expect(cache.keys.sorted() == [2])
  }
}
