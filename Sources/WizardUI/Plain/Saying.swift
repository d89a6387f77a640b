// What a face of lines has to say, before it is made into words or into JSON.

package import UpgradeCore

/// One thing to be said, with nothing of how.
package enum Saying: Hashable, Sendable {
  /// All of them have been judged.
  case checks
  case plan
  case event(Event)
  case health
  /// A command is quiet on an unfinished line: it may be waiting for an answer.
  case quiet(CommandOutput)
  /// Gates do not hold, or a step is not seen to have happened, for a while already.
  case waiting
  case question(Question)
  case problem(Problem)
  /// Words that a person asked for while a question is open.
  case commands(Question)
  /// The driver or the face did not take something, and why.
  case refused(String)
  /// A question without an answer, and nobody to ask: what would have answered it.
  case unanswered(Question)
  /// A problem, and nobody to choose.
  case undecided(Problem)
  case remark(String)
  case leaving
  case finish
  case report
  case concluded(Conclusion)
}

/// What is to be done about a line or a picture.
package enum LineEffect: Hashable, Sendable {
  case say(Saying)
  /// A person's turn: the prompt that stays at the end of the last line.
  case prompt(LinePrompt)
  case send(WizardCommand)
  case end(Int32)
}

/// What a person is asked to type.
package enum LinePrompt: Hashable, Sendable {
  case question(Question)
  case problem(Problem)
  case override(Gate)
  /// Checks refuse the start.
  case checks
  case goOn
}

/// What happens to a face of lines.
package enum LineInputEvent: Hashable, Sendable {
  /// There is a newer picture; it is handed over beside every event.
  case pictured
  case line(String)
  /// Nobody types any more.
  case inputEnded
  /// Nobody reads any more, or the program is to end.
  case endWanted
  case taken(WizardCommand)
  case refused(WizardCommand, String)
}
