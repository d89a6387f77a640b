// A face of few lines on a true terminal, for the tests that drive it from outside.

import SystemIO
import WizardUI

@main enum Main {
  /// `terminal-demo [FILE]`: what happened after the terminal was gone is written to the file.
  static func main() {
    Relaunch.withQuietBacktraces()
    do {
      try Signals.block(TerminalLoop.signals)
      try Signals.prepareProcess()
      let screen = try Screen(on: .standard())
      var face = DemoFace(wakeUp: try WakeUp())
      var loop = TerminalLoop(screen, wakeUp: face.wakeUp, signals: try SignalSource(TerminalLoop.signals))
      try loop.run(&face)
      screen.leave(saying: ["demo left", "answers: \(face.answers)"])
      if let path = CommandLine.arguments.dropFirst().first {
        try Files.writeAtomically(path, Array(face.events.joined(separator: "\n").utf8))
      }
    } catch {
      print("demo: \(error)")
    }
  }
}

/// Shows what happens to it, and asks when it is told to.
struct DemoFace: Face {
  let wakeUp: WakeUp
  var events: [String] = []
  var questions = 0
  var asks = false
  var answers: [String] = []
  var note = ""
  var gate = PromptGate()

  mutating func handle(_ event: FaceEvent, at now: MonotonicTime) -> FaceAnswer {
    switch event {
    case .key(let press): return take(press, at: now)
    case .appeared(let prompt):
      events.append("appeared \(prompt)")
      gate.appears(at: now)
    case .resized(let size): events.append("resized \(size.columns)x\(size.rows)")
    case .woken: events.append("woken")
    case .timeCame: events.append("time came")
    case .signal(let signal):
      events.append("\(signal)")
      return .leave
    case .hangUp:
      events.append("hang-up")
      wakeUp.signal()
      return .goOn
    }
    return events.contains("hang-up") ? .leave : .goOn
  }

  private mutating func take(_ press: KeyPress, at now: MonotonicTime) -> FaceAnswer {
    events.append("key \(press.key.name)" + (press.isPasted ? " pasted" : ""))
    switch Request.meant(by: press.key, on: .nodes) {
    case .yes where asks:
      let verdict = gate.accepts(press, at: now)
      note = "\(verdict)"
      guard verdict == .armed else { return .goOn }
      answers.append("yes to \(questions)")
      asks = false
      gate.withdraws()
    case .suspend: return .suspend
    case .redraw: return .redraw
    case .quit: return .leave
    default: return takeOther(press.key)
    }
    return .goOn
  }

  private mutating func takeOther(_ key: Key) -> FaceAnswer {
    switch key {
    case .character("a"):
      questions += 1
      asks = true
    case .character("e"): try? Files.write(Array("a stray \u{1B}[31mmessage\n".utf8), to: 2, path: "standard error")
    case .character("t"): fatalError("a trap of the demo")
    case .character("T"):
      _ = try? SystemThread(name: "trapper") { fatalError("a trap on another thread") }.join()
    case .character("x"): endAtOnce()
    default: break
    }
    return .goOn
  }

  func frame(_ size: Size, glyphs: Glyphs, at now: MonotonicTime) -> Frame {
    var canvas = Canvas(size, glyphs: glyphs)
    let (top, rest) = canvas.area.cutBottom(2)
    Card("Demo \(size.columns)x\(size.rows)", note: "日本 e\u{301}", isFocused: true).draw(in: top, on: &canvas)
    LogPane(events.map { Line($0) }).draw(in: top.inset(), on: &canvas)
    let (question, keys) = rest.cutTop(1)
    if asks {
      QuestionRow(
        "Question \(questions)?", choices: [.init(.yes, "yes")], note: Line(note), isArmed: gate.isArmed(at: now)
      ).draw(in: question, on: &canvas)
    } else {
      canvas.put("answers \(answers)", row: question.row, column: 1, in: question)
    }
    KeyLine([.yes, .suspend, .quit]).draw(in: keys, on: &canvas)
    let armsAt = gate.armsAt.flatMap { $0 > now ? $0 : nil }
    return Frame(
      canvas, title: "demo", prompt: asks ? "question-\(questions)" : nil, alert: asks ? "question" : nil,
      redrawAt: armsAt)
  }
}
