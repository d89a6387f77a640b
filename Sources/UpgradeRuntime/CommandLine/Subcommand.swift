/// What the program can be asked to do, each with the words that help prints about it.
package enum Subcommand: String, CaseIterable, Sendable {
  /// No TARGET and no subcommand: the screen that offers them.
  case startScreen = ""
  case run, check, plan, notice, watch
  case status, report, journal, resume, cleanup
  case train, lab
  case explain
  case keys
  /// The keeper of a host command that outlives the wizard; started by the wizard alone.
  case hold

  /// The one that an operator calls by that name.
  package init?(named word: String) {
    guard !word.isEmpty else { return nil }
    self.init(rawValue: word)
  }

  /// The names that an operator may type.
  static var names: [String] { allCases.filter { $0 != .startScreen && $0 != .hold }.map(\.rawValue) }

  /// What help and sentences call it: `redis-upgrade check`.
  var call: String { self == .startScreen ? "redis-upgrade" : "redis-upgrade \(rawValue)" }

  /// What stands between its name and its flags.
  enum Arguments: Equatable, Sendable {
    case none
    case target
    case targetOrRun
    case optionalRun
    case optionalDrill
    case labAction
    case words
  }

  var arguments: Arguments {
    switch self {
    case .run, .check, .plan: .target
    case .watch, .notice: .targetOrRun
    case .status, .report, .journal, .resume, .cleanup: .optionalRun
    case .train: .optionalDrill
    case .lab: .labAction
    case .explain: .words
    case .startScreen, .keys, .hold: .none
    }
  }

  var needsVersion: Bool { self == .run || self == .check || self == .plan }

  /// How it is written, as the first line of its help.
  var synopsis: String {
    let words =
      switch arguments {
      case .target: needsVersion ? " TARGET --to VERSION" : " TARGET"
      case .targetOrRun: self == .notice ? " [TARGET --to VERSION | RUN]" : " [TARGET | RUN]"
      case .optionalRun: " [RUN]"
      case .optionalDrill: " [DRILL]"
      case .labAction: " up|down|list|fetch|write"
      case .words: " [NAME | VERSION [VERSION]]"
      case .none: ""
      }
    return self == .run ? "redis-upgrade [run]\(words)" : call + words
  }

  /// One line of what it does.
  var summary: String {
    switch self {
    case .startScreen: "the screen that offers all of this"
    case .run: "the wizard: upgrades a deployment, one node at a time"
    case .check: "looks whether an upgrade could start; changes nothing"
    case .plan: "prints every step that a run would take; changes nothing"
    case .notice: "writes the announcement of an upgrade beforehand, or the closing message of a run"
    case .watch: "shows live health, and the run that somebody else drives; changes nothing"
    case .status: "says where a run stands"
    case .report: "says what a run did and what clients felt"
    case .journal: "prints a run's journal"
    case .resume: "goes on with a run that stopped"
    case .cleanup: "puts back every temporary change that a run left behind"
    case .train: "a drill: throw-away servers and the wizard"
    case .lab: "throw-away servers for scripts, and a client that writes to them"
    case .explain: "what is known about a rule, a hazard, a release or a hop, with its sources"
    case .keys: "every key of the screen, with what the configuration file makes of it"
    case .hold: "keeps one host command alive"
    }
  }
}
