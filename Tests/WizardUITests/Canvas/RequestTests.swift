// The request table: what every key means where, and what no key may ever mean.
import Testing

@testable import WizardUI

@Suite struct RequestTests {
  @Test func everyKeyMeansOneThingOnAScreen() {
    for screen in ScreenName.allCases {
      var seen: [Key: Request] = [:]
      for entry in Request.table where entry.screens.contains(screen) {
        for key in entry.keys {
          if let other = seen[key] { Issue.record("\(key.name) means \(other) and \(entry.request) on \(screen)") }
          seen[key] = entry.request
        }
      }
    }
  }

  @Test func enterIsNeverYes() {
    for screen in ScreenName.allCases {
      let meant: [ScreenName: Request] = [.typed: .confirm, .searching: .keep, .start: .open]
      #expect(Request.meant(by: .enter, on: screen) == meant[screen])
      #expect(Request.meant(by: .character(" "), on: screen) != .yes)
    }
  }

  @Test func yesAndNoHaveNoSecondMeaning() {
    for screen in ScreenName.allCases {
      let yes = Request.meant(by: .character("y"), on: screen)
      let no = Request.meant(by: .character("n"), on: screen)
      #expect(yes == nil || yes == .yes)
      #expect(no == nil || no == .no)
    }
    #expect(Request.yes.keys == [.character("y"), .character("Y")])
    #expect(Request.no.keys == [.character("n"), .character("N")])
  }

  @Test func charactersAreTextInAField() {
    for entry in Request.table {
      for key in entry.keys where key.printable != nil {
        #expect(Request.meant(by: key, on: .typed) == nil && Request.meant(by: key, on: .searching) == nil)
      }
    }
    #expect(Request.meant(by: .escape, on: .searching) == .cancel)
    #expect(Request.meant(by: .escape, on: .typed) == .cancel)
    #expect(Request.meant(by: .control("c"), on: .typed) == .interrupt)
  }

  @Test func anAttachedKeyboardIsTheCommandsButForOneKey() {
    let entries = Request.table.filter { $0.screens.contains(.attached) }
    #expect(entries.map(\.request) == [.detach])
    #expect(entries.first?.keys == [.control("]")])
    #expect(entries.first?.screens == [.attached])
  }

  @Test func nothingCanBeDecidedInAWindowThatIsTooSmall() {
    let meant = Set(Request.table.filter { $0.screens.contains(.tooSmall) }.map(\.request))
    #expect(meant == [.write, .picture, .redraw, .suspend, .interrupt, .quit])
  }

  @Test func everyEntryHasKeysAndWords() {
    #expect(Set(Request.table.map(\.request)).count == Request.table.count)
    for entry in Request.table {
      #expect(!entry.keys.isEmpty)
      #expect(!entry.title.isEmpty)
      #expect(entry.help.hasSuffix("."))
      #expect(entry.request.entry == entry)
    }
  }

  @Test(arguments: [
    ("j", Key.character("j")), ("<Enter>", .enter), ("<C-t>", .control("t")), ("<PageUp>", .pageUp),
    ("<lt>", .character("<")),
    ("<Space>", .character(" ")), ("<F12>", .function(12)), ("<S-Tab>", .backTab), ("é", .character("é")),
    (">", .character(">")),
    ("<PasteStart>", .pasteStart), ("<Code410>", .unknown(410)),
  ])
  func aNameParsesBothWays(name: String, key: Key) {
    #expect(Key(name: name) == key)
    #expect(key.name == name)
  }

  @Test(arguments: ["", "<", "<nope>", "<C-tt>", "<F>", "<F99>", "ab", "<Enter"])
  func whatIsNoNameIsRefused(name: String) {
    #expect(Key(name: name) == nil)
  }

  @Test func aScriptIsAListOfKeys() {
    #expect(
      Key.script("jj<Enter>y<lt>") == [.character("j"), .character("j"), .enter, .character("y"), .character("<")])
    #expect(Key.script("j<oops>") == nil)
  }

  @Test func everyKeyOfTheTableSurvivesItsName() {
    for key in Request.table.flatMap(\.keys) { #expect(Key(name: key.name) == key) }
  }

  @Test func labelsAreWhatAnOperatorReads() {
    let labels = [Key.control("t"), .pageUp, .character("<"), .character(" "), .backTab, .character("\u{1B}")].map(
      \.label)
    #expect(labels == ["^T", "PgUp", "<", "Space", "S-Tab", "\\x1b"])
  }
}
