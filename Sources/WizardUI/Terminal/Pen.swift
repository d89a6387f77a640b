// Cells of a canvas made into cells of ncurses, with the colours that the terminal has.

import CNcurses
import CSystem

/// Translates cells; a pair of ncurses is a foreground on the operator's own background.
struct Pen {
  let colours: ColourDepth
  /// Whether everything beyond ASCII is shown as `?`.
  let isASCII: Bool

  /// Starts colours as far as the terminal and the operator's wishes go.
  static func prepareColours(_ settings: TerminalSettings) -> ColourDepth {
    let available = Int(unsafe tigetnum("colors"))
    let wanted = ColourDepth.decide(settings.colour, noColour: settings.noColour, terminalColours: available)
    // Without default colours a pair would paint a background of its own, which may be the wrong one.
    guard wanted > .none, start_color() == OK, use_default_colors() == OK else { return .none }
    for colour in Colour.allCases {
      guard let number = colour.number, number < wanted.rawValue else { continue }
      init_pair(Int16(colour.rawValue), Int16(number), -1)
    }
    return wanted
  }

  /// One row of a canvas for `wadd_wchnstr`, at most so many columns wide.
  func row(_ row: Int, of canvas: Canvas, columns: Int) -> [cchar_t] {
    var cells: [cchar_t] = []
    cells.reserveCapacity(columns)
    for column in 0..<min(columns, canvas.size.columns) {
      let cell = canvas[row, column]
      if cell.columns == 0 { continue }
      // The window may be a column short of the picture for a moment: half a wide character is a blank.
      if cell.columns == 2, column + 2 > columns {
        cells.append(translate(" ", cell.style))
      } else if isShown(cell) {
        cells.append(translate(cell.text, cell.style))
      } else {
        for _ in 0..<cell.columns { cells.append(translate("?", cell.style)) }
      }
    }
    return cells
  }

  /// A character whose width the system knows otherwise, or that the codeset lacks, is drawn as question marks: our
  /// idea of where the next column begins is worth more than the character.
  private func isShown(_ cell: Cell) -> Bool {
    let bytes = cell.text.utf8
    if bytes.count == 1, let byte = bytes.first, byte < 0x80 { return true }
    return !isASCII && hasExpectedWidth(cell)
  }

  private func hasExpectedWidth(_ cell: Cell) -> Bool {
    for (offset, scalar) in cell.text.unicodeScalars.enumerated() {
      guard csystem_cell_width(scalar.value) == (offset == 0 ? Int32(cell.columns) : 0) else { return false }
    }
    return true
  }

  private func translate(_ text: String, _ style: Style) -> cchar_t {
    let (attributes, pair) = look(of: style)
    var cell = cchar_t()
    unsafe withUnsafeTemporaryAllocation(of: wchar_t.self, capacity: Int(CCHARW_MAX) + 1) { characters in
      var count = 0
      for scalar in text.unicodeScalars.prefix(Int(CCHARW_MAX)) {
        unsafe characters[count] = wchar_t(bitPattern: scalar.value)
        count += 1
      }
      unsafe characters[count] = 0
      unsafe setcchar(&cell, characters.baseAddress, attributes, pair, nil)
    }
    return cell
  }

  /// A bright colour on a terminal of eight is the dark one in bold.
  func look(of style: Style) -> (attributes: attr_t, pair: Int16) {
    var attributes: attr_t = 0
    if style.attributes.contains(.bold) { attributes |= cncurses_bold }
    if style.attributes.contains(.dim) { attributes |= cncurses_dim }
    if style.attributes.contains(.reverse) { attributes |= cncurses_reverse }
    if style.attributes.contains(.underline) { attributes |= cncurses_underline }
    guard let number = style.colour.number, colours > .none else { return (attributes, 0) }
    if number < colours.rawValue { return (attributes, Int16(style.colour.rawValue)) }
    return (attributes | cncurses_bold, Int16(number - 8 + 1))
  }
}
