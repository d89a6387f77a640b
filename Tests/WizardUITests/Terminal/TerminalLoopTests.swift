// The loop: what it tells a face, in which order, and what it does not wait for.
import SystemIO
import Testing

@testable import WizardUI

/// Writes down its events and does what the test says.
private struct ScriptedFace: Face {
  var events: [FaceEvent] = []
  var frames = Counter()
  var prompt: String?
  var redrawAt: MonotonicTime?
  let react: (inout ScriptedFace, FaceEvent) -> FaceAnswer

  /// Counts in a function that does not change the face.
  final class Counter {
    var count = 0
  }

  init(_ react: @escaping (inout ScriptedFace, FaceEvent) -> FaceAnswer) { self.react = react }

  mutating func handle(_ event: FaceEvent, at now: MonotonicTime) -> FaceAnswer {
    events.append(event)
    // No script is longer: a loop that goes on without end fails instead of hanging.
    return events.count > 50 ? .leave : react(&self, event)
  }

  func frame(_ size: Size, glyphs: Glyphs, at now: MonotonicTime) -> Frame {
    frames.count += 1
    var canvas = Canvas(size, glyphs: glyphs)
    canvas.put("frame \(frames.count)", row: 0, column: 0)
    return Frame(canvas, prompt: prompt, redrawAt: redrawAt)
  }
}

extension TerminalTests {
  @Suite struct LoopTests {
    private func run(_ face: inout ScriptedFace, on terminal: PTY, _ wakeUp: WakeUp) throws {
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      var loop = TerminalLoop(screen, wakeUp: wakeUp, signals: try SignalSource([.user2]))
      try loop.run(&face)
    }

    @Test func aTerminalThatIsGoneIsSaidOnceAndTheLoopGoesOn() throws {
      let terminal = try PTY(columns: 30, rows: 5)
      let wakeUp = try WakeUp()
      try terminal.type("a")
      var face = ScriptedFace { _, event in
        switch event {
        case .key: terminal.hangUp()
        case .hangUp: wakeUp.signal()
        default: return .leave
        }
        return .goOn
      }
      try run(&face, on: terminal, wakeUp)
      #expect(face.events == [.key(KeyPress(.character("a"))), .hangUp, .woken])
      // The first one, and the one after the key: from the hang-up on none.
      #expect(face.frames.count == 2)
    }

    @Test func whatIsDiscardedIsNeverHandedOver() throws {
      let terminal = try PTY(columns: 30, rows: 5)
      let wakeUp = try WakeUp()
      try terminal.type("abc")
      var face = ScriptedFace { _, event in
        switch event {
        case .key:
          try? terminal.type("d")
          wakeUp.signal()
          return .discard
        default: return .leave
        }
      }
      try run(&face, on: terminal, wakeUp)
      #expect(face.events == [.key(KeyPress(.character("a"), isAlone: false)), .woken])
    }

    @Test func whatWasTypedBeforeAPromptIsThrownAway() throws {
      let terminal = try PTY(columns: 30, rows: 5)
      try terminal.type("a")
      var face = ScriptedFace { face, event in
        switch event {
        case .key(KeyPress(.character("a"))):
          try? terminal.type("yy")
          face.prompt = "p"
        case .appeared:
          try? terminal.type("z")
        default: return .leave
        }
        return .goOn
      }
      try run(&face, on: terminal, try WakeUp())
      #expect(
        face.events == [.key(KeyPress(.character("a"))), .appeared(prompt: "p"), .key(KeyPress(.character("z")))])
    }

    @Test func manyWakeUpsAreOne() throws {
      let wakeUp = try WakeUp()
      for _ in 0..<3 { wakeUp.signal() }
      var face = ScriptedFace { _, _ in .leave }
      try run(&face, on: try PTY(columns: 30, rows: 5), wakeUp)
      #expect(face.events == [.woken])
    }

