// Typing into a running command: how it begins, where each key goes, and how it ends.

import SystemIO
import UpgradeCore

extension WizardModel {
  /// Asks for the keyboard of the command in sight; until it is there, keys stay the wizard's.
  ///
  /// Only a key that a person pressed alone: what came with it would be typed into the command.
  mutating func attach(_ press: KeyPress, _ picture: RunPicture) -> [WizardEffect] {
    if let reason = screen(picture).refusals[.attach] {
      status = reason
      return []
    }
    guard press.isAlone else {
      status = "Several keys came at once: none was taken. Press one key."
      return []
    }
    status = nil
    return picture.output?.id.map { [.send(.attach($0))] } ?? []
  }

  /// The command's terminal takes keys from now on, unless the operator has gone elsewhere meanwhile.
  mutating func beginTyping(into command: EffectID, _ picture: RunPicture) -> [WizardEffect] {
    guard view?.name == .output, dialog == nil, wantedPrompt(picture) == nil, !ScreenLayout.isTooSmall(size) else {
      return [.send(.detach)]
    }
    attached = command
    stillUntil = nil
    view?.place = .newest
    view?.search = nil
    status = nil
    return []
  }

  /// Every key goes to the command but the one that leaves; a paste goes there as a whole, whatever it holds.
  mutating func type(_ press: KeyPress, _ picture: RunPicture) -> [WizardEffect] {
    if !press.isPasted, Request.meant(by: press.key, on: .attached) == .detach {
      attached = nil
      status = "Keys are the wizard's again; the command goes on."
      return [.send(.detach), .discard]
    }
    guard var bytes = press.key.terminalBytes(isApplication: picture.output?.wantsApplicationKeys ?? false) else {
      status = "This key is unknown here; nothing was sent."
      return []
    }
    status = nil
    return [.type(HiddenText(taking: &bytes))]
  }

  /// Leaves by itself where nothing can be typed any more, or the run asks: and says so.
  mutating func leaveWhatIsGone(_ picture: RunPicture, at now: MonotonicTime) -> [WizardEffect] {
    guard let command = attached, let reason = reasonToLeave(command, picture) else { return [] }
    attached = nil
    stillUntil = now + PromptGate.delay
    status = "Detached: \(reason). Keys count again after a pause."
    return [.send(.detach), .discard]
  }

  private func reasonToLeave(_ command: EffectID, _ picture: RunPicture) -> String? {
    guard let output = picture.output, output.id == command else { return "the command is over" }
    if let status = output.status { return "the command is over (\(status))" }
    if output.keyboard != .attached { return (output.loss ?? "the command takes no keys").asClause }
    if picture.state.problem != nil { return "the run has stopped at a problem" }
    if wantedPrompt(picture) != nil { return "something is asked" }
    if ScreenLayout.isTooSmall(size) { return "the window is too small" }
    return view?.name == .output ? nil : "its output is not in sight"
  }

  /// What was meant for a command that is gone asks for nothing here: answered where the key is thrown away.
  mutating func swallow(_ press: KeyPress, at now: MonotonicTime) -> [WizardEffect]? {
    guard let stillUntil else { return nil }
    guard now < stillUntil else {
      self.stillUntil = nil
      return nil
    }
    self.stillUntil = now + PromptGate.delay
    return []
  }
}

extension String {
  /// A sentence as a part of another one.
  fileprivate var asClause: String {
    guard hasSuffix("."), let first else { return self }
    let isName = dropFirst().first?.isUppercase ?? true
    return (isName ? String(first) : first.lowercased()) + dropFirst().dropLast()
  }
}
