// The start screen: five ways in, a target that is checked before anything is looked at.
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

  @Test func itIsDrawnInEverySize() {
    for columns in [0, 10, 59, 60, 80, 200] {
      for rows in [0, 5, 16, 24, 50] {
        let size = Size(columns: columns, rows: rows)
        let model = StartModel(size: size)
        #expect(model.frame(size).canvas.lines.count == rows)
      }
    }
  }
}
