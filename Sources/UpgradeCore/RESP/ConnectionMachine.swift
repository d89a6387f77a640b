/// The life of one connection, as events in and actions out: no I/O, no clock, no waiting.
///
/// ```
/// idle ──connect──> connecting ──opened──> introducing ──answers──> ready ──lost──> idle
///                        └────────failed────────┴──────────refused─────────────────> idle      any ──close──> closed
/// ```
///
/// Each event consumes the state and puts a new one back. An event that cannot happen is answered with
/// `.violation` or `.ignore`, never with a trap.
package struct ConnectionMachine: ~Copyable {
  private enum State: ~Copyable {
    case idle
    case connecting
    case introducing(Introduction, Introduction.Step, hasAnswered: Bool)
    case ready(ServerHello, awaited: Queue<Int>)
    case closed
  }

  /// The state without its contents, for tests and for who asks.
  package enum Phase: Sendable, Hashable {
    case idle, connecting, introducing, ready, closed
  }

  private var state: State

  package init() {
    state = .idle
  }

  private init(_ state: consuming State) {
    self.state = state
  }

  package var phase: Phase {
    switch state {
    case .idle: .idle
    case .connecting: .connecting
    case .introducing: .introducing
    case .ready: .ready
    case .closed: .closed
    }
  }

  /// Whether the other side has answered anything on this connection.
  package var hasHeardAnything: Bool {
    switch state {
    case .introducing(_, _, let hasAnswered): hasAnswered
    case .ready: true
    case .idle: false
    case .connecting: false
    case .closed: false
    }
  }
}

// MARK: - Coming up

extension ConnectionMachine {
  package enum ConnectAction: Sendable, Hashable {
    /// Open a transport and report with `opened` or `lost`.
    case open
    /// Somebody is at it already.
    case wait
    case ready
    case closed
  }

  /// Somebody wants the connection.
  package mutating func connect() -> ConnectAction {
    switch consume self.state {
    case .idle:
      self = Self(.connecting)
      return .open
    case .connecting:
      self = Self(.connecting)
      return .wait
    case .introducing(let introduction, let step, let hasAnswered):
      self = Self(.introducing(introduction, step, hasAnswered: hasAnswered))
      return .wait
    case .ready(let hello, let awaited):
      self = Self(.ready(hello, awaited: awaited))
      return .ready
    case .closed:
      self = Self(.closed)
      return .closed
    }
  }

  package enum OpenedAction: Sendable, Equatable {
    case send(Command)
    /// Nobody waits for this transport any more: close it.
    case discard
  }

  /// The transport is open.
  package mutating func opened(introducing introduction: Introduction) -> OpenedAction {
    switch consume self.state {
    case .connecting:
      let opening = introduction.opening
      self = Self(.introducing(introduction, opening.step, hasAnswered: false))
      return .send(opening.command)
    case .idle:
      self = Self(.idle)
      return .discard
    case .introducing(let running, let step, let hasAnswered):
      self = Self(.introducing(running, step, hasAnswered: hasAnswered))
      return .discard
    case .ready(let hello, let awaited):
      self = Self(.ready(hello, awaited: awaited))
      return .discard
    case .closed:
      self = Self(.closed)
      return .discard
    }
  }
}

// MARK: - Commands and replies

extension ConnectionMachine {
  package enum SubmitAction: Sendable, Hashable {
    /// The batch's replies are awaited now; write its bytes.
    case write
    case notReady
  }

  /// A batch of commands goes out.
  package mutating func submit(replies: Int) -> SubmitAction {
    switch consume self.state {
    case .ready(let hello, var awaited):
      awaited.append(replies)
      self = Self(.ready(hello, awaited: awaited))
      return .write
    case .idle:
      self = Self(.idle)
    case .connecting:
      self = Self(.connecting)
    case .introducing(let introduction, let step, let hasAnswered):
      self = Self(.introducing(introduction, step, hasAnswered: hasAnswered))
    case .closed:
      self = Self(.closed)
    }
    return .notReady
  }

  package enum ReplyAction: Sendable, Equatable {
    /// The next word of the introduction.
    case send(Command)
    /// The introduction is over: commands may go out.
    case ready(ServerHello)
    /// The server will not have us; the connection is over.
    case refused(ServerError)
    /// It belongs to the oldest batch, of which it is the last one or not.
    case deliver(isLast: Bool)
    /// It answers nothing: a message that the server sends by itself.
    case push
    /// Nobody asked for it, so replies no longer match commands; the connection is over.
    case violation(String)
    /// The connection is over already.
    case ignore
  }

  /// A whole reply has arrived.
  package mutating func received(_ reply: Reply) -> ReplyAction {
    switch consume self.state {
    case .introducing(let introduction, let step, let hasAnswered) where reply.kind == .push:
      self = Self(.introducing(introduction, step, hasAnswered: hasAnswered))
      return .push
    case .introducing(let introduction, let step, _):
      switch introduction.answered(reply, at: step) {
      case .say(let command, let next):
        self = Self(.introducing(introduction, next, hasAnswered: true))
        return .send(command)
      case .done(let hello):
        self = Self(.ready(hello, awaited: Queue()))
        return .ready(hello)
      case .refused(let error):
        self = Self(.idle)
        return .refused(error)
      }
    case .ready(let hello, let awaited) where reply.kind == .push:
      self = Self(.ready(hello, awaited: awaited))
      return .push
    case .ready(let hello, var awaited):
      guard let left = awaited.first else {
        self = Self(.idle)
        return .violation("an answer to no command: \(PrintableBytes.escape(reply.description.utf8, limit: 120))")
      }
      if left > 1 { awaited.updateFirst { $0 -= 1 } } else { _ = awaited.popFirst() }
      self = Self(.ready(hello, awaited: awaited))
      return .deliver(isLast: left <= 1)
    case .idle:
      self = Self(.idle)
      return .ignore
    case .connecting:
      self = Self(.idle)
      return .violation("an answer before the connection was open")
    case .closed:
      self = Self(.closed)
      return .ignore
    }
  }
}

// MARK: - Going down

extension ConnectionMachine {
  package enum LossAction: Sendable, Hashable {
    /// It was up, and commands may have been under way.
    case lostReady
    /// It ended while we introduced ourselves; `unanswered` if nothing at all was said by then.
    case lostIntroduction(unanswered: Bool)
    case failedToConnect
    /// It was over already.
    case ignore
  }

  /// The transport failed or ended, or somebody gave the connection up. The next command may connect again.
  package mutating func lost() -> LossAction {
    switch consume self.state {
    case .connecting:
      self = Self(.idle)
      return .failedToConnect
    case .introducing(_, _, let hasAnswered):
      self = Self(.idle)
      return .lostIntroduction(unanswered: !hasAnswered)
    case .ready:
      self = Self(.idle)
      return .lostReady
    case .idle:
      self = Self(.idle)
      return .ignore
    case .closed:
      self = Self(.closed)
      return .ignore
    }
  }

  /// The owner is done with it; nothing brings it up again.
  package mutating func close() {
    self = Self(.closed)
  }
}
