// What the operator's flags and environment say about the screen.

import SystemIO

/// The value of `--color`.
package enum ColourChoice: String, Hashable, Sendable {
  case automatic = "auto"
  case always
  case never
}

/// How many colours the screen uses.
package enum ColourDepth: Int, Comparable, Hashable, Sendable {
  case none = 0
  case eight = 8
  case sixteen = 16

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The flag first, then `NO_COLOR` where it is not empty (no-color.org), then what the terminal can do.
  package static func decide(_ choice: ColourChoice, noColour: String?, terminalColours: Int) -> ColourDepth {
    switch choice {
    case .never: return .none
    case .automatic where noColour?.isEmpty == false: return .none
    case .always, .automatic: return terminalColours >= 16 ? .sixteen : terminalColours >= 8 ? .eight : .none
    }
  }
}

/// Bytes that a crash handler writes to the journal before it gives the terminal back.
package struct CrashNote: Hashable, Sendable {
  package var descriptor: Int32
  package var bytes: [UInt8]

  package init(descriptor: Int32, bytes: [UInt8]) {
    self.descriptor = descriptor
    self.bytes = bytes
  }
}

/// How the screen is to be opened.
package struct TerminalSettings: Hashable, Sendable {
  package var colour: ColourChoice
  /// The value of `NO_COLOR`.
  package var noColour: String?
  /// Nothing but ASCII is sent.
  package var isASCII: Bool
  package var showsTitle: Bool
  package var rings: Bool
  /// How long an Esc waits for the rest of an escape sequence; slow links need more.
  package var escapeDelay: Duration
  /// Whether the loop writes `TerminalLoop.idleMark` when all is shown and nothing is left to do; for tests.
  package var saysIdle: Bool
  /// Whether it also writes how long each key took to be seen, in nanoseconds; for benchmarks.
  package var saysTimes: Bool
  package var crashNote: CrashNote?

  package init(
    colour: ColourChoice = .automatic, noColour: String? = Host.environment["NO_COLOR"],
    isASCII: Bool = false, showsTitle: Bool = true, rings: Bool = true, escapeDelay: Duration = .milliseconds(25),
    saysIdle: Bool = Host.environment["REDIS_UPGRADE_SAYS_IDLE"] == "1",
    saysTimes: Bool = Host.environment["REDIS_UPGRADE_SAYS_TIMES"] == "1", crashNote: CrashNote? = nil
  ) {
    self.colour = colour
    self.noColour = noColour
    self.isASCII = isASCII
    self.showsTitle = showsTitle
    self.rings = rings
    self.escapeDelay = escapeDelay
    self.saysIdle = saysIdle
    self.saysTimes = saysTimes
    self.crashNote = crashNote
  }
}
