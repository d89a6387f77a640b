// Signals as values, and as things that are read instead of things that strike.

import CSystem
import Glibc

/// A signal by number, with the names we use.
package struct Signal: Hashable, Sendable, CustomStringConvertible {
  package let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  package static let hangUp = Signal(SIGHUP)
  package static let interrupt = Signal(SIGINT)
  package static let quit = Signal(SIGQUIT)
  package static let terminate = Signal(SIGTERM)
  package static let kill = Signal(SIGKILL)
  package static let continued = Signal(SIGCONT)
  package static let terminalStop = Signal(SIGTSTP)
  package static let stop = Signal(SIGSTOP)
  package static let windowChange = Signal(SIGWINCH)
  package static let brokenPipe = Signal(SIGPIPE)
  package static let child = Signal(SIGCHLD)
  package static let user1 = Signal(SIGUSR1)
  package static let user2 = Signal(SIGUSR2)

  /// `SIGTERM`; `signal 40` for one without a name.
  package var description: String {
    guard let name = unsafe csystem_signal_name(number) else { return "signal \(number)" }
    return unsafe "SIG" + String(cString: name)
  }
}

/// What the process does about signals; called at the start of `main`, before any thread exists.
package enum Signals {
  /// Blocks signals on this thread and on all that it starts, so that they can be read from a `SignalSource`.
  package static func block(_ signals: [Signal]) throws(SystemError) {
    let numbers = signals.map(\.number)
    try checked(unsafe csystem_block_signals(numbers, numbers.count), "block", named(signals))
  }

  /// What every program on this floor needs: a write to a closed pipe, or beyond the file-size limit, is an error
  /// instead of the end of the process, and the end of a child can be learnt.
  package static func prepareProcess() throws(SystemError) {
    try checked(csystem_ignore_signal(SIGPIPE), "ignore", "SIGPIPE")
    try checked(csystem_ignore_signal(SIGXFSZ), "ignore", "SIGXFSZ")
    // A parent that ignores SIGCHLD passes that on, and then nobody can learn how a child ended.
    try checked(csystem_default_signal(SIGCHLD), "reset", "SIGCHLD")
  }

  /// Sends a signal to this process, as the terminal would (`SIGTSTP` to stop ourselves).
  package static func raise(_ signal: Signal) {
    Glibc.kill(getpid(), signal.number)
  }

  fileprivate static func named(_ signals: [Signal]) -> String {
    signals.map(\.description).joined(separator: ", ")
  }
}

/// Blocked signals as a readable descriptor: to poll beside a terminal, or to await on a loop.
package final class SignalSource: Sendable {
  private let source: Descriptor
  private let name: String

  /// Reads these signals, which must be blocked on every thread.
  package init(_ signals: [Signal]) throws(SystemError) {
    let numbers = signals.map(\.number)
    name = Signals.named(signals)
    source = Descriptor(try checked(unsafe csystem_signalfd(numbers, numbers.count), "read", name))
  }

  /// The descriptor to poll; owned by this object.
  package var descriptor: Int32 { source.number }

  /// The next signal that came, without waiting; nil when none did. Equal signals that wait are one.
  package func next() -> Signal? {
    var sender: Int32 = 0
    let number = unsafe csystem_signalfd_next(source.number, &sender)
    return number > 0 ? Signal(number) : nil
  }

  /// The signals as they come, read on a loop, until the loop or the reading task ends.
  package func stream(on loop: EventLoop) throws(SystemError) -> AsyncStream<Signal> {
    let copy = try systemCall("read", name) { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) }
    let channel = Channel(copy, place: name, on: loop)
    return AsyncStream {
      try? await channel.perform(.read, "read") { descriptor -> Channel.Attempt<Signal> in
        var sender: Int32 = 0
        let number = unsafe csystem_signalfd_next(descriptor, &sender)
        if number > 0 { return .done(Signal(number)) }
        return number == 0 ? .wouldBlock : .failed(-number)
      }
    } onCancel: {
      channel.close()
    }
  }
}
