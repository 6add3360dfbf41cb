import Codegen
import Glibc
import TestSupport
import Testing
import TraceLang

@testable import Runtime

/// Which processes are looked at, and how often.
@Suite(.root) struct SightingsTests {
  private static let source = """
    #include <stdlib.h>
    #include <unistd.h>
    int main(int count, char **words) {
      usleep(300000);
      for (int turn = 0; turn < 2000; turn++, usleep(100)) getppid();
      usleep(300000);
      if (count == 1) execl(words[0], words[0], "again", (char *)0);
      return 0;
    }
    """

  @Test("each image of a process is told of at first, and then ever less often") func often() throws {
    let folder = try TemporaryFolder()
    let program = folder.path + "/sighted"
    let built = try run(["cc", "-o", program, try folder.file("sighted.c", Self.source)])
    try #require(built.ending == .exited(0), "\(built.errors)")
    let target = try HostTarget()
    let script = """
      tracepoint:syscalls:sys_enter_getppid /comm == "sighted"/ { @[ustack] = count(); }
      interval:ms:1 { @ready = 1; }
      """
    var frontEnd = FrontEnd(target: target)
    frontEnd.options.configuration.printMapsOnExit = false
    let checked = frontEnd.check(SourceFile(name: "stdin", text: script))
    let bundle = try Compiler(target: target).compile(
      try #require(checked.program, "\(checked.report)"), sources: checked.sources
    ).bundle
    let host = PlainHost()
    let tracepoint = TracepointName(category: "syscalls", event: "sys_enter_getppid")
    host.tracepointIDs[tracepoint] = try target.tracepointID(tracepoint)
    let live = try LiveSession(bundle, host: host)
    live.start()
    #expect(KernelPrograms.become(1, named: bundle.programs[0].name))
    usleep(300_000)
    let command = try RunningCommand([program])
    _ = try command.finish()
    live.signal(SIGINT)
    #expect(try live.finish().status == 0)
    let looks = host.remembered.filter { $0.process == command.pid }
    // Two images, each at its call 1, 2, 4, ... 1024.
    #expect(Set(looks.map(\.image)).count == 2, "\(looks)")
    #expect((4...22).contains(looks.count), "\(looks)")
  }
}
