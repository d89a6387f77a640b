import UpgradeCore

/// Reads the part of a TARGET behind its scheme: credentials, and one or several `host:port`.
struct TargetReader {
  let scheme: String?
  let rest: Substring
  var usualPort = Target.usualPort

  func seeds(_ security: Target.Security) throws(UsageError) -> Target {
    var authority = rest
    var user: String?
    var password: Secret?
    if let at = rest.lastIndex(of: "@") {
      let credentials = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      authority = rest[rest.index(after: at)...]
      guard scheme != nil else {
        throw UsageError(
          .target, "a TARGET without a scheme has no user",
          remedy: "Write --user NAME, and the password in REDISCLI_AUTH or for --askpass.")
      }
      guard !rest[..<at].contains(",") else {
        throw UsageError(
          .target, "the TARGET has a comma before its @",
          remedy: "Name the user before the first server; a comma in a password is written %2C.")
      }
      user = credentials.first.flatMap { $0.isEmpty ? nil : Self.decoded($0) }
      if credentials.count == 2, let bytes = Self.decodedBytes(credentials[1]), !bytes.isEmpty {
        password = Secret(bytes: bytes)
      }
    }
    var seeds: [Address] = []
    for part in authority.split(separator: ",", omittingEmptySubsequences: false) {
      let seed = try seed(part)
      if !seeds.contains(seed) { seeds.append(seed) }
    }
    let prefix = scheme.map { "\($0)://" } ?? ""
    return Target(
      place: .seeds(seeds), security: security, user: user, password: password,
      description: prefix + seeds.map(\.description).joined(separator: ","))
  }

  private func seed(_ part: Substring) throws(UsageError) -> Address {
    var text = part
    if let scheme, text.lowercased().hasPrefix("\(scheme)://") { text = text.dropFirst(scheme.count + 3) }
    text = try withoutPath(text)
    guard !text.isEmpty else {
      throw UsageError(
        .target, "the TARGET names no server\(seedsSoFar)", remedy: "Write host:port, several separated by commas.")
    }
    var host = text
    var portText: Substring?
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else {
        throw refusal(text, "opens a bracket and does not close it", "Write an IPv6 address as [::1]:6379.")
      }
      host = text[text.index(after: text.startIndex)..<close]
      let behind = text[text.index(after: close)...]
      guard behind.isEmpty || behind.hasPrefix(":") else {
        throw refusal(text, "has something behind its bracket", "Write an IPv6 address as [::1]:6379.")
      }
      portText = behind.isEmpty ? nil : behind.dropFirst()
      guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) || $0.isLetter }) else {
        throw refusal(text, "has no IPv6 address in its brackets", "Write host:port without brackets.")
      }
    } else {
      let colons = text.filter { $0 == ":" }.count
      guard colons < 2 else {
        throw refusal(text, "has more than one colon", "Put an IPv6 address in brackets: [::1]:6379.")
      }
      if let colon = text.firstIndex(of: ":") {
        host = text[..<colon]
        portText = text[text.index(after: colon)...]
      }
      guard Self.isHost(host) else {
        throw refusal(text, "has no host that could be one", "Write a name or an address, and a port: host:6379.")
      }
    }
    guard let portText else {
      guard scheme != nil else {
        throw refusal(text, "has no port", "Write \(text):\(Target.usualPort), or redis://\(text).")
      }
      return Address(host: String(host), port: usualPort)
    }
    guard let port = WholeNumber.read(portText), (1...65535).contains(port) else {
      throw refusal(text, "has no port that could be one", "A port is a number from 1 to 65535.")
    }
    return Address(host: String(host), port: port)
  }

  /// An application's URL may end in `/0`: the database does not matter to an upgrade, anything else is a mistake.
  private func withoutPath(_ text: Substring) throws(UsageError) -> Substring {
    guard let slash = text.firstIndex(of: "/") else { return text }
    let path = text[text.index(after: slash)...]
    guard scheme != nil, path.isEmpty || WholeNumber.read(path) != nil else {
      throw refusal(text, "has a path", "Write host:port alone; a socket is written unix:PATH.")
    }
    return text[..<slash]
  }

  private var seedsSoFar: String { rest.contains(",") ? " between two commas" : "" }

  private func refusal(_ part: Substring, _ what: String, _ remedy: String) -> UsageError {
    UsageError(.target, "the TARGET \(Quotation.quoted(String(part))) \(what)", remedy: remedy)
  }

  /// A host becomes a word of other programs' command lines, so it must not look like an option.
  private static func isHost(_ host: Substring) -> Bool {
    !host.isEmpty && !host.hasPrefix("-")
      && host.unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
          || "-._".unicodeScalars.contains(scalar)
      }
  }

  private static func decoded(_ text: Substring) -> String? {
    decodedBytes(text).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Undoes `%41`; a stray `%` stands for itself, as in redis-cli.
  private static func decodedBytes(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
