import CLibBPF
import Glibc

/// The words this process was started with, without /proc.
public enum ProcessArguments {
  /// The words after the program's name, byte by byte: they need not be UTF-8.
  public static var words: [[UInt8]] {
    (1..<max(1, swtrace_argument_count())).map { index in
      let word: UnsafePointer<CChar>? = swtrace_argument(index)
      return word.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    }
  }
}
