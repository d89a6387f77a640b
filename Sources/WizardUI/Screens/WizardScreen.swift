// What every screen is: a value made of the picture and the operator's place, which draws itself and says what its keys mean.

import UpgradeCore

/// One screen of the wizard.
protocol WizardScreen: Sendable {
  var picture: RunPicture { get }
  var model: WizardModel { get }
  init(_ picture: RunPicture, _ model: WizardModel)

  /// The keys of the last rows, in their order.
  var keys: [Request] { get }
  /// Why a key of those rows is refused now.
  var refusals: [Request: String] { get }
  /// What is said in the question row while nothing is asked.
  var remark: Line { get }
  /// The same where it has a single row.
  var briefRemark: Line { get }
  /// All of what the page is about, for a file; nil where the screen is all of it.
  var written: PageText? { get }
  /// What is selected on it; nil where nothing is.
  var copied: PageText? { get }
  /// Draws the body; answers where the cursor stands.
  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position?
  /// What a request means here; nil where it has no meaning of its own.
  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]?
}

extension WizardScreen {
  var refusals: [Request: String] { [:] }
  var remark: Line { RunRemark(picture).line }
  var briefRemark: Line { RunRemark(picture).brief }
  var written: PageText? { nil }
  var copied: PageText? { nil }

  /// Keys that every screen of the run ends with.
  var commonKeys: [Request] { [.pause, .output, .health, .journal, .help, .quit] }
}

extension WizardModel {
  /// The screen of the moment; dialogs and leave questions are drawn over it.
  func screen(_ picture: RunPicture) -> any WizardScreen {
    switch view?.name {
    case .commands: return CommandsScreen(picture, self)
    case .output: return OutputScreen(picture, self)
    case .health: return HealthScreen(picture, self)
    case .journal: return JournalScreen(picture, self)
    default: break
    }
    if picture.state.problem != nil, lookingAt == nil { return ProblemScreen(picture, self) }
    return switch step(picture) {
    case .checks: ChecksScreen(picture, self)
    case .plan: PlanScreen(picture, self)
    case .nodes: NodesScreen(picture, self)
    case .finish: FinishScreen(picture, self)
    case .report: ReportScreen(picture, self)
    }
  }
}

/// Movement in a list: the row that a request leads to.
enum Movement {
  /// Rows that a page moves by: less than any window shows, so that one row stays in sight.
  static let page = 8

  static func target(_ request: Request, from row: Int, of count: Int) -> Int? {
    guard count > 0 else { return nil }
    let wanted: Int? =
      switch request {
      case .up: row - 1
      case .down: row + 1
      case .pageUp: row - page
      case .pageDown: row + page
      case .home: 0
      case .end: count - 1
      default: nil
      }
    return wanted.map { min(max(0, $0), count - 1) }
  }

  /// The same for text that is scrolled: the first row in sight, never so far that the window is not full.
  static func scroll(_ request: Request, from first: Int, of count: Int, height: Int) -> Int? {
    let last = max(0, count - height)
    return target(request, from: min(first, last), of: last + 1)
  }
}

/// What the run is doing, in one sentence: for the question row while nothing is asked.
struct RunRemark {
  let line: Line
  /// What of it is said where there is room for one row: that something may be waiting for the operator comes first.
  let brief: Line

  /// - Parameter looksAtOutput: the output of the running command is in sight.
  init(_ picture: RunPicture, looksAtOutput: Bool = false) {
    let guess = Self.guess(picture, looksAtOutput)
    let line = Self.line(picture)
    self.line = guess.map { line + Line("  ") + $0 } ?? line
    brief = guess ?? line
  }

  /// What may be going on, where that is about the running command.
  private static func guess(_ picture: RunPicture, _ looksAtOutput: Bool) -> Line? {
    guard picture.state.ended == nil, let flight = picture.state.inFlight, picture.output?.id == flight.effect,
      let guess = OutputCard.guess(picture, looksAtOutput: looksAtOutput)
    else { return nil }
    return Line("Q\(guess.dropFirst()).", .attention)
  }

  private static func line(_ picture: RunPicture) -> Line {
    let state = picture.state
    if let ended = state.ended { return Line(ended.sentence) }
    if let flight = state.inFlight {
      let since = picture.posture.waitingSince.map { "  " + Quantity.duration(picture.age(of: $0)) } ?? ""
      let pause = picture.isPaused ? "  Then the run is held." : ""
      let waiting = WaitingText(picture).flatMap { $0.isCommand ? nil : $0 }
      let reason = waiting?.reasons.first.map { ": \($0)" } ?? ""
      return Line("Running: \(flight.effect.step.sentence(in: picture.setup))\(since)\(reason).\(pause)")
    }
    if picture.isPaused { return Line("Held by you: nothing runs. \(Request.pause.label) goes on.", .attention) }
    if let settling = picture.posture.settling {
      return Line("Waiting until all gates have held: \(Quantity.duration(settling)) left.")
    }
    if let red = picture.posture.gates.first(where: { !$0.isGreen }) {
      let since = picture.posture.waitingSince.map { " for \(Quantity.duration(picture.age(of: $0)))" } ?? ""
      return Line("Held\(since): ") + red.line(in: picture.setup)
    }
    return Line(picture.kind == .watching ? "Watching: nothing is changed." : "Nothing is asked at this moment.")
  }
}
