// The journal: every entry in a row, and below what the selected one says whole: its kind, its time, all its fields.
//
//     ┌─ Journal  /var/lib/redis-upgrade/.../journal.jsonl ─── 59-67 of 74 ─┐
//     │ 09:00:07 install 10.0.3.11:6379: done, read back                    │
//     │>09:00:07 start 10.0.3.11:6379: ssh 10.0.3.11 sudo systemctl start ~ │
//     ├─ Entry 68: intent  2026-11-20T09:00:07.000Z ────────────────────────┤
//     │ step      start/node:9f3c...                                        │
//     │ command   ssh 10.0.3.11 sudo systemctl start redis                  │

import UpgradeCore

/// Where the operator is in the journal.
package struct JournalPlace: Hashable, Sendable {
  /// The number of the event; nil follows the newest.
  package var selected: Int?
  package var window = ScrollWindow(first: .max)
  package var detail = ScrollWindow()
  package init() {}
}

/// What has happened in this run, as far back as is kept in memory; the file has all of it.
struct JournalScreen: WizardScreen, SearchedPage {
  let picture: RunPicture
  let model: WizardModel
  private let entries: [Event]

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
    // Bookkeeping that no operator waits for has a record and no words.
    entries = picture.events.filter { !$0.text.isEmpty }
  }

  var keys: [Request] {
    Search.keys([.cancel, .down, .up, .nextPane], model.view?.search) + [.pageDown, .pageUp, .write, .help, .quit]
  }

  /// The row of the entry; the oldest that is left where it is gone from memory.
  private var selected: Int {
    guard let number = model.journal.selected else { return entries.count - 1 }
    return entries.firstIndex { $0.number >= number } ?? entries.count - 1
  }

  // MARK: - Drawing

  private func areas(_ area: Rectangle) -> (upper: Rectangle, lower: Rectangle) {
    split(area, lower: max(3, (area.rows - 3) * 2 / 5))
  }

  private func window(height: Int) -> ScrollWindow {
    model.journal.window.showing(selected, of: entries.count, height: height)
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let (upper, lower) = areas(area)
    let inside = upper.inset()
    let window = window(height: inside.rows)
    // What was found is worth more than where the file is, which the report names, too.
    let search = searchNote(model)
    let title =
      search.isEmpty
      ? Line(picture.paths.journal.isEmpty ? "Journal" : "Journal  \(picture.paths.journal)") : Line("Journal")
    let position = window.position(of: entries.count, height: inside.rows) ?? ""
    Card(
      title, note: Card.note([search, position], beside: title, columns: upper.columns), isFocused: !model.isLower
    ).draw(in: upper, on: &canvas)
    guard !entries.isEmpty else {
      canvas.put("(nothing yet)", row: inside.row, column: inside.column + 1, in: inside)
      return Position(row: inside.row, column: inside.column)
    }
    let shown = entries.dropFirst(window.first).prefix(inside.rows)
    for (offset, entry) in shown.enumerated() {
      let isSelected = window.first + offset == selected
      canvas.put(
        Line(isSelected ? ">" : " ") + Self.row(entry), row: inside.row + offset, column: inside.column,
        in: inside, over: isSelected && !model.isLower ? .bold : .plain)
    }
    model.view?.search?.mark(shown.map { " " + Self.row($0) }, in: inside, on: &canvas)
    detail.draw(in: lower, on: &canvas, marking: model.view?.search)
    return Position(row: inside.row + selected - window.first, column: inside.column)
  }

  private static func row(_ entry: Event) -> Line {
    Line(WallTime(milliseconds: entry.wallMilliseconds).clock + " ") + Line(entry.text)
  }

  private var detail: ScrolledCard {
    guard entries.indices.contains(selected) else { return ScrolledCard("Entry", []) }
    return EntryText(entries[selected], picture.setup).card(model.journal.detail, isFocused: model.isLower)
  }

  var written: PageText? { PageText("events", entries.map { Self.row($0).string }) }

  var copied: PageText? {
    entries.indices.contains(selected) ? PageText("entry", detail.paragraphs.flatMap(\.plainLines)) : nil
  }

  // MARK: - Moving

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    let (upper, lower) = areas(model.body)
    if model.isLower {
      guard let first = detail.first(after: request, in: lower) else { return nil }
      model.journal.detail.first = first
      return []
    }
    guard let row = Movement.target(request, from: selected, of: entries.count) else { return nil }
    select(row, height: upper.inset().rows, &model)
    return []
  }

  /// At the newest entry newer ones follow again.
  private func select(_ row: Int, height: Int, _ model: inout WizardModel) {
    let isNewest = row == entries.count - 1
    model.journal.selected = isNewest ? nil : entries[row].number
    // Held where it is, so that the list moves no more than it has to.
    model.journal.window =
      isNewest
      ? ScrollWindow(first: .max) : window(height: height).showing(row, of: entries.count, height: height)
    model.journal.detail = ScrollWindow()
  }

  // MARK: - Searching

  var searchRows: [Search.Row] {
    entries.map { Search.Row($0.number, EntryText($0, picture.setup).searched) }
  }
  var searchOrigin: Int { entries.indices.contains(selected) ? entries[selected].number : 0 }

  func reveal(_ row: Int, _ model: inout WizardModel) {
    guard let index = entries.firstIndex(where: { $0.number == row }) else { return }
    let (upper, lower) = areas(model.body)
    select(index, height: upper.inset().rows, &model)
    // Where only a field of the entry holds it, that field is brought into sight.
    guard let search = model.view?.search, search.columns(in: Self.row(entries[index])).isEmpty else { return }
    let rows = EntryText(entries[index], picture.setup).card(ScrollWindow(), isFocused: false).rows(in: lower)
    model.journal.detail.first = rows.firstIndex { !search.columns(in: $0).isEmpty } ?? 0
  }
}

