import CLibBPF
import Glibc
import Symbolizer
import SystemPackage
import TraceLang

/// A program that helps and may be fed by a stranger: it gets seconds and megabytes, and ends when this process does.
enum ConfinedProgram {
  struct Limits {
    /// Of the clock, and of processor time.
    let seconds: Int
    /// Bytes of address space.
    let memory: Int
    /// Bytes that it may write, to both streams together.
    let output: Int
  }

  enum Ending: Hashable {
    /// Its status: 128 and the signal's number for one that a signal ended.
    case exited(Int32)
    case tookTooLong
    case wroteTooMuch
  }

  struct Result {
    let ending: Ending
    let output: [UInt8]
    let errors: [UInt8]
  }

  struct Failure: Error {
    let reason: Errno
  }

  /// Runs a program to its end, or to the limit that it exceeds; it and all that it started are gone then.
  ///
  /// - Parameters:
  ///   - words: the program's path and its arguments.
  ///   - environment: "NAME=value".
  static func run(
    _ words: [String], input: Int32, environment: [String], limits: Limits
  ) throws(Failure) -> Result {
    let output = try Pipe()
    let errors = try Pipe()
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0.systemCString) } + [nil]
    let settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0.systemCString) } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var lifeline: Int32 = -1
    let process = swtrace_spawn_confined(
      words[0].systemCString, arguments, settings, [input, output.writing.rawValue, errors.writing.rawValue],
      swtrace_limits(memory: UInt64(limits.memory), seconds: UInt64(limits.seconds)), &lifeline)
    guard process > 0 else { throw Failure(reason: Errno(rawValue: errno)) }
    output.closeWriting()
    errors.closeWriting()
    var collector = Collector(output.reading.rawValue, errors.reading.rawValue, limit: limits.output)
    let deadline = ContinuousClock.now + .seconds(limits.seconds)
    let stop = collector.collect(until: deadline) ?? (ends(process, by: deadline) ? nil : .tookTooLong)
    _ = close(lifeline)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    // Kernel and C library: the low 7 bits are the signal, the next byte is the status.
    let signal = status & 0x7f
    return Result(
      ending: stop ?? .exited(signal == 0 ? status >> 8 & 0xff : 128 + signal), output: collector.texts[0],
      errors: collector.texts[1])
  }

  /// Waits for the end of a process that writes nothing any more.
  private static func ends(_ process: pid_t, by deadline: ContinuousClock.Instant) -> Bool {
    let descriptor = Descriptor(swtrace_pidfd_open(process))
    // Kernels before 5.3 have none: its limit of processor time is left.
    guard descriptor.rawValue >= 0 else { return true }
    var waiting = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    while poll(&waiting, 1, deadline.millisecondsAhead) < 0, errno == EINTR {}
    return waiting.revents != 0
  }

  /// Both ends of a pipe; a program that is run later inherits neither.
  private final class Pipe {
    let reading: Descriptor
    private(set) var writing: Descriptor

    init() throws(Failure) {
      var ends: [Int32] = [-1, -1]
      guard swtrace_pipe(&ends) == 0 else { throw Failure(reason: Errno(rawValue: errno)) }
      reading = Descriptor(ends[0])
      writing = Descriptor(ends[1])
    }

    /// So that reading comes to an end with the program.
    func closeWriting() { writing = reading }
  }

  /// Reads two streams until both end.
  private struct Collector {
    private(set) var texts: [[UInt8]] = [[], []]
    private let streams: [Int32]
    private let limit: Int

    init(_ output: Int32, _ errors: Int32, limit: Int) {
      streams = [output, errors]
      self.limit = limit
    }

    /// - Returns: what did not wait for the end; `nil` after it.
    mutating func collect(until deadline: ContinuousClock.Instant) -> Ending? {
      var open = Array(streams.indices)
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while !open.isEmpty {
        guard deadline > .now else { return .tookTooLong }
        var waiting = open.map { pollfd(fd: streams[$0], events: Int16(POLLIN), revents: 0) }
        guard poll(&waiting, nfds_t(waiting.count), deadline.millisecondsAhead) >= 0 || errno == EINTR else {
          return nil
        }
        for (index, item) in zip(open, waiting) where item.revents != 0 {
          let count = read(item.fd, &buffer, buffer.count)
          if count > 0 { texts[index] += buffer[..<count] }
          if count == 0 || count < 0 && errno != EINTR { open.removeAll { $0 == index } }
        }
        if texts[0].count + texts[1].count > limit { return .wroteTooMuch }
      }
      return nil
    }
  }
}

extension ContinuousClock.Instant {
  /// For `poll`: at least 1, so that a wait ends behind the instant.
  fileprivate var millisecondsAhead: Int32 {
    let left = (self - .now).components
    return Int32(clamping: max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000) + 1)
  }
}
