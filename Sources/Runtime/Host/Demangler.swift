import CLibBPF

/// Gives mangled names of C++ the form that they have in its sources.
enum Demangler {
  /// Bytes of a name before and after; what is longer stays as it is.
  private static let maximumLength = 4096

  /// "ns::f(int)" of "_ZN2ns1fEi"; `nil` for what is not mangled so, such as names of C and the newer ones of Rust.
  static func text(of name: String) -> String? {
    guard name.hasPrefix("_Z"), name.utf8.count <= maximumLength else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: maximumLength) { text in
      let length = swtrace_demangle(name, text.baseAddress, text.count)
      return length <= 0 ? nil : String(decoding: UnsafeRawBufferPointer(text)[..<length], as: UTF8.self)
    }
  }
}
