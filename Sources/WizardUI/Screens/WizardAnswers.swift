// How an answer is given: only to a prompt that is in sight and armed, only by a key that a person pressed alone.

import SystemIO
import UpgradeCore

extension WizardModel {
  /// `y`, `n`, a digit, or Enter in a dialog.
  mutating func answer(
    _ request: Request, _ press: KeyPress, _ picture: RunPicture, at now: MonotonicTime
  ) -> [WizardEffect] {
    guard let prompt else {
      status = sent == nil ? "Nothing is asked at this moment." : "The last answer is on its way; nothing is asked now."
      return []
    }
    switch gate.accepts(press, at: now) {
    case .armed: break
    case .pasted:
      status =
        press.isPasted
        ? "Pasted text never answers." : "Several keys came at once: none was taken. Press one key."
      return []
    case .tooEarly:
      status = "Too early: the question has only just appeared. Read it, then answer."
      return []
    }
    switch request {
    case .yes: return yes(prompt, picture)
    case .no: return no(prompt, picture)
    case .choose(let digit): return choose(digit, picture)
    case .confirm: return confirm(picture)
    default: return []
    }
  }

  private mutating func yes(_ prompt: Prompt, _ picture: RunPicture) -> [WizardEffect] {
    switch prompt {
    case .question(let name):
      guard let question = picture.state.asked, question.name == name else { return [] }
      if openTyped(prompt, picture) { return [] }
      return send(.answer(name, question.word, .operatorInPerson), picture)
    case .choice(let choice): return send(.choose(choice, typed: nil, .operatorInPerson), picture)
    case .hold:
      own = nil
      return hold()
    case .goOn:
      own = nil
      return [.send(.pause(false))]
    case .leave: return leave(picture)
    case .problem:
      status = "Pick a choice by its digit."
      return []
    case .override, .access: return []
    }
  }

  private mutating func no(_ prompt: Prompt, _ picture: RunPicture) -> [WizardEffect] {
    switch prompt {
    case .question(let name): return send(.answer(name, "no", .operatorInPerson), picture)
    case .choice, .hold, .goOn, .leave:
      own = nil
      return []
    case .problem:
      status = "Pick a choice by its digit."
      return []
    case .override, .access: return []
    }
  }

  /// A choice that changes nothing is taken at once; any other is asked about once more.
  private mutating func choose(_ digit: Int, _ picture: RunPicture) -> [WizardEffect] {
    guard let numbered = picture.offers.first(where: { $0.number == digit }) else {
      status = "There is no choice \(digit)."
      return []
    }
    return pick(numbered.offer.choice, picture)
  }

  mutating func pick(_ choice: Choice, _ picture: RunPicture) -> [WizardEffect] {
    if case .override(let gate) = choice {
      raise(.override(gate))
      return []
    }
    if choice.isHarmless { return send(.choose(choice, typed: nil, .operatorInPerson), picture) }
    raise(.choice(choice))
    return []
  }

  /// Enter in a dialog: the words have to be there to the letter.
  private mutating func confirm(_ picture: RunPicture) -> [WizardEffect] {
    guard let dialog else { return [] }
    let typed = dialog.field.text
    switch dialog.prompt {
    case .question(let name):
      guard let question = picture.state.asked, question.name == name else { return [] }
      guard typed == question.word || typed == "no" else { return refuse(typed, wanted: question.word) }
      return send(.answer(name, typed, .operatorInPerson), picture)
    case .override(let gate):
      let word = Choice.override(gate).word ?? ""
      guard typed == word else { return refuse(typed, wanted: word) }
      return send(.choose(.override(gate), typed: typed, .operatorInPerson), picture)
    case .access(let number): return hand(number, dialog)
    case .problem, .choice, .hold, .goOn, .leave: return []
    }
  }

  /// Hands to ssh what was typed; an unknown host key is trusted by the word alone.
  private mutating func hand(_ number: Int, _ dialog: TypedDialog) -> [WizardEffect] {
    guard let access, access.number == number, access.kind != .notice else { return [] }
    guard access.kind == .hostKey else {
      self.access = nil
      return [.hand(number, dialog.hidden)]
    }
    guard dialog.field.text == "yes" else { return refuse(dialog.field.text, wanted: "yes") }
    self.access = nil
    let yes = HiddenText()
    for scalar in "yes".unicodeScalars { yes.append(scalar) }
    return [.hand(number, yes)]
  }

  private mutating func refuse(_ typed: String, wanted: String) -> [WizardEffect] {
    status = typed.isEmpty ? "To go on, type exactly: \(wanted)" : "Not taken. To go on, type exactly: \(wanted)"
    return []
  }

  /// The second time the program ends without waiting for the run: it may be what hangs.
  mutating func leave(_ picture: RunPicture) -> [WizardEffect] {
    own = nil
    if isEnding { return [.end(LeaveForecast(picture).exitCode)] }
    isEnding = true
    return send(.leave, picture)
  }
}