/// What one entry says, whole.
struct EntryText {
  private let event: Event
  private let kind: String
  private let fields: [(name: String, value: JSONValue)]

  init(_ event: Event, _ setup: Setup?) {
    self.event = event
    guard let record = event.record else {
      (kind, fields) = ("remark, not recorded", [])
      return
    }
    let (kind, fields) = JSONRecord(record, setup).kindAndFields
    self.kind = kind
    self.fields = fields.map { ($0.0, $0.1) }
  }

  private static let nameColumns = 12

  /// All of it that can be searched for: also what only the card below the list shows.
  var searched: String {
    ([event.text, kind] + fields.flatMap { [$0.name] + Self.texts($0.value) }).joined(separator: "\n")
  }

  func card(_ window: ScrollWindow, isFocused: Bool) -> ScrolledCard {
    let rows = fields.flatMap { name, value -> [WrappedText] in
      let texts = Self.texts(value)
      return (texts.isEmpty ? ["none"] : texts).enumerated().map { index, text in
        WrappedText(text, label: index == 0 ? Line(name, .bold) : Line(), indent: Self.nameColumns)
      }
    }
    return ScrolledCard(
      Line("Entry \(event.number): \(kind)  ") + Line(WallTime(milliseconds: event.wallMilliseconds).text),
      [WrappedText(event.text)] + rows, window: window, isFocused: isFocused)
  }

  /// One text for each line that the value is shown in.
  private static func texts(_ value: JSONValue) -> [String] {
    switch value {
    case .null: ["none"]
    case .string(let text): [text.isEmpty ? "none" : text]
    case .array(let values): values.flatMap(texts)
    case .object(let members):
      members.isEmpty ? [] : [members.map { "\($0.key) \(flat($0.value))" }.joined(separator: ", ")]
    case .bool(let value): [value ? "yes" : "no"]
    case .integer, .double: [value.text]
    }
  }

  private static func flat(_ value: JSONValue) -> String { texts(value).joined(separator: "; ") }
}
