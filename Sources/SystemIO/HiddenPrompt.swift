// Asks for a line on the terminal without showing it, and puts the terminal back whatever happens.

import Glibc

/// A question on the controlling terminal whose answer is not echoed.
package enum HiddenPrompt {
  /// How the asking ended.
  package enum Answer: Hashable, Sendable {
    case line([UInt8])
    /// `^D` on an empty line, or the terminal is gone.
    case ended
    /// `^C`, or a signal that asks to end.
    case interrupted(Signal)
    /// More than ``HiddenPrompt/longest`` bytes.
    case tooLong
  }

  /// The most bytes of an answer.
  package static let longest = 1024

  private static let ending: [Signal] = [.interrupt, .terminate, .hangUp, .quit]

  /// Shows `question`, then reads bytes until Enter; `terminal` is the file of the terminal to ask on.
  ///
  /// What was typed before the question is thrown away. Signals that end the process wait until the echo is back.
  /// Blocks the calling thread, which must be the one that reads the terminal; once `stop` has a signal nobody waits for
  /// the answer any more, and it is `ended`.
  ///
  /// - Parameter isShown: whether what is typed is echoed, since it is no secret.
  package static func ask(
    _ question: String, on terminal: String = "/dev/tty", isShown: Bool = false, stop: WakeUp? = nil
  ) throws(SystemError) -> Answer {
    let tty = Descriptor(
      try systemCall("ask on the terminal", terminal) { unsafe open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC) })
    var before = termios()
    try systemCall("read the modes of", terminal) { unsafe tcgetattr(tty.number, &before) }

    var blocked = sigset_t()
    var maskBefore = sigset_t()
    unsafe sigemptyset(&blocked)
    for signal in ending { unsafe sigaddset(&blocked, signal.number) }
    unsafe pthread_sigmask(SIG_BLOCK, &blocked, &maskBefore)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &maskBefore, nil) }
    let signals = try SignalSource(ending)

    var hidden = before
    // No signals from keys: `^C` arrives as a byte, so the echo is back before anything ends. ECHONL is of no use
    // without line mode, so the line is ended by hand.
    if !isShown { hidden.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG) }
    try systemCall("hide what is typed on", terminal) { unsafe tcsetattr(tty.number, TCSAFLUSH, &hidden) }
    defer { unsafe tcsetattr(tty.number, TCSAFLUSH, &before) }

    try Files.write(Array(question.utf8), to: tty.number, path: terminal)
    let answer = try read(tty, signals, stop, terminal: terminal)
    if case .ended = answer {} else if !isShown { try Files.write([10], to: tty.number, path: terminal) }
    return answer
  }

  private static func read(
    _ tty: Descriptor, _ signals: SignalSource, _ stop: WakeUp?, terminal: String
  ) throws(SystemError) -> Answer {
    var line: [UInt8] = []
    line.reserveCapacity(longest + 1)
    while true {
      let ready = try waitReadable([tty.number, signals.descriptor, stop?.descriptor ?? signals.descriptor])
      if stop != nil, !ready[2].isEmpty {
        Secrecy.erase(&line)
        return .ended
      }
      if ready[1].contains(.readable), let signal = signals.next() {
        Secrecy.erase(&line)
        return .interrupted(signal)
      }
      guard !ready[0].isEmpty else { continue }
      var byte: UInt8 = 0
      let count = systemCall { unsafe Glibc.read(tty.number, &byte, 1) }
      guard case .success(1) = count else {
        Secrecy.erase(&line)
        return .ended
      }
      switch byte {
      case 10, 13: return .line(line)
      case 3:
        Secrecy.erase(&line)
        return .interrupted(.interrupt)
      case 4 where line.isEmpty: return .ended
      case 8, 127: removeLastCharacter(of: &line)
      case 21: line.removeAll(keepingCapacity: true)
      case 0..<32: continue
      default: line.append(byte)
      }
      if line.count > longest {
        Secrecy.erase(&line)
        return .tooLong
      }
    }
  }

  /// A character is one byte that starts one, and the continuation bytes of UTF-8 behind it.
  private static func removeLastCharacter(of line: inout [UInt8]) {
    while let last = line.popLast(), last & 0xC0 == 0x80 {}
  }
}
