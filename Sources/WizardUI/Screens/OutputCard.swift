// The last lines that the site's own command printed, with how it ended.

import UpgradeCore

struct OutputCard: Widget {
  let picture: RunPicture

  init(_ picture: RunPicture) { self.picture = picture }

  static func title(_ output: CommandOutput?) -> Line {
    guard let output else { return Line("Output") }
    let status = output.status.map { Line($0, $0 == "exit 0" ? .plain : .attention) } ?? Line("running", .bold)
    return Line("Output of ") + Line(output.node) + "  " + status
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    let inside = area.inset(rows: 1, columns: 2)
    let output = picture.output
    Card(Self.title(output), note: Line(output == nil ? "" : "v full screen")).draw(in: area, on: &canvas)
    guard let output else {
      canvas.put("(no command of the site has run yet)", row: inside.row, column: inside.column, in: inside)
      return
    }
    let command = Line("$ ", .bold) + Line(output.command)
    canvas.put(command, row: inside.row, column: inside.column, in: inside)
    let log = inside.cutTop(1).rest
    LogPane(
      output.lines.map { Line($0) },
      whenEmpty: output.status == nil ? "(it has printed nothing yet)" : "(it printed nothing)"
    ).draw(in: log, on: &canvas)
  }
}
