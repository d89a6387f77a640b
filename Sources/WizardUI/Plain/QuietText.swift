// A command that seems to wait for an answer, for the faces that print lines: nothing can be typed into it from there.

import UpgradeCore

/// What is said of it, and what can be done.
struct QuietText {
  let output: CommandOutput
  private let picture: RunPicture

  init(_ output: CommandOutput, _ picture: RunPicture) {
    self.output = output
    self.picture = picture
  }

  var since: Duration { output.seemsToWait(at: picture.now) ?? .zero }

  /// The line without an end: where it is a question, that is the question.
  var lastLine: String { output.lines.last ?? "" }

  /// Whether the screen, reached with `resume`, could type into it.
  var canBeAnswered: Bool {
    if case .closed = output.keyboard { false } else { true }
  }

  var sentence: String {
    let subject = output.id?.step.sentence(in: picture.setup) ?? "the command on \(output.node)"
    return "\(subject) has printed nothing for \(Quantity.wholeSeconds(since)) on a line without an end; "
      + "it may be waiting for an answer"
  }

  /// What runs is held apart from this program, so that leaving ends nothing.
  var remedy: String {
    if case .closed(let why) = output.keyboard {
      return "nothing can be typed into it through this program. \(why) Look at it on its host"
    }
    return "nothing can be typed into it from lines. If it asks: leave, which the command outlives; then, on a full "
      + "screen, redis-upgrade resume \(picture.run), and there \(Request.output.label), then \(Request.attach.label)"
  }
}
