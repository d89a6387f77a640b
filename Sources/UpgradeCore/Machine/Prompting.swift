// Questions of a running command: what is answered at once and written down, and what the operator is asked.

extension UpgradeMachine {
  /// A question at the terminal of the step in flight. It is recorded before anything is typed.
  func take(_ prompt: Enterprise.Prompt, of effect: EffectID) -> Decision {
    guard let flight = state.inFlight, flight.effect == effect, flight.outcome == nil else {
      return Decision(refusal: "this command is not running")
    }
    guard state.asked == nil else { return Decision(refusal: "another question is being asked") }
    guard let row = prompt.row else { return ask(unknown: prompt, flight) }
    switch row.treatment {
    case .replied(let reply): return Decision(records: [.prompted(effect, text: prompt.text, .replied(reply))])
    case .asked(let kind):
      let name = QuestionName(kind, kind.takesObject ? row.name : nil)
      var question = Question(
        name: name, consentClass: .reversible, title: prompt.text,
        lines: [
          "Asks    the installer on \(nodeName(effect)), which waits for the answer", "Advice  \(row.advice)",
          "Yes     types Y there", "No      types N there: the installer may end then, and says so",
        ], step: effect.step, word: "yes")
      question.isOfCommand = true
      return Decision(records: [.prompted(effect, text: prompt.text, .asked), .asked(question)])
    }
  }

  /// The command went on after its question, without an answer of ours.
  func takeBack(_ effect: EffectID) -> Decision {
    guard let question = state.asked, question.isOfCommand, state.inFlight?.effect == effect else { return .nothing }
    return Decision(records: [.prompted(effect, text: question.title, .answeredThere)])
  }

  /// What nobody knows is never answered for the operator, and never beforehand.
  private func ask(unknown prompt: Enterprise.Prompt, _ flight: InFlight) -> Decision {
    var question = Question(
      name: QuestionName(.installerPrompt, "unknown"), consentClass: .override,
      title: "The installer asks what this program does not know",
      lines: [
        "Asks    \(prompt.text)", "Where   on \(nodeName(flight.effect)); it waits, and nothing else goes on",
        "Answer  at its own terminal: o shows its output, then attach your keyboard",
        "Then    type here that you have: answered", "No      leaves it waiting: stop the run, and decide by hand",
      ], step: flight.effect.step, word: "answered")
    question.isOfCommand = true
    return Decision(records: [.prompted(flight.effect, text: prompt.text, .asked), .asked(question)])
  }

  private func nodeName(_ effect: EffectID) -> String { state.setup?.name(effect.step.object) ?? "the node" }
}

extension Question {
  /// What an answer types into the command that asked; nil where that is not ours to type.
  package func typed(granted: Bool) -> String? {
    guard isOfCommand, name != QuestionName(.installerPrompt, "unknown") else { return nil }
    return granted ? "Y" : "N"
  }
}
