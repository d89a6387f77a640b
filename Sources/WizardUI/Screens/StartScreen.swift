// Start: what this program does and the ways into it.
//
//     ┌─ What do you want to do? ──────────────────────────────────┐
//     │ 1  Try it                                                  │
//     │      six real throw-away servers on this machine           │
//     │>4  Upgrade, node by node                                   │

package import SystemIO

extension StartModel {
  /// Draws the screen.
  package func frame(_ size: Size, glyphs: Glyphs = .utf8) -> Frame {
    var canvas = Canvas(size, glyphs: glyphs)
    guard !ScreenLayout.isTooSmall(size) else {
      let least = ScreenLayout.least
      let text =
        "Window is \(size.columns)x\(size.rows). This needs \(least.columns)x\(least.rows). \(Request.quit.label) leaves."
      WrappedText(text).draw(in: canvas.area, on: &canvas)
      return Frame(canvas)
    }
    let layout = ScreenLayout(canvas.area)
    canvas.put("redis-upgrade", row: 0, column: 1, style: .bold)
    canvas.put("upgrades a Redis or Valkey Cluster in place, one node at a time", row: 1, column: 1)
    let (list, message) = layout.body.cutBottom(3)
    var cursor = drawWays(in: list, on: &canvas)
    WrappedText(status ?? "", style: .attention).draw(in: message.inset(rows: 0), on: &canvas)
    let talk = layout.talk.inset(rows: 0)
    if let field = search?.field ?? field {
      field.draw(in: talk, on: &canvas)
      cursor = field.cursor(in: talk)
    } else {
      canvas.put("Nothing is changed by anything on this screen.", row: talk.row, column: talk.column, in: talk)
    }
    if help != nil {
      helpOverlay.draw(in: layout.body, on: &canvas)
      cursor = search?.field?.cursor(in: talk) ?? helpOverlay.cursor(in: layout.body)
    }
    drawKeys(in: layout.keys, on: &canvas)
    return Frame(canvas, cursor: cursor, title: "redis-upgrade")
  }

  private func drawKeys(in area: Rectangle, on canvas: inout Canvas) {
    if search?.field != nil {
      Search.typingKeys.draw(in: area, on: &canvas)
    } else if field != nil {
      let line = "Enter go on   Esc back   such as: 10.0.3.10:6379 --to 7.0.15"
      canvas.put(line, row: area.row, column: area.column + 1, in: area)
    } else if help != nil {
      KeyLine(Search.keys([.cancel, .down, .up, .pageDown, .pageUp], search)).draw(in: area, on: &canvas)
    } else {
      let digits = (1...min(9, ways.count)).map(Request.choose)
      KeyLine(digits + [.down, .up, .open, .help, .quit]).draw(in: area, on: &canvas)
    }
  }

  /// Two rows for each way: what it is, and what comes of it.
  private func drawWays(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let inside = area.inset()
    let height = inside.rows / 2
    let window = ScrollWindow().showing(selected, of: ways.count, height: height)
    Card(
      "What do you want to do?", note: Line(window.position(of: ways.count, height: height) ?? ""),
      isFocused: field == nil
    ).draw(in: area, on: &canvas)
    for (index, way) in ways.enumerated().dropFirst(window.first).prefix(height) {
      let row = inside.row + 2 * (index - window.first)
      let digit = index < 9 ? "\(index + 1)" : " "
      let title = Line(way.title, way.isOpenRun ? .attention : index == selected ? .bold : .plain)
      canvas.put(
        Line(index == selected ? ">" : " ") + Line(digit, .bold) + "  " + title, row: row, column: inside.column,
        in: inside)
      canvas.put("      \(way.consequence)", row: row + 1, column: inside.column, in: inside)
    }
    return Position(row: inside.row + 2 * (selected - window.first), column: inside.column)
  }
}

/// The start screen on a terminal; `chosen` says what to go on with.
package struct StartFace: Face {
  private var model: StartModel

  package init(size: Size, runs: [StartModel.Way] = []) { model = StartModel(size: size, runs: runs) }

  /// The words of a command line; nil when the operator left.
  package var chosen: [String]? { model.chosen }

  package mutating func handle(_ event: FaceEvent, at now: MonotonicTime) -> FaceAnswer {
    switch event {
    case .key(let press): return model.press(press)
    case .resized(let size):
      model.size = size
      return .goOn
    case .signal, .hangUp: return .leave
    case .appeared, .woken, .timeCame: return .goOn
    }
  }

  package func frame(_ size: Size, glyphs: Glyphs, at now: MonotonicTime) -> Frame { model.frame(size, glyphs: glyphs) }
}
