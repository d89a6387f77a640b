// What a face of lines has said, what it waits for, and what it does next: pure, the same for words and for JSON.

package import SystemIO
package import UpgradeCore

/// The state of a face that prints lines.
package struct LineModel: Sendable {
  /// Whether a person types.
  package private(set) var hasPerson: Bool
  /// How often health is said at most, and for JSON how often it is said at all.
  package let healthEvery: Duration
  /// Health is said each time, not only when it has changed.
  package let saysHealthAlways: Bool
  private let prepared: @Sendable (QuestionName) -> Answer?

  private(set) var lastEvent = 0
  private var hasProceeded = false
  private var isJudging = true
  private var hasSaidPlan = false
  private var hasSaidFinish = false
  private var healthSaidAt: Instant?
  private var healthSaid: HealthKey?
  /// The silence of a command that was said last.
  private var silenceSaid: Silence?
  /// What is waited for, as it was said last, and when.
  private var waitingSaid: (name: String, at: Instant)?
  /// What somebody else was seen to be asked.
  private var heard = Overheard()
  /// What is being asked of the person or taken from what was prepared.
  private(set) var asking: Asking?
  private(set) var sent: Sent?
  private(set) var isEnding = false
  /// It ends because something was missing before anything was changed.
  private var isRefusal = false

  /// How long prepared answers wait for gates to be green.
  package static let patience: Duration = .seconds(120)
  /// How long something is waited for before it is said, and how often it is said again.
  private static let waitingAfter: Duration = .seconds(5)
  private static let waitingEvery: Duration = .seconds(60)

  struct Asking: Hashable {
    var prompt: LinePrompt
    /// When the prompt was printed: what is typed sooner than it could be read is no answer.
    var gate = PromptGate()
    /// Since when it is open, and a prepared answer may be waiting for gates.
    var since: MonotonicTime
    /// Whether it was put to a person.
    var isPersons = false
  }

  private struct Overheard: Hashable {
    var question: Question?
    var problem: Problem?
  }

  struct Sent: Hashable {
    var command: WizardCommand
    var sequence: RecordNumber
    var isTaken = false
  }

  /// What of the health is worth a line when it changes; lag and rates are not.
  private struct HealthKey: Hashable {
    var cluster: Bool?
    var up: Int
    var slots: Int
    var errors: Int
    var isStale: Bool

    init(_ picture: RunPicture) {
      cluster = picture.health.clusterOK
      up = picture.health.nodesUp
      slots = picture.health.slotsServed
      errors = picture.health.clients?.spent ?? 0
      isStale = HealthText(picture).isStale
    }
  }

  /// One silence of one command: from its last byte to its next.
  private struct Silence: Hashable {
    var command: String
    var node: String
    var heardAt: Instant?

    /// nil where nothing seems to wait.
    init?(_ picture: RunPicture) {
      guard let output = picture.output, output.seemsToWait(at: picture.now) != nil else { return nil }
      command = output.command
      node = output.node
      heardAt = output.heardAt
    }
  }

  package init(
    hasPerson: Bool, healthEvery: Duration, saysHealthAlways: Bool,
    prepared: @escaping @Sendable (QuestionName) -> Answer?
  ) {
    self.hasPerson = hasPerson
    self.healthEvery = healthEvery
    self.saysHealthAlways = saysHealthAlways
    self.prepared = prepared
  }

  // MARK: - Taking what happens

  package mutating func update(
    _ event: LineInputEvent, _ picture: RunPicture, at now: MonotonicTime
  ) -> [LineEffect] {
    var effects: [LineEffect] = []
    switch event {
    case .pictured: break
    case .line(let text): effects += take(text, picture, at: now)
    case .inputEnded: hasPerson = false
    case .endWanted: effects += leave(picture)
    case .taken(let command):
      if sent?.command == command { sent?.isTaken = true }
    case .refused(let command, let reason): effects += refused(command, reason, picture, at: now)
    }
    return effects + goOn(picture, at: now)
  }

  /// Says what is new and asks what is open.
  private mutating func goOn(_ picture: RunPicture, at now: MonotonicTime) -> [LineEffect] {
    if let sent, sent.isTaken, picture.state.sequence > sent.sequence || !sent.command.isAnswer {
      self.sent = nil
      // What comes now is a new question, even if it reads like the last one.
      asking = nil
    }
    var effects = news(picture)
    if let conclusion = picture.conclusion {
      effects += end(picture, conclusion)
      return effects
    }
    if picture.isReadOnly { return effects + overheard(picture) }
    guard sent == nil, !isEnding, asking?.prompt != .goOn else { return effects }
    effects += checks(picture, at: now)
    if let problem = picture.state.problem {
      effects += open(problem, picture, at: now)
    } else if let question = picture.state.asked {
      effects += open(question, picture, at: now)
    } else if asking?.prompt != .checks {
      asking = nil
    }
    return effects
  }

  /// What somebody else is asked is said, and not answered.
  private mutating func overheard(_ picture: RunPicture) -> [LineEffect] {
    let heard = Overheard(question: picture.state.asked, problem: picture.state.problem)
    guard heard != self.heard else { return [] }
    self.heard = heard
    return [heard.question.map { .say(.question($0)) }, heard.problem.map { .say(.problem($0)) }].compactMap(\.self)
  }

  private mutating func news(_ picture: RunPicture) -> [LineEffect] {
    var effects: [LineEffect] = []
    for event in picture.events where event.number > lastEvent {
      lastEvent = event.number
      effects.append(.say(.event(event)))
    }
    if let finish = picture.finish, !finish.lines.isEmpty, !hasSaidFinish {
      hasSaidFinish = true
      effects.append(.say(.finish))
    }
    return effects + quiet(picture) + waiting(picture) + health(picture)
  }

  /// A command that seems to wait for an answer, once for each time that it fell silent.
  private mutating func quiet(_ picture: RunPicture) -> [LineEffect] {
    guard let silence = Silence(picture), silence != silenceSaid, let output = picture.output,
      picture.conclusion == nil
    else { return [] }
    silenceSaid = silence
    return [.say(.quiet(output))]
  }

  /// What is waited for, soon after it begins, and once a minute from then on.
  private mutating func waiting(_ picture: RunPicture) -> [LineEffect] {
    guard let waiting = WaitingText(picture),
      waiting.since >= (waiting.isCommand ? Self.waitingEvery : Self.waitingAfter)
    else { return [] }
    if let said = waitingSaid, said.name == waiting.name, picture.now - said.at < Self.waitingEvery { return [] }
    waitingSaid = (waiting.name, picture.now)
    return [.say(.waiting)]
  }

  private mutating func health(_ picture: RunPicture) -> [LineEffect] {
    guard picture.health.readAt != nil else { return [] }
    let key = HealthKey(picture)
    guard saysHealthAlways || key != healthSaid else { return [] }
    if let healthSaidAt, picture.now - healthSaidAt < healthEvery { return [] }
    healthSaidAt = picture.now
    healthSaid = key
    return [.say(.health)]
  }

  private mutating func end(_ picture: RunPicture, _ conclusion: Conclusion) -> [LineEffect] {
    var effects: [LineEffect] = []
    // A watch that is left is no report of the run.
    let isReported = !picture.isReadOnly || picture.state.ended != nil
    if isReported, !picture.state.run.isEmpty, !picture.state.attempts.isEmpty { effects.append(.say(.report)) }
    effects.append(.say(.concluded(conclusion)))
    let isRefused = isRefusal && !picture.state.hasChanged && conclusion.exitCode != 0
    return effects + [.end(isRefused ? ExitCode.refused.rawValue : conclusion.exitCode)]
  }

  // MARK: - Checks

  private mutating func checks(_ picture: RunPicture, at now: MonotonicTime) -> [LineEffect] {
    guard picture.rail == .checks, !hasProceeded else { return [] }
    guard picture.checking.isEmpty, !picture.checks.isEmpty else {
      isJudging = true
      return []
    }
    guard isJudging else { return [] }
    isJudging = false
    guard picture.checks.contains(where: \.refuses) else {
      hasProceeded = true
      return [.say(.checks)] + send(.proceed, picture)
    }
    guard hasPerson else { return [.say(.checks)] + giveUp(picture) }
    return [.say(.checks)] + ask(.checks, at: now)
  }

  // MARK: - Questions and problems

  private mutating func open(
    _ question: Question, _ picture: RunPicture, at now: MonotonicTime
  ) -> [LineEffect] {
    if asking?.prompt != .question(question) {
      var effects: [LineEffect] = []
      if question.name.kind == .start, !hasSaidPlan {
        hasSaidPlan = true
        effects.append(.say(.plan))
      }
      effects.append(.say(.question(question)))
      asking = Asking(prompt: .question(question), since: now)
      return effects + answer(question, picture, at: now, isNew: true)
    }
    return answer(question, picture, at: now, isNew: false)
  }

  /// A prepared answer is given once the gates hold; without one a person is asked, and without a person it ends here.
  private mutating func answer(
    _ question: Question, _ picture: RunPicture, at now: MonotonicTime, isNew: Bool
  ) -> [LineEffect] {
    guard let asking else { return [] }
    if !asking.isPersons, question.consentClass.canBeAnsweredBeforehand, let answer = prepared(question.name) {
      guard question.step != nil, let red = picture.posture.gates.first(where: { !$0.isGreen }) else {
        return send(.answer(question.name, answer.text, .beforehand), picture)
      }
      guard now - asking.since > Self.patience else { return [] }
      let gate = red.line(in: picture.setup).string
      let said: [LineEffect] = [.say(.refused("the answer to \(question.name) waited in vain for \(gate)"))]
      return said + (hasPerson ? ask(.question(question), at: now) : giveUp(picture))
    }
    if hasPerson { return isNew ? ask(.question(question), at: now) : [] }
    return [.say(.unanswered(question))] + giveUp(picture)
  }

  private mutating func open(_ problem: Problem, _ picture: RunPicture, at now: MonotonicTime) -> [LineEffect] {
    switch asking?.prompt {
    case .problem(problem): return []
    case .override(let gate) where problem.choices.contains { $0.choice == .override(gate) }: return []
    default: break
    }
    let said: [LineEffect] = [.say(.problem(problem))]
    if hasPerson { return said + ask(.problem(problem), at: now) }
    asking = Asking(prompt: .problem(problem), since: now)
    let canStop = problem.choices.contains { $0.choice == .stopHere && $0.notOffered == nil }
    return said + [.say(.undecided(problem))]
      + (canStop ? send(.choose(.stopHere, typed: nil, .beforehand), picture) : giveUp(picture))
  }

  mutating func ask(_ prompt: LinePrompt, at now: MonotonicTime) -> [LineEffect] {
    asking = Asking(prompt: prompt, since: now)
    asking?.gate.appears(at: now)
    asking?.isPersons = true
    return [.prompt(prompt)]
  }

  /// Puts the question again, after something else was printed.
  mutating func askAgain(at now: MonotonicTime) -> [LineEffect] {
    asking.map { ask($0.prompt, at: now) } ?? []
  }

  mutating func stopAsking() { asking = nil }

  // MARK: - Sending

  mutating func send(_ command: WizardCommand, _ picture: RunPicture) -> [LineEffect] {
    sent = Sent(command: command, sequence: picture.state.sequence)
    return [.send(command)]
  }

  /// The run is left as it is; what it is told ends with its conclusion.
  mutating func leave(_ picture: RunPicture) -> [LineEffect] {
    guard !isEnding, picture.conclusion == nil else { return [] }
    isEnding = true
    return [.say(.leaving)] + send(.leave, picture)
  }

  /// Nobody is here who could answer: the run is left, and where nothing was changed that is a refusal.
  private mutating func giveUp(_ picture: RunPicture) -> [LineEffect] {
    isRefusal = !picture.state.hasChanged
    return leave(picture)
  }

  private mutating func refused(
    _ command: WizardCommand, _ reason: String, _ picture: RunPicture, at now: MonotonicTime
  ) -> [LineEffect] {
    if sent?.command == command { sent = nil }
    let said: [LineEffect] = [.say(.refused(reason))]
    switch command {
    case .answer(let name, _, .beforehand):
      // Answered by then, or a gate turned red in between and is waited for: neither is final.
      guard let question = picture.state.asked, question.name == name else { return [] }
      if question.step != nil, picture.posture.gates.contains(where: { !$0.isGreen }) { return said }
      return said + (hasPerson ? ask(.question(question), at: now) : giveUp(picture))
    case .choose(_, _, .beforehand): return said + leave(picture)
    case .proceed: return said + giveUp(picture)
    case .leave:
      // Nobody can be told any more: the servers stay as they are.
      return said + [.end(LeaveForecast(picture).exitCode)]
    // Lines have no pane and no keyboard that could be attached.
    case .showOutput, .attach, .detach: return []
    case .answer, .choose, .order, .recheck, .pause:
      return said + (hasPerson ? askAgain(at: now) : leave(picture))
    }
  }

  /// A check that is run again is judged again.
  mutating func recheck() { isJudging = true }
}

extension WizardCommand {
  /// Whether records show that it was taken.
  fileprivate var isAnswer: Bool {
    switch self {
    case .answer, .choose, .order: true
    case .recheck, .proceed, .pause, .leave, .showOutput, .attach, .detach: false
    }
  }
}
