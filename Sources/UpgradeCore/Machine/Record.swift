// What the journal keeps: decisions, intents, outcomes, answers; never readings, never a monotonic time.

/// Who drives a run.
package struct WizardIdentity: Hashable, Sendable {
  package var host: String
  package var user: String
  package var processID: Int
  package var version: String
  package init(host: String, user: String, processID: Int, version: String) {
    self.host = host
    self.user = user
    self.processID = processID
    self.version = version
  }
}

/// The structure of one node: what a change that we did not make is told by.
package struct Structure: Hashable, Sendable {
  package var role: Role
  package var release: Release
  package var runID: String
  package var processID: Int
  /// The shard of which it is a member; nil where that could not be told: then it is where it was.
  package var shard: ShardID?
  package init(role: Role, release: Release, runID: String, processID: Int, shard: ShardID? = nil) {
    self.role = role
    self.release = release
    self.runID = runID
    self.processID = processID
    self.shard = shard
  }
}

/// What turned out to be true of an effect.
package enum Settled: Hashable, Sendable {
  /// It happened; with what was learnt of the nodes that it touched.
  case achieved([NodeID: Structure])
  case failed(String)
  /// It did not happen, and nothing of it can happen any more: no failure.
  case lapsed
}

/// What clients felt, from the probe; counts since its start, stalls in milliseconds.
package struct ClientMeasure: Hashable, Sendable {
  package var acknowledged: Int
  package var errors: [String: Int]
  package var lost: Int
  package var longestStall: Int
  package var resolution: Int
  /// The longest stall of a command of each shard that was sent on to another node: what a hand-over cost.
  package var stalls: [ShardID: Int]
  /// For how many milliseconds nothing could be told, because the way to the servers was cut on our side.
  package var unmeasured: Int
  /// Of Redis Enterprise Software, by their numbers: what clients of each database felt at its proxies.
  package var databases: [DatabaseMeasure] = []
  package init(
    acknowledged: Int, errors: [String: Int], lost: Int, longestStall: Int, resolution: Int, stalls: [ShardID: Int],
    unmeasured: Int = 0
  ) {
    self.unmeasured = unmeasured
    self.acknowledged = acknowledged
    self.errors = errors
    self.lost = lost
    self.longestStall = longestStall
    self.resolution = resolution
    self.stalls = stalls
  }
  package var errorCount: Int { errors.values.reduce(0, +) }
  /// What counts against `--error-budget`. Of Redis Enterprise Software: writes lost, but not those whose loss was agreed
  /// to; proxies are away as often as their nodes are upgraded, which the plan says.
  package var spent: Int { errorCount + lost }
}

/// Names of endings that are no problem's; scripts and tests rely on them.
package enum EndingName {
  package static let done = "done"
  package static let notStarted = "not-started"
  package static let woundDown = "wound-down"
  package static let replicasDone = "replicas-done"
  package static let windowClosed = "window-closed"
}

/// How a run came to its end.
package struct Ending: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case done
    /// Stopped at a problem; `resume` goes on.
    case stopped
    /// Brought to an orderly end before the target was reached.
    case woundDown = "wound-down"
  }
  package var kind: Kind
  /// The problem's name, `done`, or what the run waits for: `replicas-done`, `window-closed`.
  package var name: String
  package var sentence: String
  /// The final gate: whether every shard was served at that moment; nil where it could not be read.
  package var everyShardServed: Bool?
  package init(_ kind: Kind, name: String, sentence: String, everyShardServed: Bool?) {
    self.kind = kind
    self.name = name
    self.sentence = sentence
    self.everyShardServed = everyShardServed
  }
}

/// What whoever resumes a run sets anew; nil leaves it as the run has it.
package struct Adjustment: Hashable, Sendable {
  package var settle: Duration?
  package var window: Window?
  package init(settle: Duration? = nil, window: Window? = nil) {
    self.settle = settle
    self.window = window
  }
}

/// What becomes of a question that a running command asks at its terminal.
package enum PromptFate: Hashable, Sendable {
  /// This is typed there, without asking anybody.
  case replied(String)
  /// The operator is asked.
  case asked
  /// Somebody has answered it at the terminal itself.
  case answeredThere
}

/// One line of the journal.
package enum Record: Hashable, Sendable {
  case started(run: String, by: WizardIdentity, setup: Setup)
  case resumed(by: WizardIdentity, Adjustment = Adjustment())
  /// The shards, first turn first, as the operator wants the plan.
  case ordered([ShardID])
  case planAccepted(Set<PlannedStep>)
  case asked(Question)
  case answered(Answer, granted: Bool)
  case ledger(LedgerKey, LedgerEntry)
  /// `action` and the gates' evidence, so that the journal can be read without the program.
  case intent(EffectID, Action, command: [String], evidence: [String])
  case outcome(EffectID, Outcome)
  case settled(EffectID, Settled)
  /// What a running command asks at its terminal, and what becomes of it.
  case prompted(EffectID, text: String, PromptFate)
  /// An outcome that nobody waited for any more: kept, not applied.
  case late(EffectID, Outcome)
  case problem(Problem)
  /// `learnt`: what reality was taken for, where the choice was to adopt it.
  case chosen(Choice, learnt: [NodeID: Structure], source: Answer.Source)
  case measured(ClientMeasure)
  /// Nothing more is begun in this window, and why.
  case windowClosed(String)
  /// A remark for the reader: a soft gate that gave way, a warning.
  case noted(String)
  case ended(Ending)
}
