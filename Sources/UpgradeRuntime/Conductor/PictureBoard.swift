// The newest picture of a run, and everybody who waits for the next one.

import Synchronization
import SystemIO
import UpgradeCore

/// Hands pictures from whoever makes them to the faces: the newest only, so that a slow face never holds anything back.
final class PictureBoard: Sendable {
  private struct Board {
    var picture: RunPicture
    var listeners: [AsyncStream<RunPicture>.Continuation] = []
    var isOver = false
  }

  private let board: Mutex<Board>

  init(_ picture: RunPicture) { board = Mutex(Board(picture: picture)) }

  var newest: RunPicture { board.withLock { $0.picture } }

  /// Pictures as they change, beginning with the present one.
  var stream: AsyncStream<RunPicture> {
    let (stream, continuation) = AsyncStream.makeStream(of: RunPicture.self, bufferingPolicy: .bufferingNewest(1))
    let (picture, isOver) = board.withLock { board in
      if !board.isOver { board.listeners.append(continuation) }
      return (board.picture, board.isOver)
    }
    continuation.yield(picture)
    if isOver { continuation.finish() }
    return stream
  }

  func change(_ change: (inout RunPicture) -> Void) {
    let (picture, listeners) = board.withLock { board in
      change(&board.picture)
      return (board.picture, board.listeners)
    }
    for listener in listeners { listener.yield(picture) }
  }

  /// The same, and the picture is of that moment.
  func draw(at moment: Instant, _ change: (inout RunPicture) -> Void) {
    self.change { picture in
      change(&picture)
      picture.now = moment
      picture.wallMilliseconds = WallClock.milliseconds
    }
  }

  /// No picture comes any more.
  func end() {
    let listeners = board.withLock { board in
      defer { board.listeners = [] }
      board.isOver = true
      return board.listeners
    }
    for listener in listeners { listener.finish() }
  }
}

extension RunPicture {
  mutating func show(_ setup: Setup) {
    self.setup = setup
    from = Set(setup.nodes.map(\.release.description)).sorted().joined(separator: ", ")
  }

  mutating func add(_ event: Event) {
    events.append(event)
    if events.count > 200 { events.removeFirst(events.count - 200) }
  }
}

extension State {
  /// Where the run stands on its rail before anybody has read back what it came to.
  var rail: RailStep {
    if ended?.kind == .done || isFinishing { return .finish }
    return plan == nil ? .plan : .nodes
  }
}
