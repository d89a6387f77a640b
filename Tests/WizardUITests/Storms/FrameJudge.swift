// What must hold of every frame, whatever has happened before it: found by looking at its cells, not at how it is made.
import SystemIO

@testable import UpgradeCore
@testable import WizardUI

/// Looks at frames; answers what is wrong with one, in words.
struct FrameJudge {
  /// Texts of cells that were looked at, with the columns that they take; nil for one that could act on a terminal.
  private var known: [String: Int?] = [:]

  mutating func faults(of frame: Frame, _ model: WizardModel, _ size: Size, isOurs: Bool) -> [String] {
    var faults = cellFaults(of: frame.canvas, size, isASCII: isOurs && frame.canvas.glyphs == .ascii)
    if let cursor = frame.cursor, !frame.canvas.area.contains(row: cursor.row, column: cursor.column) {
      faults.append("the cursor is at \(cursor), outside")
    }
    if frame.prompt != model.promptName { faults.append("the frame shows the prompt of another moment") }
    if frame.redrawAt == nil { faults.append("ages would not grow") }
    faults += ScreenLayout.isTooSmall(size) ? noticeFaults(frame.canvas) : placeFaults(frame, model)
    return faults
  }

  // MARK: - Cells

  /// Every cell is whole, as wide as its text, and cannot act on the terminal.
  mutating func cellFaults(of canvas: Canvas, _ size: Size, isASCII: Bool) -> [String] {
    guard canvas.size == size else { return ["the frame is \(canvas.size) and not \(size)"] }
    for row in 0..<size.rows {
      var isHalf = false
      for column in 0..<size.columns {
        let cell = canvas[row, column]
        var place: String { "row \(row), column \(column) of \(size.columns)x\(size.rows)" }
        guard (cell.columns == 0) == isHalf else { return ["a torn wide character at \(place)"] }
        isHalf = cell.columns == 2
        guard let columns = width(of: cell.text) else { return ["a control character at \(place)"] }
        if columns != cell.columns { return ["\"\(cell.text)\" takes \(columns) columns at \(place)"] }
        if isASCII, cell.text.utf8.contains(where: { $0 >= 0x80 }) {
          return ["\"\(cell.text)\" on a terminal of ASCII at \(place)"]
        }
      }
      if isHalf { return ["half a wide character at the end of row \(row)"] }
    }
    return []
  }

  private mutating func width(of text: String) -> Int? {
    if text.utf8.count == 1, let byte = text.utf8.first { return (0x20..<0x7F).contains(byte) ? 1 : nil }
    if let known = known[text] { return known }
    let isHarmless = text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.properties.generalCategory != .format
    }
    let width = isHarmless ? text.displayColumns : nil
    known[text] = .some(width)
    return width
  }

  // MARK: - Places

  /// As much of the notice as the window holds, from its beginning.
  private func noticeFaults(_ canvas: Canvas) -> [String] {
    let size = canvas.size
    let text = canvas.lines.joined().filter { $0 != " " }
    let notice = "Windowis\(size.columns)x\(size.rows)."
    let isThere = notice.hasPrefix(text.prefix(notice.count)) && !text.isEmpty
    return isThere ? [] : ["no notice of a small window: \(text.prefix(80))"]
  }

  /// What an operator has to see is in its place: the step, the frame of an attached command, the question.
  private func placeFaults(_ frame: Frame, _ model: WizardModel) -> [String] {
    let canvas = frame.canvas
    let layout = ScreenLayout(canvas.area)
    var faults: [String] = []
    let lines = canvas.lines
    func text(_ area: Rectangle) -> String { lines[area.row..<area.bottom].joined(separator: "\n") }
    if !text(layout.rail).contains("[") { faults.append("no step is in hand: \(text(layout.rail))") }
    let corners = [
      (layout.body.row, 0), (layout.body.row, layout.body.right - 1), (layout.body.bottom - 1, 0),
      (layout.body.bottom - 1, layout.body.right - 1),
    ]
    let isFramed = corners.allSatisfy { canvas[$0.0, $0.1].lineKind == .double && !canvas[$0.0, $0.1].line.isEmpty }
    let saysAttached = text(layout.body).contains("ATTACHED: keys go to the command")
    if model.attached != nil, !isFramed || !saysAttached { faults.append("attached, and the frame does not say so") }
    if model.attached == nil, saysAttached { faults.append("the frame says attached") }
    if model.dialog != nil {
      let isInside = frame.cursor.map { layout.body.contains(row: $0.row, column: $0.column) } ?? false
      if !isInside { faults.append("the cursor is not in the dialog") }
      if !text(layout.body).contains("[ Enter ") && !text(layout.body).contains("[ Esc ") {
        faults.append("the dialog does not say how it is answered")
      }
    } else {
      switch model.prompt {
      case .question, .choice, .hold, .goOn, .leave:
        if !text(layout.talk).contains("[y] ") { faults.append("what is asked is not in sight: \(text(layout.talk))") }
      case .problem:
        if !text(layout.talk).contains("Pick 1") { faults.append("no choice is asked for: \(text(layout.talk))") }
      case .override, .access: faults.append("a prompt that is typed has no dialog")
      case nil: break
      }
    }
    return faults
  }

  // MARK: - Parts

  /// Draws each part of the screen into its area of a picture that is full, and looks at what is around it.
  func spills(_ model: WizardModel, _ picture: RunPicture, _ size: Size, glyphs: Glyphs) -> [String] {
    guard !ScreenLayout.isTooSmall(size) else { return [] }
    var full = Canvas(size, glyphs: glyphs)
    let row = String(repeating: "語", count: size.columns / 2 + 1)
    for number in 0..<size.rows { full.put(row, row: number, column: 0, overflow: .cut) }
    let layout = ScreenLayout(full.area)
    let screen = model.screen(picture)
    let parts: [(String, Rectangle, (inout Canvas) -> Void)] = [
      ("identity", layout.identity, { IdentityRow(picture: picture).draw(in: layout.identity, on: &$0) }),
      ("rail", layout.rail, { RailRow(picture: picture, shown: model.step(picture)).draw(in: layout.rail, on: &$0) }),
      ("screen", layout.body, { _ = screen.draw(in: layout.body, on: &$0) }),
      (
        "overlay", layout.body,
        { _ = Overlay(picture: picture, model: model, isArmed: true).draw(in: layout.body, on: &$0) }
      ),
      (
        "talk", layout.talk,
        { TalkRows(picture: picture, model: model, screen: screen, isArmed: true).draw(in: layout.talk, on: &$0) }
      ),
      ("keys", layout.keys, { KeyLine(screen.keys, refusals: screen.refusals).draw(in: layout.keys, on: &$0) }),
    ]
    var spills: [String] = []
    for (name, area, draw) in parts {
      var canvas = full
      canvas.clear(area)
      let before = canvas
      draw(&canvas)
      for row in 0..<size.rows where row < area.row || row >= area.bottom {
        for column in 0..<size.columns where canvas[row, column] != before[row, column] {
          spills.append("\(name) draws into row \(row), column \(column) of \(size.columns)x\(size.rows)")
          break
        }
      }
    }
    return spills
  }
}
