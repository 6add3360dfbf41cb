import Testing
import TraceLang

/// What includes give a script.
@Suite struct HeaderTests {
  @Test("a constant of a kernel header needs no preprocessor")
  func kernelConstants() {
    #expect(
      constants("#include <linux/sched.h>", "TASK_RUNNING", "TASK_UNINTERRUPTIBLE") == "0, 2")
    #expect(constants("#include <sys/socket.h>", "AF_INET", "AF_INET6") == "2, 10")
  }

  @Test("what BTF knows is not read from headers")
  func satisfied() {
    let reader = FixedHeaders("#error never asked")
    let text = "#include <linux/sched.h>\nbegin { $x = ((struct task_struct *)0)->pid + KERNEL_THREE; }"
    #expect(run(text, reader) != "" && reader.requests.isEmpty)
  }

  @Test("a name that is not known is looked for in the headers")
  func definitions() {
    let reader = FixedHeaders(
      "#define OTHER 1\n#define LIMIT (BASE + 2)\n#define BASE 0x10\nint f(int x) { return x; }\n")
    #expect(run("#include <limits.h>\nbegin { $x = LIMIT; }", reader).hasSuffix("$x = 18:int64\n"))
    #expect(
      reader.requests == [
        "#if __has_include(<limits.h>)\n#include <limits.h>\n#else\n#pragma swtrace_missing <limits.h>\n#endif\n"
      ])
  }

  @Test("structs, enums and typedefs of headers are taken with what they need")
  func declarations() {
    let reader = FixedHeaders(
      """
      extern int unused(struct pair *p);
      typedef unsigned int word_t;
      struct pair { word_t a; __extension__ union { long b; char c[SIZE]; }; };
      static inline int g(void) { struct pair p; return sizeof p; }
      enum kind { KIND_A, KIND_B = 4 };
      #define SIZE 24
      """)
    #expect(
      run("#include \"pair.h\"\nbegin { $x = sizeof(struct pair); $y = KIND_B; }", reader).hasSuffix(
        "$x = 32:uint64\n  $y = 4:enum kind\n"))
  }

  @Test("an enumerator that is defined as itself is one")
  func selfDefined() {
    let reader = FixedHeaders("enum { IPPROTO_TCP = 6, \n#define IPPROTO_TCP IPPROTO_TCP\n};")
    #expect(run("#include <netinet/in.h>\nbegin { $x = IPPROTO_TCP; }", reader).contains("$x = 6:"))
  }

  @Test("the script's own definitions come first")
  func own() {
    let reader = FixedHeaders("#define N 1\n#define M 3")
    #expect(run("#include <n.h>\n#define N 2\nbegin { $x = N + M; }", reader).contains("$x = 5:"))
  }

  @Test("without a preprocessor the names that need one are told")
  func notInstalled() {
    #expect(
      run("#include <limits.h>\nbegin { $x = LIMIT; }", nil) == """
        stdin:1:1-20: ERROR: 'LIMIT' must come from a header, and no C preprocessor is there to read it
        #include <limits.h>
        ~~~~~~~~~~~~~~~~~~~
        NOTE: install one (Debian: apt install cpp), or write '#define NAME value' in the script

        """)
  }

  @Test("a header that is not found is told when its names are needed, a kernel header under BTF is not")
  func missing() {
    let reader = FixedHeaders("#pragma swtrace_missing <my/own.h>\n#pragma swtrace_missing <linux/blkdev.h>")
    let report = run("#include <my/own.h>\n#include <linux/blkdev.h>\nbegin { $x = LIMIT; }", reader)
    #expect(report.contains("stdin:1:1-20: ERROR: the header 'my/own.h' is not found"))
    #expect(!report.contains("blkdev"))
  }

  @Test("--include and -I come before the script's includes")
  func options() {
    let reader = FixedHeaders("#define N 1")
    var options = ExpansionOptions(headerFolders: ["/inc"], headers: ["first.h"], headerReader: reader)
    #expect(Compiled("begin { $x = N; }", expansion: options).text.contains("$x = 1:"))
    options.headers = []
    #expect(reader.folders == ["/inc"] && reader.requests.count == 1)
    #expect(reader.requests.first?.hasPrefix("#if __has_include(\"first.h\")") == true)
  }

  private func run(_ text: String, _ reader: FixedHeaders?) -> String {
    Compiled(text, expansion: ExpansionOptions(headerReader: reader)).text
  }
}

/// A preprocessor whose output is always the same.
final class FixedHeaders: HeaderReader {
  private let output: String
  private(set) var requests: [String] = []
  private(set) var folders: [String] = []

  init(_ output: String) { self.output = output }

  func preprocess(_ text: String, folders: [String]) throws(HeaderReaderError) -> [UInt8] {
    requests.append(text)
    self.folders = folders
    return Array(output.utf8)
  }
}
