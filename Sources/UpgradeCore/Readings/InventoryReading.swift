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
    usage.forkMicroseconds = try info.numberIfPrinted("latest_fork_usec")
    usage.uncountedBytes = try info.numberIfPrinted("mem_not_counted_for_evict")
    usage.trackingClients = try info.numberIfPrinted("tracking_clients")
    if info.sections.contains("errorstats") {
      let errors = info.fields.filter { $0.name.hasPrefix("errorstat_") }.map { name, value in
        (String(name.dropFirst(10)), InfoParts(value).number("count") ?? 0)
      }
      usage.errors = Dictionary(errors, uniquingKeysWith: +)
    }
    if info.sections.contains("keysizes") { usage.largest = largest(info) }
    for (name, value) in info.fields where name.hasPrefix("cmdstat_") {
      guard let calls = InfoParts(value).number("calls"), calls > 0 else { continue }
      let command = name.dropFirst(8).lowercased()
      usage.calls[command] = calls
      if let bar = command.firstIndex(of: "|") { usage.calls[String(command[..<bar]), default: 0] += calls }
    }
    guard info.sections.contains("modules") else { return (usage, nil) }
    return (usage, info.modules)
  }

  /// `db0_distrib_lists_items:1=3,512K=1`: values by the power of two that their size has reached (redis 8.0 server.c,
  /// `genRedisInfoString`).
  private static func largest(_ info: InfoText) -> [String: Int] {
    var largest: [String: Int] = [:]
    for (name, value) in info.fields {
      let words = name.split(separator: "_")
      guard words.count == 4, words[0].hasPrefix("db"), words[1] == "distrib" else { continue }
      for bin in value.split(separator: ",") {
        guard let size = bin.split(separator: "=").first.flatMap(powerOfTwo) else { continue }
        largest[String(words[2])] = max(largest[String(words[2]), default: 0], size)
      }
    }
    return largest
  }

  /// `512`, `4K`, `1M`, `2G`.
  private static func powerOfTwo(_ text: Substring) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 0, "K": 10, "M": 20, "G": 30, "T": 40, "P": 50]
    guard let number = Int(digits), number < 1024, let shift = units[String(text.dropFirst(digits.count))] else {
      return nil
    }
    return number << shift
  }

  /// The connections of `CLIENT LIST` that read from a replica (`READONLY`), other than wizards.
  ///
  /// Such a one has the flag `r` (redis networking.c, `catClientInfoString`).
  package static func readers(clientList text: String) -> Int {
    text.utf8.split(separator: UInt8(ascii: "\n")).count { line in
      let words = Substring(line).split(separator: " ")
      let flags = words.first { $0.hasPrefix("flags=") }
      let name = words.first { $0.hasPrefix("name=") }
      return flags?.dropFirst(6).contains("r") == true && name.flatMap { WizardName($0.dropFirst(5)) } == nil
    }
  }

  /// The reply to `TIME`, seconds and microseconds, against our clock when it was asked and when it had answered.
  package static func clock(_ reply: [String], asked: WallTime, answered: WallTime) -> ClockReading? {
    guard reply.count == 2, let seconds = Int(reply[0]), let microseconds = Int(reply[1]),
      (0...InfoText.largestNumber).contains(seconds), (0..<1_000_000).contains(microseconds)
    else { return nil }
    let theirs = Duration.seconds(seconds) + .microseconds(microseconds)
    let half = Duration.milliseconds(max(0, answered.milliseconds - asked.milliseconds)) / 2
    return ClockReading(ahead: theirs - .milliseconds(asked.milliseconds) - half, within: half + .milliseconds(1))
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
