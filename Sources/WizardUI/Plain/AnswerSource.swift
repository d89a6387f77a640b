// Where answers come from for the faces that print lines: what was prepared, and who types.

package import SystemIO
package import UpgradeCore
package import UpgradeRuntime

/// Answers that were prepared, and the lines of a person where one is there.
package struct AnswerSource: Sendable {
  /// The prepared answer to a question; nil where none is.
  package var prepared: @Sendable (QuestionName) -> Answer?
  /// What a person types; nil where nobody is there.
  package var lines: AsyncStream<String>?

  package init(prepared: @escaping @Sendable (QuestionName) -> Answer?, lines: AsyncStream<String>? = nil) {
    self.prepared = prepared
    self.lines = lines
  }

  package init(_ answers: Answers, lines: AsyncStream<String>? = nil) {
    self.init(prepared: { answers.answer(to: $0) }, lines: lines)
  }

  /// The lines of standard input where that is a terminal; a pipe answers nothing.
  package static func typed(_ gate: LineGate? = nil) throws(SystemError) -> AsyncStream<String>? {
    Terminal.isTerminal(0) ? try LineInput.lines(of: 0, gate: gate) : nil
  }
}
