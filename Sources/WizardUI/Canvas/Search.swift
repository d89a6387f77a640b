// A search in rows of text: what is looked for, where it was found last, and what of the rows in sight is marked.

/// The search of one page. Letters of ASCII are found in either case, all else as it is written.
package struct Search: Hashable, Sendable {
  /// One row of what is searched; its number stays while others come and go.
  package struct Row: Hashable, Sendable {
    package var number: Int
    package var text: String

    package init(_ number: Int, _ text: String) {
      self.number = number
      self.text = text
    }
  }

  /// What is typed, while somebody types.
  package private(set) var field: TextField?
  package private(set) var text = ""
  /// The row that was in sight when it began: what is typed further is looked for from there again.
  package let origin: Int
  /// The row where it was found last.
  package private(set) var hit: Int?

  package init(from origin: Int) {
    self.origin = origin
    field = TextField("Search:")
  }

  /// Types a key; answers whether what is looked for has changed, nil where the key does not edit.
  package mutating func edit(_ key: Key) -> Bool? {
    guard var edited = field, edited.edit(key) else { return nil }
    defer { field = edited }
    guard edited.text != text else { return false }
    text = edited.text
    return true
  }

  /// Nothing more is typed; what was typed stays marked.
  package mutating func endTyping() { field = nil }

  /// Looks from where it began, as what is looked for has changed.
  package mutating func find(in rows: [Row]) {
    let hits = hits(in: rows)
    hit = hits.first { $0 >= origin } ?? hits.first
  }

  /// The next row that holds it, or the one before; behind the last comes the first. nil where there is none.
  package mutating func step(forward: Bool, in rows: [Row]) {
    let hits = hits(in: rows)
    let from = hit ?? origin
    hit = forward ? hits.first { $0 > from } ?? hits.first : hits.last { $0 < from } ?? hits.last
  }

  private func hits(in rows: [Row]) -> [Int] {
    let wanted = Self.folded(text)
    guard !wanted.isEmpty else { return [] }
    return rows.filter { Self.place(of: wanted, in: Self.folded($0.text), from: 0) != nil }.map(\.number)
  }

  /// `row 3 of 12 with "redis"`, `"redis" is in no row`; nothing before anything was typed.
  package func note(in rows: [Row]) -> String {
    guard !text.isEmpty else { return "" }
    let hits = hits(in: rows)
    guard let last = hits.last else { return "\"\(text)\" is in no row" }
    let place = hits.firstIndex { $0 >= hit ?? last } ?? hits.count - 1
    return "row \(place + 1) of \(hits.count) with \"\(text)\""
  }

  // MARK: - Keys

  /// The keys of a page with those of a search: moving between what was found only where something is searched for.
  package static func keys(_ keys: [Request], _ search: Search?) -> [Request] {
    keys + (search == nil ? [.search] : [.search, .searchNext, .searchPrevious])
  }

  /// The keys while it is typed.
  package static var typingKeys: KeyLine {
    KeyLine([.keep, .cancel, .searchNext, .searchPrevious], titles: [.cancel: "end the search"])
  }

  // MARK: - Marking

  /// Where a drawn row holds what is looked for, in columns.
  package func columns(in row: Line) -> [Range<Int>] {
    let wanted = Self.folded(text)
    guard !wanted.isEmpty else { return [] }
    let shown = row.string
    let bytes = Self.folded(shown)
    var found: [Range<Int>] = []
    var from = 0
    while let place = Self.place(of: wanted, in: bytes, from: from) {
      let columns = { (count: Int) in String(decoding: shown.utf8.prefix(count), as: UTF8.self).displayColumns }
      found.append(columns(place)..<columns(place + wanted.count))
      from = place + wanted.count
    }
    return found
  }

  /// Marks it in rows that have been drawn from the first row of an area on.
  package func mark(_ rows: some Sequence<Line>, in area: Rectangle, on canvas: inout Canvas) {
    guard !text.isEmpty else { return }
    for (offset, row) in rows.prefix(area.rows).enumerated() {
      for columns in columns(in: row) {
        let place = Rectangle(
          row: area.row + offset, column: area.column + columns.lowerBound, rows: 1, columns: columns.count)
        canvas.restyle(area.intersection(place), .reversed)
      }
    }
  }

  // MARK: - Finding

  /// Whether a text holds another one, compared as a search does.
  package static func finds(_ wanted: String, in text: String) -> Bool {
    wanted.isEmpty || place(of: folded(wanted), in: folded(text), from: 0) != nil
  }

  /// As it is compared: letters of ASCII small.
  private static func folded(_ text: String) -> [UInt8] {
    text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }

  private static func place(of wanted: [UInt8], in bytes: [UInt8], from: Int) -> Int? {
    guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
    var start = from
    while start + wanted.count <= bytes.count {
      if bytes[start] == first, bytes[start..<start + wanted.count].elementsEqual(wanted) { return start }
      start += 1
    }
    return nil
  }
}
