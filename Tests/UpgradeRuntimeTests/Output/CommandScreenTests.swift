// The terminal of a command as rows: what it was told, what it shows, and what remains of a hundred thousand lines.

import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct CommandScreenTests {
  private static func shown(_ text: String, rows: Int = 4, columns: Int = 20) -> [String] {
    shown(Array(text.utf8), rows: rows, columns: columns)
  }

  private static func shown(_ bytes: [UInt8], rows: Int = 4, columns: Int = 20) -> [String] {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: rows, columns: columns))
    screen.feed(bytes)
    return screen.rows.map(\.text)
  }

  private static let table: [(text: String, rows: [String], why: String)] = [
    ("", [], "nothing"),
    ("one\r\ntwo\r\n", ["one", "two"], "lines"),
    ("one\ntwo\nthree\r\nfour", ["one", "two", "three", "four"], "a command without a terminal"),
    ("one\r\ntwo\nthree", ["one", "two", "   three"], "a line feed alone goes down where there is one"),
    ("\u{1B}[1mone\ntwo", ["one", "   two"], "who moves the cursor knows its terminal"),
    ("10%\r20%\r30%", ["30%"], "a line that is written again"),
    ("loading\r\u{1B}[Kdone", ["done"], "a line that is erased"),
    ("1234567890123456789012345", ["12345678901234567890", "12345"], "a line longer than the terminal"),
    ("a\u{1B}[2Cb\u{1B}[1;1Hx", ["x  b"], "moves of the cursor"),
    ("one\r\ntwo\u{1B}[A\u{1B}[1Gup\u{1B}[1B\u{1B}[1Gdown", ["upe", "down"], "up and down"),
    ("one\r\ntwo\u{1B}[2J\u{1B}[Hnew", ["new"], "all erased"),
    ("abc\u{1B}[1G\u{1B}[2@xy\u{1B}[P", ["xybc"], "insertion and deletion"),
    ("a\r\nb\r\nc\r\nd\r\ne", ["a", "b", "c", "d", "e"], "what is scrolled off stays above"),
    ("\u{1B}]0;owned\u{7}ok\u{1B}]52;c;eA==\u{1B}\\", ["ok"], "titles and the clipboard are nothing to see"),
    ("a\tb", ["a       b"], "tabs"),
    ("日本語 x", ["日本語 x"], "wide characters"),
    ("1234567890123456789日", ["1234567890123456789", "日"], "half of a wide character is never shown"),
    ("e\u{301}t\u{E9}", ["e\u{301}t\u{E9}"], "marks over letters"),
    ("\u{1B}(0lqk\u{1B}(B", ["┌─┐"], "lines drawn with letters"),
    ("x\u{1B}[5b", ["xxxxxx"], "repetition"),
    ("shell\u{1B}[?1049h\u{1B}[Hdialog\u{1B}[?1049l", ["shell"], "a dialog that has gone"),
    ("shell\u{1B}[?1049h\u{1B}[H\u{1B}[2Jdialog", ["dialog"], "a dialog that is there"),
    (
      "a\r\nb\r\n\u{1B}7\u{1B}[1;3r\u{1B}8\u{1B}7\u{1B}[4;1H[ 50%]\u{1B}8c\r\nd\r\n",
      ["a", "b", "c", "d", "", "[ 50%]"],
      "apt's progress stays at the foot while lines go by above it"
    ),
  ]

  private static let cursors: [(text: String, row: Int, column: Int)] = [
    ("", 0, 0), ("more? ", 0, 6), ("one\r\ntwo\r\n", 2, 0), ("a\r\nb\r\nc\r\nd\r\ne", 4, 1),
    ("one\r\ntwo\u{1B}[A", 0, 3),
  ]

  @Test(arguments: cursors.indices)
  func theCursorIsInTheRowsThatAreKept(_ index: Int) {
    let (text, row, column) = Self.cursors[index]
    var screen = CommandScreen()
    #expect(screen.cursor == nil)
    screen.resize(TerminalSize(rows: 4, columns: 20))
    screen.feed(Array(text.utf8))
    #expect(screen.cursor == CommandOutput.Cursor(row: row, column: column))
  }

  private static let modes: [(text: String, wanted: Bool)] = [
    ("", false), ("\u{1B}[?1h", true), ("\u{1B}[?1h\u{1B}[?1l", false), ("\u{1B}[?1;25h", true),
    ("\u{1B}[?25h", false), ("\u{1B}[1h", false), ("\u{1B}[?1h\u{1B}c", false), ("\u{1B}[?1m", false),
  ]

  @Test(arguments: modes.indices)
  func cursorKeysInTheirApplicationForm(_ index: Int) {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 4, columns: 20))
    screen.feed(Array(Self.modes[index].text.utf8))
    #expect(screen.wantsApplicationKeys == Self.modes[index].wanted)
  }

  @Test func whatCursorKeysWereAskedForIsKeptLongerThanTheAsking() {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 4, columns: 20))
    screen.feed(Array("\u{1B}[?1h".utf8))
    screen.feed(Array(repeating: UInt8(ascii: "\n"), count: 3 * CommandScreen.bytesKept))
    screen.resize(TerminalSize(rows: 5, columns: 20))
    #expect(screen.wantsApplicationKeys == true)
  }

  @Test(arguments: table.indices)
  func itShowsWhatATerminalWould(_ index: Int) {
    let (text, rows, why) = Self.table[index]
    #expect(Self.shown(text) == rows, "\(why)")
    // Cut into single bytes it is the same: a character, a sequence or a line may come in pieces.
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 4, columns: 20))
    for byte in text.utf8 { screen.feed([byte]) }
    #expect(screen.rows.map(\.text) == rows, "\(why), byte by byte")
  }

  @Test func styles() {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 4, columns: 60))
    screen.feed(
      Array(
        ("\u{1B}[31mr\u{1B}[1mR\u{1B}[0mn\u{1B}[94mb\u{1B}[39;42mg\u{1B}[49;4mu\u{1B}[24;7mi\u{1B}[0m"
          + "\u{1B}[38;5;196ma\u{1B}[38;2;10;200;20mc\u{1B}[38;5;240md\u{1B}[0m\u{1B}[44m  \u{1B}[0m  ").utf8))
    let row = screen.rows.first
    #expect(
      row?.runs == [
        .init("r", columns: 1, style: OutputStyle(foreground: 1)),
        .init("R", columns: 1, style: OutputStyle(foreground: 1, isBold: true)), .init("n", columns: 1),
        .init("b", columns: 1, style: OutputStyle(foreground: 12)),
        .init("g", columns: 1, style: OutputStyle(background: 2)),
        .init("u", columns: 1, style: OutputStyle(isUnderlined: true)),
        .init("i", columns: 1, style: OutputStyle(isReversed: true)),
        .init("a", columns: 1, style: OutputStyle(foreground: 9)),
        .init("c", columns: 1, style: OutputStyle(foreground: 2)),
        .init("d", columns: 1, style: OutputStyle(foreground: 8)),
        .init("  ", columns: 2, style: OutputStyle(background: 4)),
      ])
  }

  @Test func aRowIsCutWhereItsCellsChange() {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 4, columns: 60))
    screen.feed(Array("ab日━━é".utf8))
    #expect(
      screen.rows.first?.runs == [
        .init("ab", columns: 2), .init("日", columns: 2), .init("━", columns: 1), .init("━", columns: 1),
        .init("é", columns: 1),
      ])
  }

  @Test func aHundredThousandLines() {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 14, columns: 76))
    let lines = (1...100_000).map { "line \($0) of a command that says much more than anybody reads\r\n" }
    let bytes = Array(lines.joined().utf8)
    // All at once, as after a stop of the wizard, and then as it comes.
    screen.feed(bytes)
    #expect(screen.rows.last?.text.hasPrefix("line 100000 of") == true)
    #expect(screen.rows.count <= CommandScreen.rowsKept + 14 && screen.rows.count > CommandScreen.rowsKept - 14)
    #expect(screen.rowsGone + screen.rows.count == 100_000)
    let more = lines[..<15_000].joined().utf8
    for start in stride(from: 0, to: more.count, by: 50_000) {
      screen.feed(Array(more.dropFirst(start).prefix(50_000)))
    }
    #expect(screen.rows.last?.text.hasPrefix("line 15000 of") == true)
    #expect(screen.rows.first?.text.hasPrefix("line 4988 of") == true)
    #expect(screen.rows.count <= CommandScreen.rowsKept + 14)
    #expect(screen.rowsGone + screen.rows.count == 115_000)
  }

  /// A program is not asked where its output is cut into pieces.
  @Test func whatIsSkippedIsNotJoinedToALineThatWasBegun() {
    let text = (1...40_000).map { "\($0)\r\n" }.joined()
    let begun = text.utf8.count - 30_000 * 7 + 3
    for piece in [begun, text.utf8.count / 3, 5] {
      var screen = CommandScreen()
      screen.resize(TerminalSize(rows: 10, columns: 40))
      let bytes = Array(text.utf8)
      screen.feed(Array(bytes[..<piece]))
      screen.feed(Array(bytes[piece...]))
      let numbers = screen.rows.compactMap { Int($0.text) }
      #expect(numbers.allSatisfy { $0 <= 40_000 } && numbers.last == 40_000)
      #expect(screen.rows.count + screen.rowsGone == 40_000)
    }
  }

  @Test func anotherSizeShowsTheSameOutput() {
    var screen = CommandScreen()
    #expect(screen.rows.isEmpty)
    screen.feed(Array("begun before anybody looked\r\n".utf8))
    screen.resize(TerminalSize(rows: 4, columns: 20))
    screen.feed(Array("\u{1B}[1mwidth\u{1B}[0m 日\r\n".utf8))
    #expect(screen.rows.map(\.text) == ["begun before anybody", " looked", "width 日"])
    screen.resize(TerminalSize(rows: 2, columns: 40))
    // What the smaller terminal had broken or cut off is whole again.
    #expect(screen.rows.map(\.text) == ["begun before anybody looked", "width 日"])
    screen.resize(TerminalSize(rows: 14, columns: 20))
    #expect(screen.rows.map(\.text) == ["begun before anybody", " looked", "width 日"])
    #expect(screen.size == TerminalSize(rows: 14, columns: 20))
    for (rows, columns) in [(0, 0), (-1, 5), (1, 1), (5000, 100_000), (4, 20)] {
      screen.resize(TerminalSize(rows: rows, columns: columns))
      screen.feed(Array("x\r\n".utf8))
    }
    #expect(screen.rows.map(\.text) == ["begun before anybody", " looked", "width 日", "x", "x", "x", "x", "x"])
  }

  @Test func anotherSizeBreaksBareLinesAsBefore() {
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 4, columns: 20))
    screen.feed(Array("one\ntwo\n".utf8))
    screen.resize(TerminalSize(rows: 4, columns: 30))
    screen.feed(Array("three\nfour".utf8))
    #expect(screen.rows.map(\.text) == ["one", "two", "three", "four"])
  }

  @Test func anotherSizeAfterVeryMuchKeepsTheEnd() {
    var screen = CommandScreen()
    for number in 1...60_000 { screen.feed(Array("line \(number), which is one of very many\r\n".utf8)) }
    screen.resize(TerminalSize(rows: 4, columns: 40))
    #expect(screen.rows.last?.text == "line 60000, which is one of very many")
    screen.resize(TerminalSize(rows: 4, columns: 20))
    #expect(screen.rows.suffix(2).map(\.text) == ["line 60000, which is", " one of very many"])
    #expect(screen.rows.count > 5_000 && screen.rows.count <= CommandScreen.rowsKept + 4)
  }

  /// Whatever comes, what is shown is text, and the library lives: it is fed what hostile hands would write.
  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func nothingThatIsPrintedActs(seed: UInt64) {
    var random = Random(seed: seed)
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 6, columns: 24))
    for _ in 0..<400 {
      screen.feed(random.output())
      if random.next() % 40 == 0 {
        screen.resize(TerminalSize(rows: Int(random.next() % 30), columns: Int(random.next() % 90)))
      }
    }
    for row in screen.rows {
      for scalar in row.text.unicodeScalars {
        #expect(
          scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.properties.generalCategory != .format)
      }
      #expect(row.runs.allSatisfy { $0.columns == 1 || $0.columns == 2 || $0.text.utf8.count == $0.columns })
    }
  }

  /// Output as a fuzzer makes it: pieces of sequences, numbers out of all bounds, and any bytes at all.
  private struct Random {
    private var state: UInt64
    private static let pieces = [
      "\u{1B}[", "\u{1B}]", "\u{1B}P", "\u{1B}", "\u{1B}[?", ";", ":", "H", "m", "r", "J", "K", "L", "M", "S", "T", "@",
      "P",
      "X", "b", "h", "l", "I", "Z", "1049", "999", "99999999", "0", "1", "日", "e\u{301}", "\u{301}", "\u{202E}", "\r\n",
      "\n", "\t", "\u{8}", "text", "\u{9B}", "\u{7}", "\u{1B}\\", "\u{18}", "\u{E}", "\u{1B}7", "\u{1B}8", "\u{1B}M",
      "\u{1B}c",
      "\u{1B}#3", "\u{1B}[?69h", "\u{1B}[1;2s", "\u{1B}(0",
    ].map { Array($0.utf8) }

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }

    mutating func output() -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 0..<next() % 30 {
        if next() % 6 == 0 {
          bytes.append(UInt8(truncatingIfNeeded: next() >> 8))
        } else {
          bytes += Self.pieces[Int(next() >> 8) % Self.pieces.count]
        }
      }
      return bytes
    }
  }
}
