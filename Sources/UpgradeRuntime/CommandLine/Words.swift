/// The command line taken apart into a subcommand, its arguments and its flags; nothing is understood yet.
///
/// As `getopt_long` has it: flags may stand anywhere, `--flag=value` and `--flag value` are the same, `--` ends the
/// flags. Abbreviated flags are not taken: what a script calls today must not change its meaning tomorrow.
struct Words: Equatable, Sendable {
  private(set) var subcommand: Subcommand = .startScreen
  /// What is no flag, without the subcommand's own name.
  private(set) var arguments: [String] = []
  private(set) var values: [Flag: [String]] = [:]

  init(_ words: [String]) throws(UsageError) {
    var plain: [String] = []
    var flagsEnded = false
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      if flagsEnded || word == "-" || !word.hasPrefix("-") {
        plain.append(word)
      } else if word == "--" {
        flagsEnded = true
      } else if word.hasPrefix("--") {
        try takeLong(word.dropFirst(2), words, &index)
      } else {
        try takeShort(word, words, &index)
      }
    }
    try takeArguments(plain)
    try refuseMisplaced()
  }

  func has(_ flag: Flag) -> Bool { values[flag] != nil }

  /// The value of a flag that is given at most once.
  func value(_ flag: Flag) -> String? { values[flag]?.first }

  private mutating func takeLong(
    _ text: Substring, _ words: [String], _ index: inout Int
  ) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    guard let row = FlagRow.named(name) else {
      let nearest = NearestNames.of(String(name), among: FlagRow.table.map(\.flag.rawValue)).map { "--\($0)" }
      throw UsageError(
        .unknownFlag, "there is no flag \(Quotation.quoted("--\(name)"))",
        remedy: nearest.isEmpty
          ? "`redis-upgrade --help` lists them." : "The nearest is \(Quotation.list(nearest)).")
    }
    try take(row, attached: parts.count == 2 ? String(parts[1]) : nil, words, &index)
  }

  /// What operators type because `redis-cli` takes it.
  private static let lettersOfRedisCLI: [String: String] = [
    "-h": "Write host and port as the TARGET, redis://host:port; help is --help.",
    "-p": "Write host and port as the TARGET, redis://host:port.",
    "-u": "Write the URL itself, as the TARGET.",
    "-s": "Write the socket as the TARGET, unix:PATH.",
    "-n": "An upgrade is about whole servers; leave the database out.",
  ]

  private mutating func takeShort(_ word: String, _ words: [String], _ index: inout Int) throws(UsageError) {
    // At the end of the line `-h` cannot be redis-cli's, which takes a host.
    if word == "-h", index == words.count {
      values[.help] = []
      return
    }
    if let remedy = Self.lettersOfRedisCLI[String(word.prefix(2))] {
      throw UsageError(.unknownFlag, "\(word.prefix(2)) is a flag of redis-cli, not of redis-upgrade", remedy: remedy)
    }
    guard let letter = word.dropFirst().first, let row = FlagRow.lettered(letter) else {
      throw UsageError(
        .unknownFlag, "there is no flag \(Quotation.quoted(word))", remedy: "`redis-upgrade --help` lists them.")
    }
    let rest = word.dropFirst(2)
    try take(row, attached: rest.isEmpty ? nil : String(rest), words, &index)
  }

  private mutating func take(
    _ row: FlagRow, attached: String?, _ words: [String], _ index: inout Int
  ) throws(UsageError) {
    let flag = row.flag
    guard let valueName = row.value else {
      if attached != nil {
        throw UsageError(.flagValue, "\(flag.text) takes no value", remedy: "Write \(flag.text) alone.")
      }
      values[flag, default: []] = []
      return
    }
    if values[flag] != nil, !row.repeats {
      throw UsageError(.repeatedFlag, "\(flag.text) is given twice", remedy: "Keep one of the two.")
    }
    var value = attached
    if value == nil, index < words.count {
      let next = words[index]
      if next.hasPrefix("--"), FlagRow.named(next.dropFirst(2).prefix { $0 != "=" }) != nil {
        throw UsageError(
          .flagValue, "\(flag.text) has no value: the next word is the flag \(next.prefix { $0 != "=" })",
          remedy: "Write \(flag.text) \(valueName); to mean that word itself, write \(flag.text)=WORD.")
      }
      value = next
      index += 1
    }
    guard let value, !value.isEmpty else {
      throw UsageError(.flagValue, "\(flag.text) has no value", remedy: "Write \(flag.text) \(valueName).")
    }
    values[flag, default: []].append(value)
  }

  /// The first argument is a subcommand, or else the TARGET of `run`.
  private mutating func takeArguments(_ plain: [String]) throws(UsageError) {
    guard let first = plain.first else { return }
    if let named = Subcommand(named: first) {
      subcommand = named
      arguments = Array(plain.dropFirst())
    } else {
      subcommand = .run
      arguments = plain
      if !first.contains(":"), !first.contains("/") { throw Self.neither(first) }
    }
  }

  /// A first word that is neither a subcommand nor a target.
  private static func neither(_ word: String) -> UsageError {
    let nearest = NearestNames.of(word, among: Subcommand.names)
    guard nearest.isEmpty else {
      return UsageError(
        .unknownCommand, "\(Quotation.quoted(word)) is neither a subcommand nor a TARGET",
        remedy: "The nearest subcommand is \(Quotation.list(nearest)).")
    }
    return UsageError(
      .unknownCommand, "\(Quotation.quoted(word)) is neither a subcommand nor a TARGET",
      remedy:
        "A TARGET is host:port or redis://host; the subcommands are \(Quotation.list(Subcommand.names, last: "and")).")
  }

  private func refuseMisplaced() throws(UsageError) {
    if has(.help) || has(.version) { return }
    for row in FlagRow.table where has(row.flag) && !row.places.contains(subcommand) {
      if subcommand == .startScreen {
        throw UsageError(
          .missingArgument, "\(row.flag.text) is given without a TARGET",
          remedy: "Write `redis-upgrade redis://host:port ...`, or a subcommand; see redis-upgrade --help.")
      }
      let places = Subcommand.allCases.filter { row.places.contains($0) && $0 != .startScreen }.map(\.rawValue)
      throw UsageError(
        .misplacedFlag, "\(subcommand.rawValue) has no flag \(row.flag.text)",
        remedy: "It belongs to \(Quotation.list(places, last: "and")).")
    }
  }
}
