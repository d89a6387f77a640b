// `redis-upgrade hold FOLDER NAME [ROWS COLUMNS]`: the holder of one host command; started by the wizard, never by a person.

import Glibc
import SystemIO
import UpgradeCore
import UpgradeRuntime

enum HoldCommand {
  static func run(_ words: [String]) -> Int32 {
    guard words.count == 2 || words.count == 4 else {
      complain("hold is started by the wizard itself.")
      return 2
    }
    guard (try? Signals.prepareProcess()) != nil, let loop = try? EventLoop(name: "hold") else { return 4 }
    guard let text = HoldFiles.command(in: standardInput()) else {
      complain("hold: its wizard was gone before it had said what is to be run; nothing was run.")
      return 4
    }
    var size = TerminalSize.standard
    if words.count == 4, let rows = Int(words[2]), let columns = Int(words[3]) {
      size = TerminalSize(rows: rows, columns: columns)
    }
    let holder = Holder(loop: loop, folder: words[0], name: words[1], size: size)
    let code = try? loop.runAndWait { await holder.run(text) }
    return code.flatMap { $0 } ?? 4
  }

  /// Everything up to the end of standard input.
  private static func standardInput() -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(0, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return all }
      all += piece[..<count]
    }
  }
}

/// What `print` has kept back goes to the terminal now.
func flushOutput() { fflush(nil) }
