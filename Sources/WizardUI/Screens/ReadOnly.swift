// What somebody who only watches may not do, and what is said of a run that somebody else drives.

import UpgradeCore

extension Request {
  /// Why it is refused to who only watches; nil for what changes nothing.
  ///
  /// Every request is judged here, so that a new one cannot be forgotten.
  var readOnlyReason: String? {
    switch self {
    case .yes, .no, .confirm, .choose: "read-only: answers are given where the run is driven."
    case .attach: "read-only: a command is typed into where the run is driven."
    case .pause, .interrupt: "read-only: the run is held where it is driven."
    case .rerun, .rerunAll: "read-only: checks are run by the wizard that begins a run."
    case .earlier, .later: "read-only: the plan is ordered where the run is driven."
    case .override: "read-only: a rule is set aside where the run is driven."
    case .keep, .cancel, .open, .up, .down, .pageUp, .pageDown, .home, .end, .nextPane, .previousPane, .commands,
      .output, .health, .journal, .follow, .search, .searchNext, .searchPrevious, .filter, .onlyBad, .detach, .nextStep,
      .previousStep, .write, .picture, .copy, .redraw, .suspend, .help, .quit:
      nil
    }
  }
}

extension WizardModel {
  /// Why a request is refused now, whatever the screen; what answers our own question whether to leave is not.
  func readOnlyReason(_ request: Request, _ picture: RunPicture) -> String? {
    guard picture.isReadOnly, own == nil, dialog == nil else { return nil }
    // ^C is how many leave.
    return request == .interrupt ? nil : request.readOnlyReason
  }

  /// Why keys of the screen are refused: by the screen itself, or because nothing may be changed from here.
  func refusals(_ picture: RunPicture) -> [Request: String] {
    let screen = screen(picture)
    guard picture.isReadOnly else { return screen.refusals }
    let requests = Set(screen.keys + Request.table.map(\.request))
    return requests.reduce(into: screen.refusals) { refusals, request in
      if let reason = request == .interrupt ? nil : request.readOnlyReason { refusals[request] = reason }
    }
  }
}

/// What a watcher is told of the run while nothing is asked of him: who drives it, where it stands, and how old that is.
struct WatchRemark {
  let line: Line
  let brief: Line

  init?(_ picture: RunPicture) {
    guard let watching = picture.watching else { return nil }
    let text = WatchText(watching, picture)
    let standing = text.standing
    switch (watching.obstacle, watching.driver) {
    case (let obstacle?, _):
      line = Line(obstacle, .attention) + Line("  \(text.age)")
      brief = Line("Not followed any more.  \(text.age)", .attention)
    case (nil, .gone(_, let crash)) where picture.state.ended == nil:
      line =
        Line("Nobody drives this run: \(crash ?? "it was left, or its wizard was ended").", .danger)
        + Line("  \(text.age)  Go on with: redis-upgrade resume \(picture.run)")
      brief = Line("Nobody drives this run.", .danger) + Line("  \(text.age)")
    case (nil, .unknown(let why)) where picture.state.ended == nil:
      line = Line("Whether it is driven cannot be told: \(why).", .attention) + Line("  \(standing)  \(text.age)")
      brief = Line("Perhaps nobody drives it.", .attention) + Line("  \(text.age)")
    case (nil, .noRun):
      line = Line("Watching: only reads are sent, nothing is changed.")
      brief = line
    default:
      line = Line(standing) + Line("  \(text.age)")
      brief = Line(standing)
    }
  }
}

/// The words for it, shared by screens and lines.
struct WatchText {
  let watching: Watching
  let picture: RunPicture

  init(_ watching: Watching, _ picture: RunPicture) {
    self.watching = watching
    self.picture = picture
  }

  /// `Last record 34 s ago.`
  var age: String {
    guard let at = watching.recordedAt else { return "" }
    return "Last record \(Quantity.wholeSeconds(picture.age(of: at))) ago."
  }

  /// What the run is doing as far as its journal says.
  var standing: String {
    let state = picture.state
    if let ended = state.ended { return ended.sentence }
    if let problem = state.problem {
      return "Stopped at \(problem.name): somebody picks a choice in the other terminal."
    }
    if let asked = state.asked { return "Asked in the other terminal: \(asked.asking)" }
    if let flight = state.inFlight { return "Running: \(flight.effect.step.sentence(in: picture.setup))." }
    return state.plan == nil ? "The plan is being made." : "Between two steps."
  }

  /// Who drives the run, as a part of a sentence; nil where that is nobody or not known.
  var driver: String? {
    if case .drives(let name) = watching.driver { name } else { nil }
  }
}
