// The screen: what is put into it is what ncurses shows; what it refuses; how it reads keys.
import CNcurses
import CSystem
import Glibc
import SystemIO
import Testing

@testable import WizardUI

extension TerminalTests {
  @Suite struct ScreenTests {
    static let styles: [Style] = [
      .plain, .bold, .dim, .reversed, .underlined, .good, .attention, .danger, Style(.brightBlue, .underline),
    ]

    @Test func everyCellIsShownWithItsStyle() throws {
      let screen = try Screen(on: inMemory(30, 8), TerminalSettings(noColour: nil))
      defer { screen.leave() }
      var canvas = Canvas(Size(columns: 30, rows: 8), glyphs: screen.glyphs)
      canvas.box(canvas.area)
      canvas.put("日本語 e\u{301}x \u{1B}[2J 한", row: 1, column: 1, in: canvas.area.inset())
      for (index, style) in Self.styles.enumerated() { canvas.put("ab", row: 3, column: 1 + 3 * index, style: style) }
      canvas.put("right edge日", row: 4, column: 18, overflow: .cut)
      screen.present(Frame(canvas))

      #expect(screen.glyphs == .utf8)
      #expect(screen.colours == .sixteen)
      let shown = shownCells(canvas.size)
      for row in 0..<canvas.size.rows {
        for column in 0..<canvas.size.columns {
          // ncurses answers for both halves of a wide character with the character.
          let cell = canvas[row, column].columns == 0 ? canvas[row, column - 1] : canvas[row, column]
          let look = Pen(colours: .sixteen, isASCII: false).look(of: cell.style)
          #expect(shown[row][column] == (cell.text, look.attributes, look.pair), "row \(row), column \(column)")
        }
      }
    }

    @Test func stylesBecomeAttributesAndPairs() {
      let rich = Pen(colours: .sixteen, isASCII: false)
      #expect(rich.look(of: .danger) == (cncurses_bold, 2))
      #expect(rich.look(of: Style(.brightGreen)) == (0, 11))
      #expect(rich.look(of: Style(.standard, [.dim, .underline])) == (cncurses_dim | cncurses_underline, 0))
      let poor = Pen(colours: .eight, isASCII: false)
      #expect(poor.look(of: Style(.green)) == (0, 3))
      #expect(poor.look(of: Style(.brightGreen)) == (cncurses_bold, 3))
      let none = Pen(colours: .none, isASCII: false)
      #expect(none.look(of: .danger) == (cncurses_bold, 0))
    }

    @Test func aPictureOfAnotherSizeIsCutAndAWideCharacterNeverHalved() throws {
      let screen = try Screen(on: inMemory(5, 2))
      defer { screen.leave() }
      var canvas = Canvas(Size(columns: 8, rows: 3))
      for row in 0..<3 { canvas.put("日本語x", row: row, column: 0) }
      screen.present(Frame(canvas, cursor: Position(row: 9, column: 9)))
      #expect(shownCells(screen.size).map { $0.map(\.text) } == Array(repeating: ["日", "日", "本", "本", " "], count: 2))
      screen.present(Frame(Canvas(Size(columns: 2, rows: 1))))
      #expect(shownCells(screen.size).flatMap { $0 }.allSatisfy { $0.text == " " })
    }

    @Test func whereOnlyASCIIIsWantedNothingElseIsSent() throws {
      let screen = try Screen(on: inMemory(6, 1), TerminalSettings(isASCII: true))
      defer { screen.leave() }
      #expect(screen.glyphs == .ascii)
      var canvas = Canvas(Size(columns: 6, rows: 1), glyphs: screen.glyphs)
      canvas.put("a日é", row: 0, column: 0)
      screen.present(Frame(canvas))
      #expect(shownCells(screen.size)[0].map(\.text).joined() == "a???  ")
    }

    @Test(arguments: [
      ("linux", ColourChoice.automatic, nil as String?, ColourDepth.eight),
      ("vt220", .always, nil, .none),
      ("xterm-256color", .automatic, "1", .none),
      ("xterm-256color", .automatic, "", .sixteen),
      ("xterm-256color", .always, "1", .sixteen),
      ("xterm-256color", .never, nil, .none),
    ])
    func coloursComeFromFlagEnvironmentAndTerminal(
      name: String, choice: ColourChoice, noColour: String?, depth: ColourDepth
    ) throws {
      let screen = try Screen(on: inMemory(10, 2, name: name), TerminalSettings(colour: choice, noColour: noColour))
      defer { screen.leave() }
      #expect(screen.colours == depth)
    }

    @Test(arguments: [
      ("dumb", ScreenProblem.dumbTerminal(name: "dumb")), ("", .dumbTerminal(name: "")),
      ("unknown", .dumbTerminal(name: "unknown")), ("no-such-thing", .unknownTerminal(name: "no-such-thing")),
      ("cons25-\u{1B}[2J", .unknownTerminal(name: "cons25-\u{1B}[2J")),
    ])
    func aTerminalThatCannotBeDrawnOnIsRefused(name: String, problem: ScreenProblem) {
      #expect(throws: problem) { try Screen(on: inMemory(80, 24, name: name)) }
      #expect(problem.description.contains("going on with plain lines"))
      #expect(!problem.description.contains("\u{1B}"))
    }

    @Test func aTerminalThatTheHostDoesNotKnowIsDrawnOnLikeItsRelatives() throws {
      #expect(inMemory(1, 1, name: "alacritty-direct").namesToTry == ["alacritty-direct", "xterm-256color"])
      #expect(inMemory(1, 1, name: "tmux-new").namesToTry == ["tmux-new", "screen"])
      let screen = try Screen(on: inMemory(20, 4, name: "xterm-of-next-year"))
      defer { screen.leave() }
      #expect(screen.terminalName == "xterm-256color")
    }

