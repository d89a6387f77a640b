// Dies in many ways, with a terminal that must be put right before.

import Glibc
import SystemIO

enum Crash {
  /// Makes the terminal raw, prepares the restore, and dies; `note` is the file for the last line.
  static func run(_ how: String, note: String) throws(SystemError) {
    let noteFile = unsafe open(note, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    if how == "lines" {
      // As a wizard that prints lines: no terminal is changed. It waits for what somebody sends.
      try CrashRestore.arm(terminal: -1, restore: [], note: Array("crashed ".utf8), to: noteFile)
      Probe.say("[lines]")
      while true { pause() }
    }
    let modes = try TerminalModes(saving: 0)
    try CrashRestore.arm(terminal: 0, restore: Array("too early".utf8))
    try modes.makeRaw()
    // Armed again while raw: the modes of the first time are the ones that count.
    try CrashRestore.arm(
      terminal: 0, restore: Array("[screen restored]".utf8), note: Array("crashed ".utf8), to: noteFile)
    Probe.say("[raw]")
    switch how {
    case "trap": try trap()
    case "abort": abort()
    case "stuck":
      _ = fcntl(1, F_SETFL, O_NONBLOCK)
      let line = [UInt8](repeating: 0x2E, count: 80)
      while unsafe Glibc.write(1, line, line.count) > 0 {}
      // Blocking again, as a terminal is: an unbounded write would now wait for ever.
      _ = fcntl(1, F_SETFL, 0)
      abort()
    case "fault": raise(SIGSEGV)
    case "overflow": Probe.say("\(overflow(0))")
    case "thread":
      let thread = try SystemThread(name: "crashing") { trapNow() }
      thread.join()
    case "disarmed":
      CrashRestore.disarm()
      try modes.restore()
      Probe.say("[restored by hand]")
      raise(SIGSEGV)
    default: Probe.say("unknown way to crash: \(how)")
    }
  }

  private static func trap() throws(SystemError) { trapNow() }

  /// A trap of Swift's own, as an index out of range is.
  private static func trapNow() {
    let none = [Int](repeating: 0, count: Int(getpid()) * 0)
    Probe.say("\(none[Int(getpid())])")
  }

  @inline(never)
  private static func overflow(_ depth: Int) -> Int {
    guard depth < .max else { return 0 }
    var frame = [depth, depth &+ 1]
    frame[0] = overflow(depth + 1)
    return frame[0] &+ frame[1]
  }
}
