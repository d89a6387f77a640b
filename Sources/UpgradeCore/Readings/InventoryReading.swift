// The lists that are read once at the start: configuration, users, modules, who else is connected.

extension Reader {
  /// What stands in the place of a secret that is set; an empty one stays empty.
  package static let hidden = "(set, not shown)"

  /// Directives whose value is a secret (redis 7.2 config.c, `SENSITIVE_CONFIG`; valkey 8.0 adds `primaryauth`).
  private static let secretDirectives: Set<String> = [
    "requirepass", "masterauth", "primaryauth", "tls-key-file-pass", "tls-client-key-file-pass",
  ]

  /// The reply to `CONFIG GET *`, names and values in turn; every secret is taken out here and goes no further.
  package static func configuration(_ reply: [String]) throws(ReadingError) -> [String: String] {
    guard reply.count.isMultiple(of: 2) else {
      throw ReadingError("CONFIG GET *", "the value of \(reply.last ?? "a directive")", .cutOff)
    }
    var configuration: [String: String] = [:]
    configuration.reserveCapacity(reply.count / 2)
    for index in stride(from: 0, to: reply.count, by: 2) {
      let name = reply[index].lowercased()
      let isSecret = secretDirectives.contains(name) || name.hasSuffix("-pass") || name.hasSuffix("password")
      configuration[name] = isSecret && !reply[index + 1].isEmpty ? hidden : reply[index + 1]
    }
    return configuration
  }

  /// The reply to `ACL LIST`, one line a user, with the hashes of passwords taken out.
  ///
  /// A word `#<64 hexadecimal digits>` is a hash, `><password>` and `<<password>` are passwords (redis 7.0 acl.c);
  /// what stays says whether the user has any.
  package static func users(_ reply: [String]) throws(ReadingError) -> [String] {
    var users: [String] = []
    for line in reply {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count >= 2, words[0] == "user" else {
        throw ReadingError("ACL LIST", "a user", .unexpected("a line without one"))
      }
      var kept: [Substring] = []
      var hasPassword = false
      for (place, word) in words.enumerated() {
        // The second word is the user's name, which may begin with anything.
        if place > 1, let first = word.utf8.first,
          [UInt8(ascii: "#"), UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "!")].contains(first)
        {
          if !hasPassword { kept.append("#...") }
          hasPassword = true
        } else {
          kept.append(word)
        }
      }
      users.append(kept.joined(separator: " "))
    }
    return users
  }

  /// The reply to `MODULE LIST`: for each module its fields and values in turn (`name`, `ver`, ...), as text.
  package static func modules(_ reply: [[String]]) throws(ReadingError) -> [String] {
    var modules: [String] = []
    for row in reply {
      guard let place = stride(from: 0, to: row.count - 1, by: 2).first(where: { row[$0] == "name" }) else {
        throw ReadingError("MODULE LIST", "name", .missing)
      }
      modules.append(row[place + 1])
    }
    return modules.sorted()
  }

  /// The reply to `INFO everything`: how often each command was called, and the modules that it names.
  ///
  /// A reset of the statistics (`CONFIG RESETSTAT`) takes the calls before it away. Modules are nil before 6.0, which
  /// has no section about them.
  package static func usage(info text: String) throws(ReadingError) -> (usage: Usage, modules: [String]?) {
    let info = InfoText(text)
    var usage = Usage(calls: [:], uptimeSeconds: try info.number("uptime_in_seconds"))
    for (name, value) in info.fields where name.hasPrefix("cmdstat_") {
      guard let calls = InfoParts(value).number("calls"), calls > 0 else { continue }
      let command = name.dropFirst(8).lowercased()
      usage.calls[command] = calls
      if let bar = command.firstIndex(of: "|") { usage.calls[String(command[..<bar]), default: 0] += calls }
    }
    guard info.sections.contains("modules") else { return (usage, nil) }
    return (usage, info.modules)
  }

  /// The wizards among the connections of `CLIENT LIST`, each once, by the names that they gave themselves.
  ///
  /// Names are chosen by clients and cannot hold a blank or a line break (redis networking.c,
  /// `clientSetName`), so the word after ` name=` is the whole name.
  package static func wizards(clientList text: String) -> [WizardName] {
    var seen: Set<WizardName> = []
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      for word in Substring(line).split(separator: " ") where word.hasPrefix("name=") {
        if let name = WizardName(word.dropFirst(5)) { seen.insert(name) }
      }
    }
    return seen.sorted { ($0.host, $0.run) < ($1.host, $1.run) }
  }
}
