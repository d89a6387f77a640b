// What waits for the operator: one thing at a time, each with its own appearance, so that one answer answers one.

package import SystemIO
package import UpgradeCore

/// The question that keys or words would answer now.
package enum Prompt: Hashable, Sendable {
  /// Put by the run.
  case question(QuestionName)
  /// A problem waits for one of its choices.
  case problem(String)
  /// A choice was picked that changes something.
  case choice(Choice)
  /// A rule is to be set aside: words are typed.
  case override(Gate)
  /// Whether the run is to be held after the running step.
  case hold
  /// The pause is to end.
  case goOn
  case leave
  /// Something that ssh asks for; its number.
  case access(Int)

  var name: String {
    switch self {
    case .question(let name): "question \(name)"
    case .problem(let name): "problem \(name)"
    case .choice(let choice): "choice \(choice.name)"
    case .override(let gate): "override \(gate.rule)"
    case .hold: "hold"
    case .goOn: "go on"
    case .leave: "leave"
    case .access(let number): "access \(number)"
    }
  }
}

/// A dialog with a field: what is typed into it is an answer only as a whole, and only with Enter.
package struct TypedDialog: Hashable, Sendable {
  package var prompt: Prompt
  package var field: TextField
  /// The first row in sight where the text is longer than the window.
  package var first = 0
  /// What is typed and not shown; the field then holds a mark for each character.
  package var hidden: HiddenText?

  package init(_ prompt: Prompt, word: String) {
    self.prompt = prompt
    self.field = TextField(Line("To go on, type ") + Line(word, .bold) + Line(":"))
    // The caret stands behind it.
    field.room = Line(word).columns + 1
  }

  init(_ question: AccessQuestion) {
    prompt = .access(question.number)
    field = TextField(
      question.kind == .hostKey ? Line("To trust this key, type ") + Line("yes", .bold) + Line(":") : Line("Not shown:")
    )
    hidden = question.kind == .secret ? HiddenText() : nil
  }

  /// Types a key; false when it does not edit.
  mutating func edit(_ key: Key) -> Bool {
    guard let hidden else { return field.edit(key) }
    switch key {
    case .backspace, .control("h"): hidden.removeLast()
    case .control("u"): hidden.clear()
    default:
      guard let scalar = key.printable else { return false }
      hidden.append(scalar)
    }
    field = TextField(field.prompt, text: String(repeating: "*", count: hidden.count))
    return true
  }
}

extension RunPicture {
  /// The choices of the problem, safest first, numbered where they can be picked; those not offered stay in sight.
  package var offers: [NumberedOffer] { state.problem.map { NumberedOffer.all(of: $0) } ?? [] }
}

/// One choice of a problem with the digit that picks it.
package struct NumberedOffer: Hashable, Sendable {
  /// nil: not offered.
  package var number: Int?
  package var offer: Offer

  package static func all(of problem: Problem) -> [NumberedOffer] {
    let sorted = problem.choices.enumerated()
      .sorted { ($0.element.choice.caution, $0.offset) < ($1.element.choice.caution, $1.offset) }
      .map(\.element)
    var number = 0
    return sorted.map { offer in
      guard offer.notOffered == nil else { return NumberedOffer(number: nil, offer: offer) }
      number += 1
      return NumberedOffer(number: number, offer: offer)
    }
  }
}

extension Choice {
  /// How much it takes away: choices are listed from what changes nothing to what sets a rule aside.
  var caution: Int {
    switch self {
    case .waitLonger, .askAgain: 0
    case .stopHere: 1
    case .retry: 2
    case .adopt, .skip, .leave: 3
    case .rollBack: 4
    case .windDown: 5
    case .override: 6
    }
  }

  /// Whether picking it changes nothing at all, so that no second key is asked for.
  var isHarmless: Bool { caution == 0 }

  /// What it costs, in two words.
  package var costs: String {
    switch self {
    case .waitLonger, .askAgain: "changes nothing"
    case .stopHere: "changes nothing"
    case .retry: "one step, once more"
    case .adopt: "changes what is expected"
    case .rollBack: "this node goes back"
    case .skip: "this node is left out"
    case .leave: "it stays as it is"
    case .windDown: "ends this run in order"
    case .override: "typed confirmation"
    }
  }

  /// The words that it asks for; nil where a key is enough.
  package var word: String? {
    if case .override(let gate) = self { "override \(gate.rule)" } else { nil }
  }
}
