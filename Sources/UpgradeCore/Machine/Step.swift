// A step: the smallest thing that a plan lists, a consent covers and a journal records.

/// What a step does; with its object and argument it names the step for ever.
package enum Verb: String, Hashable, Sendable, CaseIterable {
  case enterUpgradeMode = "enter-upgrade-mode"
  case leaveUpgradeMode = "leave-upgrade-mode"
  case stage
  case backUp = "back-up"
  case beforeNode = "before-node"
  case stop
  case setAside = "set-aside"
  case install
  case rollback
  case start
  case rejoin
  case afterNode = "after-node"
  case confirm
  case handOver = "hand-over"
  case drain
  case switchOver = "switch"
  case follow
  case saveRole = "save-role"
  case startTemporary = "start-temporary"
  case removeTemporary = "remove-temporary"
  case upgradeDatabase = "upgrade-database"
  /// A setting of a cluster of Redis Enterprise Software that stays.
  case tune
}

/// The identity of a step: verb, object and essential argument; no counter, no position.
package struct StepKey: Hashable, Sendable, CustomStringConvertible {
  package let verb: Verb
  package let object: ObjectID
  /// What else tells two such steps apart: the node that a shard is handed to, the name of a question.
  package let argument: String?

  package init(_ verb: Verb, _ object: ObjectID, _ argument: String? = nil) {
    self.verb = verb
    self.object = object
    self.argument = argument
  }

  package init(confirming kind: QuestionKind) { self.init(.confirm, .deployment, kind.rawValue) }
  package static let backUp = StepKey(.backUp, .deployment)

  /// The journal's spelling: `stop/node:4f...`, `hand-over/shard:s1/8a...`.
  package var description: String {
    "\(verb.rawValue)/\(object)" + (argument.map { "/\($0)" } ?? "")
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 2).map(String.init)
    guard parts.count >= 2, let verb = Verb(rawValue: parts[0]), let object = ObjectID(parts[1]) else { return nil }
    self.init(verb, object, parts.count == 3 ? parts[2] : nil)
  }
}

/// How much a step takes away, and so how it has to be agreed to.
package enum ConsentClass: String, Hashable, Sendable, CaseIterable {
  /// `y` or `n`.
  case reversible
  /// Clients may notice: the shard's name is typed.
  case visible
  /// Clients are cut off for a while.
  case outage
  /// After it the way back is narrower, or closed.
  case noReturn = "no-return"
  /// Data goes. Never answered beforehand.
  case loss
  /// A rule is set aside for one step. Never answered beforehand.
  case override

  package var canBeAnsweredBeforehand: Bool { self != .loss && self != .override }
  /// Whether an unused consent of this class is forgotten when the wizard restarts.
  package var lapsesAtRestart: Bool { self != .reversible }
}

/// A rule that must hold around a step.
package struct Gate: Hashable, Sendable {
  package var rule: RuleName
  package var object: ObjectID
  package init(_ rule: RuleName, _ object: ObjectID) {
    self.rule = rule
    self.object = object
  }
}

/// The agreement that a step needs.
package struct Consent: Hashable, Sendable {
  package var question: QuestionName
  package var consentClass: ConsentClass
  package init(_ question: QuestionName, _ consentClass: ConsentClass) {
    self.question = question
    self.consentClass = consentClass
  }
}

/// One step: values only, so that it can be drawn, compared and predicted.
package struct Step: Hashable, Sendable {
  package var key: StepKey
  package var title: String
  package var why: String
  package var action: Action
  package var gates: [Gate] = []
  package var consent: Consent?
  /// What clients feel.
  package var impact: String
  /// How to take it back, as a command or a sentence.
  package var undo: String
  /// How long it usually takes, as a person says it.
  package var usual: String
  /// How long gates may keep it waiting before that is a problem.
  package var patience: Duration = .seconds(120)
  /// Whether `--settle` applies before it: the boundary between two nodes.
  package var isBoundary = false
  /// Longer than `--settle` where something is to bake first.
  package var bake: Duration?

  /// How long its gates must have held before it begins; nil: it is enough that they hold.
  func calm(in setup: Setup) -> Duration? { bake ?? (isBoundary ? setup.options.settle : nil) }
}

/// What the plan's acceptance is about: a step and the class under which it was shown.
package struct PlannedStep: Hashable, Sendable {
  package var key: StepKey
  package var consentClass: ConsentClass?
  package init(key: StepKey, consentClass: ConsentClass?) {
    self.key = key
    self.consentClass = consentClass
  }
}
