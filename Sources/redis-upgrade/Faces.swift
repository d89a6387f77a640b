// Puts a face in front of a wizard and waits until it is over.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Shows a wizard on the screen, as lines, or as JSON.
struct Faces {
  let program: Program
  let request: FaceRequest
  let answers: Answers
  /// Where ssh asks for passwords; nil where nobody could be asked, or no ssh is used.
  var desk: AccessDesk?
  /// Said on the first screen, until a key is pressed.
  var opening: String?

  /// `begin` finds the deployment, or takes a run up again; it says why it could not.
  func show(_ wizard: Wizard, begin: @escaping @Sendable () async -> String?) -> Int32 {
    switch program.face(request) {
    case .screen: screen(wizard, begin)
    case .plain: lines(wizard, begin, isJSON: false)
    case .json: lines(wizard, begin, isJSON: true)
    }
  }

  private func lines(_ wizard: Wizard, _ begin: @escaping @Sendable () async -> String?, isJSON: Bool) -> Int32 {
    let source: AnswerSource
    let output: DescriptorOutput
    let signals: AsyncStream<Signal>
    let gate: LineGate
    do throws(SystemError) {
      gate = try LineGate()
      source = AnswerSource(answers, lines: try AnswerSource.typed(gate))
      output = try DescriptorOutput()
      signals = try SignalSource(TerminalLoop.signals).stream(on: program.loop)
    } catch {
      complain("this terminal cannot be used: \(error)")
      return ExitCode.refused.rawValue
    }
    program.loop.task {
      for await signal in signals where [.hangUp, .terminate, .interrupt].contains(signal) {
        _ = await wizard.send(.leave)
      }
    }
    let code = program.asking(desk, gate: gate) {
      program.wait { () async -> Int32 in
        if let refusal = await begin() {
          complain(refusal)
          return ExitCode.refused.rawValue
        }
        return isJSON
          ? await JSONFace().run(driver: wizard, answers: source, output: output)
          : await PlainFace().run(driver: wizard, answers: source, output: output)
      }
    }
    return code ?? ExitCode.needsPerson.rawValue
  }

  private func screen(_ wizard: Wizard, _ begin: @escaping @Sendable () async -> String?) -> Int32 {
    let screen: Screen
    let ports: TerminalPorts
    do throws(ScreenProblem) {
      ports = try TerminalPorts.standard()
      screen = try Screen(on: ports, program.terminalSettings(request))
    } catch {
      complain("\(error.description) Going on with plain lines.")
      return lines(wizard, begin, isJSON: false)
    }
    let refusal = Announcement()
    do throws(SystemError) {
      let wakeUp = try WakeUp()
      var face = WizardFace(
        driver: wizard, size: ports.size, loop: program.loop, wakeUp: wakeUp,
        opening: opening, desk: desk, keyboard: wizard, hasClipboard: screen.hasClipboard,
        prepared: { [answers] in answers.answer(to: $0) })
      program.loop.task {
        guard let reason = await begin() else { return }
        await refusal.set(reason)
        _ = await wizard.send(.leave)
        wakeUp.signal()
      }
      var loop = TerminalLoop(screen, wakeUp: wakeUp, signals: try SignalSource(TerminalLoop.signals))
      try loop.run(&face)
      let reason = program.wait { await refusal.text } ?? nil
      screen.leave(saying: reason.map { [$0] } ?? wizard.picture.conclusion?.lines ?? [])
      return reason == nil ? face.exitCode ?? ExitCode.needsPerson.rawValue : ExitCode.refused.rawValue
    } catch {
      screen.leave(saying: ["The screen was lost: \(error)"])
      return ExitCode.stoppedResumable.rawValue
    }
  }
}

extension Program {
  /// How the screen is drawn: what was asked for, else what the configuration says.
  func terminalSettings(_ request: FaceRequest) -> TerminalSettings {
    switch request.color ?? configuration.color ?? .auto {
    case .always: TerminalSettings(colour: .always)
    case .never: TerminalSettings(colour: .never)
    case .auto: TerminalSettings(colour: .automatic)
    }
  }
}

/// A sentence that a task leaves for the initial thread.
private actor Announcement {
  private(set) var text: String?
  func set(_ text: String) { self.text = text }
}