    @Test func aStoppedTerminalHoldsNothingBack() throws {
      let terminal = try PTY(columns: 30, rows: 5)
      let wakeUp = try WakeUp()
      let screen = try Screen(on: terminal.ports)
      defer {
        _ = terminal.drawn()
        screen.leave()
      }
      try terminal.fill()
      try #require(!screen.isReadyForOutput)
      wakeUp.signal()
      var drawnWhileStopped = 0
      var face = ScriptedFace { face, event in
        guard event == .woken else { return .leave }
        guard face.events.count < 5 else {
          drawnWhileStopped = face.frames.count
          _ = terminal.drawn()
          face.redrawAt = .now
          return .goOn
        }
        wakeUp.signal()
        return .goOn
      }
      var loop = TerminalLoop(screen, wakeUp: wakeUp, signals: try SignalSource([.user2]))
      try loop.run(&face)
      #expect(face.events == Array(repeating: .woken, count: 5) + [.timeCame])
      #expect(drawnWhileStopped == 0)
      #expect(face.frames.count == 1)
      #expect(terminal.drawn().contains("frame 1"))
    }

    @Test func aFrameSaysWhenItIsOutOfDate() throws {
      var face = ScriptedFace { face, event in
        face.redrawAt = .now + .milliseconds(1)
        return event == .timeCame ? .leave : .goOn
      }
      face.redrawAt = .now
      try run(&face, on: try PTY(columns: 30, rows: 5), try WakeUp())
      #expect(face.events == [.timeCame])
    }

    @Test func theBellRingsWithAFrameAndOnlyWhereItIsWanted() throws {
      for rings in [true, false] {
        let terminal = try PTY(columns: 30, rows: 5)
        let screen = try Screen(on: terminal.ports, TerminalSettings(rings: rings))
        screen.present(Frame(Canvas(screen.size)))
        #expect(!terminal.drawn().contains("\u{7}"))
        screen.present(Frame(Canvas(screen.size)), rings: true)
        #expect(terminal.drawn().contains("\u{7}") == rings)
        screen.leave()
      }
    }

    @Test(arguments: [("xterm-256color", true), ("screen-256color", false)])
    func whatIsCopiedGoesToAClipboardThatIsThere(name: String, isThere: Bool) throws {
      let terminal = try PTY(columns: 30, rows: 5)
      var ports = terminal.ports
      ports.name = name
      let screen = try Screen(on: ports)
      #expect(screen.hasClipboard == isThere)
      var face = ScriptedFace { face, _ in
        face.events.count == 1 ? .copy("redis-cli PING\n") : .leave
      }
      let wakeUp = try WakeUp()
      try terminal.type("ab")
      var loop = TerminalLoop(screen, wakeUp: wakeUp, signals: try SignalSource([.user2]))
      try loop.run(&face)
      screen.copy(String(repeating: "x", count: TerminalModes.mostCopied + 1))
      screen.leave()
      let drawn = terminal.drawn()
      #expect(drawn.contains("\u{1B}]52;c;cmVkaXMtY2xpIFBJTkcK\u{7}") == isThere)
      #expect(drawn.split(separator: "\u{1B}]52;", omittingEmptySubsequences: false).count == (isThere ? 2 : 1))
    }

    /// The vectors of RFC 4648, section 10.
    @Test(arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"), ("\u{FF}\u{3FF}", "w7/Pvw=="),
    ])
    func bytesAsText(text: String, encoded: String) {
      #expect(String(decoding: Base64.encoded(Array(text.utf8)), as: UTF8.self) == encoded)
    }

    @Test func theTitleIsSetOnceAndHostileTextInItIsVisible() throws {
      let terminal = try PTY(columns: 30, rows: 5)
      let screen = try Screen(on: terminal.ports)
      let frame = Frame(Canvas(screen.size), title: "ASK 3/6 \u{7}\u{1B}[2J")
      screen.present(frame)
      screen.present(frame)
      screen.leave(saying: ["done \u{1B}[31m", "bye"])
      let drawn = terminal.drawn()
      #expect(
        drawn.split(separator: "\u{1B}]2;ASK 3/6 \\x07\\x1b[2J\u{7}", omittingEmptySubsequences: false).count == 2)
      #expect(drawn.hasSuffix("done \\x1b[31m\r\nbye\r\n"))
      let restored = try #require(drawn.split(separator: "\u{1B}[?1049l", omittingEmptySubsequences: false).first)
      #expect(restored.contains("\u{1B}[?2004l"))
    }
  }
}
