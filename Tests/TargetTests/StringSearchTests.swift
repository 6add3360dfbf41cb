import Testing
import TraceLang

struct StringSearchTests {
  @Test(
    "a text is found where its bytes begin first",
    arguments: [
      ("app.apk!/lib/x.so!/y", "!/", 7), ("!/", "!/", 0), ("a!b/!", "!/", nil), ("!", "!/", nil), ("", "!/", nil),
      ("aab", "ab", 1), ("é!/", "!/", 2), ("x", "", nil),
    ] as [(String, String, Int?)])
  func offsets(text: String, part: String, offset: Int?) {
    #expect(text.byteOffset(of: part) == offset)
    #expect(text.dropFirst(0).contains(text: part) == (offset != nil))
  }

  @Test("an archive's path ends at the first mark, and a plain path has no entry") func archives() {
    #expect("/a.apk!/lib/b.so".archiveAndEntry == ("/a.apk", "lib/b.so"))
    #expect("/usr/bin/a!b".archiveAndEntry == ("/usr/bin/a!b", nil))
  }
}
