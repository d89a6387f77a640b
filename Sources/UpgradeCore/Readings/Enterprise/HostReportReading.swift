// What the script of facts says of the host of a node of Redis Enterprise Software, word by word.

extension Enterprise.HostReport {
  /// Takes one line of ``Enterprise/HostScript``, in words: `swap 0`, `listen 3351 haproxy`.
  ///
  /// A line that is not understood leaves what it is about unread.
  package mutating func hear(_ said: [String]) {
    guard let topic = said.first else { return }
    let words = Array(said.dropFirst())
    switch topic {
    case "system":
      guard words.count > 1 else { return }
      system = words[0]
      systemVersion = words[1]
    case "swap": swap = Self.bytes(words)
    case "memory": memory = Self.bytes(words)
    case "available": memoryAvailable = Self.bytes(words)
    case "ports":
      guard words.count == 2, let low = Int(words[0]), let high = Int(words[1]), low <= high else { return }
      localPorts = low...high
    case "time": timeService = words.first == "-" ? "" : words.first
    case "listening": listening = listening ?? [:]
    case "listen":
      guard let port = words.first.flatMap({ Int($0) }), (1...65535).contains(port) else { return }
      // The first that has a name stands for all that share the port.
      let name = words.count > 1 && words[1] != "?" ? words[1] : ""
      if listening?[port]?.isEmpty ?? true { listening?[port] = name }
    case "dns": nameServer = words.first == "-" ? "" : words.first
    case "openssl": openssl = words.first.flatMap(Self.version)
    case "room":
      guard words.count > 3, let free = Self.bytes(words) else { return }
      let path = words.dropFirst(3).joined(separator: " ")
      freeDisk[path] = free
      fileSystems[path] = words[1]
      // The name of an owner is unknown where the host has no such user any more.
      if !words[2].hasPrefix("?") { owners[path] = words[2] }
    case "absent": absent.insert(words.joined(separator: " "))
    case "programs": programs = Set(words.dropFirst())
    default: break
    }
  }

  /// Kilobytes, as the kernel and `df -k` count.
  private static func bytes(_ words: [String]) -> Int? {
    words.first.flatMap { Int($0) }.flatMap { $0 >= 0 && $0 < 1 << 50 ? $0 * 1024 : nil }
  }

  /// `3.0.7`, and of `1.1.1k` the numbers.
  private static func version(_ text: String) -> Version? {
    Version(text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") })
  }
}
