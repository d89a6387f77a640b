// An operator at sea: keys, pastes, sizes, pictures and answers of the driver in any order, and a judge beside them.
import SystemIO
import World

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

/// One storm over one scene. What it finds is kept with the last events before it.
struct ScreenStorm {
  let scene: StormScene
  private(set) var dice: Randomness
  private(set) var run: Rehearsal
  private(set) var model: WizardModel
  private(set) var size: Size
  private(set) var time = MonotonicTime(nanoseconds: 1_000_000_000_000)
  private var picture: RunPicture
  private var command = CommandPane()
  private var concluded: Conclusion?
  /// Sent and not carried out yet.
  private var underWay: [WizardCommand] = []
  private var access: AccessQuestion?
  private var judge = FrameJudge()
  private var answers = AnswerJudge()
  private var shownPrompt: String?
  private var log: [String] = []
  private(set) var faults: [String] = []
  /// Frames that were looked at, and commands that were sent: a storm that reaches nothing proves nothing.
  private(set) var frames = 0
  private(set) var commands: Set<String> = []
  private(set) var screens: Set<ScreenName> = []

  init(_ scene: StormScene, seed: UInt64) {
    self.scene = scene
    dice = Randomness(seed: seed)
    run = scene.make()
    size = Size(columns: 80, rows: 24)
    model = WizardModel(size: size)
    picture = run.picture
    look()
    tell(.pictured)
  }

  // MARK: - Weather

  /// One event of any kind, and a look at what the screen makes of it.
  mutating func blow() {
    switch dice.number(0...99) {
    case ..<30: press()
    case ..<60: goAhead()
    case ..<84: goOn()
    case ..<88: changeGates()
    case ..<92: changeOutput()
    case ..<95: askForAccess()
    case ..<96: note("said") { $0.tell(.said($0.scene.isOurs ? "Written: screen.txt" : HostileScreenTests.evil)) }
    case ..<97: note("a letter of the past") { $0.tell(.refused(.proceed, "no")) }
    case ..<98: note("an appearance of the past") { $0.tell(.appeared("question start 0")) }
    case ..<99: note("pause") { $0.run.isPaused.toggle() }
    default: if dice.once(in: 8) { note("the end from outside") { $0.tell(.endWanted) } }
    }
    if !underWay.isEmpty, dice.once(in: 2) { carryOut(isRefused: dice.once(in: 6)) }
    draw()
  }

  /// Before the wind comes up: each page once, what leads on, and the keyboard of a command where one runs.
  mutating func lookAround() {
    for key in Key.script("c<Esc>h<Esc>l/s<Enter><Esc><Esc>?<Esc>va<C-]><Esc>1p>R>R>R>") ?? [] {
      time = time + .milliseconds(700)
      press(KeyPress(key))
      while !underWay.isEmpty { carryOut(isRefused: false) }
      draw()
    }
  }

  mutating func resize(_ columns: Int, _ rows: Int) {
    note("\(columns)x\(rows)") {
      $0.size = Size(columns: columns, rows: rows)
      $0.tell(.resized($0.size))
    }
    draw()
  }

  private mutating func note(_ event: String, _ body: (inout ScreenStorm) -> Void) {
    log = log.suffix(40) + [event]
    body(&self)
  }

  private mutating func complain(_ fault: String) {
    faults.append(
      "\(fault)\n  \(size.columns)x\(size.rows), \(model.screenName(picture)), prompt \(model.promptName ?? "none")"
        + "\n  after \(log.joined(separator: " | "))")
  }

  // MARK: - Keys

  static let keys: [Key] =
    Set(Request.table.flatMap(\.keys)).sorted { $0.name < $1.name }
    + [.enter, .enter, .escape, .escape, .character("y"), .character("y"), .character("é"), .character("日")]
    + [.function(40), .unknown(7), .pasteStart, .control("@"), .delete, .insert, .backspace, .backTab]

  private mutating func press() {
    time = time + .milliseconds(dice.number(0...900))
    let isPasted = dice.once(in: 8)
    for _ in 0..<(isPasted ? dice.number(1...9) : 1) {
      press(KeyPress(dice.pick(Self.keys) ?? .enter, isPasted: isPasted, isAlone: !isPasted && !dice.once(in: 10)))
    }
  }

  /// As a person would who has read: the words of the dialog, a letter at a time and in one of three cases with Enter,
  /// or the key that leads on.
  private mutating func goAhead() {
    time = time + .milliseconds(700)
    // Somebody else's script would press the same keys.
    let isPasted = dice.once(in: 5)
    let isAlone = !isPasted && !dice.once(in: 5)
    guard let dialog = model.dialog else {
      return press(KeyPress(keyThatLeadsOn, isPasted: isPasted, isAlone: isAlone))
    }
    let prompt = dialog.field.prompt.string.dropLast().split(separator: " ").drop { $0 != "type" }.dropFirst()
    for scalar in prompt.joined(separator: " ").unicodeScalars { press(KeyPress(.character(scalar))) }
    if dice.once(in: 3) { press(KeyPress(.enter, isPasted: isPasted, isAlone: isAlone)) }
  }

  private var keyThatLeadsOn: Key {
    mutating get {
      switch model.screenName(picture) {
      case .checks: .character(dice.once(in: 3) ? "R" : ">")
      case .problem: .character(dice.pick(["1", "2", "3", "4"]) ?? "1")
      case .nodes where picture.output != nil && picture.state.asked == nil: .character("v")
      case .output: .character("a")
      case .commands, .health, .journal, .help: .escape
      default: .character("y")
      }
    }
  }

