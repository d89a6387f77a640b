// The row that says which keys do what on this screen.
//
//      j/k move  c commands  p pause  l journal  ? help  q quit, keep state

/// The keys of a screen in the order given; those refused now are dimmed and stay where they are.
///
/// Where the rows do not hold them all, help and quit stay and the last of the others go.
package struct KeyLine: Widget, Hashable {
  package var requests: [Request]
  /// Why a request is refused now.
  package var refusals: [Request: String]
  /// Words in place of the table's own.
  package var titles: [Request: String]

  package init(_ requests: [Request], refusals: [Request: String] = [:], titles: [Request: String] = [:]) {
    self.requests = requests
    self.refusals = refusals
    self.titles = titles
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    for (index, row) in rows(in: area.size).enumerated() {
      canvas.put(row, row: area.row + index, column: area.column + 1, in: area)
    }
  }

  /// The rows of keys that fit into that many rows and columns.
  package func rows(in size: Size) -> [Line] {
    guard size.rows > 0 else { return [] }
    let isLasting: (Request) -> Bool = { $0 == .help || $0 == .quit }
    let lasting = items(requests.filter(isLasting))
    let lastingColumns = lasting.reduce(0) { $0 + $1.columns + 2 }
    var rows: [Line] = [Line()]
    func room() -> Int { size.columns - 1 - (rows.count == size.rows ? lastingColumns : 0) }
    for item in items(requests.filter { !isLasting($0) }) {
      if Self.add(item, to: &rows[rows.count - 1], room: room()) { continue }
      guard rows.count < size.rows else { break }
      rows.append(Line())
      guard Self.add(item, to: &rows[rows.count - 1], room: room()) else { break }
    }
    for item in lasting {
      if Self.add(item, to: &rows[rows.count - 1], room: size.columns - 1) { continue }
      if rows.count < size.rows { rows.append(Line()) }
      _ = Self.add(item, to: &rows[rows.count - 1], room: .max)
    }
    return rows
  }

  private static func add(_ item: Line, to row: inout Line, room: Int) -> Bool {
    let joined = row.isEmpty ? item : row + "  " + item
    guard joined.columns <= room else { return false }
    row = joined
    return true
  }

  /// Requests with their keys; neighbours of the same title become one: `j/k move`, `1-4 choose`.
  private func items(_ requests: [Request]) -> [Line] {
    var groups: [(title: String, requests: [Request])] = []
    for request in requests {
      let title = titles[request] ?? request.title
      if groups.last?.title == title {
        groups[groups.count - 1].requests.append(request)
      } else {
        groups.append((title, [request]))
      }
    }
    return groups.map { group in
      let labels = group.requests.compactMap { $0.keys.first?.label }
      let keys =
        labels.count > 2 ? "\(labels[0])-\(labels[labels.count - 1])" : labels.joined(separator: "/")
      let isRefused = group.requests.allSatisfy { refusals[$0] != nil }
      return Line(keys, isRefused ? .dim : .bold) + Line(" " + group.title, isRefused ? .dim : .plain)
    }
  }
}
