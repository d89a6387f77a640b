// What a person types line by line, read on a thread of its own so that nobody waits for it.

import Glibc
import Synchronization

/// The lines of a terminal.
package enum LineInput {
  /// Longer lines are cut there; the rest of them is dropped.
  package static let longest = 4096

  /// Every line without its end, as it comes; the stream ends with the input, or when nobody listens any more.
  ///
  /// What cannot be decoded is replaced. The descriptor stays open and is not made non-blocking: it may be shared
  /// with the shell that started us.
  ///
  /// - Parameter gate: while it is closed nothing is read, because somebody else asks on the same terminal.
  package static func lines(of descriptor: Int32, gate: LineGate? = nil) throws(SystemError) -> AsyncStream<String> {
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    let stop = try WakeUp()
    let gate = if let gate { gate } else { try LineGate() }
    continuation.onTermination = { _ in stop.signal() }
    _ = try SystemThread(name: "lines") {
      read(descriptor, stop, gate, continuation)
      continuation.finish()
    }
    return stream
  }

  private static func read(
    _ descriptor: Int32, _ stop: WakeUp, _ gate: LineGate, _ continuation: AsyncStream<String>.Continuation
  ) {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 512)
    let always = [stop.descriptor, gate.moved.descriptor]
    while let ready = try? waitReadable(gate.isOpen ? always + [descriptor] : always), ready[0].isEmpty {
      if !ready[1].isEmpty { gate.moved.drain() }
      guard ready.count > 2, !ready[2].isEmpty else { continue }
      guard let count = gate.whileOpen({ unsafe Glibc.read(descriptor, &buffer, buffer.count) }) else { continue }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { break }
      for byte in buffer[..<count] {
        if byte == 10 {
          continuation.yield(String(decoding: line, as: UTF8.self))
          line.removeAll(keepingCapacity: true)
        } else if line.count < longest {
          line.append(byte)
        }
      }
    }
    // A last line without an end is no answer: nobody has pressed Enter.
  }
}

/// Keeps the reader of lines away from the terminal while something else is asked there.
package final class LineGate: Sendable {
  private let isShut = Mutex(false)
  fileprivate let moved: WakeUp

  package init() throws(SystemError) { moved = try WakeUp() }

  /// Once this returns nothing is read any more until `open()`.
  package func close() {
    isShut.withLock { $0 = true }
    moved.signal()
  }

  package func open() {
    isShut.withLock { $0 = false }
    moved.signal()
  }

  fileprivate var isOpen: Bool { isShut.withLock { !$0 } }

  /// Does it unless the gate is shut; it is not shut meanwhile.
  fileprivate func whileOpen(_ body: () -> Int) -> Int? { isShut.withLock { $0 ? nil : body() } }
}
