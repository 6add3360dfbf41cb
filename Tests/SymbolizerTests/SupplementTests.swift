import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Debug information of which several files share a part that lies in a file of its own (dwz -m).
@Suite(.enabled(if: (try? run(["which", "dwz"]).ending) == .exited(0), "needs dwz")) struct SupplementTests {
  /// Two programs with the same functions, which both have their part in the file that they share.
  private static let source = """
    static inline __attribute__((always_inline)) void part_of_both_programs(void) { HERE("inlined"); }
    __attribute__((noinline)) void function_of_both_programs(void) {
      part_of_both_programs();
      HERE("plain");
    }
    int main(void) { function_of_both_programs(); OTHER; STAY; }
    """
  private static let expected = [
    "[part_of_both_programs] program.c:1 function_of_both_programs program.c:3",
    "function_of_both_programs program.c:4",
  ]
  /// What the symbol table says, for which no file of others is needed.
  private static let missing = [
    "[?] program.c:1 function_of_both_programs program.c:3", "function_of_both_programs program.c:4",
  ]

  /// - Parameter name: how the debug file, which is `folder`/debug, names the file `common`.
  private func program(names name: String, in folder: String = ".", then commands: String = "")
    throws -> CompiledProgram
  {
    try CompiledProgram(
      Self.source,
      """
      for name in program other; do
        cc -O2 -g -Wl,--build-id "-DOTHER=puts(\\"$name\\")" -o $name program.c
        objcopy --only-keep-debug $name $name.debug
        strip $name
      done
      mkdir -p \(folder); mv program.debug \(folder)/debug
      objcopy --add-gnu-debuglink=\(folder)/debug program
      dwz -m common -M \(name) \(folder)/debug other.debug
      id=$(readelf -n common | sed -n 's/.*Build ID: //p'); at=.build-id/${id:0:2}/${id:2}.debug
      own=$(readelf -n program | sed -n 's/.*Build ID: //p'); own=.build-id/${own:0:2}/${own:2}.debug
      \(commands)
      """)
  }

  private func places(_ program: CompiledProgram, system: String = "/nowhere", _ folders: String...) throws -> [String]
  {
    var options = Symbolizer.Options()
    options.debugFiles = DebugFileSearch(
      folders: folders.map { DebugFileSearch.Folder(Array($0.utf8)) }, systemFolder: system)
    let symbolizer = Symbolizer(options: options)
    let running = try program.start()
    return try ["inlined", "plain"].map { try running.frames(at: $0, symbolizer).map(\.text).joined(separator: " ") }
  }

  @Test("it is found by the path that the debug file has for it", arguments: ["common", "../common", "$PWD/common"])
  func path(name: String) throws {
    let program = try program(names: name, in: name == "../common" ? ".debug" : ".")
    #expect(try places(program) == Self.expected)
  }

  @Test("a path is relative to where the debug file itself lies, not to a link to it") func link() throws {
    let program = try program(
      names: "../common", in: ".debug",
      then: "mv .debug real; mkdir -p s/x s/$(dirname $own); ln -s $PWD/real/debug s/$own")
    #expect(try places(program, system: program.folder + "/s") == Self.expected)
  }

  @Test("it is found by its build ID, and where packages are unpacked", arguments: ["system", "absolute", "relative"])
  func folder(how: String) throws {
    for place in ["$at", ".dwz/common"] {
      let program = try program(
        names: "/usr/lib/nowhere/.dwz/common", then: "mkdir -p d/$(dirname \(place)); mv common d/\(place)")
      let folder = program.folder + "/d"
      switch how {
      case "system": #expect(try places(program, system: folder) == Self.expected)
      case "absolute": #expect(try places(program, folder) == Self.expected)
      default: #expect(try places(program, "d") == Self.expected)
      }
    }
  }

  @Test("without it, with another in its place or with a pipe there, the rest is used")
  func missing() throws {
    for change in ["rm common", "rm common; mkfifo common", "cp other.debug common", "truncate -s 100 common"] {
      let program = try program(names: "common", then: change)
      #expect(try places(program) == Self.missing, "\(change)")
    }
  }

  @Test("one of which anything is damaged harms nothing") func damaged() throws {
    let program = try program(names: "common")
    let (debug, common) = (
      try FileContents.bytes(program.folder + "/debug"), try FileContents.bytes(program.folder + "/common")
    )
    let file = try AnonymousFile(debug)
    let binary = try AnonymousFile(FileContents.bytes(program.path))
    let elf = try #require(ELFFile(descriptor: binary.descriptor))
    let symbol = try #require(elf.section(named: ".text"))
    var random = SplitMix(seed: 3)
    for round in 0..<1000 {
      let bytes = round < common.count ? Array(common[..<round]) : random.damaged(common)
      let other = try AnonymousFile(bytes)
      let image = DebugImage(
        descriptor: file.descriptor, supplement: DebugImage(descriptor: other.descriptor))
      let lookup = SourceLookup(try #require(image))
      for address in stride(from: symbol.address, to: symbol.address + symbol.size, by: 8) {
        _ = lookup.places(at: address)
      }
    }
  }

  @Test("a process's own files have it", .enabled(if: getuid() == 0, "needs root to change the root folder"))
  func root() throws {
    for name in ["common", "/common", "/elsewhere/.dwz/common"] {
      let program = try program(
        names: name,
        then: """
          mkdir root; cp -a program debug root; mv debug gone
          for file in $(ldd program | grep -o '/[^ ]*'); do cp -L --parents $file root; done
          place=root/usr/lib/debug/$at
          case \(name) in /elsewhere*) mkdir -p $(dirname $place); mv common $place ;; *) mv common root ;; esac
          """)
      let running = try CompiledProgram.Running(["chroot", program.folder + "/root", "/program"])
      #expect(
        try running.frames(at: "inlined").map(\.text).joined(separator: " ") == Self.expected[0], "\(name)")
    }
  }
}
