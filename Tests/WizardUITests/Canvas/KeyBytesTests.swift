// What each key is to a command's terminal, byte by byte, as infocmp(1) prints it for xterm.
import Testing

@testable import WizardUI

@Suite struct KeyBytesTests {
  /// The key, what it sends, and what it sends where a program asked for application cursor keys, if that differs.
  private static let table: [(key: String, bytes: String, application: String?)] = [
    ("a", "a", nil), ("Y", "Y", nil), ("<Space>", " ", nil), ("<lt>", "<", nil), ("é", "é", nil), ("日", "日", nil),
    ("<Enter>", "\r", nil), ("<Tab>", "\t", nil), ("<S-Tab>", "\u{1B}[Z", nil), ("<Esc>", "\u{1B}", nil),
    ("<Backspace>", "\u{7F}", nil), ("<Delete>", "\u{1B}[3~", nil), ("<Insert>", "\u{1B}[2~", nil),
    ("<C-@>", "\0", nil), ("<C-a>", "\u{1}", nil), ("<C-c>", "\u{3}", nil), ("<C-d>", "\u{4}", nil),
    ("<C-z>", "\u{1A}", nil), ("<C-\\>", "\u{1C}", nil), ("<C-]>", "\u{1D}", nil), ("<C-^>", "\u{1E}", nil),
    ("<C-_>", "\u{1F}", nil),
    ("<Up>", "\u{1B}[A", "\u{1B}OA"), ("<Down>", "\u{1B}[B", "\u{1B}OB"), ("<Right>", "\u{1B}[C", "\u{1B}OC"),
    ("<Left>", "\u{1B}[D", "\u{1B}OD"), ("<Home>", "\u{1B}[H", "\u{1B}OH"), ("<End>", "\u{1B}[F", "\u{1B}OF"),
    ("<PageUp>", "\u{1B}[5~", nil), ("<PageDown>", "\u{1B}[6~", nil),
    ("<F1>", "\u{1B}OP", nil), ("<F4>", "\u{1B}OS", nil), ("<F5>", "\u{1B}[15~", nil), ("<F6>", "\u{1B}[17~", nil),
    ("<F10>", "\u{1B}[21~", nil), ("<F11>", "\u{1B}[23~", nil), ("<F12>", "\u{1B}[24~", nil),
    ("<F13>", "\u{1B}[1;2P", nil), ("<F17>", "\u{1B}[15;2~", nil), ("<F24>", "\u{1B}[24;2~", nil),
    ("<F25>", "\u{1B}[1;5P", nil), ("<F36>", "\u{1B}[24;5~", nil),
  ]

  @Test(arguments: table.indices)
  func aKeyIsItsBytes(_ index: Int) throws {
    let (name, bytes, application) = Self.table[index]
    let key = try #require(Key(name: name))
    #expect(key.terminalBytes(isApplication: false) == Array(bytes.utf8))
    #expect(key.terminalBytes(isApplication: true) == Array((application ?? bytes).utf8))
  }

  @Test(arguments: [Key.unknown(410), .pasteStart, .pasteEnd, .function(0), .function(37), .control("é")])
  func whatNobodyKnowsIsNotSent(_ key: Key) {
    #expect(key.terminalBytes(isApplication: false) == nil)
  }
}
