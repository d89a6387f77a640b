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
  /// The file in which a crash is written down; nil where no run would know of it.
  var crashes: String?

  /// `begin` finds the deployment, or takes a run up again; it says why it could not.
  func show(_ wizard: Wizard, begin: @escaping @Sendable () async -> String?) -> Int32 {
    show(wizard, keyboard: wizard, begin: begin)
  }

  /// A driver without a keyboard is one that nothing can be typed into.
  func show(_ driver: Driver, keyboard: (any KeyboardPort)? = nil, begin: @escaping Begin) -> Int32 {
    // A run whose folder takes no file more is one whose journal says so.
    let crash = crashes.flatMap { try? CrashFile($0) }
    defer { crash?.tidyUp() }
    switch program.face(request) {
    case .screen: return screen(driver, keyboard, begin, crash)
    case .plain: return lines(driver, keyboard, begin, crash, isJSON: false)
    case .json: return lines(driver, keyboard, begin, crash, isJSON: true)
    }
  }

  typealias Driver = any WizardDriver & PictureSource
  typealias Begin = @Sendable () async -> String?

  private func lines(
    _ wizard: Driver, _ keyboard: (any KeyboardPort)?, _ begin: @escaping Begin, _ crash: CrashFile?, isJSON: Bool
  ) -> Int32 {
    // Without a note as well: Swift's backtracer alone survives what somebody sends.
    try? CrashRestore.arm(terminal: -1, restore: [], note: crash?.note ?? [], to: crash?.descriptor ?? -1)
    defer { CrashRestore.disarm() }
    let source: AnswerSource
    let output: DescriptorOutput
    let signals: AsyncStream<Signal>
    let gate: LineGate
    do throws(SystemError) {
      gate = try LineGate()
      source = AnswerSource(answers, lines: keyboard == nil ? nil : try AnswerSource.typed(gate))
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

  private func screen(
    _ wizard: Driver, _ keyboard: (any KeyboardPort)?, _ begin: @escaping Begin, _ crash: CrashFile?
  ) -> Int32 {
    let screen: Screen
    let ports: TerminalPorts
    do throws(ScreenProblem) {
      ports = try TerminalPorts.standard()
      var settings = program.terminalSettings(request)
      settings.crashNote = crash.map { CrashNote(descriptor: $0.descriptor, bytes: $0.note) }
      screen = try Screen(on: ports, settings)
    } catch {
      complain("\(error.description) Going on with plain lines.")
      return lines(wizard, keyboard, begin, crash, isJSON: false)
    }
    let refusal = Announcement()
    do throws(SystemError) {
      let wakeUp = try WakeUp()
      var face = WizardFace(
        driver: wizard, size: ports.size, loop: program.loop, wakeUp: wakeUp,
        opening: opening, desk: desk, keyboard: keyboard, hasClipboard: screen.hasClipboard,
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
