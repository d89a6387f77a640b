// What the tests of the terminal share: a terminal in memory, one on a PTY, and all of them one after the other.
import CNcurses
import CSystem
import Glibc
import SystemIO
import Testing

@testable import WizardUI

/// ncurses holds one screen a process, so every suite that opens one is inside of this one.
@Suite(.serialized) struct TerminalTests {}

let patience: Duration = .seconds(30)

/// A terminal without a terminal: it takes all output and never has a key.
func inMemory(_ columns: Int, _ rows: Int, name: String = "xterm-256color") -> TerminalPorts {
  let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
  return TerminalPorts(input: null, output: null, name: name, fixedSize: Size(columns: columns, rows: rows))
}

/// What ncurses believes to be on the screen, as text and as the attributes and pair of each cell.
func shownCells(_ size: Size) -> [[(text: String, attributes: attr_t, pair: Int16)]] {
  (0..<size.rows).map { row in
    (0..<size.columns).map { column in
      var cell = cchar_t()
      unsafe wmove(cncurses_window(), Int32(row), Int32(column))
      unsafe win_wch(cncurses_window(), &cell)
      var characters = [wchar_t](repeating: 0, count: 8)
      var attributes: attr_t = 0
      var pair: Int16 = 0
      unsafe getcchar(&cell, &characters, &attributes, &pair, nil)
      let scalars = characters.prefix { $0 != 0 }.compactMap { Unicode.Scalar(UInt32(bitPattern: $0)) }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      return (text, attributes & cncurses_attributes, pair)
    }
  }
}

/// A terminal on a PTY whose other end is the test.
final class PTY {
  private(set) var master: Int32
  let slave: Int32
  private let name: [CChar]

  init(columns: Int, rows: Int) throws {
    var name = [CChar](repeating: 0, count: 64)
    let opened = unsafe csystem_open_pty(UInt16(rows), UInt16(columns), &name, name.count)
    try #require(opened >= 0)
    master = opened
    self.name = name
    slave = unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(slave >= 0)
  }

  deinit {
    hangUp()
    close(slave)
  }

  func hangUp() {
    if master >= 0 { close(master) }
    master = -1
  }

  var ports: TerminalPorts { TerminalPorts(input: slave, output: slave, name: "xterm-256color") }

  func type(_ text: String) throws { try Files.write(Array(text.utf8), to: master, path: "the PTY") }

  func resize(columns: Int, rows: Int) throws {
    try #require(csystem_set_window_size(master, UInt16(rows), UInt16(columns)) == 0)
  }

  /// Writes to the terminal until it takes no more: also not after the kernel has moved what was written to the side
  /// that is read, which it does a moment later.
  func fill() throws {
    let other = unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    try #require(other >= 0)
    defer { close(other) }
    let blanks = [UInt8](repeating: 0x20, count: 1024)
    var entry = pollfd(fd: other, events: Int16(POLLOUT), revents: 0)
    while unsafe poll(&entry, 1, 200) > 0 {
      while unsafe write(other, blanks, blanks.count) > 0 {}
    }
  }

  /// What was drawn and not yet read.
  func drawn() -> String {
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe read(master, &bytes, bytes.count)
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += bytes[..<count]
    }
  }

  /// Waits until so many keys can be read, and reads them.
  func keys(_ screen: Screen, _ count: Int) throws -> [KeyPress] {
    let deadline = MonotonicTime.now + patience
    var presses: [KeyPress] = []
    while presses.count < count, MonotonicTime.now < deadline {
      _ = try waitReadable([screen.descriptor], within: patience)
      presses += screen.readKeys(at: .now).presses
    }
    return presses
  }
}
