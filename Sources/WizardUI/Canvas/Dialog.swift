// A question that needs to be read: what happens, what it costs, and a word to type.
//
//     ╔═ FAIL OVER shard s1 ══════════════════╗
//     ║                                       ║
//     ║ What happens   10.0.3.11 becomes the  ║
//     ║                primary of 0-5460.     ║
//     ║                                       ║
//     ║ Type the shard name to go on:  s1     ║
//     ║                                       ║
//     ║       [ Esc  go back ]                ║
//     ╚═══════════════════════════════════════╝

/// A double frame over the middle of the screen; field and keys stay in sight in every window that can hold them.
package struct Dialog: Widget, Hashable {
  package var title: Line
  package var paragraphs: [WrappedText]
  package var field: TextField?
  /// Side by side in the last row, or below each other where it is too narrow for that.
  package var keys: [Line]
  /// The first row of the paragraphs in sight, when they do not all fit.
  package var first: Int
  package var style: Style

  /// Longer rows are hard to read.
  package static let widest = 76

  package init(
    _ title: Line, paragraphs: [WrappedText], field: TextField? = nil, keys: [Line] = [], first: Int = 0,
    style: Style = .bold
  ) {
    self.title = title
    self.paragraphs = paragraphs
    self.field = field
    self.keys = keys
    self.first = first
    self.style = style
  }

  /// The area of the frame in the middle of another one.
  package func frame(in area: Rectangle) -> Rectangle { layout(in: area).frame }

  /// Where the hardware cursor stands: in the field.
  package func cursor(in area: Rectangle) -> Position? {
    let layout = layout(in: area)
    return layout.field?.cursor(in: layout.fieldArea)
  }

  /// The furthest that the paragraphs can be scrolled in that area; 0 where they are all in sight.
  package func furthestFirst(in area: Rectangle) -> Int {
    let layout = layout(in: area)
    return max(0, layout.body.count - layout.bodyArea.rows)
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    let layout = layout(in: area)
    let frame = layout.frame
    canvas.clear(frame)
    Card(title, kind: .double, isFocused: true, style: style).draw(in: frame, on: &canvas)
    let height = layout.bodyArea.rows
    let window = ScrollWindow(first: first).showing(nil, of: layout.body.count, height: height)
    put(Array(layout.body.dropFirst(window.first)), in: layout.bodyArea, on: &canvas)
    if let position = window.position(of: layout.body.count, height: height) {
      let place = frame.cutBottom(1).bottom.inset(rows: 0, columns: 2)
      canvas.put(
        " rows \(position), \(Request.pageDown.fieldLabel) for more ", row: place.row, column: place.column, in: place,
        style: .attention)
    }
    put(layout.prompt, in: layout.promptArea, on: &canvas)
    layout.field?.draw(in: layout.fieldArea, on: &canvas)
    put(layout.keys, in: layout.keysArea, on: &canvas, isCentred: true)
  }

  private func put(_ rows: [Line], in area: Rectangle, on canvas: inout Canvas, isCentred: Bool = false) {
    for (index, row) in rows.prefix(area.rows).enumerated() {
      let margin = isCentred ? max(0, area.columns - row.columns) / 2 : 0
      canvas.put(row, row: area.row + index, column: area.column + margin, in: area)
    }
  }

  /// What goes where; blank rows between the parts only where all of the text fits.
  private struct Layout {
    var frame: Rectangle
    var body: [Line]
    var bodyArea: Rectangle
    var prompt: [Line]
    var promptArea: Rectangle
    var field: TextField?
    var fieldArea: Rectangle
    var keys: [Line]
    var keysArea: Rectangle
  }

  private func layout(in area: Rectangle) -> Layout {
    let columns = min(Self.widest, area.columns)
    let width = max(1, columns - 4)
    let body = paragraphs.flatMap { $0.rows(columns: width) }
    let (prompt, field) = promptAndField(width: width)
    let beside = keys.enumerated().reduce(Line()) { $0 + ($1.offset > 0 ? "     " : "") + $1.element }
    let keyRows = keys.isEmpty ? [] : beside.columns <= width ? [beside] : keys
    let fieldRows = prompt.count + (field == nil ? 0 : 1)
    let gaps = 1 + (fieldRows > 0 ? 1 : 0) + (keyRows.isEmpty ? 0 : 1)
    let wanted = 2 + body.count + fieldRows + keyRows.count
    let gap = area.rows >= wanted + gaps ? 1 : 0
    let frame = area.centred(Size(columns: columns, rows: wanted + gap * gaps))

    var rest = frame.inset(rows: 1, columns: 2)
    let keysArea: Rectangle
    let fieldArea: Rectangle
    let promptArea: Rectangle
    (rest, keysArea) = rest.cutBottom(keyRows.count)
    if !keyRows.isEmpty { rest = rest.cutBottom(gap).rest }
    (rest, fieldArea) = rest.cutBottom(field == nil ? 0 : 1)
    (rest, promptArea) = rest.cutBottom(prompt.count)
    if fieldRows > 0 { rest = rest.cutBottom(gap).rest }
    return Layout(
      frame: frame, body: body, bodyArea: rest.cutTop(gap).rest, prompt: prompt, promptArea: promptArea, field: field,
      fieldArea: fieldArea, keys: keyRows, keysArea: keysArea)
  }

  /// A prompt that would be cut gets rows of its own: it says which word to type.
  private func promptAndField(width: Int) -> (prompt: [Line], field: TextField?) {
    guard var field, field.prompt.columns + 2 + max(TextField.narrowest, field.room) > width else { return ([], field) }
    let prompt = WrappedText(field.prompt.parts.map(\.text).joined()).rows(columns: width)
    field.prompt = ">"
    return (prompt, field)
  }
}
