import Glibc
import Testing

extension Trait where Self == ConditionTrait {
  /// Loading BPF programs needs root.
  static var root: Self { .enabled(if: getuid() == 0, "needs root to load BPF programs") }
}
