// What a run waits for while nobody is asked: gates that do not hold, a step that is not yet seen to have happened, or
// the end of a command.

import UpgradeCore

/// Something that is waited for, with the values that it hangs on.
struct WaitingText {
  /// The step that cannot begin, or that is not over.
  let subject: String
  /// Each gate, or what has not been seen yet.
  let reasons: [String]
  let since: Duration
  /// A command runs, which is nothing unusual: it is said only after a while, and not where its output is in sight.
  let isCommand: Bool
  /// Which step waits for which gates: what they hang on may change with every reading.
  let name: String

  /// nil where nothing is waited for.
  init?(_ picture: RunPicture) {
    let (state, posture) = (picture.state, picture.posture)
    guard picture.conclusion == nil, state.ended == nil, state.problem == nil, state.asked == nil, !picture.isPaused,
      picture.watching?.isDriverGone != true, let began = posture.waitingSince
    else { return nil }
    since = picture.age(of: began)
    isCommand = state.inFlight.map { $0.outcome == nil && $0.action.hasEffect } ?? false
    if let flight = state.inFlight, isCommand {
      subject = flight.effect.step.sentence(in: picture.setup)
      let printed = picture.output.flatMap { $0.id == flight.effect ? $0.lines.last { !$0.isEmpty } : nil }
      reasons = ["its end; " + (printed.map { "the last that it printed: \($0)" } ?? "it has printed nothing so far")]
      name = "\(flight.effect) runs"
    } else if let flight = state.inFlight {
      guard case .inFlight(.notYet(let why)) = posture.kind else { return nil }
      subject = flight.effect.step.sentence(in: picture.setup)
      reasons = [why]
      name = "\(flight.effect)"
    } else {
      let red = posture.gates.filter { !$0.isGreen }
      guard !red.isEmpty else { return nil }
      subject = posture.step.map { "\"\($0.title)\" cannot begin" } ?? "the run cannot go on"
      reasons = GateSummary(red, setup: picture.setup).red.map(\.string)
      name = red.map { "\($0.gate.rule) \($0.gate.object)" }.joined(separator: ", ")
    }
  }
}
