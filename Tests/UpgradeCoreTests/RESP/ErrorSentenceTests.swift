// What an operator reads when a command brings no usable reply, as a table.

import Testing

@testable import UpgradeCore

struct ErrorCase: Sendable, CustomTestStringConvertible {
  let error: ClientError
  let sentence: String
  var testDescription: String { sentence }
}

@Suite struct ErrorSentenceTests {
  static let sent = ". The command was sent and may have been carried out: look at the server before sending it again."
  static let notSent = ". The command was not sent."

  static let cases: [ErrorCase] = [
    ErrorCase(
      error: .timedOut(command: "CLUSTER FAILOVER", after: .milliseconds(1500), wasSent: true),
      sentence: "CLUSTER FAILOVER: no whole reply within 1.5 s" + sent),
    ErrorCase(
      error: .timedOut(command: "PING", after: .milliseconds(250), wasSent: false),
      sentence: "PING: no whole reply within 250 ms" + notSent),
    ErrorCase(
      error: .transport(TransportError(.refused, "cannot connect to 10.0.0.7:7001"), wasSent: false),
      sentence: "cannot connect to 10.0.0.7:7001" + notSent),
    ErrorCase(
      error: .transport(TransportError(.closed, "10.0.0.7:7001: the server ended the connection"), wasSent: true),
      sentence: "10.0.0.7:7001: the server ended the connection" + sent),
    ErrorCase(error: .cancelled(wasSent: true), sentence: "nobody waits for the reply any more" + sent),
    ErrorCase(error: .closed(wasSent: false), sentence: "the connection was closed by this program" + notSent),
    ErrorCase(
      error: .limit("h:1: the server sent a string of 5 bytes (limit 4)", wasSent: true),
      sentence: "h:1: the server sent a string of 5 bytes (limit 4)" + sent),
    ErrorCase(
      error: .notRESP("h:1: " + PeerSignature.describe([0x15, 0x03, 0x01, 0x00]), wasSent: false),
      sentence: "what answers there does not speak the Redis protocol: h:1: this is a TLS port, and we spoke plainly: "
        + "use rediss:// or --tls (it answered \"\\x15\\x03\\x01\\x00\")" + notSent),
    ErrorCase(
      error: .notRESP("h:1: " + PeerSignature.describe(Array("HTTP/1.1 400 Bad Request\r\n".utf8)), wasSent: false),
      sentence: "what answers there does not speak the Redis protocol: h:1: this is a web server: check the port "
        + "(it answered \"HTTP/1.1 400 Bad Request\\r\\n\")" + notSent),
    ErrorCase(
      error: .notRESP("h:1: " + PeerSignature.describe([UInt8](repeating: 0x41, count: 61)), wasSent: true),
      sentence: "what answers there does not speak the Redis protocol: h:1: "
        + "it answered \"\(String(repeating: "A", count: 60))...\"" + sent),
    server(
      "NOAUTH Authentication required.", "It wants a password: give one with --askpass or in REDISCLI_AUTH."),
    server(
      "WRONGPASS invalid username-password pair or user is disabled.",
      "User or password is wrong, or the user is switched off: check with ACL LIST on the server."),
    server(
      "ERR invalid password", "The password is wrong: check which one this server's `requirepass` holds."),
    server(
      "ERR wrong number of arguments for 'auth' command",
      "This server is older than 6.0 and knows no users: leave out the user name."),
    server(
      "ERR max number of clients reached",
      "Its `maxclients` is used up: close connections (CLIENT LIST shows whose) or raise it with CONFIG SET."),
    server(
      "LOADING Redis is loading the dataset in memory",
      "It is reading its data from disk: wait until INFO persistence says loading:0."),
    server(
      "MOVED 3999 127.0.0.1:6381", "The slot belongs to another node: ask the one that is named."),
    ErrorCase(
      error: .server(ServerError("ERR syntax error")), sentence: "the server answered \"ERR syntax error\""),
    ErrorCase(
      error: .server(ServerError("ERR \u{1B}[31mred")), sentence: "the server answered \"ERR \\x1b[31mred\""),
  ]

  static func server(_ said: String, _ advice: String) -> ErrorCase {
    ErrorCase(error: .server(ServerError(said)), sentence: "the server answered \"\(said)\". \(advice)")
  }

  @Test("sentences", arguments: cases)
  func sentence(_ expected: ErrorCase) {
    #expect(expected.error.sentence == expected.sentence)
    #expect(expected.error.description == expected.sentence)
  }

  @Test("what is unknown is what was sent and not answered")
  func unknownOutcome() {
    #expect(ClientError.timedOut(command: "X", after: .seconds(1), wasSent: true).isOutcomeUnknown)
    #expect(!ClientError.timedOut(command: "X", after: .seconds(1), wasSent: false).isOutcomeUnknown)
    #expect(ClientError.cancelled(wasSent: true).isOutcomeUnknown)
    #expect(!ClientError.server(ServerError("ERR x")).isOutcomeUnknown)
    #expect(ClientError.server(ServerError("ERR x")).wasSent)
  }

  static let codes = [
    ("ERR unknown command", "ERR"), ("WRONGTYPE Operation", "WRONGTYPE"), ("NOAUTH", "NOAUTH"),
    ("user_script:1: oops", "ERR"), ("", "ERR"), ("Err lower", "ERR"), ("-BUSY x", "ERR"), ("NO_GOOD x", "NO_GOOD"),
  ]

  @Test("the code is the first word where it is one", arguments: codes)
  func code(_ text: String, _ code: String) {
    #expect(ServerError(text).code == code)
    #expect(ServerError(text).message == text)
  }

  @Test("where MOVED and ASK point")
  func redirection() {
    let moved = ServerError("MOVED 3999 127.0.0.1:6381").redirection
    #expect(moved == .init(slot: 3999, host: "127.0.0.1", port: 6381, isPermanent: true))
    let ask = ServerError("ASK 0 ::1:7001").redirection
    #expect(ask == .init(slot: 0, host: "::1", port: 7001, isPermanent: false))
    #expect(ServerError("MOVED 1 :7001").redirection?.host == "")
    for text in ["MOVED 16384 h:1", "MOVED x h:1", "MOVED 1 h", "MOVED 1 h:0", "MOVED 1", "ERR MOVED 1 h:1"] {
      #expect(ServerError(text).redirection == nil)
    }
  }
}
