/// An error reply: what the server itself said against a command.
package struct ServerError: Error, Sendable, Hashable {
  /// The first word: `ERR`, `NOAUTH`, `NOPERM`, `LOADING`, `MOVED`, ... `ERR` where the text starts with none.
  package let code: String

  /// The whole text as the server sent it, code included.
  package let message: String

  package init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  /// Reads the code out of the text of an error reply.
  package init(_ text: String) {
    let word = text.prefix { $0 != " " }
    let isCode = !word.isEmpty && word.utf8.allSatisfy { Self.codeBytes.contains($0) || $0 == UInt8(ascii: "_") }
    code = isCode ? String(word) : "ERR"
    message = text
  }

  /// Codes are upper-case words; a digit occurs in none of Redis' own, but in those of modules.
  private static let codeBytes = Set(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    .union(UInt8(ascii: "0")...UInt8(ascii: "9"))
}

extension ServerError: CustomStringConvertible {
  package var description: String { message }
}

extension ServerError {
  /// Where a cluster node sends us instead (`MOVED` for good, `ASK` once).
  package struct Redirection: Sendable, Hashable {
    package let slot: Int
    /// Empty when the node does not know its own address: then the host that was asked is meant.
    package let host: String
    package let port: Int
    package let isPermanent: Bool

    package init(slot: Int, host: String, port: Int, isPermanent: Bool) {
      self.slot = slot
      self.host = host
      self.port = port
      self.isPermanent = isPermanent
    }
  }

  /// The target of `MOVED 3999 127.0.0.1:6381` or `ASK ...`; IPv6 addresses stand without brackets (redis cluster.c).
  package var redirection: Redirection? {
    guard code == "MOVED" || code == "ASK" else { return nil }
    let words = message.split(separator: " ")
    guard words.count >= 3, let slot = Int(words[1]), (0..<16384).contains(slot) else { return nil }
    guard let colon = words[2].lastIndex(of: ":") else { return nil }
    guard let port = Int(words[2][words[2].index(after: colon)...]), (1...65535).contains(port) else { return nil }
    return Redirection(slot: slot, host: String(words[2][..<colon]), port: port, isPermanent: code == "MOVED")
  }
}
