// The last rows that the site's own command printed, with how it ended.

import UpgradeCore

struct OutputCard: Widget {
  let picture: RunPicture

  init(_ picture: RunPicture) { self.picture = picture }

  static func nothing(_ picture: RunPicture) -> String {
    guard picture.isReadOnly else { return "(no command of the site has run yet)" }
    return picture.paths.output.isEmpty
      ? "(no run is followed)" : "(shown where the run is driven; every byte of it: \(picture.paths.output))"
  }

  static func title(_ output: CommandOutput?) -> Line {
    guard let output else { return Line("Output") }
    let status = output.status.map { Line($0, $0 == "exit 0" ? .plain : .attention) } ?? Line("running", .bold)
    return Line("Output of ") + Line(output.node) + "  " + status
  }

  static func command(_ output: CommandOutput) -> Line { Line("$ ", .bold) + Line(output.command) }

  static func whenEmpty(_ output: CommandOutput) -> String {
    // What has been printed and not been drawn yet is there in a moment.
    guard output.lines.isEmpty else { return "" }
    return output.status == nil ? "(it has printed nothing yet)" : "(it printed nothing)"
  }

  /// What may be going on where a command is quiet on an unfinished line; nil where nothing is to be said.
  static func guess(_ picture: RunPicture, looksAtOutput: Bool = false) -> String? {
    guard let output = picture.output, let quiet = output.seemsToWait(at: picture.now), output.keyboard != .attached
    else { return nil }
    let since = "quiet for \(Quantity.wholeSeconds(quiet))"
    if case .closed = output.keyboard {
      return "\(since); it may wait for an answer, which it cannot get from here"
    }
    let attach = Request.attach.label
    let keys = looksAtOutput ? attach : "\(Request.output.label), then \(attach)"
    return "\(since); it may be waiting for an answer: \(keys)"
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    let inside = area.inset(rows: 1, columns: 2)
    Card(Self.title(picture.output), note: Line(picture.output == nil ? "" : "\(Request.output.label) full screen"))
      .draw(in: area, on: &canvas)
    guard let output = picture.output else {
      canvas.put(Self.nothing(picture), row: inside.row, column: inside.column, in: inside)
      return
    }
    canvas.put(Self.command(output), row: inside.row, column: inside.column, in: inside)
    let pane = inside.cutTop(1).rest
    if output.rows.isEmpty {
      canvas.put(Self.whenEmpty(output), row: pane.row, column: pane.column, in: pane)
    }
    let guess = pane.rows > 1 ? Self.guess(picture) : nil
    let (place, below) = pane.cutBottom(guess == nil ? 0 : 1)
    OutputRows(rows: output.rows.suffix(place.rows)).draw(in: place, on: &canvas)
    if let guess { canvas.put(guess, row: below.row, column: below.column, in: below, style: .attention) }
  }
}
