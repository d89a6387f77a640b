// The terminal as a full screen, from the way in to every way out; with the key reader all that knows ncurses.

import CNcurses
import CSystem
import Glibc
import SystemIO

/// The screen of one terminal: it is entered by `init`, and left by `leave`, by `deinit`, at exit and after a crash.
///
/// There is one at a time, used by the initial thread alone: ncurses is neither re-entrant nor safe among threads.
@safe package final class Screen {
  /// The glyphs that this terminal can show.
  package let glyphs: Glyphs
  package let colours: ColourDepth
  /// The description that ncurses uses; it may be a relative of what `TERM` says.
  package let terminalName: String

  let ports: TerminalPorts
  private let settings: TerminalSettings
  private let pen: Pen
  private var reader: KeyReader
  private let modes: TerminalModes
  private let handle: OpaquePointer
  private let files: (input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>)
  private var isEntered = true
  private var shownTitle: String?
  /// What ncurses' window holds, where that is known.
  private var painted: Canvas?

  /// Enters the full screen.
  ///
  /// Standard error, where it is a terminal, is kept in memory from here on and shown after `leave`, and a crash gives the terminal back.
  package init(on ports: TerminalPorts, _ settings: TerminalSettings = TerminalSettings()) throws(ScreenProblem) {
    guard !ports.isDumb else { throw .dumbTerminal(name: ports.name) }
    guard Restore.claim(ports.output) else { throw .alreadyOpen }
    let codeset = unsafe csystem_use_locale().map { unsafe String(cString: $0) } ?? ""
    do throws(ScreenProblem) {
      try Restore.arm(ports.output, bytes: [], note: settings.crashNote)
      unsafe (handle, files, terminalName) = try Self.start(ports)
    } catch {
      Restore.disarm()
      throw error
    }
    guard let modes = TerminalModes(), let reader = KeyReader() else {
      unsafe Self.end(handle, files)
      Restore.disarm()
      throw .noCursorAddressing(name: terminalName)
    }
    self.ports = ports
    self.settings = settings
    self.modes = modes
    self.reader = reader
    let isUTF8 = ["utf-8", "utf8"].contains(codeset.lowercased())
    glyphs = isUTF8 && !settings.isASCII ? .utf8 : .ascii
    colours = Pen.prepareColours(settings)
    pen = Pen(colours: colours, isASCII: settings.isASCII)

    raw()
    noecho()
    nonl()
    intrflush(nil, false)
    set_escdelay(Int32(clamping: settings.escapeDelay.nanoseconds / 1_000_000))
    // ncurses' own handler for ^Z would act on a screen in the middle of a frame.
    csystem_watch_stops()
    try? Restore.arm(ports.output, bytes: modes.restoreBytes, note: settings.crashNote)
    enter()
  }

  deinit { leave() }

  // MARK: Size and keys

  package var size: Size { Size(columns: Int(unsafe getmaxx(window)), rows: Int(unsafe getmaxy(window))) }

  /// The descriptor to poll for keys.
  package var descriptor: Int32 { ports.input }

  /// Takes over the size that the terminal has now.
  func adoptSize() {
    let size = ports.size
    painted = nil
    resizeterm(Int32(clamping: max(1, size.rows)), Int32(clamping: max(1, size.columns)))
  }

  func readKeys(at now: MonotonicTime) -> KeyReader.Batch { reader.read(at: now) }

  /// Throws away what was typed and not yet read.
  func discardTypeAhead() { reader.discard() }

  /// Whether the terminal takes output now; a stopped one is not waited for.
  var isReadyForOutput: Bool {
    var entry = pollfd(fd: ports.output, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLOUT) != 0
  }

  // MARK: Frames

  /// Shows a frame; ncurses sends only what differs from the last one.
  package func present(_ frame: Frame, rings: Bool = false) {
    guard isEntered else { return }
    let size = size
    paint(frame.canvas, size)
    let cursor = frame.cursor ?? Position(row: size.rows - 1, column: 0)
    unsafe wmove(
      window, Int32(max(0, min(cursor.row, size.rows - 1))), Int32(max(0, min(cursor.column, size.columns - 1))))
    unsafe wnoutrefresh(window)
    doupdate()
    show(title: frame.title)
    if rings, settings.rings { write([0x07]) }
  }

  /// Brings ncurses' window to a canvas; rows that it has already are left alone.
  private func paint(_ canvas: Canvas, _ size: Size) {
    let before = painted.flatMap { $0.size == canvas.size ? $0 : nil }
    if before == nil { unsafe werase(window) }
    for row in 0..<min(size.rows, canvas.size.rows) where before.map({ !canvas.hasRow(row, as: $0) }) ?? true {
      let cells = pen.row(row, of: canvas, columns: size.columns)
      unsafe wmove(window, Int32(row), 0)
      unsafe wadd_wchnstr(window, cells, Int32(cells.count))
    }
    painted = canvas
  }

  /// Writes the mark where somebody listens for it.
  func sayIdle(_ mark: [UInt8]) { if settings.saysIdle { write(mark) } }

  /// Whether the terminal says that it has a clipboard for programs.
  package var hasClipboard: Bool { modes.hasClipboard }

  func copy(_ text: String) {
    if isEntered { write(modes.clipboard(text)) }
  }

  /// Writes how long a key took to be seen, where somebody measures it.
  func sayTime(since key: MonotonicTime) {
    guard settings.saysTimes else { return }
    write(Array("\u{1B}]7770;key \((MonotonicTime.now - key).nanoseconds)\u{07}".utf8))
  }

  /// Sends every cell with the next frame, over whatever else has written to the terminal.
  package func redrawAll() { unsafe clearok(window, true) }

  private func show(title: String?) {
    guard settings.showsTitle, let title, title != shownTitle else { return }
    shownTitle = title
    write(modes.title(title))
  }

  // MARK: In and out

  private func enter() {
    adoptSize()
    Restore.captureErrors()
    redrawAll()
    unsafe wnoutrefresh(window)
    doupdate()
    write(modes.enterBytes)
    shownTitle = nil
    isEntered = true
  }

  private func exit() {
    isEntered = false
    write(modes.leaveBytes)
    endwin()
    Restore.releaseErrors(into: ports.output)
  }

  /// Gives the terminal back to the shell until the process is continued; answers at once where nobody could
  /// continue it.
  package func suspend() {
    guard isEntered else { return }
    exit()
    Restore.stopGroup()
    enter()
  }

  /// Takes the terminal again after the process was stopped and continued by somebody else.
  package func resume() {
    guard isEntered else { return }
    // ncurses does not know that the terminal was given away: leaving a full screen that is left already would put the
    // shell's cursor where it once was.
    if csystem_take_stop() != 0 { write(modes.fullScreenBytes) }
    endwin()
    enter()
  }

  /// Gives the terminal back for good, and says some lines on the normal screen, where they stay in the scroll-back.
  package func leave(saying lines: [String] = []) {
    guard isEntered else { return }
    exit()
    reader.close()
    unsafe Self.end(handle, files)
    // Keys meant for the screen must not reach the shell.
    tcflush(ports.input, TCIFLUSH)
    Restore.disarm()
    if !lines.isEmpty { write(Array((lines.map(\.madeVisible).joined(separator: "\n") + "\n").utf8)) }
  }

  private func write(_ bytes: [UInt8]) {
    // A terminal that is gone takes nothing, and there is nobody to tell.
    try? Files.write(bytes, to: ports.output, path: "the terminal")
  }

  private var window: UnsafeMutablePointer<WINDOW>? { unsafe cncurses_window() }

  // MARK: ncurses' own beginning and end

  private typealias Started = (
    OpaquePointer, (input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>), String
  )

  private static func start(_ ports: TerminalPorts) throws(ScreenProblem) -> Started {
    guard let input = unsafe fdopen(dup(ports.input), "r") else {
      throw .system(SystemError(.init(errno), "open", "the terminal for reading"))
    }
    guard let output = unsafe fdopen(dup(ports.output), "w") else {
      let reason = errno
      unsafe fclose(input)
      throw .system(SystemError(.init(reason), "open", "the terminal for writing"))
    }
    // What ncurses learns about the size does not matter, as `adoptSize` follows; but without LINES and COLUMNS and
    // without asking the terminal it fails for descriptions that name no size, such as that of the Linux console.
    use_env(true)
    use_tioctl(true)
    use_extended_names(true)
    for name in ports.namesToTry {
      if let handle = unsafe newterm(name, output, input) {
        return unsafe (handle, (input, output), name)
      }
    }
    unsafe fclose(input)
    unsafe fclose(output)
    throw .unknownTerminal(name: ports.name)
  }

  private static func end(
    _ handle: OpaquePointer, _ files: (input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>)
  ) {
    if !isendwin() { endwin() }
    unsafe delscreen(handle)
    unsafe fclose(files.input)
    unsafe fclose(files.output)
  }
}
