import Glibc
import Testing

@testable import Runtime

@Suite struct UserSymbolsTests {
  @Test("a function of a shared library is found by its address") func shared() throws {
    let address = try #require(dlsym(nil, "getpgid"))
    let symbols = UserSymbols()
    let position = try #require(symbols.position(of: UInt64(UInt(bitPattern: address)) + 1, process: getpid()))
    #expect(position.name.hasSuffix("getpgid"))
    #expect(position.offset == 1)
    #expect(position.module?.contains("libc") == true)
  }

  @Test("an address outside of all files has no name") func nowhere() {
    #expect(UserSymbols().position(of: 0x1234, process: getpid()) == nil)
  }

  @Test("what a process had mapped is remembered") func ended() throws {
    let symbols = UserSymbols()
    let child = fork()
    if child == 0 {
      pause()
      _exit(0)
    }
    #expect(symbols.remember(child))
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
    #expect(!symbols.remember(child))
    let address = try #require(dlsym(nil, "getpgid"))
    #expect(symbols.position(of: UInt64(UInt(bitPattern: address)), process: child)?.name.hasSuffix("getpgid") == true)
  }

  @Test("a file that is not ELF has no symbols") func notELF() {
    #expect(ELFSymbols(path: "/etc/passwd") == nil)
    #expect(ELFSymbols(path: "/no/such/file") == nil)
  }
}
