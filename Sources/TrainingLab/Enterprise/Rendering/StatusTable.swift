// A table as `rladmin` prints it: columns by position, blank cells, colours on a terminal.

extension Simulator {
  /// A cell and the colour of its text.
  package struct Cell: Equatable, Sendable, ExpressibleByStringLiteral {
    /// Colours as the documentation names them: all is well, a warning, a failure.
    package enum Color: String, Sendable {
      case green = "32"
      case yellow = "33"
      case red = "31"
    }

    package var text: String
    package var color: Color?

    package init(_ text: String, _ color: Color? = nil) {
      self.text = text
      self.color = color
    }

    package init(stringLiteral text: String) { self.init(text) }

    /// A state: what begins with OK is green, what has a remark behind it yellow, and all else red.
    package static func status(_ text: String) -> Cell {
      Cell(text, text == "OK" || text == "active" ? .green : text.hasPrefix("OK") ? .yellow : .red)
    }
  }

  package struct Table: Equatable, Sendable {
    /// How the columns are kept apart: both are to be seen in public samples of one and the same command.
    package enum Spacing: Sendable {
      /// By one space, as `rladmin status` prints nodes, databases and shards.
      case narrow
      /// By five, as it prints endpoints, and a table that is asked for alone.
      case wide

      var gap: Int { self == .narrow ? 1 : 5 }
    }

    package var title: String
    package var columns: [String]
    package var rows: [[Cell]]

    package init(_ title: String, columns: [String], rows: [[Cell]]) {
      self.title = title
      self.columns = columns
      self.rows = rows
    }

    /// The lines, the title first; every column begins below its header, whatever colours there are.
    package func lines(_ spacing: Spacing, colored: Bool) -> [String] {
      let widths = columns.indices.map { index in
        rows.reduce(columns[index].count) { max($0, index < $1.count ? $1[index].text.count : 0) }
      }
      func line(_ cells: [Cell]) -> String {
        zip(cells, widths).map { cell, width in
          let shown =
            colored ? cell.color.map { "\u{1B}[\($0.rawValue)m\(cell.text)\u{1B}[0m" } ?? cell.text : cell.text
          return shown + String(repeating: " ", count: max(0, width - cell.text.count))
        }
        .joined(separator: String(repeating: " ", count: spacing.gap))
      }
      return [title, line(columns.map { Cell($0) })] + rows.map(line)
    }

    /// Rows ordered by columns, the first of them first; numbers by their value.
    package mutating func sort(by names: [String]) {
      let places = names.compactMap { columns.firstIndex(of: $0) }
      rows.sort { one, other in
        for place in places where one[place].text != other[place].text {
          return one[place].text < other[place].text
        }
        return false
      }
    }
  }
}
