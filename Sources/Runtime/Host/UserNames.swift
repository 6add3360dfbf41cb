import TraceLang

/// User names by their number, from `/etc/passwd` (passwd(5)).
struct UserNames {
  private let names: [UInt32: String]

  init(path: String = "/etc/passwd") {
    var names: [UInt32: String] = [:]
    let text = String(decoding: (try? readFile(path)) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count > 2, let number = UInt32(fields[2]), names[number] == nil else { continue }
      names[number] = String(fields[0])
    }
    self.names = names
  }

  func name(of identifier: UInt32) -> String? { names[identifier] }
}