  private mutating func press(_ press: KeyPress) {
    note(press.key.name + (press.isPasted ? " pasted" : "") + (press.isAlone ? "" : " in a burst")) {
      $0.tell(.press(press))
    }
  }

  // MARK: - The world

  private mutating func goOn() {
    time = time + .milliseconds(dice.number(0...1500))
    note("the run goes on") {
      if $0.concluded == nil { $0.run.run() }
      $0.look()
      $0.tell(.pictured)
    }
  }

  private mutating func look() {
    var newest = run.picture
    if let checks = scene.checks, run.state.plan == nil {
      newest = CheckScene.picture(checks, running: dice.once(in: 3) ? ["cluster-ok"] : [])
    }
    newest.output = command.output(for: newest)
    newest.conclusion = concluded ?? newest.conclusion
    scene.dress(&newest)
    picture = newest
  }

  private mutating func changeGates() {
    let gates: [Gate] = [
      Gate("replica-in-sync", .shard(ShardID(1))), Gate("replica-in-sync", .shard(ShardID(2))),
      Gate("cluster-ok", .deployment),
    ]
    guard let gate = dice.pick(gates) else { return }
    let isRed = dice.once(in: 2)
    note("\(gate.rule) \(isRed ? "red" : "green")") {
      $0.run.gates.set(gate, isRed ? .broken(saw: "48 MB behind", fix: "wait") : nil)
      if isRed { for _ in 0..<8 { $0.run.tick(.seconds(20)) } }
      $0.look()
      $0.tell(.pictured)
    }
  }

  private mutating func changeOutput() {
    let change = command.change(&dice, size)
    note("output \(change)") {
      $0.look()
      $0.tell(.pictured)
    }
  }

  private mutating func askForAccess() {
    let kind = dice.pick([AccessQuestion.Kind.secret, .hostKey, .notice]) ?? .secret
    access = dice.once(in: 3) ? nil : AccessQuestion(number: dice.number(1...99), kind: kind, text: "ssh wants it")
    note("access \(access.map { "\($0.kind)" } ?? "none")") { $0.tell(.asked($0.access)) }
  }

  /// Carries out the oldest command that was sent, or refuses it.
  private mutating func carryOut(isRefused: Bool) {
    let command = underWay.removeFirst()
    note("\(command) \(isRefused ? "refused" : "taken")") {
      let reason = isRefused ? "the driver says no" : $0.carryOut(command)
      $0.look()
      $0.tell(reason.map { .refused(command, $0) } ?? .taken(command))
    }
  }

  private mutating func carryOut(_ command: WizardCommand) -> String? {
    switch command {
    case .answer(let name, let text, let source): return run.decide(.answer(Answer(name, text, source: source)))
    case .choose(let choice, let typed, let source): return run.decide(.choose(choice, typed: typed, source: source))
    case .order(let shards): return run.decide(.order(shards))
    case .pause(let isPaused): run.isPaused = isPaused
    case .proceed: if run.state.plan == nil, run.state.sequence == RecordNumber(0) { run.begin() }
    case .leave: concluded = Conclusion(exitCode: 3, lines: ["stopped"])
    case .attach(let effect): return self.command.attach(effect)
    case .detach: self.command.detach()
    case .recheck, .showOutput: break
    }
    return nil
  }

  // MARK: - The model, and what it wants

  private mutating func tell(_ message: WizardMessage) {
    let before = model
    let effects = model.update(message, picture, at: time)
    for fault in answers.faults(of: effects, message, before, picture, at: time) { complain(fault) }
    for effect in effects {
      switch effect {
      case .send(let command):
        underWay.append(command)
        commands.insert("\(command)".split(separator: "(").first.map(String.init) ?? "")
      case .hand(let number, let text):
        if number != before.access?.number { complain("handed to a question that is not asked") }
        _ = text?.take()
        access = nil
        tell(.asked(nil))
      case .type(let text):
        _ = text.take()
      case .end: startAnew()
      case .discard, .write, .copy, .redraw, .suspend: break
      }
    }
  }

  /// The program has ended, and somebody calls it again.
  private mutating func startAnew() {
    log = ["a new start"]
    model = WizardModel(size: size)
    concluded = nil
    underWay = []
    access = nil
    answers = AnswerJudge()
    run = scene.make()
    look()
  }

  private mutating func draw() {
    let glyphs: Glyphs = dice.once(in: 3) ? .ascii : .utf8
    let frame = model.frame(picture, size, glyphs: glyphs, at: time)
    frames += 1
    screens.insert(model.screenName(picture))
    let typed = [
      model.dialog?.field.text ?? "", model.view?.search?.text ?? "", model.checks.filter.text,
    ]
    let isOurs = scene.isOurs && command.isASCII && typed.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
    for fault in judge.faults(of: frame, model, size, isOurs: isOurs) { complain(fault) }
    if dice.once(in: 20) {
      for spill in judge.spills(model, picture, size, glyphs: glyphs) { complain(spill) }
    }
    // As the loop does: a prompt that is new in the frame appears now.
    if let prompt = frame.prompt, prompt != shownPrompt {
      answers.appeared(prompt, at: time)
      tell(.appeared(prompt))
    }
    shownPrompt = frame.prompt
  }
}

extension Randomness {
  /// True once in so many times.
  mutating func once(in times: Int) -> Bool { number(1...times) == 1 }
}
