// Typing into a running command: what is in sight, where keys go, and everything that ends it.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

@Suite struct AttachTests {
  /// As dpkg asks about a configuration file that was changed on both sides.
  private static let conffile =
    "Configuration file '/etc/redis/redis.conf'\r\n ==> Modified (by you or by a script) since installation.\r\n"
    + " ==> Package distributor has shipped an updated version.\r\n   What would you like to do about it ?\r\n"
    + "*** redis.conf (Y/I/N/O/D/Z) [default=N] ? "

  private static func script(
    _ text: String = conffile, columns: Int = 80, rows: Int = 24, keyboard: CommandKeyboard = .free
  ) -> ScreenScript {
    let size = Size(columns: columns, rows: rows)
    var screen = CommandScreen()
    screen.resize(OutputScreen.terminalSize(in: size) ?? .standard)
    screen.feed(Array(text.utf8))
    var picture = RunScene.stopping.picture
    var output = CommandOutput(
      command: "apt-get install -y redis-server=7.0.15", node: "10.0.3.13:6379", lines: [], rows: screen.rows,
      rowsGone: screen.rowsGone, status: nil, path: "")
    output.id = picture.state.inFlight?.effect
    output.keyboard = keyboard
    output.cursor = screen.cursor
    output.wantsApplicationKeys = screen.wantsApplicationKeys
    output.heardAt = picture.now
    output.isUnfinished = text.last?.isNewline == false
    picture.output = output
    return ScreenScript(RunScene.stopping, columns: columns, rows: rows, fixed: picture)
  }

  /// The output full screen, and the keyboard attached.
  private static func attached(_ text: String = conffile, columns: Int = 80, rows: Int = 24) -> ScreenScript {
    var script = script(text, columns: columns, rows: rows)
    script.press("v")
    // The driver takes it at once; its letter and its picture are there together.
    script.fixed?.output?.keyboard = .attached
    script.tell(.press(KeyPress(.character("a"))))
    script.effects = []
    script.sent = []
    return script
  }

  /// What went to the command so far.
  private static func typed(_ script: inout ScreenScript) -> String {
    defer { script.effects = [] }
    return script.effects.map { effect in
      if case .type(let text) = effect { String(decoding: text.take(), as: UTF8.self) } else { "<\(effect)>" }
    }
    .joined()
  }

  // MARK: - What is in sight

  @Test func attachedIn80x24() {
    let script = Self.attached()
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ╔═ ATTACHED: keys go to the command ═════════ pasted text too, Enters and all ═╗
      ║ $ apt-get install -y redis-server=7.0.15                                     ║
      ║ Configuration file '/etc/redis/redis.conf'                                   ║
      ║  ==> Modified (by you or by a script) since installation.                    ║
      ║  ==> Package distributor has shipped an updated version.                     ║
      ║    What would you like to do about it ?                                      ║
      ║ *** redis.conf (Y/I/N/O/D/Z) [default=N] ?                                   ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ║                                                                              ║
      ╚══════════════════════════════════════════════════════════════════════════════╝
       All keys but Ctrl-] go to the command; only what it prints of them is kept.

