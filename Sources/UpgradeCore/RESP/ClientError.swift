/// Why a command brought no usable reply.
///
/// Each case says whether bytes of the command may have left for the server: a command that was sent and not
/// answered may have been carried out. The client never decides that by itself and never sends a command twice.
package enum ClientError: Error, Sendable, Hashable {
  /// The server answered, with an error; also what it answered to our introduction (AUTH, HELLO).
  case server(ServerError)

  /// The byte stream could not be opened, or ended before the reply.
  case transport(TransportError, wasSent: Bool)

  /// No whole reply within the bound; `command` is its name. The connection was given up, since a late reply
  /// could no longer be told from the next one.
  case timedOut(command: String, after: Duration, wasSent: Bool)

  /// What answers is no Redis; the text says what it is or shows what arrived, escaped and cut.
  case notRESP(String, wasSent: Bool)

  /// The client was closed by its owner.
  case closed(wasSent: Bool)

  /// The task that waited was cancelled.
  case cancelled(wasSent: Bool)

  /// The command or its reply is more than this client takes on; the text says which limit.
  case limit(String, wasSent: Bool)
}

extension ClientError {
  /// Whether the command may have reached the server.
  package var wasSent: Bool {
    switch self {
    case .server: true
    case .transport(_, let wasSent), .timedOut(_, _, let wasSent), .notRESP(_, let wasSent),
      .closed(let wasSent), .cancelled(let wasSent), .limit(_, let wasSent):
      wasSent
    }
  }

  /// Whether nobody can tell if the command was carried out: it may have reached the server, which did not answer.
  package var isOutcomeUnknown: Bool {
    if case .server = self { false } else { wasSent }
  }

  /// What the server itself said, if it did.
  package var serverError: ServerError? {
    if case .server(let error) = self { error } else { nil }
  }

  /// What happened and what to do, in words for an operator.
  package var sentence: String {
    switch self {
    case .server(let error):
      error.sentence
    case .transport(let error, _):
      ended(error.sentence)
    case .timedOut(let command, let duration, _):
      ended("\(command): no whole reply within \(duration.inWords)")
    case .notRESP(let what, _):
      ended("what answers there does not speak the Redis protocol: \(what)")
    case .closed:
      ended("the connection was closed by this program")
    case .cancelled:
      ended("nobody waits for the reply any more")
    case .limit(let what, _):
      ended(what)
    }
  }

  /// A question keeps its mark.
  private func ended(_ text: String) -> String {
    ["?", ".", "!"].contains(where: text.hasSuffix) ? "\(text) \(fate)" : "\(text). \(fate)"
  }

  /// The end of each sentence about a command that was not answered.
  private var fate: String {
    wasSent
      ? "The command was sent and may have been carried out: look at the server before sending it again."
      : "The command was not sent."
  }
}

extension ClientError: CustomStringConvertible {
  package var description: String { sentence }
}

extension Duration {
  /// `250 ms`, `5 s`, `1.5 s`.
  var inWords: String {
    let milliseconds = boundedNanoseconds / 1_000_000
    guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
    let tenths = milliseconds / 100 % 10
    return tenths == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(tenths) s"
  }
}
