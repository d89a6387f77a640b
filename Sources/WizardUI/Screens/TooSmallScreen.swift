// The message of a window that is too small to decide anything in: the run is not affected by it.

import UpgradeCore

struct TooSmallScreen: Widget {
  let picture: RunPicture
  /// q was pressed once.
  var isLeaving = false

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    let least = ScreenLayout.least
    let paragraphs = [
      "Window is \(area.columns)x\(area.rows). This needs \(least.columns)x\(least.rows).", "",
      "The upgrade is NOT affected.", doing, HealthText(picture).summary.string, "",
      isLeaving
        ? "Leave? Exit code \(LeaveForecast(picture).codeText). \(Request.quit.label) once more leaves."
        : "Enlarge the window, or reduce the font, or press \(Request.quit.label) to leave.",
    ]
    let columns = max(1, area.columns - 2)
    var rows = paragraphs.flatMap { WrappedText($0).rows(columns: columns) }
    // In a window of a few rows the words count more than the space between them.
    if rows.count > area.rows { rows = rows.filter { !$0.isEmpty } }
    for (index, row) in rows.prefix(area.rows).enumerated() {
      canvas.put(row, row: area.row + index, column: area.column + (area.columns > 20 ? 1 : 0), in: area)
    }
  }

  private var doing: String {
    if let watch = WatchRemark(picture) { return watch.brief.string }
    if let problem = picture.state.problem { return "Stopped: \(problem.what)" }
    if let asked = picture.state.asked { return "Waiting for your answer: \(asked.title)" }
    return RunRemark(picture).line.string
  }
}
