// A table of a command-line program, read by the places of its headings: cells may be empty, and may hold blanks.

/// A table whose columns begin where their headings begin.
///
/// A row is refused unless a blank stands before every heading's place in it: text that runs from one column into the
/// next would be misread without a sign.
struct HeadedTable {
  struct Row {
    fileprivate let cells: [Substring: String]
    let number: Int

    /// What stands under a heading, without blanks around it; nil where the table has no such column.
    subscript(_ heading: Substring) -> String? { cells[heading] }
  }

  let headings: [Substring]
  let rows: [Row]

  /// - Parameters:
  ///   - lines: the line of headings and the rows under it, colours taken out.
  ///   - command: whose reply it is.
  init(_ lines: some Collection<Substring>, of command: String) throws(ReadingError) {
    guard let first = lines.first else { throw ReadingError(command, "a line of headings", .cutOff) }
    let columns = Self.columns(Array(first))
    headings = columns.map(\.heading)
    guard Set(headings).count == headings.count else {
      throw ReadingError(command, "headings", .unexpected(String(first)))
    }
    var rows: [Row] = []
    for (number, line) in lines.dropFirst().enumerated() {
      let characters = Array(line)
      var cells: [Substring: String] = [:]
      for (index, column) in columns.enumerated() {
        if column.start > 0, column.start <= characters.count, characters[column.start - 1] != " " {
          throw ReadingError(command, "row \(number + 1): \(column.heading)", .unexpected(String(line)))
        }
        let end = index + 1 < columns.count ? columns[index + 1].start : characters.count
        let cell = column.start < characters.count ? characters[column.start..<min(end, characters.count)] : []
        cells[column.heading] = String(cell).trimmingBlanks
      }
      rows.append(Row(cells: cells, number: number + 1))
    }
    self.rows = rows
  }

  private static func columns(_ line: [Character]) -> [(heading: Substring, start: Int)] {
    var columns: [(heading: Substring, start: Int)] = []
    var place = 0
    while place < line.count {
      guard line[place] != " " else {
        place += 1
        continue
      }
      var end = place
      while end < line.count, line[end] != " " { end += 1 }
      columns.append((Substring(String(line[place..<end])), place))
      place = end
    }
    return columns
  }
}

extension StringProtocol {
  /// Without the blanks around it.
  var trimmingBlanks: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// Without sequences that colour a terminal (ECMA-48, SGR) and without carriage returns.
  var withoutColours: String {
    var plain = ""
    var rest = Substring(self).unicodeScalars
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1B}", rest.first == "[" else {
        if scalar != "\r" { plain.unicodeScalars.append(scalar) }
        continue
      }
      rest.removeFirst()
      while let next = rest.popFirst(), next.value < 0x40 || next.value > 0x7E {}
    }
    return plain
  }
}
