/// What the client says to a server before the first command, and how it takes the answers.
///
/// `HELLO 3 [AUTH user password] [SETNAME name]` where RESP3 is wanted; else, or where the server knows no HELLO,
/// `AUTH` (or a `PING`, to hear `NOAUTH`), then `CLIENT SETNAME`. A name that is refused is not worth a connection;
/// a password that is refused is.
///
/// Source: redis networking.c (helloCommand), acl.c (authCommand), and the same commands of 4.0 and 5.0.
package struct Introduction: Sendable {
  private let user: String?
  private let password: Secret?
  private let clientName: String?
  private let prefersRESP3: Bool

  package init(_ options: ClientOptions) {
    user = options.user
    password = options.password
    clientName = options.clientName.map(Self.acceptableName)
    prefersRESP3 = options.preferRESP3
  }

  /// Where the introduction stands.
  package enum Step: Sendable, Hashable {
    case greeting
    case authenticating(ServerHello)
    case naming(ServerHello)
  }

  /// What follows from an answer.
  package enum Verdict: Sendable, Equatable {
    case say(Command, then: Step)
    case done(ServerHello)
    case refused(ServerError)
  }

  package var opening: (command: Command, step: Step) {
    if prefersRESP3 { return (helloCommand, .greeting) }
    return (authenticationCommand, .authenticating(ServerHello(protocolVersion: 2)))
  }

  package func answered(_ reply: Reply, at step: Step) -> Verdict {
    switch step {
    case .greeting: answeredHello(reply)
    case .authenticating(let hello): answeredAuthentication(reply, hello)
    case .naming(let hello): .done(hello)
    }
  }

  private func answeredHello(_ reply: Reply) -> Verdict {
    guard let error = reply.error else { return .done(ServerHello(reading: reply)) }
    if Self.isFinal(error) || error.code == "WRONGPASS" || error.code == "NOAUTH" { return .refused(error) }
    // Anything else (unknown command, NOPROTO, NOPERM on HELLO itself, a proxy's own words) leaves RESP2 to try.
    return .say(authenticationCommand, then: .authenticating(ServerHello(protocolVersion: 2)))
  }

  private func answeredAuthentication(_ reply: Reply, _ hello: ServerHello) -> Verdict {
    if let error = reply.error, !isHarmless(error) { return .refused(error) }
    guard let clientName else { return .done(hello) }
    return .say(["CLIENT", "SETNAME", clientName], then: .naming(hello))
  }

  /// Whether the connection is good although `AUTH` or the `PING` in its place was answered with this.
  private func isHarmless(_ error: ServerError) -> Bool {
    if Self.isFinal(error) { return false }
    guard password != nil else { return error.code != "NOAUTH" }
    // A password for a server that has none: 5.0 and before, then 6.0 and later (acl.c).
    return error.message.contains("but no password is set")
      || error.message.contains("without any password configured")
  }

  /// Said right before the server hangs up.
  private static func isFinal(_ error: ServerError) -> Bool {
    error.code == "DENIED" || error.message.contains("max number of clients reached")
  }

  private var helloCommand: Command {
    var command: Command = ["HELLO", "3"]
    if let password {
      command.arguments.append(contentsOf: [Array("AUTH".utf8), Array((user ?? "default").utf8), password.bytes])
    }
    if let clientName {
      command.arguments.append(contentsOf: [Array("SETNAME".utf8), Array(clientName.utf8)])
    }
    return command
  }

  /// `AUTH` with one argument means the user `default`, and is the only form before 6.0.
  private var authenticationCommand: Command {
    guard let password else { return ["PING"] }
    guard let user, user != "default" else { return Command(arguments: [Array("AUTH".utf8), password.bytes]) }
    return Command(arguments: [Array("AUTH".utf8), Array(user.utf8), password.bytes])
  }

  /// Client names are printable ASCII without spaces (redis networking.c, validateClientName).
  private static func acceptableName(_ name: String) -> String {
    String(decoding: name.utf8.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
  }
}

extension ServerHello {
  /// Reads the map that answers `HELLO`, or the flat array that answers `HELLO 2`.
  package init(reading reply: Reply) {
    self.init(
      protocolVersion: reply["proto"]?.integer.flatMap { Int(exactly: $0) } ?? 2,
      server: reply["server"]?.text,
      version: reply["version"]?.text,
      clientID: reply["id"]?.integer,
      mode: reply["mode"]?.text,
      role: reply["role"]?.text)
  }
}
