/// The flags of the command line.
package enum Flag: String, CaseIterable, Sendable {
  case to, profile, settle
  case errorBudget = "error-budget"
  case returnPrimaries = "return-primaries"
  case backWithin = "back-within"
  case only, bake
  case notAfter = "not-after"
  case answers, answer
  case user, askpass, pass, tls, cacert, cert, key, sni
  case at, permissions, plain, json, markdown, color
  case stateDirectory = "state-dir"
  case from, dir, port, keep, all, nodes
  case help, version

  /// `--state-dir`
  package var text: String { "--\(rawValue)" }
}

/// One row of the table from which parsing, help and sentences come.
struct FlagRow: Sendable {
  let flag: Flag
  /// A second spelling with one dash.
  var letter: Character?
  /// What its value is called in help; nil for a flag without one.
  var value: String?
  /// Whether it may be given several times.
  var repeats = false
  let places: Set<Subcommand>
  let help: String

  private static let upgrading: Set<Subcommand> = [.run, .check, .plan, .notice]
  private static let connecting: Set<Subcommand> = [
    .startScreen, .run, .check, .plan, .notice, .watch, .resume, .cleanup,
  ]
  private static let encrypting = connecting.union([.lab])
  private static let running: Set<Subcommand> = [.run, .check, .plan, .notice, .resume, .train]
  private static let beginning: Set<Subcommand> = [.run, .check, .plan, .notice, .train]
  private static let recorded: Set<Subcommand> = [.status, .report, .journal, .resume, .cleanup]
  private static let everywhere = Set(Subcommand.allCases).subtracting([.hold])
  private static let throwAway: Set<Subcommand> = [.train, .lab]

  /// Check and plan take what a run takes, so that a script changes one word to rehearse.
  static let table: [FlagRow] = [
    FlagRow(
      flag: .to, value: "VERSION", places: upgrading.union(throwAway),
      help: "where to: 7.0.15 (the same product), valkey-8.0.1 or redis-8.0.2"),
    FlagRow(
      flag: .profile, value: "NAME|FILE", places: beginning.union([.startScreen, .watch]),
      help: "how this site reaches a node and changes its software (manual)"),
    FlagRow(
      flag: .settle, value: "SECONDS", places: running,
      help: "how long all must have been well before each node (10)"),
    FlagRow(
      flag: .errorBudget, value: "COUNT", places: beginning,
      help: "client errors after which the run stops by itself (0); none: never"),
    FlagRow(
      flag: .returnPrimaries, places: beginning,
      help: "at the end, hand the primaries back to where they were"),
    FlagRow(
      flag: .backWithin, value: "SECONDS", places: running,
      help: "how long a node may take to answer after its start, and then to be in sync (by its data)"),
    FlagRow(
      flag: .only, value: "replicas", places: beginning,
      help: "upgrade the replicas now; resume hands over and upgrades the primaries later"),
    FlagRow(
      flag: .notAfter, value: "HH:MM", places: running,
      help: "begin nothing that is not expected to end before, in this host's time; none: no end any more"),
    FlagRow(
      flag: .bake, value: "SECONDS", places: beginning,
      help: "how long all must have been well after the first node, and before the first hand-over (0)"),
    FlagRow(
      flag: .answers, value: "FILE", places: running,
      help: "answers given beforehand, YAML lines of `name: answer`"),
    FlagRow(
      flag: .answer, value: "NAME=VALUE", repeats: true, places: running,
      help: "one more such answer; stronger than the file"),
    FlagRow(flag: .user, value: "NAME", places: connecting, help: "the ACL user to connect as"),
    FlagRow(flag: .askpass, places: connecting, help: "ask for the password on the terminal"),
    FlagRow(
      flag: .pass, letter: "a", value: "PASSWORD", places: connecting,
      help: "the password, readable by every user of this host; better --askpass or REDISCLI_AUTH"),
    FlagRow(
      flag: .tls, places: connecting.union(throwAway),
      help: "connect with TLS, as rediss:// does; with lab up and train: servers that speak nothing else"),
    FlagRow(
      flag: .cacert, value: "FILE", places: encrypting,
      help: "PEM certificates of the authorities to trust (those of this machine)"),
    FlagRow(
      flag: .cert, value: "FILE", places: encrypting,
      help: "our PEM certificate, for servers that want one of their clients"),
    FlagRow(
      flag: .key, value: "FILE", places: encrypting,
      help: "the PEM key of it; a pass phrase is asked for on the terminal"),
    FlagRow(
      flag: .sni, value: "NAME", places: encrypting,
      help: "the name that every server's certificate must prove (the host connected to)"),
    FlagRow(
      flag: .at, value: "WHEN", places: [.notice],
      help: "when it begins: 02:00 in this host's time, or 2026-11-24T02:00 in UTC"),
    FlagRow(
      flag: .permissions, places: [.plan],
      help: "the rules of an ACL user for this run, and the commands that will run on hosts"),
    FlagRow(flag: .plain, places: everywhere, help: "lines of text, no screen"),
    FlagRow(flag: .json, places: everywhere, help: "one JSON object a line, no screen"),
    FlagRow(flag: .markdown, places: [.report, .explain], help: "the report, or the list of rules, as Markdown"),
    FlagRow(flag: .color, value: "WHEN", places: everywhere, help: "auto, always or never"),
    FlagRow(
      flag: .stateDirectory, value: "DIR", places: running.union(recorded).union([.startScreen, .watch]),
      help: "where runs are kept ($XDG_STATE_HOME/redis-upgrade)"),
    FlagRow(flag: .from, value: "VERSION", places: throwAway, help: "the release that the servers start on"),
    FlagRow(flag: .dir, value: "DIR", places: throwAway, help: "where the servers keep their files"),
    FlagRow(flag: .port, value: "PORT", places: throwAway, help: "the first server's port; the others follow"),
    FlagRow(flag: .keep, places: [.train], help: "leave the servers running at the end, without a question"),
    FlagRow(flag: .all, places: [.lab], help: "with down: every lab of this user"),
    FlagRow(flag: .nodes, value: "COUNT", places: [.lab], help: "with up enterprise: how many nodes (3)"),
    FlagRow(flag: .help, places: everywhere, help: "this text"),
    FlagRow(flag: .version, places: everywhere, help: "the version of redis-upgrade"),
  ]

  static func named(_ name: some StringProtocol) -> FlagRow? { table.first { $0.flag.rawValue == name } }
  static func lettered(_ letter: Character) -> FlagRow? { table.first { $0.letter == letter } }

  /// `--settle SECONDS`, `-a, --pass PASSWORD`
  var synopsis: String {
    let letter = letter.map { "-\($0), " } ?? ""
    let value = value.map { " \($0)" } ?? ""
    return letter + flag.text + value
  }
}
