// What commands print on its way into the picture, and what the operator types on its way into them.

package import SystemIO
import UpgradeCore

extension Wizard {
  /// A Sentinel says how far its failover has come: all of it on the health page, what matters most also as a line.
  func heard(_ event: SentinelEvent) {
    draw { $0.hear(event) }
    if event.isMilestone { note("Sentinel: \(event.words)") }
  }

  func heard(_ job: HostJob, _ news: HostNews) {
    desk.take(job, news)
    watchPrompts(job, news)
    switch news {
    case .began: detach(nil)
    case .ended where attached == job.id: detach(nil)
    case .ended, .printed: break
    }
    if output.take(job, news, at: now) { showOutput() }
  }

  func drawn(_ view: OutputDesk.View) {
    if output.take(view) { showOutput() }
  }

  private func showOutput() {
    var shown = output.shown(picture.setup)
    if let output = shown, let command = output.id { shown?.keyboard = keyboard(of: command, output.status) }
    draw { $0.output = shown }
  }

  /// Commands get terminals of the pane's size; where theirs have another one, it is drawn at that.
  func fitTerminals() async {
    guard let pane = output.pane, let open else { return }
    output.fixedSize = await open.host.resizeTerminals(pane)
    // The window may have changed again meanwhile.
    desk.resize(output.fixedSize ?? output.pane ?? pane)
  }

  // MARK: - Typing into a command

  /// Takes what the operator types while attached to a command; from any thread, never waits.
  package nonisolated func type(_ text: HiddenText) { keys.type(text) }

  private func keyboard(of command: EffectID, _ status: String?) -> CommandKeyboard {
    guard let open else { return .closed("The command is not a part of this run.") }
    let refusal = open.host.keyboards.refusal(of: command)
    if let status, picture.setup?.site.reach != .manual { return .closed("The command is over (\(status)).") }
    if attached == command { return .attached }
    return refusal.map(CommandKeyboard.closed) ?? .free
  }

  /// Who types into a command changes what it does: the journal says so before the first key, and never what was typed.
  func attach(_ command: EffectID) async -> String? {
    guard let open, let session, output.isRunning(command) else { return "the command is over" }
    guard attached == nil else { return "the keyboard is attached already" }
    let line: any KeyboardLine
    do throws(HostFailure) {
      line = try await open.host.keyboards.line(to: command) { [weak self] why in
        guard let self else { return }
        _ = parts.loop.task { await self.lost(command, why) }
      }
    } catch {
      return error.description
    }
    let step = command.step.sentence(in: picture.setup)
    let refusal = await session.note("the keyboard was attached to the running command: \(step)")
    guard refusal == nil, attached == nil, output.isRunning(command) else {
      await line.close()
      return refusal ?? "the command is over"
    }
    output.loss = nil
    attached = command
    keys.attach(line) { [weak self] why in
      guard let self else { return }
      _ = parts.loop.task { await self.lost(command, why) }
    }
    showOutput()
    return nil
  }

  /// Keys go nowhere any more; `loss` is why, where nobody wanted it.
  func detach(_ loss: String?) {
    guard attached != nil else { return }
    attached = nil
    keys.release()
    output.loss = loss
    showOutput()
  }

  private func lost(_ command: EffectID, _ why: String) {
    if attached == command { detach(why) }
  }

  func keyboardChanged(_ command: EffectID) {
    guard output.isRunning(command) else { return }
    if attached == command, let refusal = open?.host.keyboards.refusal(of: command) { return detach(refusal) }
    showOutput()
  }
}
