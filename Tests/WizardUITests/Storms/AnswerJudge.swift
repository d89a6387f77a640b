// Who may answer: a key that a person pressed alone, at a prompt that was in sight for half a second, once.
import SystemIO

@testable import UpgradeCore
@testable import WizardUI

/// Watches over what the model sends; it knows the rule and nothing of how the model keeps it.
struct AnswerJudge {
  /// When each prompt came into sight.
  private var appeared: [String: MonotonicTime] = [:]
  /// Prompts that were answered: each appearance has a name of its own, and one answer.
  private var answered: Set<String> = []

  mutating func appeared(_ prompt: String, at now: MonotonicTime) { appeared[prompt] = now }

  mutating func faults(
    of effects: [WizardEffect], _ message: WizardMessage, _ before: WizardModel, _ picture: RunPicture,
    at now: MonotonicTime
  ) -> [String] {
    var faults: [String] = []
    for effect in effects {
      switch effect {
      case .send(.answer(let name, let text, _)):
        faults += decided(message, before, at: now)
        guard let asked = picture.state.asked, asked.name == name else {
          faults.append("answers \(name), which is not asked")
          break
        }
        if text != "no", text != asked.word { faults.append("\"\(text)\" is no answer to \(name)") }
        if asked.isTyped, text != "no", before.dialog?.field.text != text {
          faults.append("\(name) was answered with words that nobody typed")
        }
      case .send(.choose(let choice, let typed, _)):
        faults += decided(message, before, at: now)
        if choice.word != typed { faults.append("\(choice) without its words") }
        if choice.word != nil, before.dialog?.field.text != typed { faults.append("\(choice) by words nobody typed") }
      case .send(.pause), .send(.proceed), .send(.recheck), .send(.attach), .send(.order):
        if !isPress(message) { faults.append("\(effect) without a key") }
      case .type:
        if before.attached == nil { faults.append("typed into a command that the keyboard is not attached to") }
      case .hand(_, let text):
        if text != nil { faults += decided(message, before, at: now) }
      case .send(.leave), .send(.showOutput), .send(.detach), .discard, .write, .copy, .redraw, .suspend, .end: break
      }
    }
    if before.attached != nil, case .press(let press) = message {
      let isTheirs = effects.allSatisfy { effect in
        switch effect {
        case .type, .discard, .send(.detach): true
        default: false
        }
      }
      if !isTheirs { faults.append("\(press.key.name) was the command's and did \(effects)") }
    }
    return faults
  }

  private func isPress(_ message: WizardMessage) -> Bool { if case .press = message { true } else { false } }

  /// What is wrong with this message as an answer.
  private mutating func decided(_ message: WizardMessage, _ before: WizardModel, at now: MonotonicTime) -> [String] {
    guard case .press(let press) = message else { return ["an answer without a key"] }
    guard let prompt = before.promptName else { return ["an answer, and nothing is asked"] }
    var faults: [String] = []
    if press.isPasted || !press.isAlone { faults.append("\(press.key.name) came with others and answered") }
    if ScreenLayout.isTooSmall(before.size) { faults.append("answered in a window that is too small") }
    if before.view?.name == .help { faults.append("answered under the help") }
    if before.searchField != nil { faults.append("answered with a letter of a search") }
    let isTyped = before.dialog != nil
    switch press.key {
    case .enter where !isTyped: faults.append("Enter answered")
    case .enter, .character("n"), .character("N"): break
    case .character("y"), .character("Y"): if isTyped { faults.append("y answered a dialog") }
    case .character(let digit) where ("1"..."9").contains(digit): break
    default: faults.append("\(press.key.name) answered")
    }
    if let since = appeared[prompt] {
      if now - since < .milliseconds(500) { faults.append("answered \(now - since) after it was in sight") }
    } else {
      faults.append("answered what was never in sight")
    }
    if !answered.insert(prompt).inserted { faults.append("\(prompt) was answered twice") }
    return faults
  }
}
