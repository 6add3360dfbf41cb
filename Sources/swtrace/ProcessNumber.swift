import ArgumentParser

/// The number of a process, decimal or hexadecimal (`-p`).
struct ProcessNumber: ExpressibleByArgument {
  let number: Int32

  init?(argument: String) {
    let isHexadecimal = argument.hasPrefix("0x") || argument.hasPrefix("0X")
    let number = isHexadecimal ? Int32(argument.dropFirst(2), radix: 16) : Int32(argument)
    guard let number, number > 0 else { return nil }
    self.number = number
  }
}
