import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// What was stripped from programs, wherever it is.
@Suite struct DebugFileTests {
  private static let source = """
    static __attribute__((noinline)) void hidden(void) { HERE("hidden"); }
    __attribute__((noinline)) void shown(void) { HERE("shown"); }
    int main(void) { hidden(); shown(); STAY; }
    """
  private static let build =
    "cc -O2 -g -rdynamic -Wl,--build-id -o program program.c; objcopy --only-keep-debug program debug; "
  /// The same without a build ID, so that checksums count.
  private static let buildWithoutID =
    "cc -O2 -g -rdynamic -Wl,--build-id=none -o program program.c; objcopy --only-keep-debug program debug; "
  private static let linked = "strip program; objcopy --add-gnu-debuglink=debug program; "
  /// The path of a build ID below a folder.
  private static let identified =
    "id=$(readelf -n debug | sed -n 's/.*Build ID: //p'); at=.build-id/${id:0:2}/${id:2}.debug; "

  private func symbolizer(_ program: CompiledProgram, system: String? = nil, _ folders: String...) -> Symbolizer {
    var options = Symbolizer.Options()
    options.debugFiles = DebugFileSearch(
      folders: folders.map { DebugFileSearch.Folder(Array($0.utf8)) }, systemFolder: system ?? "/nowhere")
    return Symbolizer(options: options)
  }

  private func names(_ program: CompiledProgram, system: String? = nil, _ folder: String? = nil) throws -> [String] {
    let running = try program.start()
    let symbolizer =
      folder.map { self.symbolizer(program, system: system, $0) } ?? self.symbolizer(program, system: system)
    return try ["hidden", "shown"].map { try running.frames(at: $0, symbolizer).map(\.text).joined(separator: " ") }
  }

  private static let found = ["hidden program.c:1", "shown program.c:2"]
  private static let stripped = ["?", "shown"]

  @Test("a stripped program has the functions that the dynamic linker knows") func bare() throws {
    let program = try CompiledProgram(Self.source, Self.build + "strip program")
    #expect(try names(program) == Self.stripped)
  }

  @Test(
    "a file that the program names is found",
    arguments: ["", "mkdir .debug; mv debug .debug", #"mkdir -p "usr$PWD"; mv debug "usr$PWD""#], [true, false])
  func link(move: String, hasID: Bool) throws {
    let program = try CompiledProgram(
      Self.source, (hasID ? Self.build : Self.buildWithoutID) + Self.linked + move)
    #expect(try names(program, system: program.folder + "/usr") == Self.found)
  }

  @Test("a file of another build is refused", arguments: [true, false]) func other(hasID: Bool) throws {
    let build = hasID ? Self.build : Self.buildWithoutID
    let program = try CompiledProgram(
      Self.source,
      build + Self.linked + "sed -i s/hidden/other_/ program.c; mv program kept; \(build) mv kept program")
    #expect(try names(program) == Self.stripped)
  }

  @Test("a file is found by its build ID", arguments: ["system", "absolute", "relative"]) func buildID(how: String)
    throws
  {
    let program = try CompiledProgram(
      Self.source, Self.build + "strip program; " + Self.identified + "mkdir -p d/$(dirname $at); mv debug d/$at")
    let folder = program.folder + "/d"
    switch how {
    case "system": #expect(try names(program, system: folder) == Self.found)
    case "absolute": #expect(try names(program, folder) == Self.found)
    default: #expect(try names(program, "d") == Self.found)
    }
  }

  @Test("a folder of the user's has files by their names, too, and asks for the checksum with a +") func folder() throws
  {
    let program = try CompiledProgram(Self.source, Self.build + Self.linked + "mkdir d; mv debug d")
    #expect(try names(program, program.folder + "/d") == Self.found)
    #expect(try names(program, "+d") == Self.found)
    // Of the same build, with other bytes.
    try program.shell("echo >>d/debug")
    #expect(try names(program, "d") == Self.found)
    #expect(try names(program, "+d") == Self.stripped)
  }

  @Test(
    "MiniDebugInfo has functions that the dynamic linker does not know",
    .enabled(if: (try? run(["which", "xz"]).ending) == .exited(0), "needs xz"))
  func mini() throws {
    let program = try CompiledProgram(
      Self.source,
      Self.build + "objcopy -S --keep-symbol=hidden debug mini; strip program; xz mini; "
        + "objcopy --add-section .gnu_debugdata=mini.xz program")
    #expect(try names(program) == ["hidden", "shown"])
    // Unpacks to more than is taken.
    try program.shell(
      "head -c 100M /dev/zero >large; xz large; objcopy --update-section .gnu_debugdata=large.xz program")
    #expect(try names(program) == Self.stripped)
  }

  @Test("links that are pipes or lead to no file are passed over") func pipe() throws {
    let program = try CompiledProgram(
      Self.source, Self.build + Self.linked + "rm debug; mkfifo debug; mkdir .debug; ln -s /dev/zero .debug/debug")
    #expect(try names(program) == Self.stripped)
  }
}
