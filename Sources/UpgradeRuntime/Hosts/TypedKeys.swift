// What the operator types, on its way to a running command: in order, bounded, and wiped behind itself.

import Synchronization
package import SystemIO

/// The operator's keyboard while it is attached to a command; nothing that is typed is kept longer than it takes to go.
package final class TypedKeys: Sendable {
  /// Bytes that go to the command at once.
  package static let most = HoldMessage.mostInput
  /// Bytes that may wait for a command that does not read; a paste of a whole configuration file fits.
  static let room = 64 << 10

  private struct State {
    var line: (any KeyboardLine)?
    var lost: (@Sendable (String) -> Void)?
    /// Tells an attachment from a later one.
    var number = 0
    var waiting: [UInt8] = []
    var isSending = false
  }

  private let loop: EventLoop
  private let state = Mutex(State())

  package init(loop: EventLoop) { self.loop = loop }

  /// From now on what is typed goes there; `lost` hears once, on the loop, that nothing does any more, and why.
  package func attach(_ line: any KeyboardLine, lost: @escaping @Sendable (String) -> Void) {
    state.withLock { state in
      state.line = line
      state.lost = lost
      state.number += 1
      Secrecy.erase(&state.waiting)
    }
  }

  /// Nothing typed goes anywhere any more; what has not gone yet is thrown away.
  package func release() {
    let line = state.withLock { state in
      state.lost = nil
      Secrecy.erase(&state.waiting)
      return state.line.take()
    }
    if let line { loop.task { await line.close() } }
  }

  /// Takes what was typed, from any thread; never waits. What is typed into nothing is thrown away.
  package func type(_ text: HiddenText) {
    var bytes = text.take()
    defer { Secrecy.erase(&bytes) }
    let (mustBegin, isFull) = state.withLock { state in
      guard state.line != nil else { return (false, false) }
      guard state.waiting.count + bytes.count <= Self.room else { return (false, true) }
      // Bytes that grow in place leave no copies behind.
      if state.waiting.capacity < Self.room { state.waiting.reserveCapacity(Self.room) }
      state.waiting += bytes
      defer { state.isSending = true }
      return (!state.isSending, false)
    }
    if isFull { fail("the command has not read what was typed for a while: the rest was thrown away", nil) }
    if mustBegin { loop.task { [self] in await send() } }
  }

  private func send() async {
    while let (line, number, all) = take() {
      var all = all
      var rest = all[...]
      while !rest.isEmpty, isPresent(number) {
        var piece = Array(rest.prefix(Self.most))
        rest = rest.dropFirst(Self.most)
        do throws(HostFailure) { try await line.type(piece) } catch { fail(error.description, number) }
        Secrecy.erase(&piece)
      }
      rest = []
      Secrecy.erase(&all)
    }
  }

  private func isPresent(_ number: Int) -> Bool { state.withLock { $0.line != nil && $0.number == number } }

  private func take() -> (any KeyboardLine, Int, [UInt8])? {
    state.withLock { state in
      guard let line = state.line, !state.waiting.isEmpty else {
        state.isSending = false
        return nil
      }
      defer { state.waiting = [] }
      return (line, state.number, state.waiting)
    }
  }

  private func fail(_ why: String, _ number: Int?) {
    let (line, lost) = state.withLock { state in
      guard number == nil || state.number == number else {
        return (nil, nil) as ((any KeyboardLine)?, (@Sendable (String) -> Void)?)
      }
      Secrecy.erase(&state.waiting)
      return (state.line.take(), state.lost.take())
    }
    guard let line else { return }
    loop.task {
      lost?(why)
      await line.close()
    }
  }
}
