// No window is too small to draw in: every widget in every small size, over hostile text.
import Testing

@testable import WizardUI

@Suite struct EverySizeTests {
  static let widgets: [any Widget] = [
    StepRailTests.rail, TableTests.nodes, Sparkline(SparklineTests.lags, unit: "ms"), Gauge(3, of: 6),
    LogPaneTests.log, Card("日本 \u{1B}[2J", note: "1 s"), DialogTests.failOver,
    DialogTests.failOver.field ?? TextField(""),
    KeyLineTests.line, QuestionRowTests.row, HelpOverlay(for: .nodes),
    WrappedText("日本語 \u{202E}text", label: "語", indent: 4),
  ]

  @Test(arguments: widgets.indices)
  func nothingIsDrawnOutside(_ index: Int) {
    for rows in 0...6 {
      for columns in 0...24 {
        var canvas = Canvas(Size(columns: columns + 4, rows: rows + 2))
        for row in 0..<canvas.size.rows {
          canvas.put(String(repeating: "語", count: 14), row: row, column: 0, overflow: .cut)
        }
        let area = Rectangle(row: 1, column: 2, rows: rows, columns: columns)
        canvas.clear(area)
        let before = canvas
        Self.widgets[index].draw(in: area, on: &canvas)
        for row in 0..<canvas.size.rows {
          #expect(canvas.lines[row].displayColumns == canvas.size.columns)
          for column in 0..<canvas.size.columns where !area.contains(row: row, column: column) {
            #expect(canvas[row, column] == before[row, column])
          }
        }
      }
    }
  }
}
