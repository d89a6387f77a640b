// What of a command's output reaches the terminal library, byte for byte, however it is cut.

import Testing

@testable import UpgradeRuntime

@Suite struct OutputFilterTests {
  static let draws: [(name: String, text: String)] = [
    ("text", "Unpacking redis-server (7.0.15) ...\r\n"), ("tabs and backspaces", "a\tb\u{8}c"),
    ("characters of two, three and four bytes", "é 日本 🚀"), ("a mark over a letter", "e\u{301}"),
    ("styles", "\u{1B}[1;31mred\u{1B}[0m \u{1B}[38;5;208mx\u{1B}[38:2:1:2:3my\u{1B}[m"),
    ("moves and erasures", "\u{1B}[2J\u{1B}[H\u{1B}[10;20Hx\u{1B}[K\u{1B}[3A\u{1B}[5G\u{1B}[2K"),
    ("the scrolling region of apt", "\u{1B}7\u{1B}[0;23r\u{1B}8\u{1B}[1A"),
    ("the second screen", "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?12;25h\u{1B}[?1049l"),
    ("lines drawn with letters", "\u{1B}(0lqk\u{1B}(B"),
  ]

  @Test(arguments: draws.map(\.text))
  func whatDrawsIsLeftAsItIs(_ text: String) {
    #expect(Self.passed(Array(text.utf8)) == text)
  }

  static let others: [(bytes: [UInt8], passed: String, why: String)] = [
    (Array("a\u{1B}]0;title\u{7}b".utf8), "ab", "a title"),
    (Array("a\u{1B}]52;c;ZXZpbA==\u{1B}\\b".utf8), "ab", "the clipboard"),
    (Array("a\u{1B}]8;;http://x\u{1B}\\b".utf8), "ab", "a link"),
    (Array("a\u{1B}P$qm\u{1B}\\b\u{1B}^x\u{1B}\\c\u{1B}_y\u{1B}\\d\u{1B}Xz\u{1B}\\e".utf8), "abcde", "strings"),
    (Array("a\u{1B}]0;never ended\u{18}b".utf8), "ab", "a string that is cancelled"),
    (Array("a\u{1B}]0;x\u{1B}[1mb".utf8), "a\u{1B}[1mb", "a string that another sequence ends"),
    (Array("\u{1B}[6n\u{1B}[c\u{1B}[>c\u{1B}[5n\u{1B}[18t\u{1B}[?6nx".utf8), "x", "questions to the terminal"),
    (Array("\u{1B}[?1000h\u{1B}[?2004h\u{1B}[?1049;2004hx".utf8), "x", "mouse and paste"),
    (Array("\u{1B}[8;1;1t\u{1B}[!px\u{1B}[61\"py\u{1B}[0 qz".utf8), "xyz", "window sizes, resets, cursors"),
    (Array("a\u{7}\u{0}\u{5}b\u{7F}".utf8), "ab", "bell, nothing, who are you, delete"),
    (Array("\u{1B}#8a\u{1B}#3b\u{1B} Fc".utf8), "abc", "double heights and alignment"),
    (Array(("\u{1B}[" + String(repeating: "1;", count: 300) + "1mx").utf8), "x", "arguments without end"),
    (Array(("\u{1B}[" + Array(repeating: "1", count: 16).joined(separator: ";") + "mx").utf8), "x", "too many of them"),
    (Array("\u{1B}[99999999999999999999Bx\u{1B}[1000By".utf8), "xy", "numbers beyond any window"),
    (Array("\u{1B}[1;2:3Hx".utf8), "x", "parts of arguments where there are none"),
    (Array("\u{1B}[3\u{D}1mx".utf8), "\u{D}\u{1B}[31mx", "a control inside of a sequence acts at once"),
    (Array("\u{1B}[3\u{1B}[1mx\u{1B}\u{1B}[2Jy".utf8), "\u{1B}[1mx\u{1B}[2Jy", "a sequence that another one ends"),
    (Array("\u{1B}[3日x".utf8), "日x", "a sequence that text ends"),
    (Array("a\u{9B}31m\u{85}b".utf8), "a\u{FFFD}31m\u{FFFD}b", "controls as characters"),
    (Array("a\u{202E}b\u{200D}\u{E000}\u{FEFF}".utf8), "a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}", "what steers the eye"),
    ([0x61, 0x9B, 0x33, 0x31, 0x6D], "a\u{FFFD}31m", "controls as bytes"),
    ([0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF5, 0x61], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}a", "what is no character"),
    ([0xE6, 0x97, 0x61, 0xE6, 0x97, 0x1B, 0x5B, 0x6D], "\u{FFFD}a\u{FFFD}\u{1B}[m", "half a character"),
    (
      Array(("e" + String(repeating: "\u{301}", count: 5) + "f\u{301}").utf8),
      "e\u{301}\u{301}\u{301}\u{FFFD}\u{301}f\u{301}", "a flood of marks"
    ),
  ]

  @Test(arguments: others.indices)
  func whatDoesNotDrawIsKeptFromIt(_ index: Int) {
    let (bytes, passed, why) = Self.others[index]
    #expect(Self.passed(bytes) == passed, "\(why)")
  }

  @Test func aCutChangesNothing() {
    for bytes in Self.others.map(\.bytes) + Self.draws.map({ Array($0.text.utf8) }) {
      var filter = OutputFilter()
      let piecemeal = bytes.flatMap { filter.pass(CollectionOfOne($0)) }
      #expect(String(decoding: piecemeal, as: UTF8.self) == Self.passed(bytes))
    }
  }

  private static func passed(_ bytes: [UInt8]) -> String {
    var filter = OutputFilter()
    return String(decoding: filter.pass(bytes), as: UTF8.self)
  }
}
