// The terminal that a command draws on, as libvterm understands it: bytes go in, rows come out.

import CVTerm
import UpgradeCore

/// One terminal of a fixed size; it is owned by one, never copied, and freed with its owner.
///
/// It has no way to a new size: `vterm_set_size` ends the process where it loses its cursor (`screen.c`). Whoever wants
/// another size makes another terminal and feeds it the same bytes.
@safe struct VirtualTerminal: ~Copyable {
  let size: TerminalSize
  private let terminal: OpaquePointer
  private let screen: OpaquePointer
  private let callbacks: UnsafeMutablePointer<VTermScreenCallbacks>
  /// Known to libvterm by its address, so it lives as long as this does.
  private let scrolled: ScrolledRows
  private var filter = OutputFilter()

  /// Within these a terminal is drawn on; a window cannot have more.
  private static let sizes = (rows: 2...500, columns: 20...1000)
  /// libvterm has the characters of one piece on its stack.
  private static let piece = 4096

  /// nil where there is no memory for it.
  init?(_ size: TerminalSize, keeping rows: Int) {
    let fitting = TerminalSize(
      rows: min(max(size.rows, Self.sizes.rows.lowerBound), Self.sizes.rows.upperBound),
      columns: min(max(size.columns, Self.sizes.columns.lowerBound), Self.sizes.columns.upperBound))
    guard let terminal = unsafe vterm_new(Int32(fitting.rows), Int32(fitting.columns)) else { return nil }
    guard let screen = unsafe vterm_obtain_screen(terminal) else {
      unsafe vterm_free(terminal)
      return nil
    }
    self.size = fitting
    unsafe self.terminal = terminal
    unsafe self.screen = screen
    scrolled = ScrolledRows(keeping: rows)
    unsafe callbacks = .allocate(capacity: 1)
    unsafe callbacks.initialize(to: VTermScreenCallbacks())
    unsafe callbacks.pointee.sb_pushline = { count, cells, scrolled in
      guard let scrolled = unsafe scrolled else { return 0 }
      let row = unsafe OutputRow(UnsafeBufferPointer(start: cells, count: Int(count)))
      unsafe Unmanaged<ScrolledRows>.fromOpaque(scrolled).takeUnretainedValue().add(row)
      return 1
    }
    unsafe vterm_set_utf8(terminal, 1)
    unsafe vterm_screen_set_callbacks(screen, callbacks, Unmanaged.passUnretained(scrolled).toOpaque())
    unsafe vterm_screen_enable_altscreen(screen, 1)
    unsafe vterm_screen_reset(screen, 1)
  }

  deinit {
    unsafe vterm_free(terminal)
    unsafe callbacks.deinitialize(count: 1)
    unsafe callbacks.deallocate()
  }

  /// Draws the next bytes, cut anywhere.
  mutating func feed(_ bytes: some Collection<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty {
      write(filter.pass(rest.prefix(Self.piece)))
      rest = rest.dropFirst(Self.piece)
    }
  }

  /// Whether its programs want cursor keys in their application form; set anew for a terminal that follows another.
  var wantsApplicationKeys: Bool {
    get { filter.wantsApplicationKeys }
    set { filter.wantsApplicationKeys = newValue }
  }

  /// Where its cursor is, in rows from the first that is kept.
  var cursor: CommandOutput.Cursor {
    var place = VTermPos()
    unsafe vterm_state_get_cursorpos(vterm_obtain_state(terminal), &place)
    return CommandOutput.Cursor(row: scrolled.kept.count + Int(place.row), column: Int(place.col))
  }

  /// From now on a line feed begins a line by itself: for a command whose output no terminal's line discipline saw.
  mutating func breakLines() { write(Array("\u{1B}[20h".utf8)) }

  /// Whole characters and sequences only.
  private func write(_ drawn: [UInt8]) {
    unsafe drawn.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      _ = unsafe vterm_input_write(terminal, start.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }

  /// Rows that have been scrolled off and are not kept any more.
  var rowsGone: Int { scrolled.gone }

  /// What has been scrolled off, then what is on the terminal down to the last row that shows something.
  var rows: [OutputRow] { Array(scrolled.kept) + shown }

  private var shown: [OutputRow] {
    var rows: [OutputRow] = []
    var cells = [VTermScreenCell](repeating: VTermScreenCell(), count: size.columns)
    for row in 0..<size.rows {
      for column in 0..<size.columns {
        unsafe vterm_screen_get_cell(screen, VTermPos(row: Int32(row), col: Int32(column)), &cells[column])
      }
      unsafe cells.withUnsafeBufferPointer { unsafe rows.append(OutputRow($0)) }
    }
    while let last = rows.last, last.runs.isEmpty { rows.removeLast() }
    return rows
  }
}

/// The last rows that were scrolled off the top of a terminal.
private final class ScrolledRows {
  private var rows: [OutputRow] = []
  private var dropped = 0
  private let limit: Int

  init(keeping limit: Int) { self.limit = limit }

  func add(_ row: OutputRow) {
    rows.append(row)
    // Cut now and then, so that not every row moves all others.
    if rows.count >= limit + max(64, limit / 8) {
      dropped += rows.count - limit
      rows.removeFirst(rows.count - limit)
    }
  }

  var kept: ArraySlice<OutputRow> { rows.suffix(limit) }
  var gone: Int { dropped + max(0, rows.count - limit) }
}
