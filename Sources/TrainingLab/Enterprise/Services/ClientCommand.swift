// A command of a client, as the proxy reads it: its words, its bytes, and which keys it names.

extension Simulator {
  package struct ClientCommand: Equatable, Sendable {
    package let words: [[UInt8]]
    /// As it goes on to a shard.
    package let bytes: [UInt8]

    package init(words: [[UInt8]]) {
      self.words = words
      var bytes = Array("*\(words.count)\r\n".utf8)
      for word in words { bytes += Array("$\(word.count)\r\n".utf8) + word + [13, 10] }
      self.bytes = bytes
    }

    package var name: String { words.first.map { String(decoding: $0, as: UTF8.self).uppercased() } ?? "" }

    package func text(_ place: Int) -> String? {
      place < words.count ? String(decoding: words[place], as: UTF8.self) : nil
    }

    /// The keys that decide which shard it belongs to; empty where none does.
    package var keys: [String] {
      let arguments = (1..<max(1, words.count)).compactMap(text)
      switch name {
      case "DEL", "UNLINK", "EXISTS", "TOUCH", "MGET", "SINTER", "SUNION", "SDIFF", "PFCOUNT", "WATCH":
        return arguments
      case "MSET", "MSETNX": return stride(from: 0, to: arguments.count, by: 2).map { arguments[$0] }
      case "RENAME", "RENAMENX", "COPY", "SMOVE", "RPOPLPUSH", "LMOVE": return Array(arguments.prefix(2))
      case "EVAL", "EVALSHA", "FCALL":
        let count = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
        return Array(arguments.dropFirst(2).prefix(max(0, count)))
      case "OBJECT", "MEMORY": return Array(arguments.dropFirst().prefix(1))
      default: return Self.keyless.contains(name) ? [] : Array(arguments.prefix(1))
      }
    }

    private static let keyless: Set<String> = [
      "PING", "ECHO", "INFO", "DBSIZE", "AUTH", "HELLO", "SELECT", "CLIENT", "COMMAND", "QUIT", "RESET", "TIME",
      "RANDOMKEY", "SCAN", "KEYS", "FLUSHALL", "FLUSHDB", "LASTSAVE", "CONFIG", "CLUSTER", "ROLE", "WAIT", "SLOWLOG",
    ]
  }

  /// Bytes of a client as they arrive, given out as whole commands.
  package struct CommandBuffer: Sendable {
    /// What came is no command of the protocol.
    package struct Violation: Error, Equatable {}

    private var bytes: [UInt8] = []
    private static let longest = 64 << 20

    package init() {}

    package mutating func append(_ more: [UInt8]) { bytes += more }

    /// The next whole command, or nil while it is incomplete; an empty line is no command and is passed over.
    package mutating func next() throws(Violation) -> ClientCommand? {
      while let first = bytes.first {
        guard first == UInt8(ascii: "*") else {
          guard let line = line(from: 0) else { return nil }
          let words = line.text.split(separator: UInt8(ascii: " ")).map { Array($0) }
          bytes.removeFirst(line.next)
          if words.isEmpty { continue }
          return ClientCommand(words: words)
        }
        guard let head = line(from: 0) else { return nil }
        var place = head.next
        let count = try number(head.text.dropFirst())
        var words: [[UInt8]] = []
        for _ in 0..<max(0, count) {
          guard let size = line(from: place) else { return nil }
          guard size.text.first == UInt8(ascii: "$") else { throw Violation() }
          let length = try number(size.text.dropFirst())
          guard length >= 0 else { throw Violation() }
          guard bytes.count >= size.next + length + 2 else { return nil }
          words.append(Array(bytes[size.next..<size.next + length]))
          place = size.next + length + 2
        }
        bytes.removeFirst(place)
        if words.isEmpty { continue }
        return ClientCommand(words: words)
      }
      return nil
    }

    private func line(from start: Int) -> (text: ArraySlice<UInt8>, next: Int)? {
      guard start < bytes.count, let end = bytes[start...].firstIndex(of: 10) else { return nil }
      let hasReturn = end > start && bytes[end - 1] == 13
      return (bytes[start..<(hasReturn ? end - 1 : end)], end + 1)
    }

    private func number(_ text: ArraySlice<UInt8>) throws(Violation) -> Int {
      guard let number = Int(String(decoding: text, as: UTF8.self)), number <= Self.longest else { throw Violation() }
      return number
    }
  }
}
