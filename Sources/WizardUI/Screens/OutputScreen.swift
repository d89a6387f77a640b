// The output of the running or last command, full screen: its terminal, and what has been scrolled off it.
//
//     ┌─ Output of 10.0.3.13:6379  running ─────────────────── 1204-1217 of 1217 ─┐
//     │ $ apt-get install -y redis-server=7.0.15                                  │
//     │ Unpacking redis-server (7.0.15) over (6.2.14) ...                         │
//     │ Progress: [ 40%] [##########..............]                               │
//     │                                                                           │
//     │ every byte of it: .../output/install-4f1e-1.out                           │
//     └───────────────────────────────────────────────────────────────────────────┘

import UpgradeCore

struct OutputScreen: WizardScreen, SearchedPage {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  var keys: [Request] {
    Search.keys([.cancel, .down, .up, .pageDown, .pageUp, .follow, .attach], model.view?.search) + [
      .write, .help, .quit,
    ]
  }

  var refusals: [Request: String] {
    var refusals: [Request: String] = [:]
    if place == .newest { refusals[.follow] = "The newest row is in sight, and stays so." }
    refusals[.attach] = whyNotAttached
    return refusals
  }

  private var whyNotAttached: String? {
    guard let output = picture.output else { return "No command of the site has run yet." }
    if case .closed(let why) = output.keyboard { return why }
    return model.prompt == nil ? nil : "Answer what is asked first."
  }

  var remark: Line {
    if model.attached != nil {
      return Line(
        "All keys but \(Request.detach.keys.first?.longLabel ?? "") go to the command; only what it prints of them is kept."
      )
    }
    return RunRemark(picture, looksAtOutput: true).line
  }

  var briefRemark: Line { model.attached == nil ? RunRemark(picture, looksAtOutput: true).brief : remark }

  /// The pane in that body: above it the command, below it where all of the output is.
  static func pane(in body: Rectangle) -> Rectangle {
    body.inset(rows: 1, columns: 2).cutTop(1).rest.cutBottom(1).rest
  }

  /// What terminals of commands are to have in a window of that size; nil where output cannot be looked at.
  static func terminalSize(in size: Size) -> TerminalSize? {
    guard !ScreenLayout.isTooSmall(size) else { return nil }
    let pane = pane(in: ScreenLayout(Rectangle(row: 0, column: 0, rows: size.rows, columns: size.columns)).body)
    return TerminalSize(rows: pane.rows, columns: pane.columns)
  }

  // MARK: - What is in sight

  private var rows: [OutputRow] { picture.output?.rows ?? [] }
  private var place: LogPane.Place { model.view?.place ?? .newest }

  /// Rows are counted from the first that was ever printed, so that what is read stays while older ones go.
  private var gone: Int { picture.output?.rowsGone ?? 0 }

  /// The rows that there are; while somebody types also the one where the cursor is, though nothing stands there yet.
  private var count: Int {
    guard model.attached != nil, let cursor = picture.output?.cursor else { return rows.count }
    return max(rows.count, cursor.row + 1)
  }

  private func window(height: Int) -> ScrollWindow {
    let first =
      switch place {
      case .newest: count
      case .from(let number): number - gone
      }
    return ScrollWindow(first: max(0, first)).showing(nil, of: count, height: height)
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let inside = area.inset(rows: 1, columns: 2)
    let pane = Self.pane(in: area)
    let window = window(height: pane.rows)
    let title = OutputCard.title(picture.output)
    frame(title, Card.note(notes(window, pane), beside: title, columns: area.columns)).draw(in: area, on: &canvas)
    guard let output = picture.output else {
      canvas.put(OutputCard.nothing(picture), row: inside.row, column: inside.column, in: inside)
      return Position(row: inside.row, column: inside.column)
    }
    canvas.put(OutputCard.command(output), row: inside.row, column: inside.column, in: inside)
    if rows.isEmpty {
      canvas.put(OutputCard.whenEmpty(output), row: pane.row, column: pane.column, in: pane)
    }
    OutputRows(rows: rows.dropFirst(window.first)).draw(in: pane, on: &canvas)
    if let search = model.view?.search {
      search.mark(rows.dropFirst(window.first).prefix(pane.rows).map(OutputRows.line), in: pane, on: &canvas)
    }
    if !output.path.isEmpty, inside.rows > 1 {
      let label = "every byte of it: "
      let file = RunFile(path: output.path, paths: picture.paths).words(columns: inside.columns - label.count)
      canvas.put(label + file, row: inside.bottom - 1, column: inside.column, in: inside, style: .dim)
    }
    return cursor(window, pane) ?? foundPosition(window, pane) ?? Position(row: pane.row, column: pane.column)
  }

  private func foundPosition(_ window: ScrollWindow, _ pane: Rectangle) -> Position? {
    guard let hit = model.view?.search?.hit else { return nil }
    let row = hit - gone - window.first
    return (0..<pane.rows).contains(row) ? Position(row: pane.row + row, column: pane.column) : nil
  }

  /// A frame that cannot be overlooked while keys go elsewhere.
  private func frame(_ title: Line, _ note: Line) -> Card {
    guard model.attached != nil else { return Card(title, note: note, isFocused: true) }
    return Card(
      Line("ATTACHED: keys go to the command"), note: Line("pasted text too, Enters and all"), kind: .double,
      style: .bold)
  }

  /// The cursor of the command's terminal, while the keyboard is its.
  private func cursor(_ window: ScrollWindow, _ pane: Rectangle) -> Position? {
    guard model.attached != nil, let cursor = picture.output?.cursor else { return nil }
    let row = cursor.row - window.first
    guard (0..<pane.rows).contains(row) else { return nil }
    return Position(row: pane.row + row, column: pane.column + max(0, min(cursor.column, pane.columns - 1)))
  }

  private func notes(_ window: ScrollWindow, _ pane: Rectangle) -> [String] {
    let position = window.position(of: rows.count, height: pane.rows) ?? ""
    let search = searchNote(model)
    guard search.isEmpty else { return [search, position] }
    var notes: [String] = []
    if let size = picture.output?.fixedSize, size.columns > pane.columns {
      notes.append("its terminal has \(size.columns) columns")
    }
    if gone > 0 { notes.append("the last \(rows.count)") }
    return notes + [position]
  }

  var written: PageText? {
    picture.output.map { PageText("output", ["$ \($0.command)"] + $0.rows.map(\.text)) }
  }

  // MARK: - Searching

  var searchRows: [Search.Row] { rows.enumerated().map { Search.Row(gone + $0.offset, $0.element.text) } }
  var searchOrigin: Int { gone + window(height: Self.pane(in: model.body).rows).first }

  func reveal(_ row: Int, _ model: inout WizardModel) {
    let height = Self.pane(in: model.body).rows
    let window = window(height: height).showing(row - gone, of: rows.count, height: height)
    model.view?.place = .from(window.first + gone)
  }

  // MARK: - Keys

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    if request == .follow {
      model.view?.place = .newest
      return []
    }
    let height = Self.pane(in: model.body).rows
    let present: LogPane.Place = place == .newest ? .newest : .from(window(height: height).first)
    guard let moved = present.moved(request, of: rows.count, height: height) else { return nil }
    model.view?.place = if case .from(let first) = moved { .from(first + gone) } else { .newest }
    return []
  }
}