    @Test func thereIsOneScreenAtATime() throws {
      let screen = try Screen(on: inMemory(20, 4))
      #expect(throws: ScreenProblem.alreadyOpen) { try Screen(on: inMemory(20, 4)) }
      screen.leave()
      screen.leave()
      let next = try Screen(on: inMemory(30, 5))
      #expect(next.size == Size(columns: 30, rows: 5))
      next.leave()
    }

    /// Every width of ours is the system's too, or the system has no width for that character yet.
    @Test func widthsAgreeWithTheSystem() throws {
      try #require(unsafe String(cString: csystem_use_locale()) == "UTF-8")
      for glyph in Glyphs.utf8.all + Glyphs.ascii.all {
        #expect(glyph.unicodeScalars.map { csystem_cell_width($0.value) } == [1])
      }
      var different: [UInt32] = []
      for value in [0x20..<0x3400, 0x4DC0..<0x4E20, 0x9FF0..<0xAC20, 0xD700..<0x18000, 0x1AFF0..<0x20010].joined() {
        guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
        let ours: Int32
        switch DisplayWidth(scalar) {
        case .narrow: ours = 1
        case .wide: ours = 2
        case .joining: ours = 0
        case .escaped: continue
        }
        let theirs = csystem_cell_width(scalar.value)
        if theirs != ours, theirs != -1 { different.append(scalar.value) }
      }
      // Circled numbers are ambiguous to Unicode, and the Ahom sign has changed its category; both are shown as `?`.
      #expect(different == Array(0x3248...0x324F) + [0x1171E])
    }
  }

  @Suite struct KeyReaderTests {
    @Test(arguments: [
      ("j", "j"), ("\u{1B}[A", "<Up>"), ("\u{1B}OA", "<Up>"), ("\u{1B}[1~", "<Home>"), ("\u{1B}OB", "<Down>"),
      ("\r", "<Enter>"), ("\n", "<Enter>"), ("\t", "<Tab>"),
      ("\u{1B}[Z", "<S-Tab>"), ("\u{7F}", "<Backspace>"), ("\u{8}", "<Backspace>"), ("\u{1B}[5~", "<PageUp>"),
      ("\u{1B}[6~", "<PageDown>"), ("\u{1B}OH", "<Home>"), ("\u{1B}OF", "<End>"), ("\u{1B}[3~", "<Delete>"),
      ("\u{1B}OP", "<F1>"), ("\u{1B}[24~", "<F12>"), ("\u{3}", "<C-c>"), ("\u{1A}", "<C-z>"), ("\u{14}", "<C-t>"),
      ("\u{11}", "<C-q>"), ("\u{13}", "<C-s>"), ("\u{1C}", "<C-\\>"), ("\u{1B}", "<Esc>"), ("é", "é"), ("日", "日"),
      ("<", "<lt>"), (" ", "<Space>"), ("\u{0}", "<C-@>"),
    ])
    func aKeyHasItsName(bytes: String, name: String) throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      try terminal.type(bytes)
      #expect(try terminal.keys(screen, 1) == [KeyPress(try #require(Key(name: name)))])
    }

    @Test func aPasteIsMarked() throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      #expect(terminal.drawn().contains("\u{1B}[?2004h"))
      try terminal.type("\u{1B}[200~y\ry\u{1B}[201~")
      let pasted = try terminal.keys(screen, 3)
      #expect(pasted.map(\.key) == [.character("y"), .enter, .character("y")])
      #expect(pasted.allSatisfy { $0.isPasted })
      try terminal.type("\u{1B}[200~y\u{1B}[201~")
      #expect(try terminal.keys(screen, 1) == [KeyPress(.character("y"), isPasted: true)])
      try terminal.type("y")
      #expect(try terminal.keys(screen, 1) == [KeyPress(.character("y"))])
    }

    @Test func aPasteWhoseEndIsLostEndsAfterASilence() throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      try terminal.type("\u{1B}[200~y")
      #expect(try terminal.keys(screen, 1).map(\.isPasted) == [true])
      try terminal.type("y")
      _ = try waitReadable([screen.descriptor], within: patience)
      #expect(screen.readKeys(at: .now + .seconds(1)).presses.map(\.isPasted) == [true])
      try terminal.type("y")
      _ = try waitReadable([screen.descriptor], within: patience)
      #expect(screen.readKeys(at: .now + .seconds(9)).presses.map(\.isPasted) == [false])
    }

    @Test func keysThatComeTogetherAreABurst() throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      try terminal.type("y\r")
      #expect(try terminal.keys(screen, 2).map(\.isAlone) == [false, false])
    }

    @Test func typeAheadCanBeThrownAway() throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      try terminal.type("yyy")
      _ = try waitReadable([screen.descriptor], within: patience)
      screen.discardTypeAhead()
      #expect(screen.readKeys(at: .now).presses.isEmpty)
    }

    @Test func aTerminalThatIsGoneIsToldFromOneThatIsSilent() throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      #expect(screen.readKeys(at: .now) == KeyReader.Batch())
      terminal.hangUp()
      #expect(try waitReadable([screen.descriptor], within: patience)[0].contains(.hangUp))
      #expect(screen.readKeys(at: .now).presses.isEmpty)
    }

    @Test func theResizeOfNcursesIsNoKey() throws {
      let terminal = try PTY(columns: 40, rows: 5)
      let screen = try Screen(on: terminal.ports)
      defer { screen.leave() }
      try terminal.resize(columns: 61, rows: 17)
      screen.adoptSize()
      #expect(screen.size == Size(columns: 61, rows: 17))
      #expect(screen.readKeys(at: .now).presses.isEmpty)
    }
  }
}
