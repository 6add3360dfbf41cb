import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Processes as they are: they load libraries, replace their files, make code, live in namespaces, and end.
@Suite struct ProcessTests {
  private static let source = """
    __attribute__((noinline)) void work(void) { HERE("here"); }
    int main(void) { work(); STAY; }
    """

  @Test("libraries are known, those loaded later too") func libraries() throws {
    let program = try CompiledProgram(
      """
      #include <dlfcn.h>
      #include <signal.h>
      #include <stdlib.h>
      static void load(int signal) {
        ((void (*)(void))dlsym(dlopen(getenv("LATER"), RTLD_NOW), "in_library"))();
        fflush(stdout);
      }
      int main(void) { signal(SIGUSR1, load); HERE("main"); STAY; }
      """,
      """
      cc -O2 -rdynamic -o program program.c
      printf '#include <stdio.h>\\nvoid in_library(void) { printf("library %%p\\\\n", (void *)in_library); }' >library.c
      cc -O2 -shared -fPIC -o library.so library.c
      """)
    let running = try CompiledProgram.Running(["env", "LATER=\(program.folder)/library.so", program.path])
    let symbolizer = Symbolizer()
    #expect(try running.names(at: "main", symbolizer) == ["main"])
    running.command.signal(SIGUSR1)
    try running.command.wait { output, _ in output.contains("library 0x") && output.hasSuffix("\n") }
    let line = try #require(running.command.outputSoFar.split(separator: "\n").first { $0.hasPrefix("library") })
    let address = try #require(UInt64(line.dropFirst("library 0x".count), radix: 16))
    // A process is not looked at all the time.
    let deadline = Deadline()
    while symbolizer.frames(of: address, process: running.pid).isEmpty, deadline.isAhead {}
    let frame = try #require(symbolizer.frames(of: address, process: running.pid).last)
    #expect(frame.name == "in_library" && frame.offset == 0)
    #expect(frame.module?.description == program.folder + "/library.so")
    #expect(frame.buildID.count == 20)
  }

  @Test("a program that was deleted or replaced is read as it runs", .enabled(if: geteuid() == 0, "needs map_files"))
  func replaced() throws {
    let program = try CompiledProgram(Self.source)
    let running = try program.start()
    try program.shell("rm program")
    #expect(try running.frames(at: "here").map(\.text) == ["work program.c:1"])
    try program.shell("cp /bin/sh program")
    #expect(try running.frames(at: "here").map(\.text) == ["work program.c:1"])
  }

  @Test("a process that has ended is known as far as it was looked at") func ended() throws {
    let program = try CompiledProgram(Self.source)
    let (known, unknown) = (Symbolizer(), Symbolizer())
    var running: CompiledProgram.Running? = try program.start()
    let pid = try #require(running?.pid)
    let address = try #require(running?.places["here"])
    #expect(known.remember(process: pid))
    running = nil
    #expect(known.frames(of: address, process: pid).map(\.text) == ["work program.c:1"])
    #expect(unknown.frames(of: address, process: pid).isEmpty)
  }

  @Test("a process that runs another program is looked at again") func executed() throws {
    let program = try CompiledProgram(
      """
      #include <signal.h>
      #include <string.h>
      static char path[4096];
      static void replace(int signal) { execl(path, "program", (char *)0); }
      __attribute__((noinline)) void NAME(void) { HERE("here"); }
      int main(int count, char **words) {
        strcat(strcpy(path, words[0]), ".next");
        signal(SIGUSR1, replace);
        NAME();
        STAY;
      }
      """,
      "for name in first second; do cc -O2 -DNAME=$name -no-pie -o $name program.c; done; mv first program; mv second program.next"
    )
    let running = try program.start()
    let symbolizer = Symbolizer()
    #expect(try running.names(at: "here", symbolizer) == ["first"])
    running.command.signal(SIGUSR1)
    try running.command.wait { output, _ in output.split(separator: "\n").filter { $0 == "ready" }.count == 2 }
    // The address is the same.
    let deadline = Deadline()
    while try running.names(at: "here", symbolizer) != ["second"], deadline.isAhead {}
    #expect(try running.names(at: "here", symbolizer) == ["second"])
  }

