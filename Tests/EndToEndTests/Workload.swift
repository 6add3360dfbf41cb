import Glibc
import TestSupport

/// A program that makes known system calls under a name of its own.
///
/// `workload NAME ACTION NUMBER ACTION NUMBER ...`; see the source for the actions. Between the `prctl` that sets the
/// name and `exit_group` it makes no other system calls than its actions say.
enum Workload {
  static let path = Result { try build() }

  /// Whether the kernel takes 32-bit system calls from 64-bit programs.
  static let hasIA32: Bool = (try? run([path.get(), "swt-ia32", "int80", "1"]).ending) == .exited(0)

  /// The words of a `-c` command that does `actions` under a name.
  static func command(_ name: String, _ actions: String) throws -> String { "\(try path.get()) \(name) \(actions)" }

  private static func build() throws -> String {
    let program = Repository.swtrace + "-workload"
    let folder = try TemporaryFolder()
    let text = try folder.file("workload.c", source)
    let fresh = "\(program).\(getpid())"
    let result = try run(["cc", "-O1", "-static", "-o", fresh, text])
    if result.ending != .exited(0) {
      let other = try run(["clang", "-O1", "-o", fresh, text])
      guard other.ending == .exited(0) else { throw Failure.compiler(result.errors + other.errors) }
    }
    rename(fresh, program)
    return program
  }

  enum Failure: Error {
    case compiler(String)
  }

  private static let source = #"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>

    static char buffer[1 << 20];

    static long milliseconds(void) {
      struct timespec now;
      clock_gettime(CLOCK_MONOTONIC, &now);
      return now.tv_sec * 1000 + now.tv_nsec / 1000000;
    }

    int main(int count, char **words) {
      int zero = open("/dev/zero", O_RDONLY);
      int null = open("/dev/null", O_WRONLY);
      char *pages = mmap(0, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      madvise(pages, 64 << 20, MADV_NOHUGEPAGE);
      signal(SIGURG, SIG_IGN);
      prctl(PR_SET_NAME, words[1]);
      for (int i = 2; i + 1 < count; i += 2) {
        const char *action = words[i];
        long n = atol(words[i + 1]);
        if (!strcmp(action, "getppid")) {
          while (n-- > 0) syscall(SYS_getppid);
        } else if (!strcmp(action, "getpgid")) {
          while (n-- > 0) syscall(SYS_getpgid, 0);
        } else if (!strcmp(action, "int80")) {
    #ifdef __x86_64__
          while (n-- > 0) {
            long result;
            __asm__ volatile("int $0x80" : "=a"(result) : "0"(64L) : "memory", "r8", "r9", "r10", "r11");
          }
    #else
          return 1;
    #endif
        } else if (!strcmp(action, "read")) {
          syscall(SYS_read, zero, buffer, n);
        } else if (!strcmp(action, "write")) {
          syscall(SYS_write, null, buffer, n);
        } else if (!strcmp(action, "badread")) {
          while (n-- > 0) syscall(SYS_read, -1, buffer, 1);
        } else if (!strcmp(action, "open")) {
          syscall(SYS_openat, AT_FDCWD, words[i + 1], O_RDONLY, 0);
        } else if (!strcmp(action, "signal")) {
          syscall(SYS_kill, syscall(SYS_getpid), n);
        } else if (!strcmp(action, "touch")) {
          for (long page = 0; page < n; page++) pages[page * 4096] = 1;
        } else if (!strcmp(action, "spin")) {
          for (long end = milliseconds() + n; milliseconds() < end;) {}
        } else if (!strcmp(action, "nap")) {
          struct timespec time = {0, 1000000};
          while (n-- > 0) syscall(SYS_nanosleep, &time, 0);
        } else if (!strcmp(action, "exec")) {
          execl(words[i + 1], "first", "second word", "third", (char *)0);
        } else if (!strcmp(action, "exit")) {
          syscall(SYS_exit_group, (int)n);
        } else {
          return 1;
        }
      }
      syscall(SYS_exit_group, 0);
    }
    """#
}
