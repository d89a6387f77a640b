// The operator's place in the wizard: what is selected, open, typed and asked. Nothing of the run itself is kept here.

package import SystemIO
package import UpgradeCore

/// What the loop, the terminal and the driver tell the model.
package enum WizardMessage: Hashable, Sendable {
  case press(KeyPress)
  /// The prompt of that name is on the screen from now on.
  case appeared(String)
  case resized(Size)
  /// There is a newer picture; it is handed over beside every message.
  case pictured
  /// The driver took a command.
  case taken(WizardCommand)
  /// The driver did not, and says why.
  case refused(WizardCommand, String)
  /// Something that the face did itself, in words.
  case said(String)
  /// What ssh asks for now; nil: nothing.
  case asked(AccessQuestion?)
  /// The terminal is gone, or somebody ends the program from outside.
  case endWanted
}

/// What the model wants done; data, so that a test compares it.
package enum WizardEffect: Hashable, Sendable {
  case send(WizardCommand)
  /// Answer what ssh has asked for; nil refuses.
  case hand(Int, HiddenText?)
  /// Goes to the command that the keyboard is attached to.
  case type(HiddenText)
  /// Throw away what was pressed and not looked at yet.
  case discard
  /// Write it to a file; nil is what the screen shows.
  case write(PageText?)
  /// Copy it to the terminal's clipboard and to a file; nil is what the screen shows.
  case copy(PageText?)
  case redraw
  case suspend
  case end(Int32)
}

