import Glibc
import TestSupport
import Testing

/// Stacks and parameters of programs of other languages, as their compilers make them.
@Suite(.root) struct LanguageStackTests {
  private static func compiler(_ name: String, _ argument: String, in folder: String = "") -> String? {
    [name, "\(getenv("HOME").map { String(cString: $0) } ?? "")\(folder)/\(name)"]
      .first { (try? run([$0, argument]).ending) == .exited(0) }
  }
  private static let rustc = compiler("rustc", "--version", in: "/.cargo/bin")
  private static let go = compiler("go", "version")
  private static let swiftc = compiler("swiftc", "--version")

  /// What a script prints while a program runs, without blanks and empty lines; "BIN" is the program.
  private func lines(_ script: String, _ program: String) throws -> [Substring] {
    let script = "config = { show_debug_info = false } " + script.replacing("BIN", with: program)
    let result = try run([Repository.swtrace, "-q", "-c", program, "-e", script])
    #expect(result.ending == .exited(0) && result.errors == "", "\(result.errors)")
    return result.output.split(separator: "\n").map { $0.drop { $0 == " " } }
  }

  private func build(_ words: [String], environment: [String] = []) throws {
    let built = try run(words, environment: environment)
    try #require(built.ending == .exited(0), "\(built.errors)")
  }

  /// The function of a symbol, with its place.
  private func symbol(_ part: String, of program: String) throws -> Substring {
    let lines = try run(["nm", program]).output.split(separator: "\n")
    return try #require(lines.first { $0.contains(part) }?.split(separator: " ").last)
  }

  /// The names of a stack.
  private func names(_ lines: some Sequence<Substring>) -> [Substring] { lines.map { $0.prefix { $0 != "+" } } }

  private static let goSource = """
    package main

    import "os"

    type Point struct {
      X, Y int
      Name string
    }

    //go:noinline
    func mark(n int, s string, p *Point, f float64, list []int) int { return n + len(s) + p.X + len(list) + int(f) }

    //go:noinline
    func (p *Point) Move(by int) int { return mark(by, "hello", p, 1.5, []int{1, 2, 3}) + p.Y }

    //go:noinline
    func outer(n int) int { p := &Point{3, 4, "pt"}; return p.Move(n) + 1 }

    func main() { if outer(len(os.Args) * 7) == 0 { os.Exit(3) } }
    """

  @Test("Go: packages and methods, frames and parameters in registers", .enabled(if: go != nil, "needs go"))
  func goProgram() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file("program.go", Self.goSource)
    let program = folder.path + "/program"
    try build(
      [try #require(Self.go), "build", "-o", program, source],
      environment: ["GOCACHE=\(folder.path)/cache", "GO111MODULE=off"])
    let expected: [Substring] = ["main.mark", "main.(*Point).Move", "main.outer", "main.main", "runtime.main"]
    #expect(names(try lines("uprobe:BIN:main.mark { print(dw_ustack(5)); }", program)) == expected)
    // Where the function begins, the register still has its caller's frame.
    #expect(
      names(try lines("uprobe:BIN:main.mark { print(ustack(4)); }", program)) == [expected[0]] + expected[2...])
    let values = try lines(
      "uprobe:BIN:main.mark { print((args.n, args.s.len, str(args.s.str, args.s.len + 1), args.p.Y, args.list.cap)); }",
      program)
    #expect(values == ["(7, 5, hello, 4, 3)"])
  }

  private static let rustSource = """
    mod inside {
      pub struct Point { pub x: i32, pub y: i32 }
      #[inline(never)] pub fn mark(n: i32, p: &Point) -> i32 { std::hint::black_box(n + std::hint::black_box(p).x) }
      pub trait Mover { fn step(&self, by: i32) -> i32; }
      impl Mover for Point {
        #[inline(never)] fn step(&self, by: i32) -> i32 { std::hint::black_box(mark(by, self) + self.y) }
      }
    }
    use inside::Mover;
    #[inline(never)] fn generic<T: Into<i64>>(t: T) -> i64 {
      let p = std::hint::black_box(inside::Point { x: 3, y: 4 });
      std::hint::black_box(t.into() + p.step(7) as i64)
    }
    fn main() { std::process::exit((generic(std::env::args().count() as i32) == 1) as i32); }
    """

  @Test(
    "Rust: names of both manglings, frames and parameters", .enabled(if: rustc != nil, "needs rustc"),
    arguments: ["legacy", "v0"])
  func rustProgram(mangling: String) throws {
    let folder = try TemporaryFolder()
    let source = try folder.file("program.rs", Self.rustSource)
    let program = folder.path + "/program"
    // Either is, in some version, for development only.
    try build(
      [
        try #require(Self.rustc), "-g", "-O", "-Zunstable-options", "-C", "symbol-mangling-version=\(mangling)", "-o",
        program, source,
      ], environment: ["RUSTC_BOOTSTRAP=1"])
    let mark = try symbol("inside4mark", of: program)
    #expect(mark.hasPrefix(mangling == "v0" ? "_R" : "_ZN"))
    let stack = names(try lines("uprobe:BIN:\(mark) { print(dw_ustack(4)); }", program))
    #expect(stack.first == "program::inside::mark" && stack.last == "program::main", "\(stack)")
    #expect(stack.dropFirst().first == "<program::inside::Point as program::inside::Mover>::step", "\(stack)")
    #expect(stack.contains { $0.hasPrefix("program::generic") }, "\(stack)")
    let values = try lines("uprobe:BIN:\(mark) { print((args.n, args.p.x, args.p.y)); }", program)
    #expect(values == ["(7, 3, 4)"])
  }

  private static let swiftSource = """
    struct Point {
      var x, y: Int
      @inline(never) func move(by n: Int) -> Int { mark(n, self) + y }
    }
    @inline(never) func mark(_ n: Int, _ p: Point) -> Int { n &+ p.x }
    final class Shape { @inline(never) @_optimize(none) func area(_ k: Int) -> Int { Point(x: k, y: k).move(by: 7) + 1 } }
    @inline(never) @_optimize(none) func outer() -> Int { Shape().area(CommandLine.arguments.count) + 2 }
    print(outer() == 0)
    """

  @Test("Swift: names of methods and frames", .enabled(if: swiftc != nil, "needs swiftc")) func swiftProgram() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file("program.swift", Self.swiftSource)
    let program = folder.path + "/program"
    try build([try #require(Self.swiftc), "-g", "-O", "-o", program, source])
    let mark = try symbol("4markyS", of: program)
    let stack = try lines("uprobe:BIN:\(mark) { print(dw_ustack(4)); }", program)
    #expect(
      names(stack.filter { $0 != "false" })
        == [
          "program.mark(Swift.Int, program.Point) -> Swift.Int", "program.Point.move(by: Swift.Int) -> Swift.Int",
          "program.Shape.area(Swift.Int) -> Swift.Int", "program.outer() -> Swift.Int",
        ].map { Substring($0) })
  }
}
