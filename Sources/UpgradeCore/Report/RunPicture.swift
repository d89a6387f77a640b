// Everything that a face may show, as one value: the same for the screen, for plain lines and for JSON.

/// Where the wizard stands on its rail.
package enum RailStep: Int, Hashable, Sendable, CaseIterable {
  case checks, plan, nodes, finish, report

  package var title: String {
    switch self {
    case .checks: "Checks"
    case .plan: "Plan"
    case .nodes: "Nodes"
    case .finish: "Finish"
    case .report: "Report"
    }
  }
}

/// One moment of a run, complete: faces draw it and know nothing else.
package struct RunPicture: Sendable {
  package enum Kind: Hashable, Sendable { case live, training, watching }
  package var kind: Kind
  package var target: String
  package var run: String
  package var from: String
  package var to: String
  package var rail: RailStep
  /// Monotonic; `startedAt` is when this process began.
  package var now: Instant
  package var startedAt: Instant
  /// Milliseconds since 1970, UTC.
  package var wallMilliseconds: Int64

  package var setup: Setup?
  package var checks: [CheckResult] = []
  /// Rules that are being evaluated at this moment.
  package var checking: Set<RuleName> = []
  package var state = State()
  package var snapshot: Snapshot
  package var posture = Posture()
  package var plan: Plan?
  /// What is to be known before the plan is agreed to; nil once it was, and where nothing was looked at.
  package var briefing: Briefing?
  package var health = Health()
  /// The last 200, oldest first; their numbers tell a face what it has not shown yet.
  package var events: [Event] = []
  /// The last that a Sentinel said of its failover, oldest first.
  package var sentinelNews: [SentinelEvent] = []
  /// When nodes went out and came back, for `took` and for what is left to expect.
  package var times = RunTimes()
  /// The running step is the last one until somebody goes on.
  package var isPaused = false
  package var output: CommandOutput?
  /// What was compared after the last step, read back from the servers.
  package var finish: FinishReport?
  package var paths = RunPaths()
  /// Set where somebody looks on who drives nothing; then `kind` is `watching`.
  package var watching: Watching?
  /// Set once the run is over or has to be left: a face says it and ends with this code.
  package var conclusion: Conclusion?

  package init(
    kind: Kind, target: String, run: String, from: String, to: String, rail: RailStep, now: Instant, startedAt: Instant,
    wallMilliseconds: Int64, snapshot: Snapshot
  ) {
    self.kind = kind
    self.target = target
    self.run = run
    self.from = from
    self.to = to
    self.rail = rail
    self.now = now
    self.startedAt = startedAt
    self.wallMilliseconds = wallMilliseconds
    self.snapshot = snapshot
  }
}

/// How the program ends.
package struct Conclusion: Hashable, Sendable {
  package var exitCode: Int32
  /// What stands in the scroll-back afterwards, a few lines.
  package var lines: [String]
  package init(exitCode: Int32, lines: [String]) {
    self.exitCode = exitCode
    self.lines = lines
  }
}

/// Something that happened, for the events pane and for the faces that print lines.
package struct Event: Hashable, Sendable {
  /// Counts the events of this process from 1: a face that misses pictures misses no event.
  package var number: Int
  package var wallMilliseconds: Int64
  /// One sentence; see `Record.sentence`.
  package var text: String
  /// The journal's record that it tells of; nil for a remark that was not recorded.
  package var record: Record?
  package init(number: Int, wallMilliseconds: Int64, text: String, record: Record? = nil) {
    self.number = number
    self.wallMilliseconds = wallMilliseconds
    self.text = text
    self.record = record
  }
}

/// Where the run keeps its files.
package struct RunPaths: Hashable, Sendable {
  package var journal = ""
  package var report = ""
  package var backup = ""
  /// The folder of what commands and logs said.
  package var output = ""
  package init() {}
}

/// What is true after the last step, each line read back from the servers at that moment.
package struct FinishReport: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    package enum Mark: String, Hashable, Sendable { case ok, warn, fail, notVerified = "not verified" }
    package var mark: Mark
    package var topic: String
    package var text: String
    package init(_ mark: Mark, _ topic: String, _ text: String) {
      self.mark = mark
      self.topic = topic
      self.text = text
    }
  }
  package var lines: [Line]
  /// What a person still has to do.
  package var byHand: [String]
  package init(lines: [Line], byHand: [String]) {
    self.lines = lines
    self.byHand = byHand
  }
}

/// What somebody in front of a face wants.
package enum WizardCommand: Hashable, Sendable {
  /// Run one check again, or all.
  case recheck(RuleName?)
  /// From the checks to the plan.
  case proceed
  /// The shards in the order in which they are to have their turns, before the plan is accepted.
  case order([ShardID])
  case answer(QuestionName, String, Answer.Source)
  case choose(Choice, typed: String?, Answer.Source)
  /// Finish the running step, then hold.
  case pause(Bool)
  /// Output is looked at in a pane of this size: terminals of commands get it.
  case showOutput(TerminalSize)
  /// From now on the operator types into this running command.
  case attach(EffectID)
  case detach
  /// Leave; the deployment stays as it is.
  case leave
}

/// Tells a face that draws or prints that there is something new; whoever is slow gets the newest picture only.
package protocol PictureSource: Sendable {
  /// A stream of its own for each caller, beginning with the present picture and ending after the last one.
  var pictures: AsyncStream<RunPicture> { get }
}

/// What a face drives: the wizard behind it.
package protocol WizardDriver: Sendable {
  /// Does it; returns why not, where it was not taken.
  func send(_ command: WizardCommand) async -> String?
  /// The newest picture; from any thread.
  var picture: RunPicture { get }
}
