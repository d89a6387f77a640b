// What a person types line by line, read on a thread of its own so that nobody waits for it.

import Glibc

/// The lines of a terminal.
package enum LineInput {
  /// Longer lines are cut there; the rest of them is dropped.
  package static let longest = 4096

  /// Every line without its end, as it comes; the stream ends with the input, or when nobody listens any more.
  ///
  /// What cannot be decoded is replaced. The descriptor stays open and is not made non-blocking: it may be shared
  /// with the shell that started us.
  package static func lines(of descriptor: Int32) throws(SystemError) -> AsyncStream<String> {
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    let stop = try WakeUp()
    continuation.onTermination = { _ in stop.signal() }
    _ = try SystemThread(name: "lines") {
      read(descriptor, stop, continuation)
      continuation.finish()
    }
    return stream
  }

  private static func read(
    _ descriptor: Int32, _ stop: WakeUp, _ continuation: AsyncStream<String>.Continuation
  ) {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 512)
    while let ready = try? waitReadable([stop.descriptor, descriptor]), ready[0].isEmpty {
      guard !ready[1].isEmpty else { continue }
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
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
