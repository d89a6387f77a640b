// A command of the site that prints whatever a terminal can be sent, for storms to look at and to type into.

import World

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

/// What the running command shows, and whether keys reach it.
struct CommandPane {
  private var keyboard = CommandKeyboard.free
  private var rows: [OutputRow] = []
  private var rowsGone = 0
  private var status: String?
  private var hasRun = true
  private var cursor: CommandOutput.Cursor?
  /// Nothing beyond ASCII was printed.
  private(set) var isASCII = true

  /// As a driver hands it over; nil where nothing has run.
  func output(for picture: RunPicture) -> CommandOutput? {
    guard hasRun else { return nil }
    var output = CommandOutput(
      command: "apt-get install -y redis-server=7.0.15", node: "10.0.3.13:6379", lines: [], rows: rows,
      rowsGone: rowsGone, status: status, path: status == nil ? "" : "/var/lib/redis-upgrade/output/install-1.out")
    output.id = picture.state.inFlight?.effect
    output.keyboard = status == nil ? keyboard : .closed("The command is over.")
    output.cursor = cursor
    output.heardAt = picture.now
    output.isUnfinished = rows.count % 2 == 1
    return output
  }

  /// Prints, ends, begins anew or loses its keyboard; answers which.
  mutating func change(_ dice: inout Randomness, _ size: Size) -> String {
    switch dice.number(0...9) {
    case 0:
      hasRun.toggle()
      return hasRun ? "is there" : "is gone"
    case 1:
      status = status == nil ? "exit 0" : nil
      return status ?? "runs"
    case 2:
      keyboard = dice.once(in: 2) ? .free : .closed("The link is down.")
      return "\(keyboard)"
    case 3:
      rowsGone += dice.number(0...100_000)
      return "\(rowsGone) gone"
    default:
      print(&dice, size)
      return "\(rows.count) rows"
    }
  }

  mutating func attach(_ effect: EffectID) -> String? {
    guard hasRun, status == nil, keyboard != .closed("The link is down.") else { return "the command takes no keys" }
    keyboard = .attached
    return nil
  }

  mutating func detach() { if keyboard == .attached { keyboard = .free } }

  private static let pieces = [
    "Unpacking redis-server ...\r\n", "\u{1B}[42mProgress: [ 40%]\u{1B}[0m", "\r", "\u{1B}[2J", "日本語 é ✓\r\n",
    "\u{1B}[999;999H", "a\u{301}\u{301}", "\t\t", "\u{1B}[7mreversed\u{1B}[0m", "keep it (y/n)? ",
    String(repeating: "long ", count: 99), "\u{1B}[?1049h", "\u{1B}[3;9r\u{1B}[9;1H\n\n", "\u{1F680}\u{200D}\u{2640}",
  ]

  private mutating func print(_ dice: inout Randomness, _ size: Size) {
    var screen = CommandScreen()
    screen.resize(OutputScreen.terminalSize(in: size) ?? .standard)
    let text = (0..<dice.number(1...40)).compactMap { _ in dice.pick(Self.pieces) }.joined()
    isASCII = text.utf8.allSatisfy { $0 < 0x80 }
    screen.feed(Array(text.utf8))
    rows = screen.rows
    cursor = screen.cursor
  }
}
