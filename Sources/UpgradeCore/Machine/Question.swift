// The questions that a run can ask, each with a name by which it can be answered beforehand.

/// What a question is about.
package enum QuestionKind: String, Hashable, Sendable, CaseIterable {
  case start
  case clientProbe = "client-probe"
  case configurationFiles = "configuration-files"
  case enableUpgradeMode = "enable-upgrade-mode"
  case disableUpgradeMode = "disable-upgrade-mode"
  case upgradeNode = "upgrade-node"
  case upgradeHost = "upgrade-host"
  case canary
  case firstPromotion = "first-promotion"
  case handOver = "hand-over"
  case returnPrimary = "return-primary"
  case planChange = "plan-change"
  /// A database of Redis Enterprise Software, after its cluster: no leaves it as it is.
  case upgradeDatabase = "upgrade-database"
  /// What the policy of such a cluster lets databases be upgraded to: no leaves it as it is.
  case upgradePolicy = "upgrade-policy"
  /// Which version its new databases get: no leaves it as it is.
  case defaultVersion = "default-version"
  /// What an installer asks, and nobody has been asked for before: `installer-prompt:swap`.
  case installerPrompt = "installer-prompt"

  /// Whether "no" is an answer like any other: its object stays as it is, and the run goes on.
  package var canBeLeft: Bool { [.upgradeDatabase, .upgradePolicy, .defaultVersion].contains(self) }

  /// Whether the question is asked for each object: `hand-over:s1`, `upgrade-node:10.0.0.1:6379`,
  /// `upgrade-host:10.0.0.1`.
  package var takesObject: Bool {
    switch self {
    case .upgradeNode, .upgradeHost, .handOver, .returnPrimary, .upgradeDatabase, .installerPrompt: true
    default: false
    }
  }
}

/// A question's name: `canary`, `hand-over:s1`.
package struct QuestionName: Hashable, Sendable, CustomStringConvertible {
  package let kind: QuestionKind
  /// The object as a person names it.
  package let object: String?

  package init(_ kind: QuestionKind, _ object: String? = nil) {
    self.kind = kind
    self.object = object
  }

  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard let first = parts.first, let kind = QuestionKind(rawValue: String(first)) else { return nil }
    self.init(kind, parts.count == 2 ? String(parts[1]) : nil)
  }

  package var description: String { kind.rawValue + (object.map { ":\($0)" } ?? "") }
}

/// A question put to the operator.
package struct Question: Hashable, Sendable {
  package var name: QuestionName
  package var consentClass: ConsentClass
  package var title: String
  /// What happens, what clients feel, how to get back: one line each.
  package var lines: [String]
  /// The step that it opens, where it is a step's consent.
  package var step: StepKey?
  /// What says "go on": `yes`, or the words that the dialog shows.
  package var word: String
  /// A running command asks it at its terminal, and gets the answer.
  package var isOfCommand = false

  package init(
    name: QuestionName, consentClass: ConsentClass, title: String, lines: [String], step: StepKey?, word: String
  ) {
    self.name = name
    self.consentClass = consentClass
    self.title = title
    self.lines = lines
    self.step = step
    self.word = word
  }

  /// The words for a class and an object.
  package static func word(_ consentClass: ConsentClass, object: String) -> String {
    switch consentClass {
    case .reversible: "yes"
    case .visible: object
    case .outage: "outage \(object)"
    case .noReturn: "no-return \(object)"
    case .loss: "lose \(object)"
    case .override: "override \(object)"
    }
  }
}

/// An answer as it was given.
package struct Answer: Hashable, Sendable {
  package enum Source: String, Hashable, Sendable {
    case operatorInPerson = "operator"
    /// `--answers`, `--answer`, or the step that a person typed before.
    case beforehand
  }
  package var question: QuestionName
  package var text: String
  package var source: Source
  package init(_ question: QuestionName, _ text: String, source: Source) {
    self.question = question
    self.text = text
    self.source = source
  }
}
