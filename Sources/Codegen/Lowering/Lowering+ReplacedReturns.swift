import TraceLang

// Return addresses that probes of functions' returns have replaced. The kernel notes each with the stack pointer at the
// function's entry, those of a task from the innermost on (struct return_instance, include/linux/uprobes.h).
extension Lowering {
  private static let instance = RecordReference.named("struct return_instance")
  /// Instances that are passed by between two frames at most: several probes of one function, and functions that call
  /// others in place of returning.
  private static let maximumPassed = 4

  private func offset(of member: String, in record: RecordReference) -> Int64? {
    target.layout(of: record)?.members.first { $0.name == member }.map { Int64($0.offset) }
  }

  /// Takes the first replaced return address of a task, if there is one.
  mutating func findReplacedReturns(of task: CurrentTask, _ walk: Walk) {
    set(.returnStack, .constant(-1), walk)
    guard let first = offset(of: "return_instances", in: .named("struct uprobe_task")),
      offset(of: "utask", in: .named("struct task_struct")) != nil
    else { return }
    let probed = field("utask", of: task)
    when(.ne, probed, .constant(0)) { lowering in
      let place = lowering.builder.arithmetic(.add, probed, .constant(first))
      let instance = lowering.read(64, signed: false, at: place, .kernel)
      lowering.set(.returnInstance, instance, walk)
      lowering.takeReturnStack(walk)
    }
  }

  private mutating func takeReturnStack(_ walk: Walk) {
    guard let offset = offset(of: "stack", in: Self.instance) else { return }
    let instance = get(.returnInstance, walk)
    choose(
      .eq, instance, .constant(0), then: { $0.set(.returnStack, .constant(-1), walk) },
      otherwise: { lowering in
        let place = lowering.builder.arithmetic(.add, instance, .constant(offset))
        lowering.set(.returnStack, lowering.read(64, signed: false, at: place, .kernel), walk)
      })
  }

  /// Takes the return address as it was before a probe replaced it.
  /// - Parameter cfa: the stack pointer of the caller.
  mutating func restoreReturn(toCallerAt cfa: Operand, _ walk: Walk) {
    guard let next = offset(of: "next", in: Self.instance),
      let original = offset(of: "orig_ret_vaddr", in: Self.instance)
    else { return }
    // Calls have pushed the return address where they leave it in no register.
    let isPushed = target.machine.architecture.facts.unwinding.linkRegister == nil
    let entry = isPushed ? builder.arithmetic(.sub, cfa, .constant(8)) : cfa
    when(.ule, get(.returnStack, walk), entry) { lowering in
      for _ in 0..<Self.maximumPassed {
        lowering.when(.ult, lowering.get(.returnStack, walk), entry) { lowering in
          let place = lowering.builder.arithmetic(.add, lowering.get(.returnInstance, walk), .constant(next))
          lowering.set(.returnInstance, lowering.read(64, signed: false, at: place, .kernel), walk)
          lowering.takeReturnStack(walk)
        }
      }
      lowering.when(.eq, lowering.get(.returnStack, walk), entry) { lowering in
        let place = lowering.builder.arithmetic(.add, lowering.get(.returnInstance, walk), .constant(original))
        lowering.set(.pc, lowering.read(64, signed: false, at: place, .kernel), walk)
      }
    }
  }
}
