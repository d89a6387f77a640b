/// Commands that travel together, the replies that have come so far, and the one task that waits for them.
///
/// Belongs to one `Client` and is touched only there.
final class Batch {
  typealias Outcome = Result<[Reply], ClientError>

  let id: Int
  let bytes: [UInt8]
  let expected: Int
  let bound: Duration
  /// The monotonic nanosecond at which it is given up.
  let deadline: Int64

  private let commands: [Command]
  private var replies: [Reply] = []
  private var outcome: Outcome?
  private var waiter: CheckedContinuation<Outcome, Never>?

  /// Whether its bytes have been handed to a transport, at least in part.
  var isSent = false

  init(id: Int, commands: [Command], bound: Duration, deadline: Int64) {
    self.id = id
    self.commands = commands
    self.bound = bound
    self.deadline = deadline
    expected = commands.count
    bytes = CommandEncoder.encode(commands)
  }

  /// What errors call it: the command that was not answered yet, and its place among several.
  var name: String {
    guard let command = commands.dropFirst(replies.count).first ?? commands.last else { return "connect" }
    return commands.count < 2 ? command.name : "\(command.name) (\(replies.count + 1) of \(commands.count))"
  }

  func append(_ reply: Reply) {
    if replies.isEmpty { replies.reserveCapacity(expected) }
    replies.append(reply)
  }

  func succeed() {
    finish(.success(replies))
  }

  func fail(_ error: ClientError) {
    finish(.failure(error))
  }

  /// The first outcome counts.
  private func finish(_ outcome: Outcome) {
    guard self.outcome == nil else { return }
    self.outcome = outcome
    waiter?.resume(returning: outcome)
    waiter = nil
  }

  /// Waits for the outcome; one task only, and only once.
  func value(isolation: isolated (any Actor)? = #isolation) async -> Outcome {
    if let outcome { return outcome }
    return await withCheckedContinuation { waiter = $0 }
  }
}
