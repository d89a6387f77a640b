// A card of paragraphs that may be longer than their place, and how an area is split between two cards.

/// Paragraphs in a frame; which rows are in sight is said in the frame.
struct ScrolledCard: Widget {
  var title: Line
  var paragraphs: [WrappedText]
  var window: ScrollWindow
  var isFocused: Bool
  var style: Style

  init(
    _ title: Line, _ paragraphs: [WrappedText], window: ScrollWindow = ScrollWindow(), isFocused: Bool = false,
    style: Style = .plain
  ) {
    self.title = title
    self.paragraphs = paragraphs
    self.window = window
    self.isFocused = isFocused
    self.style = style
  }

  func rows(in area: Rectangle) -> [Line] {
    paragraphs.flatMap { $0.rows(columns: max(1, area.columns - 4)) }
  }

  /// The first row in sight after a request to move; nil where it is none.
  func first(after request: Request, in area: Rectangle) -> Int? {
    Movement.scroll(request, from: window.first, of: rows(in: area).count, height: area.inset().rows)
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) { draw(in: area, on: &canvas, marking: nil) }

  /// The same, with what is searched for marked.
  func draw(in area: Rectangle, on canvas: inout Canvas, marking search: Search?) {
    let inside = area.inset(rows: 1, columns: 2)
    let rows = rows(in: area)
    let shown = window.showing(nil, of: rows.count, height: inside.rows)
    let position = shown.position(of: rows.count, height: inside.rows)
    Card(title, note: Line(position ?? ""), isFocused: isFocused, style: style).draw(in: area, on: &canvas)
    let inSight = rows.dropFirst(shown.first).prefix(inside.rows)
    for (index, row) in inSight.enumerated() {
      canvas.put(row, row: inside.row + index, column: inside.column, in: inside)
    }
    search?.mark(inSight, in: inside, on: &canvas)
  }
}

/// Two cards below each other that share a border; the lower one has so many rows inside of its frame.
func split(_ area: Rectangle, lower: Int) -> (upper: Rectangle, lower: Rectangle) {
  let (rest, bottom) = area.cutBottom(lower + 2, sharing: 1)
  return (rest, bottom)
}
