// The start screen: the ways in and the runs that are there, a target that is checked before anything is looked at.
import SystemIO
import Testing

@testable import WizardUI

@Suite struct StartScreenTests {
  static func press(_ script: String, _ model: inout StartModel) -> FaceAnswer {
    var answer = FaceAnswer.goOn
    for key in Key.script(script) ?? [] { answer = model.press(KeyPress(key)) }
    return answer
  }

  @Test func trainingNeedsNoTarget() {
    var model = StartModel(size: Size(columns: 80, rows: 24))
    #expect(Self.press("1", &model) == .leave)
    #expect(model.chosen == ["train"])
  }

  @Test func aTargetIsTypedOrPasted() {
    var model = StartModel(size: Size(columns: 80, rows: 24))
    #expect(Self.press("2", &model) == .goOn)
    for letter in "10.0.3.10:6379 --to 7.0.15".unicodeScalars {
      _ = model.press(KeyPress(.character(letter), isPasted: true))
    }
    #expect(Self.press("<Enter>", &model) == .leave)
    #expect(model.chosen == ["check", "10.0.3.10:6379", "--to", "7.0.15"])
  }

  @Test func aWrongTargetIsASentence() {
    var model = StartModel(size: Size(columns: 80, rows: 24))
    #expect(Self.press("4nonsense<Enter>", &model) == .goOn)
    #expect(model.chosen == nil)
    #expect(model.status?.isEmpty == false)
    #expect(Self.press("<Esc>jk<Enter>", &model) == .goOn)
    #expect(model.field != nil)
  }

  @Test func qLeaves() {
    var model = StartModel(size: Size(columns: 80, rows: 24))
    #expect(Self.press("q", &model) == .leave)
    #expect(model.chosen == nil)
  }

  static let runs = [
    StartModel.Way(
      words: ["report", "20261120-0910-ab12"], title: "Report of the run 20261120-0910-ab12",
      consequence: "done, 6 of 6 nodes on redis-7.0.15, redis://10.0.3.10:6379"),
    StartModel.Way(
      words: ["resume", "20261119-2301-xy34"], title: "Go on with the run 20261119-2301-xy34",
      consequence: "stopped, 2 of 6 nodes on redis-7.0.15, redis://10.0.4.10:6379", isOpenRun: true),
  ]

  @Test func whatWasLeftHalfDoneComesFirst() {
    var model = StartModel(size: Size(columns: 80, rows: 20), runs: Self.runs)
    expectPicture(
      of: model.frame(model.size).canvas,
      """
       redis-upgrade
       upgrades a Redis or Valkey Cluster in place, one node at a time
      ┌─ What do you want to do? ───────────────────────────────────────── 2-5 of 6 ─┐
      │ 2  Look: may it be upgraded?                                                 │
      │      reads every node; changes nothing                                       │
      │ 3  Look: what would be done?                                                 │
      │      prints every step; changes nothing                                      │
      │ 4  Upgrade, node by node                                                     │
      │      checks first, then a plan; nothing is changed before you accept it      │
      │>5  Go on with the run 20261119-2301-xy34                                     │
      │      stopped, 2 of 6 nodes on redis-7.0.15, redis://10.0.4.10:6379           │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘



       Nothing is changed by anything on this screen.

       1-6 choose  j/k move  Enter open  ? help  q quit
      """)
    #expect(Self.press("<Enter>", &model) == .leave)
    #expect(model.chosen == ["resume", "20261119-2301-xy34"])
  }

  @Test func aRowIsOpenedByItsDigitAndAnUnknownOneIsRefused() {
    var model = StartModel(size: Size(columns: 80, rows: 24), runs: Self.runs)
    #expect(Self.press("9", &model) == .goOn)
    #expect(model.status == "There is no row 9.")
    #expect(Self.press("6", &model) == .leave)
    #expect(model.chosen == ["report", "20261120-0910-ab12"])
  }

  @Test func aPastedNewLineDoesNotConfirm() {
    var model = StartModel(size: Size(columns: 80, rows: 24))
    _ = Self.press("4", &model)
    for key in Key.script("10.0.3.10:6379 --to 7.0.15<Enter>") ?? [] { _ = model.press(KeyPress(key, isPasted: true)) }
    #expect(model.chosen == nil)
    #expect(model.status == "Pasted: read it, then press Enter.")
    #expect(Self.press("<Enter>", &model) == .leave)
  }

  @Test func aPasteOpensNothing() {
    var model = StartModel(size: Size(columns: 80, rows: 24), runs: Self.runs)
    for key in Key.script("1<Enter>5q<Enter>") ?? [] { #expect(model.press(KeyPress(key, isPasted: true)) == .goOn) }
    #expect(model.status == "Pasted text opens nothing: pick a row first.")
    #expect(model.press(KeyPress(.enter, isAlone: false)) == .goOn)
    #expect(model.press(KeyPress(.character("1"), isAlone: false)) == .goOn)
    #expect(model.chosen == nil && model.status == "Several keys came at once: none was taken. Press one key.")
  }

  @Test func helpNamesItsKeysOnly() {
    var model = StartModel(size: Size(columns: 80, rows: 50))
    #expect(Self.press("?", &model) == .goOn)
    let text = model.frame(model.size).canvas.lines.joined(separator: "\n")
    #expect(text.contains("Help for the start") && text.contains("Open the selected row."))
    #expect(!text.contains("Answer the question row"))
    _ = Self.press("<Esc>", &model)
    #expect(!model.frame(model.size).canvas.lines.joined().contains("Help for"))
  }

  @Test func itIsDrawnInEverySize() {
    for columns in [0, 10, 59, 60, 80, 200] {
      for rows in [0, 5, 16, 24, 50] {
        let size = Size(columns: columns, rows: rows)
        let model = StartModel(size: size, runs: Self.runs)
        #expect(model.frame(size).canvas.lines.count == rows)
      }
    }
  }
}
