import CLibBPF
import Glibc

/// What libbpf says of its work.
enum LibraryLog {
  /// Has all of it written to the standard error stream from here on.
  static func show() {
    _ = libbpf_set_print { _, format, arguments in
      guard let format, let arguments else { return 0 }
      return vdprintf(STDERR_FILENO, format, arguments)
    }
  }
}
