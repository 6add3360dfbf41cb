import CLibBPF

/// The words this process was started with, without /proc.
public enum ProcessArguments {
  /// The words behind the program's name; bytes that are not UTF-8 are repaired.
  public static var words: [String] {
    (1..<max(1, swtrace_argument_count())).map { String(cString: swtrace_argument($0)) }
  }
}
