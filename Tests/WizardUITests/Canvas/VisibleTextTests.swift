// Widths by our own table, and hostile text made visible.
import Testing

@testable import WizardUI

@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("plain ASCII", 11), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("🚀", 2),
    ("✓●▲▶…⚠⠿", 7), ("｡", 1), ("！", 2), ("🇩🇪", 2), ("ａ", 2), ("\u{20000}", 2), ("─│┌█▁", 5), ("ไทย", 3),
    ("กำ", 2), ("א", 1), ("\u{3000}", 2), ("\u{A0}", 1), ("①", 1), ("\u{FFFD}", 1), ("", 0),
  ])
  func aTextIsAsWideAs(_ text: String, columns: Int) {
    #expect(text.displayColumns == columns)
    #expect(text.madeVisible == text)
  }

  @Test(arguments: [
    Hostile("\u{1B}[2J", "\\x1b[2J"), Hostile("\u{1B}]0;owned\u{7}", "\\x1b]0;owned\\x07"),
    Hostile("a\nb\tc\rd", "a\\nb\\tc\\rd"),
    Hostile("\u{0}\u{7F}", "\\x00\\x7f"), Hostile("\u{9B}31m", "\\u{9b}31m"),
    Hostile("abc\u{202E}fed", "abc\\u{202e}fed"),
    Hostile("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"), Hostile("zero\u{200B}width", "zero\\u{200b}width"),
    Hostile("👩\u{200D}🚀", "👩\\u{200d}🚀"), Hostile("❤\u{FE0F}", "❤\\u{fe0f}"), Hostile("👍🏽", "👍\\u{1f3fd}"),
    Hostile("\u{FEFF}bom", "\\u{feff}bom"), Hostile("soft\u{AD}hyphen", "soft\\u{ad}hyphen"),
    Hostile("\u{E000}", "\\u{e000}"),
    Hostile("\u{378}", "\\u{378}"), Hostile("\u{2028}", "\\u{2028}"), Hostile("\u{301}leads", "\\u{301}leads"),
    Hostile("\u{3164}", "\\u{3164}"),
    Hostile("\u{E0041}tag", "\\u{e0041}tag"),
    Hostile("a\u{301}\u{302}\u{303}\u{304}\u{305}", "a\u{301}\u{302}\u{303}\\u{304}\\u{305}"),
    Hostile("\n\u{301}", "\\n\\u{301}"), Hostile("a\u{34F}b", "a\\u{34f}b"),
  ])
  func hostileTextIsEscaped(_ hostile: Hostile) {
    let (text, visible) = (hostile.text, hostile.visible)
    #expect(text.madeVisible == visible)
    #expect(text.madeVisible.madeVisible == visible)
    #expect(text.displayColumns == visible.displayColumns)
  }

  /// A case that is printed by its visible form: the raw one would act on the terminal of whoever runs the tests.
  struct Hostile: CustomTestStringConvertible, Sendable {
    let text: String
    let visible: String
    init(_ text: String, _ visible: String) { (self.text, self.visible) = (text, visible) }
    var testDescription: String { visible }
  }

  @Test func bytesThatAreNoTextAreEscapedOneByOne() {
    #expect(VisibleText(bytes: [0x61, 0xFF, 0xC3, 0xA9, 0xC3, 0x62]).string == "a\\xffé\\xc3b")
    #expect(VisibleText(bytes: [0xE6, 0x97]).string == "\\xe6\\x97")
    #expect(VisibleText(bytes: [0xED, 0xA0, 0x80]).string == "\\xed\\xa0\\x80")
    #expect(VisibleText(bytes: []).columns == 0)
  }

  @Test func noScalarReachesACellThatCouldActOnTheTerminal() {
    // Beyond these there are only unassigned and private characters.
    for value in [0..<0x32000, 0xE0000..<0xE0200].joined() {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      for piece in VisibleText(String(scalar)).pieces {
        for drawn in piece.text.unicodeScalars {
          let isSafe = drawn.value >= 0x20 && drawn.value != 0x7F && !(0x80..<0xA0).contains(drawn.value)
          if !isSafe || !(1...2).contains(piece.columns) { Issue.record("U+\(String(value, radix: 16)) is drawn") }
        }
      }
    }
  }

  @Test func escapesAreToldFromTheSameLettersByTheirStyle() {
    var canvas = Canvas(Size(columns: 12, rows: 2))
    canvas.put("a\u{1B}b \\x1b", row: 0, column: 0)
    canvas.put("\u{1B}", row: 1, column: 0, style: .reversed)
    expectPicture(of: canvas, "a\\x1bb \\x1b\n\\x1b", styles: ".~~~~.......\n....")
  }

  @Test func aPictureOfHostileTextStaysInItsFrame() {
    var canvas = Canvas(Size(columns: 24, rows: 4))
    Card("key \u{1B}]0;x\u{7}").draw(in: canvas.area, on: &canvas)
    canvas.put("日本\u{202E}語\r\n\u{1B}[H!", row: 1, column: 1, in: canvas.area.inset())
    canvas.put("👨‍👩‍👧 family", row: 2, column: 1, in: canvas.area.inset())
    expectPicture(
      of: canvas,
      """
      ┌─ key \\x1b]0;x\\x07 ───┐
      │日本\\u{202e}語\\r\\n\\x1~│
      │👨\\u{200d}👩\\u{200d} ~│
      └──────────────────────┘
      """)
  }

  @Test(arguments: [Glyphs.utf8, .ascii])
  func ourOwnChromeIsOneColumnWideAndOfBoxesBarsAndASCIIOnly(_ glyphs: Glyphs) {
    for glyph in glyphs.all {
      #expect(String(glyph).displayColumns == 1)
      for scalar in glyph.unicodeScalars {
        let isOurs = (0x2500...0x257F).contains(scalar.value) || (0x2581...0x2588).contains(scalar.value)
        #expect(scalar.isASCII || (isOurs && glyphs == .utf8))
      }
    }
  }
}