       Ctrl-] leave
      """,
      styles: """
        ................**********************.......****************...****
        .........................*************
        ********************************************************************************
        *.**...........................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        *..............................................................................*
        ********************************************************************************


        .******
        """)
    #expect(script.frame.cursor == Position(row: 8, column: 45))
  }

  @Test func attachedInPlainASCII() {
    let script = Self.attached()
    expectPicture(
      of: script.model.frame(script.picture, script.size, glyphs: .ascii, at: script.time).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok--2 Plan ok--[3 Nodes 1/6]--4 Finish--5 Report          ETA 34-45 s
      #= ATTACHED: keys go to the command ========= pasted text too, Enters and all =#
      # $ apt-get install -y redis-server=7.0.15                                     #
      # Configuration file '/etc/redis/redis.conf'                                   #
      #  ==> Modified (by you or by a script) since installation.                    #
      #  ==> Package distributor has shipped an updated version.                     #
      #    What would you like to do about it ?                                      #
      # *** redis.conf (Y/I/N/O/D/Z) [default=N] ?                                   #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #                                                                              #
      #==============================================================================#
       All keys but Ctrl-] go to the command; only what it prints of them is kept.

       Ctrl-] leave
      """)
  }

  @Test(arguments: [Glyphs.utf8, .ascii])
  func attachedIn120x40(_ glyphs: Glyphs) {
    let script = Self.attached(columns: 120, rows: 40)
    let lines = script.model.frame(script.picture, script.size, glyphs: glyphs, at: script.time).canvas.lines
    let (corner, side, bar) = glyphs == .utf8 ? ("╔═", "║", "═") : ("#=", "#", "=")
    #expect(lines[2].hasPrefix("\(corner) ATTACHED: keys go to the command \(bar)"))
    #expect(lines[2].contains("\(bar) pasted text too, Enters and all \(bar)"))
    #expect(lines[3...35].allSatisfy { $0.hasPrefix(side) && $0.hasSuffix(side) })
    #expect(lines[8].hasPrefix("\(side) *** redis.conf (Y/I/N/O/D/Z) [default=N] ? "))
    #expect(lines[39].hasPrefix(" Ctrl-] leave") && !lines[39].contains("quit"))
  }

  @Test func theCursorStandsWhereTheCommandsDoes() {
    var script = Self.attached("first\r\nsecond\r\n\r\n")
    // Nothing is in its row yet.
    #expect(script.frame.cursor == Position(row: 7, column: 2))
    script = Self.attached((1...50).map { "line \($0)\r\n" }.joined() + "more? ")
    #expect(script.frame.cursor == Position(row: 17, column: 8))
    #expect(script.canvas.lines[17].contains(" more? "))
    // Nor is there here, and the row is in sight all the same.
    script = Self.attached((1...50).map { "line \($0)\r\n" }.joined())
    #expect(script.frame.cursor == Position(row: 17, column: 2))
    #expect(script.canvas.lines[16].contains(" line 50 "))
  }

  // MARK: - Where keys go

  @Test func everyKeyGoesToTheCommandButTheOneThatLeaves() {
    var script = Self.attached()
    script.press("yqv?<Enter><C-c><C-z><C-l><Up><Tab><Backspace><Esc><F1>")
    #expect(Self.typed(&script) == "yqv?\r\u{3}\u{1A}\u{C}\u{1B}[A\t\u{7F}\u{1B}\u{1B}OP")
    #expect(script.sent.isEmpty && script.model.screenName(script.picture) == .attached)
    script.press("<Code410>")
    #expect(Self.typed(&script) == "" && script.model.status == "This key is unknown here; nothing was sent.")

    script.press("<C-]>")
    #expect(script.effects == [.discard])
    #expect(script.sent.map(\.isDetaching) == [true])
    #expect(script.model.screenName(script.picture) == .output)
    #expect(script.text.contains("Keys are the wizard's again; the command goes on."))
    script.effects = []
    script.press("<Esc>")
    #expect(script.effects.isEmpty && script.model.screenName(script.picture) == .nodes)
  }

  @Test func cursorKeysAreWhatTheProgramAskedFor() {
    var script = Self.attached("\u{1B}[?1h\u{1B}=a dialog")
    script.press("<Down>")
    #expect(Self.typed(&script) == "\u{1B}OB")
  }

  /// The one place where a paste is taken: whatever it holds, it goes to the command and leaves nothing.
  @Test func aPasteGoesToTheCommandAsAWhole() {
    var script = Self.attached()
    for key in Key.script("yes<Enter>q<C-]>n<Enter>") ?? [] { script.pressNow(key, isPasted: true, isAlone: false) }
    let typed = Self.typed(&script)
    #expect(typed == "yes\rq\u{1D}n\r")
    #expect(script.model.screenName(script.picture) == .attached)
  }

  @Test func onlyAKeyPressedAloneAttaches() {
    var script = Self.script()
    script.press("v")
    script.sent = []
    script.pressNow(.character("a"), isPasted: true)
    #expect(script.sent.isEmpty && script.model.status == "Pasted text asks for nothing here.")
    script.pressNow(.character("a"), isAlone: false)
    #expect(script.sent.isEmpty)
    script.press("a")
    #expect(script.sent.first?.isAttaching == true)
  }

  /// Until the command's terminal is there, keys stay the wizard's; who has gone elsewhere meanwhile is not attached.
  @Test func whoHasGoneElsewhereIsNotAttached() throws {
    var script = Self.script()
    script.press("va<Esc>")
    let command = try #require(script.fixed?.output?.id)
    script.fixed?.output?.keyboard = .attached
    script.sent = []
    script.tell(.taken(.attach(command)))
    #expect(script.sent == [.detach] && script.model.attached == nil)
  }

  // MARK: - What ends it

  private static let endings: [(reason: String, happen: @Sendable (inout RunPicture) -> Void)] = [
    ("the command is over (exit 0)", { $0.output?.status = "exit 0" }),
    ("the command is over", { $0.output?.id = EffectID(StepKey(.start, .deployment), attempt: 1) }),
    (
      "the link to 10.0.3.13 is lost; it is being tried again",
      {
        $0.output?.keyboard = .closed("")
        $0.output?.loss = "The link to 10.0.3.13 is lost; it is being tried again."
      }
    ),
    ("the run has stopped at a problem", { $0.state.problem = RunScene.failedInstall.picture.state.problem }),
    ("something is asked", { $0.state.asked = RunScene.secondNode.picture.state.asked }),
  ]

  @Test(arguments: endings.indices)
  func itEndsByItselfAndSaysWhy(_ index: Int) {
    let (reason, happen) = Self.endings[index]
    var script = Self.attached()
    if var picture = script.fixed {
      happen(&picture)
      script.fixed = picture
    }
    script.tell(.pictured)
    script.settle()
    #expect(script.model.status?.hasPrefix("Detached: \(reason).") == true, "\(script.model.status ?? "")")
    #expect(script.effects == [.discard] && script.sent == [.detach])
    script.effects = []
    script.sent = []

    // Whoever goes on typing answers nothing and asks for nothing, for as long as it takes.
    for _ in 0..<20 {
      script.time = script.time + .milliseconds(400)
      script.pressNow(.character("y"))
      script.pressNow(.character("p"))
      script.settle()
    }
    #expect(script.effects.isEmpty && script.sent.isEmpty)
    // After a moment of rest a key is a key again.
    script.time = script.time + .milliseconds(600)
    script.pressNow(.character("p"))
    #expect(script.sent == [.pause(true)] || script.model.own == .hold || script.model.prompt != nil)
  }

  @Test func aWindowThatIsTooSmallLeavesIt() {
    var script = Self.attached()
    script.resize(40, 10)
    #expect(script.model.attached == nil && script.effects == [.discard])
  }

  private static let refusals: [(keyboard: CommandKeyboard, status: String?, why: String)] = [
    (.closed("The command is over (exit 0)."), "exit 0", "The command is over (exit 0)."),
    (.closed("The link to 10.0.3.13 is lost; it is being tried again."), nil, "The link to 10.0.3.13 is lost"),
    (.closed("10.0.3.13 has no `script` or no `mkfifo`"), nil, "10.0.3.13 has no `script` or no `mkfifo`"),
  ]

  @Test(arguments: refusals.indices)
  func whatCannotBeTypedIntoSaysWhy(_ index: Int) {
    let (keyboard, status, why) = Self.refusals[index]
    var script = Self.script(keyboard: keyboard)
    script.fixed?.output?.status = status
    script.press("v")
    #expect(script.canvas.styleLines[22].contains("--------"), "dimmed")
    script.sent = []
    script.press("a")
    #expect(script.sent.isEmpty && script.model.status?.hasPrefix(why) == true)
    #expect(script.text.contains(why))
  }

  @Test func nothingHasRunYet() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("va")
    #expect(script.model.status == "No command of the site has run yet.")
  }

  @Test func theRefusalOfTheDriverIsSaid() throws {
    var script = Self.script()
    script.press("v")
    let command = try #require(script.fixed?.output?.id)
    script.tell(.refused(.attach(command), "the command is over"))
    #expect(script.model.status == "Not attached: the command is over" && script.model.attached == nil)
  }

  // MARK: - What may be waiting

  private static func quiet(
    _ seconds: Int, _ text: String = conffile, columns: Int = 80, rows: Int = 24, keyboard: CommandKeyboard = .free
  ) -> ScreenScript {
    var script = script(text, columns: columns, rows: rows, keyboard: keyboard)
    if let now = script.fixed?.now { script.fixed?.now = now + .seconds(seconds) }
    return script
  }

  @Test func aCommandThatMayWaitIsSaidToWait() {
    #expect(!Self.quiet(4).text.contains("may be waiting"))
    #expect(!Self.quiet(60, "done\r\n").text.contains("may be waiting"))
    func remark(_ script: ScreenScript) -> String {
      script.canvas.lines[20...21].flatMap { $0.split(separator: " ") }.joined(separator: " ")
    }
    let running = "Running: stop 10.0.3.13:6379 12 s. Quiet for 12 s; it may be waiting for an answer"
    #expect(remark(Self.quiet(12)) == "\(running): v, then a.")
    #expect(
      remark(Self.quiet(12, keyboard: .closed("")))
        == running.replacing("be waiting", with: "wait") + ", which it cannot get from here.")
    var script = Self.quiet(12)
    script.press("v")
    #expect(remark(script) == "\(running): a.")
  }

  @Test func theCardSaysItToo() {
    let canvas = Self.quiet(125, columns: 120, rows: 40).canvas
    #expect(
      canvas.lines[31...36].map { $0.prefix(66) } == [
        "├─ Output of 10.0.3.13:6379  running ─────────────────────────────",
        "│ $ apt-get install -y redis-server=7.0.15                        ",
        "│    What would you like to do about it ?                         ",
        "│ *** redis.conf (Y/I/N/O/D/Z) [default=N] ?                      ",
        "│ quiet for 2m05s; it may be waiting for an answer: v, then a     ",
        "└─────────────────────────────────────────────────────────────────",
      ])
    #expect(Self.quiet(2, columns: 120, rows: 40).canvas.lines[33].contains("Package distributor has shipped"))
  }
}

extension WizardCommand {
  fileprivate var isAttaching: Bool { if case .attach = self { true } else { false } }
  fileprivate var isDetaching: Bool { if case .detach = self { true } else { false } }
}
