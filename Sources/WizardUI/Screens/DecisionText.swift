// The lines of a question as label and text, as the machine writes them: `Clients writes pause for a moment`.

package import UpgradeCore

/// One line of a question.
package struct DecisionLine: Hashable, Sendable {
  /// Empty where the line is a sentence of its own.
  package var label: String
  package var text: String
}

extension Question {
  /// The question as a person is asked it.
  package var asking: String {
    switch name.kind {
    case .enableUpgradeMode: "Do you want to enable upgrade mode now [Y/N]?"
    case .disableUpgradeMode: "Do you want to disable upgrade mode now [Y/N]?"
    default: title.hasSuffix("?") ? title : title + "?"
    }
  }

  package var decisionLines: [DecisionLine] {
    lines.map { line in
      for label in [
        "Why", "Runs", "Clients", "Undo", "Usually", "Asks", "Advice", "Yes", "No", "Where", "Answer", "Then",
      ] where line.hasPrefix(label + " ") {
        return DecisionLine(label: label, text: String(line.dropFirst(label.count).drop { $0 == " " }))
      }
      return DecisionLine(label: "", text: line)
    }
  }
}