  @Test("programs that a process ran one after the other are told apart, those of one file, too") func images() throws {
    let program = try CompiledProgram(
      """
      #include <signal.h>
      static void again(int signal) { execl("/proc/self/exe", "program", (char *)0); }
      __attribute__((noinline)) void work(void) { HERE("here"); }
      int main(void) { signal(SIGUSR1, again); work(); STAY; }
      """, "cc -O2 -fPIE -pie -o program program.c")
    let running = try program.start()
    let symbolizer = Symbolizer()
    #expect(symbolizer.remember(process: running.pid, image: 1))
    running.command.signal(SIGUSR1)
    try running.command.wait { output, _ in output.split(separator: "\n").filter { $0 == "ready" }.count == 2 }
    #expect(symbolizer.remember(process: running.pid, image: 2))
    let places = running.command.outputSoFar.split(separator: "\n").filter { $0.hasPrefix("here 0x") }
      .compactMap { UInt64($0.dropFirst("here 0x".count), radix: 16) }
    #expect(Set(places).count == 2, "addresses are not laid out at random")
    #expect(places.map { symbolizer.function(at: $0, process: running.pid)?.name } == ["work", "work"])
  }

  @Test("a program that was deleted when it had ended is known as far as it was looked at") func deletedLater() throws {
    let program = try CompiledProgram(Self.source)
    let symbolizer = Symbolizer()
    var running: CompiledProgram.Running? = try program.start()
    let pid = try #require(running?.pid)
    let address = try #require(running?.places["here"])
    #expect(symbolizer.remember(process: pid))
    running = nil
    try program.shell("rm program")
    #expect(symbolizer.frames(of: address, process: pid).map(\.text) == ["work program.c:1"])
  }

  @Test("the vDSO is known") func virtualLibrary() throws {
    let range = try #require(MemoryMaps(of: getpid())?.virtualLibrary)
    let symbolizer = Symbolizer()
    let frames = stride(from: range.lowerBound, to: range.upperBound, by: 16)
      .compactMap { symbolizer.frames(of: $0, process: getpid()).last }
    #expect(frames.allSatisfy { $0.module?.description == "[vdso]" })
    #expect(frames.contains { $0.name?.hasSuffix("clock_gettime") == true })
    let program = try CompiledProgram(Self.source).start()
    let theirs = try #require(MemoryMaps(of: program.pid)?.virtualLibrary)
    let offset = try #require(frames.first { $0.name?.hasSuffix("clock_gettime") == true })
    let index = try #require(frames.firstIndex(of: offset))
    #expect(
      symbolizer.frames(of: theirs.lowerBound + UInt64(index) * 16, process: program.pid).last?.name == offset.name)
  }

  @Test("a process may have mapped thousands of files, of which some are gone and some have others in their place")
  func manyFiles() throws {
    let folder = try TemporaryFolder()
    var places: [UnsafeMutableRawPointer] = []
    let count = 5000
    func contents(_ name: String) -> [UInt8] {
      var file = ELFBuilder()
      file.add(name, at: ELFBuilder.base + 0x40, size: 0x10)
      return file.bytes
    }
    for number in 0..<count {
      let path = "\(folder.path)/file\(number)"
      try FileContents.write(contents("f\(number)"), to: path)
      let descriptor = open(path, O_RDONLY)
      places.append(mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0))
      close(descriptor)
      switch number % 3 {
      case 0: unlink(path)
      case 1:
        unlink(path)
        try FileContents.write(contents("other"), to: path)
      default: break
      }
    }
    defer { for place in places { munmap(place, 4096) } }
    let symbolizer = Symbolizer()
    let before = try residentBytes()
    var wrong: [Int] = []
    for (number, place) in places.enumerated() {
      let address = UInt64(UInt(bitPattern: place)) + 0x44
      if symbolizer.function(at: address, process: getpid())?.name != "f\(number)" { wrong.append(number) }
    }
    #expect(wrong.isEmpty)
    #expect(try residentBytes() - before < 100 << 20)
  }

  /// Of this process. Kernel: Documentation/filesystems/proc.rst, statm.
  private func residentBytes() throws -> Int {
    let words = try FileContents.text("/proc/self/statm").split(separator: " ")
    return (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  @Test(
    "a program in namespaces of its own is found by its own paths and number",
    .enabled(if: geteuid() == 0, "needs root"))
  func namespaces() throws {
    let program = try CompiledProgram(
      """
      #include <sys/mman.h>
      \(PerfMapTests.writer)
      int main(void) { write_map("made", 0600); HERE("main"); STAY; }
      """, "cc -O2 -o program program.c")
    let running = try CompiledProgram.Running(
      [
        "unshare", "--pid", "--mount", "--fork", "bash", "-c",
        "mount -t tmpfs none /mnt; cp \(program.path) /mnt/moved; mount -t tmpfs none /tmp; /mnt/moved; true",
      ])
    #expect(try running.names(at: "main") == ["main"])
    #expect(try running.frames(at: "main").last?.module?.description == "/mnt/moved")
    #expect(access("/mnt/moved", F_OK) != 0)
    let made = try #require(try running.frames(at: "made").last)
    #expect(made.name == "made" && made.offset == 4)
    let module = try #require(made.module?.description)
    #expect(module != "/tmp/perf-\(running.pid).map" && access(module, F_OK) != 0)
  }
}
