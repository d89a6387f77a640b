// The text of a command: what an operator could paste, with secrets hidden.

extension Command {
  /// The command as it could be pasted behind `redis-cli` or at its prompt, passwords shown as `(hidden)`.
  ///
  /// Quoting is chosen so that a shell and the prompt of redis-cli read it alike wherever both can: bare words,
  /// else single quotes, else double quotes. Bytes that no shell word can carry are written as the prompt of
  /// redis-cli reads them (`"\x00"`).
  package var text: String {
    let secrets = secretArguments
    return arguments.indices.map { index in
      switch secrets[index] {
      case .whole: Secret.placeholder
      case .afterFirstByte: String(decoding: arguments[index].prefix(1), as: UTF8.self) + Secret.placeholder
      case nil: Self.quoted(arguments[index])
      }
    }.joined(separator: " ")
  }

  private static func quoted(_ argument: [UInt8]) -> String {
    let text = String(decoding: argument, as: UTF8.self)
    let isPrintable = Array(text.utf8) == argument && text.unicodeScalars.allSatisfy(\.isSafeInText)
    guard isPrintable else { return quotedForPrompt(argument) }
    if !argument.isEmpty, argument.allSatisfy(\.isBareInShell) { return text }
    if !text.contains("'") { return "'" + text + "'" }
    let needsNoEscape = !text.contains { "\"\\$`!".contains($0) }
    return needsNoEscape ? "\"" + text + "\"" : quotedForPrompt(argument)
  }

  /// The double-quoted form of redis-cli's prompt (redis sds.c, sdssplitargs).
  private static func quotedForPrompt(_ argument: [UInt8]) -> String {
    var text = "\""
    for byte in argument {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
      case UInt8(ascii: "\n"): text += "\\n"
      case UInt8(ascii: "\r"): text += "\\r"
      case UInt8(ascii: "\t"): text += "\\t"
      case 0x20..<0x7F: text += String(UnicodeScalar(byte))
      default: text += "\\x" + byte.hexadecimal
      }
    }
    return text + "\""
  }
}

/// Which part of an argument is a secret.
private enum SecretPart {
  case whole
  /// The first byte says what it is (`>password`, `#hash` in an ACL rule).
  case afterFirstByte
}

extension Command {
  /// Where this command carries secrets, by position.
  ///
  /// Source: redis commands AUTH, HELLO, ACL SETUSER, CONFIG SET, MIGRATE, SENTINEL SET, SENTINEL CONFIG SET.
  private var secretArguments: [Int: SecretPart] {
    switch name {
    case "AUTH":
      return arguments.count > 1 ? [arguments.count - 1: .whole] : [:]
    case "HELLO":
      return positions(after: 1, of: ["AUTH": 2])
    case "MIGRATE":
      return positions(after: 5, of: ["AUTH": 1, "AUTH2": 2])
    case "CONFIG SET", "SENTINEL CONFIG":
      return values(from: 2)
    case "SENTINEL SET":
      return values(from: 3)
    case "ACL SETUSER":
      let secretRules = arguments.indices.dropFirst(3).filter { index in
        arguments[index].first.map { Array(">#<!".utf8).contains($0) } ?? false
      }
      return Dictionary(uniqueKeysWithValues: secretRules.map { ($0, .afterFirstByte) })
    default:
      return [:]
    }
  }

  /// Secrets that stand a fixed distance behind a keyword.
  private func positions(after start: Int, of keywords: [String: Int]) -> [Int: SecretPart] {
    var found: [Int: SecretPart] = [:]
    for index in arguments.indices.dropFirst(start) {
      guard let distance = word(index).flatMap({ keywords[$0] }) else { continue }
      if arguments.indices.contains(index + distance) { found[index + distance] = .whole }
    }
    return found
  }

  /// Secrets that follow the name of their setting.
  private func values(from start: Int) -> [Int: SecretPart] {
    var found: [Int: SecretPart] = [:]
    for index in arguments.indices.dropFirst(start) where arguments.indices.contains(index + 1) {
      if word(index).map(Self.secretSettings.contains) ?? false { found[index + 1] = .whole }
    }
    return found
  }

  /// Settings whose value is a password (redis config.c, sentinel.c), in upper case.
  private static let secretSettings: Set<String> = [
    "REQUIREPASS", "MASTERAUTH", "PRIMARYAUTH", "TLS-KEY-FILE-PASS", "TLS-CLIENT-KEY-FILE-PASS", "AUTH-PASS",
    "SENTINEL-PASS",
  ]
}

extension UInt8 {
  /// Two lower-case digits.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  /// Needs no quotes in a POSIX shell, whatever stands around it.
  fileprivate var isBareInShell: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default:
      Array("_-./:@%+=,".utf8).contains(self)
    }
  }
}

extension UnicodeScalar {
  /// Draws something of its own: no control, no line separator, nothing that turns the direction of what follows.
  var isSafeInText: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
    default: true
    }
  }
}
