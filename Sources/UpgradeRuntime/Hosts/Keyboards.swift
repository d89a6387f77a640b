// Which running commands can be typed into, and the way to their terminals.

import Synchronization
package import UpgradeCore

/// A way into the terminal of one running command.
package protocol KeyboardLine: Sendable {
  /// Types bytes, at most ``TypedKeys/most`` at once; waits while the command does not read.
  func type(_ bytes: [UInt8]) async throws(HostFailure)
  /// Nothing more is typed; the command goes on.
  func close() async
}

/// The keyboards of the commands of one runner, as the runner knows them at the moment.
package final class Keyboards: Sendable {
  /// Opens a way to a command's terminal. `lost` hears why it is gone, where that shows before anything is typed.
  package typealias Opening =
    @Sendable (_ lost: @escaping @Sendable (String) -> Void) async throws(HostFailure) -> any KeyboardLine

  private enum Keyboard: Sendable {
    case closed(String)
    case open(Opening)
  }

  private struct State {
    var keyboards: [EffectID: Keyboard] = [:]
    var listener: (@Sendable (EffectID) -> Void)?
  }

  private let state = Mutex(State())
  /// Said of a command that nothing is known of.
  private let absent: String

  package init(absent: String) { self.absent = absent }

  /// Hears of each command whose keyboard has come or gone; one listener, called wherever it changed.
  package func watch(_ listener: @escaping @Sendable (EffectID) -> Void) {
    state.withLock { $0.listener = listener }
  }

  /// Why nothing can be typed into a command; nil where it can.
  package func refusal(of command: EffectID) -> String? {
    switch state.withLock({ $0.keyboards[command] }) {
    case .none: absent
    case .closed(let why): why
    case .open: nil
    }
  }

  package func line(
    to command: EffectID, lost: @escaping @Sendable (String) -> Void
  ) async throws(HostFailure) -> any KeyboardLine {
    switch state.withLock({ $0.keyboards[command] }) {
    case .none: throw HostFailure(absent)
    case .closed(let why): throw HostFailure(why)
    case .open(let opening): return try await opening(lost)
    }
  }

  func open(_ command: EffectID, _ opening: @escaping Opening) { set(command, .open(opening)) }
  func close(_ command: EffectID, _ why: String) { set(command, .closed(why)) }

  /// The command is over; nobody is told, as its end is heard of by itself.
  func forget(_ command: EffectID) { state.withLock { $0.keyboards[command] = nil } }

  private func set(_ command: EffectID, _ keyboard: Keyboard) {
    let listener = state.withLock { state in
      state.keyboards[command] = keyboard
      return state.listener
    }
    listener?(command)
  }
}