/// The state of the screen, and of nothing else.
package struct WizardModel: Hashable, Sendable {
  /// A page laid over the step's screen.
  package struct View: Hashable, Sendable {
    package var name: ScreenName
    package var place: LogPane.Place
    /// What is searched for on it.
    package var search: Search?
  }

  package var size: Size
  /// The step that is looked at; nil follows the run.
  package var lookingAt: RailStep?
  package var view: View?
  /// The page that the help lies over, which is back when the help goes.
  package var covered: View?
  package var checks = ChecksPlace()
  package var plan = PlanPlace()
  package var nodes = NodesPlace()
  package var journal = JournalPlace()
  /// The first row in sight of the pages of problem, finish and report.
  package var page = ScrollWindow()
  /// The second pane has the keyboard's attention.
  package var isLower = false

  /// What the operator raised; it comes before what the run asks.
  package var own: Prompt?
  package var dialog: TypedDialog?
  /// What ssh asks for; it comes before what the run asks.
  package internal(set) var access: AccessQuestion?
  /// One short sentence: why something was refused, or what was done.
  package var status: String?
  /// The prompt in sight and its appearances, counted so that each arms anew.
  package private(set) var prompt: Prompt?
  package private(set) var appearance = 0
  package private(set) var gate = PromptGate()
  /// A command whose fate is not known yet; `sequence` is the record before it.
  package private(set) var sent: Sent?
  package var isEnding = false
  /// The command that the keyboard is attached to.
  package internal(set) var attached: EffectID?
  /// The running command that has seemed to wait for an answer; as long as it runs and nobody has typed into it.
  package private(set) var waiting: EffectID?
  /// Keys are thrown away until none has come for a moment: somebody was typing into a command that is gone.
  package internal(set) var stillUntil: MonotonicTime?

  package struct Sent: Hashable, Sendable {
    package var command: WizardCommand
    package var sequence: RecordNumber
    package var isTaken = false
  }

  package init(size: Size) { self.size = size }

  // MARK: - What is on the screen

  /// The place of the screen's own rows in the window as it is.
  var body: Rectangle {
    ScreenLayout(Rectangle(row: 0, column: 0, rows: size.rows, columns: size.columns)).body
  }

  package func step(_ picture: RunPicture) -> RailStep { lookingAt ?? picture.rail }

  package func screenName(_ picture: RunPicture) -> ScreenName {
    if ScreenLayout.isTooSmall(size) { return .tooSmall }
    if attached != nil { return .attached }
    if dialog != nil { return .typed }
    if searchField != nil { return .searching }
    if let view { return view.name }
    if picture.state.problem != nil, lookingAt == nil { return .problem }
    return switch step(picture) {
    case .checks: .checks
    case .plan: .plan
    case .nodes: .nodes
    case .finish: .finish
    case .report: .report
    }
  }

  /// The name of the prompt for the frame: a new one with every appearance.
  package var promptName: String? { prompt.map { "\($0.name) \(appearance)" } }

  package func isArmed(at now: MonotonicTime) -> Bool { gate.isArmed(at: now) }

  // MARK: - Prompts

  /// Brings the prompt up to date with the run and with what lies over it; to be called after every change.
  mutating func reconcile(_ picture: RunPicture) {
    if let sent, sent.isTaken, picture.state.sequence > sent.sequence || !sent.command.isRecorded { self.sent = nil }
    noticeSilence(picture)
    dropStale(picture)
    let wanted = wantedPrompt(picture)
    guard wanted != prompt else { return }
    prompt = wanted
    appearance += 1
    gate.withdraws()
    openDialog(for: wanted, picture)
  }

  /// A command that prints a little now and then seems to wait each time: that is noticed once.
  private mutating func noticeSilence(_ picture: RunPicture) {
    guard let output = picture.output, let command = output.id, output.status == nil, attached != command,
      picture.conclusion == nil
    else {
      waiting = nil
      return
    }
    if waiting != command { waiting = output.seemsToWait(at: picture.now) == nil ? nil : command }
  }

  /// What was raised about something that is over.
  private mutating func dropStale(_ picture: RunPicture) {
    switch own {
    case .choice, .override: own = picture.state.problem == nil ? nil : own
    case .goOn: own = picture.isPaused ? own : nil
    case .hold: own = picture.isPaused || picture.state.ended != nil ? nil : own
    default: break
    }
  }

  func wantedPrompt(_ picture: RunPicture) -> Prompt? {
    // In a window that is too small only leaving can be decided, and it asks for the same key twice.
    if ScreenLayout.isTooSmall(size) { return own == .leave ? own : nil }
    // Under the help nothing can be answered, nor while a search is typed, whose last key must not be an answer: what
    // is asked comes up, and arms, after them.
    guard view?.name != .help, searchField == nil else { return nil }
    // Leaving is possible even while a command is under way.
    if let own { return own }
    // A command that is under way may be what ssh asks for.
    if let access { return .access(access.number) }
    // What the run asks is answered by whoever drives it.
    guard sent == nil, !picture.isReadOnly else { return nil }
    guard picture.conclusion == nil, picture.state.ended == nil else { return nil }
    if let problem = picture.state.problem { return .problem("\(problem.name) \(problem.object)") }
    return picture.state.asked.map { .question($0.name) }
  }

  /// A dialog belongs to its prompt: it goes with it, and a typed question brings its own unless a page lies over it.
  private mutating func openDialog(for wanted: Prompt?, _ picture: RunPicture) {
    if dialog?.prompt != wanted { dialog = nil }
    guard dialog == nil, let wanted else { return }
    if case .access = wanted {
      view = nil
      checks.filter.field = nil
    }
    guard view == nil else { return }
    openTyped(wanted, picture)
  }

  /// Opens the dialog of a prompt whose answer is typed; false where a key answers it.
  @discardableResult
  mutating func openTyped(_ prompt: Prompt, _ picture: RunPicture) -> Bool {
    switch prompt {
    case .question(let name):
      guard let question = picture.state.asked, question.name == name, question.isTyped else { return false }
      dialog = TypedDialog(prompt, word: question.word)
    case .override(let gate):
      dialog = TypedDialog(prompt, word: Choice.override(gate).word ?? "")
    case .access:
      guard let access else { return false }
      dialog = TypedDialog(access)
    case .problem, .choice, .hold, .goOn, .leave: return false
    }
    return true
  }

  /// Raises a question of our own, to be answered before anything else.
  mutating func raise(_ prompt: Prompt) {
    if view?.name == .help || searchField != nil { view = nil }
    own = prompt
    status = nil
  }

  mutating func appeared(_ name: String, at now: MonotonicTime) {
    if name == promptName { gate.appears(at: now) }
  }

  // MARK: - Commands under way

  /// Sends a command that answers the prompt: nothing is asked until its fate is known.
  mutating func send(_ command: WizardCommand, _ picture: RunPicture) -> [WizardEffect] {
    sent = Sent(command: command, sequence: picture.state.sequence)
    own = nil
    // What ssh asks for stays asked, whatever is sent meanwhile.
    if access == nil { dialog = nil }
    status = nil
    return [.send(command)]
  }

  mutating func taken(_ command: WizardCommand, _ picture: RunPicture) -> [WizardEffect] {
    if case .attach(let running) = command { return beginTyping(into: running, picture) }
    if sent?.command == command { sent?.isTaken = true }
    return []
  }

  /// Why not; what was asked is asked again, and arms anew.
  mutating func refused(_ command: WizardCommand, _ reason: String) {
    if sent?.command == command { sent = nil }
    if command == .leave { isEnding = false }
    let isAttaching = if case .attach = command { true } else { false }
    status = isAttaching ? "Not attached: \(reason)" : "Not taken: \(reason)"
  }
}

extension WizardCommand {
  /// Whether a record shows that it was taken.
  fileprivate var isRecorded: Bool {
    switch self {
    case .answer, .choose, .order: true
    case .recheck, .proceed, .pause, .leave, .showOutput, .attach, .detach: false
    }
  }
}

extension Question {
  /// Only a reversible question is answered with a key.
  package var isTyped: Bool { consentClass != .reversible }
}
