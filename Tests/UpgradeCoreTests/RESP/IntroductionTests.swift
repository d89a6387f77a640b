// How the client introduces itself to servers of every kind, as dialogues.

import Testing

@testable import UpgradeCore

/// `> ` is what we say, `< ` what the server answers, the last line how it ends.
struct Dialogue: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var options = ClientOptions()
  let lines: [String]

  init(_ title: String, _ options: ClientOptions, _ lines: String...) {
    testDescription = title
    self.options = options
    self.lines = lines
  }
}

@Suite struct IntroductionTests {
  static let plain = ClientOptions()
  static let named = ClientOptions(clientName: "wizard 1")
  static let secret = ClientOptions(password: Secret("pw"), clientName: "w")
  static let user = ClientOptions(user: "ops", password: Secret("pw"))
  static let defaultUser = ClientOptions(user: "default", password: Secret("pw"))
  static let old = ClientOptions(password: Secret("pw"), clientName: "w", preferRESP3: false)
  static let oldPlain = ClientOptions(preferRESP3: false)

  static let hello3 = "< %2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n"
  static let unknown = "< -ERR unknown command `HELLO`, with args beginning with: `3`, \r\n"

  static let dialogues: [Dialogue] = [
    Dialogue("7.0, nothing to say", plain, "> HELLO 3", hello3, "ready 3 redis"),
    Dialogue("7.0, a name", named, "> HELLO 3 SETNAME wizard-1", hello3, "ready 3 redis"),
    Dialogue("7.0, a password", secret, "> HELLO 3 AUTH default pw SETNAME w", hello3, "ready 3 redis"),
    Dialogue("7.0, a user", user, "> HELLO 3 AUTH ops pw", hello3, "ready 3 redis"),
    Dialogue(
      "7.0, a wrong password", user, "> HELLO 3 AUTH ops pw", "< -WRONGPASS invalid username-password pair\r\n",
      "refused WRONGPASS"),
    Dialogue(
      "7.0, no password where one is needed", plain, "> HELLO 3",
      "< -NOAUTH HELLO must be called with the client already authenticated\r\n", "refused NOAUTH"),
    Dialogue(
      "a proxy that does not allow HELLO", plain, "> HELLO 3",
      "< -NOPERM this user has no permissions to run the 'hello' command\r\n", "> PING", "< +PONG\r\n", "ready 2"),
    Dialogue(
      "a proxy that allows neither HELLO nor a name", named, "> HELLO 3 SETNAME wizard-1", "< -NOPERM no 'hello'\r\n",
      "> PING", "< +PONG\r\n", "> CLIENT SETNAME wizard-1", "< -NOPERM no 'client'\r\n", "ready 2"),
    Dialogue(
      "a proxy that allows AUTH but not HELLO", secret, "> HELLO 3 AUTH default pw SETNAME w",
      "< -NOPERM no 'hello'\r\n",
      "> AUTH pw", "< +OK\r\n", "> CLIENT SETNAME w", "< +OK\r\n", "ready 2"),
    Dialogue("7.0, RESP2 wanted", old, "> AUTH pw", "< +OK\r\n", "> CLIENT SETNAME w", "< +OK\r\n", "ready 2"),
    Dialogue("7.0, RESP2 wanted, nothing to say", oldPlain, "> PING", "< +PONG\r\n", "ready 2"),
    Dialogue(
      "RESP2 wanted, no password", oldPlain, "> PING", "< -NOAUTH Authentication required.\r\n", "refused NOAUTH"),
    Dialogue("5.0, nothing to say", plain, "> HELLO 3", unknown, "> PING", "< +PONG\r\n", "ready 2"),
    Dialogue(
      "5.0, a password", secret, "> HELLO 3 AUTH default pw SETNAME w", unknown, "> AUTH pw", "< +OK\r\n",
      "> CLIENT SETNAME w", "< +OK\r\n", "ready 2"),
    Dialogue(
      "5.0, the user default is none", defaultUser, "> HELLO 3 AUTH default pw", unknown, "> AUTH pw", "< +OK\r\n",
      "ready 2"),
    Dialogue(
      "5.0, a user", user, "> HELLO 3 AUTH ops pw", unknown, "> AUTH ops pw",
      "< -ERR wrong number of arguments for 'auth' command\r\n", "refused ERR"),
    Dialogue(
      "5.0, a wrong password", secret, "> HELLO 3 AUTH default pw SETNAME w", unknown, "> AUTH pw",
      "< -ERR invalid password\r\n", "refused ERR"),
    Dialogue(
      "5.0, no password where one is needed", plain, "> HELLO 3", unknown, "> PING",
      "< -NOAUTH Authentication required.\r\n", "refused NOAUTH"),
    Dialogue(
      "5.0, a password that it does not need", secret, "> HELLO 3 AUTH default pw SETNAME w", unknown, "> AUTH pw",
      "< -ERR Client sent AUTH, but no password is set\r\n", "> CLIENT SETNAME w", "< +OK\r\n", "ready 2"),
    Dialogue(
      "6.2 over RESP2, a password that it does not need", old, "> AUTH pw",
      "< -ERR AUTH <password> called without any password configured for the default user. Are you sure?\r\n",
      "> CLIENT SETNAME w", "< +OK\r\n", "ready 2"),
    Dialogue(
      "5.0, loading its data", named, "> HELLO 3 SETNAME wizard-1", unknown, "> PING",
      "< -LOADING Redis is loading the dataset in memory\r\n", "> CLIENT SETNAME wizard-1",
      "< -LOADING Redis is loading the dataset in memory\r\n", "ready 2"),
    Dialogue(
      "a server that knows no RESP3", plain, "> HELLO 3", "< -NOPROTO unsupported protocol version\r\n", "> PING",
      "< +PONG\r\n", "ready 2"),
    Dialogue(
      "a replica without its primary", plain, "> HELLO 3", "< -MASTERDOWN Link with MASTER is down\r\n", "> PING",
      "< -MASTERDOWN Link with MASTER is down\r\n", "ready 2"),
    Dialogue(
      "full", plain, "> HELLO 3", "< -ERR max number of clients reached\r\n", "refused ERR"),
    Dialogue(
      "protected mode", plain, "> HELLO 3", "< -DENIED Redis is running in protected mode\r\n", "refused DENIED"),
    Dialogue(
      "protected mode, RESP2 wanted", oldPlain, "> PING", "< -DENIED Redis is running in protected mode\r\n",
      "refused DENIED"),
    Dialogue(
      "a push message in between", plain, "> HELLO 3", "< >1\r\n+hello\r\n", "push", hello3, "ready 3 redis"),
  ]

  @Test("dialogues", arguments: dialogues)
  func dialogue(_ dialogue: Dialogue) throws {
    var machine = ConnectionMachine()
    #expect(machine.connect() == .open)
    let introduction = Introduction(dialogue.options)
    var said: [String] = []
    if case .send(let command) = machine.opened(introducing: introduction) { said.append(command.plain) }
    var ending: String?
    for line in dialogue.lines {
      if line.hasPrefix("> ") {
        #expect(said == [String(line.dropFirst(2))])
        said = []
      } else if line.hasPrefix("< ") {
        switch machine.received(try Reply(parsing: String(line.dropFirst(2)))) {
        case .send(let command): said.append(command.plain)
        case .ready(let hello): ending = "ready \(hello.protocolVersion)" + (hello.server.map { " " + $0 } ?? "")
        case .refused(let error): ending = "refused \(error.code)"
        case .push: ending = "push"
        case let other: ending = "\(other)"
        }
      } else {
        #expect(ending == line)
        ending = nil
      }
    }
    #expect(said.isEmpty)
    #expect(ending == nil)
  }
}

extension Command {
  /// The words as they go out, secrets included, for tests.
  var plain: String { arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") }
}
