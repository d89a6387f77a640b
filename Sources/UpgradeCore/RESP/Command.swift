/// One command for a server: its words as bytes, and its text as an operator would type it.
package struct Command: Sendable, Hashable {
  package var arguments: [[UInt8]]

  package init(arguments: [[UInt8]]) {
    self.arguments = arguments
  }

  package init(_ words: String...) {
    self.init(words: words)
  }

  package init(words: [String]) {
    arguments = words.map { Array($0.utf8) }
  }
}

extension Command: ExpressibleByArrayLiteral {
  package init(arrayLiteral words: String...) {
    self.init(words: words)
  }
}

extension Command {
  /// What errors and logs call it: the command, with its subcommand where it has some (`CLIENT PAUSE`).
  package var name: String {
    guard let first = word(0) else { return "" }
    guard Self.containers.contains(first), let second = word(1) else { return first }
    return first + " " + second
  }

  /// An argument in upper case, shortened and made printable, for comparison with keywords.
  func word(_ index: Int) -> String? {
    guard arguments.indices.contains(index) else { return nil }
    return String(decoding: arguments[index].prefix(64), as: UTF8.self).uppercased()
  }

  /// Commands whose second word says what they do (redis src/commands).
  private static let containers: Set<String> = [
    "ACL", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DEBUG", "FUNCTION", "LATENCY", "MEMORY", "MODULE", "OBJECT",
    "PUBSUB", "SCRIPT", "SENTINEL", "SLOWLOG", "XGROUP", "XINFO",
  ]

  /// Why this command cannot go through a client that expects one reply for each command; nil when it can.
  ///
  /// Source: redis pubsub.c, replication.c, monitor and `CLIENT REPLY` in networking.c.
  package var unansweredReason: String? {
    guard let first = arguments.first else { return "a command without words cannot be sent" }
    guard Self.mayBeUnanswered(first) else { return nil }
    return switch name {
    case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE":
      "\(name) has no reply of its own but one message per channel; this client expects one reply per command"
    case "MONITOR", "SYNC", "PSYNC":
      "\(name) turns the connection into an endless stream; this client expects one reply per command"
    case "CLIENT REPLY":
      "\(name) can switch replies off; this client expects one reply per command"
    default:
      nil
    }
  }

  /// A quick look at length and first letter, since every command passes here.
  private static func mayBeUnanswered(_ first: [UInt8]) -> Bool {
    guard let letter = first.first.map({ $0 | 0x20 }) else { return false }
    return switch first.count {
    case 4, 9: letter == UInt8(ascii: "s")
    case 5: letter == UInt8(ascii: "p")
    case 6: letter == UInt8(ascii: "c")
    case 7: letter == UInt8(ascii: "m")
    case 10, 12: letter == UInt8(ascii: "p") || letter == UInt8(ascii: "s")
    case 11: letter == UInt8(ascii: "u")
    default: false
    }
  }
}
