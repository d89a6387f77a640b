// Commands on the wire, and commands as text without their secrets.

import Testing

@testable import UpgradeCore

@Suite struct CommandTests {
  @Test("an array of bulk strings, lengths in bytes")
  func encoding() {
    let wire = CommandEncoder.encode(["SET", "schlüssel", ""])
    #expect(String(decoding: wire, as: UTF8.self) == "*3\r\n$3\r\nSET\r\n$10\r\nschlüssel\r\n$0\r\n\r\n")
    let two = CommandEncoder.encode([Command("PING"), Command("ECHO", String(repeating: "x", count: 105))])
    #expect(
      String(decoding: two, as: UTF8.self)
        == "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$105\r\n\(String(repeating: "x", count: 105))\r\n")
    #expect(two.capacity - two.count < 32)
  }

  struct Text: Sendable, CustomTestStringConvertible {
    let command: Command
    let text: String
    var testDescription: String { text }
    init(_ words: String..., text: String) {
      command = Command(words: words)
      self.text = text
    }
  }

  static let texts: [Text] = [
    Text("CLUSTER", "FAILOVER", text: "CLUSTER FAILOVER"),
    Text("REPLICAOF", "10.0.0.7", "7001", text: "REPLICAOF 10.0.0.7 7001"),
    Text("SET", "a key", "", text: "SET 'a key' ''"),
    Text("SET", "it's", "$HOME", text: "SET \"it's\" '$HOME'"),
    Text("SET", "it's $5", text: "SET \"it's $5\""),
    Text("SET", "a\nb", "t\tt", text: "SET \"a\\nb\" \"t\\tt\""),
    Text("SET", "q\"q\\", text: "SET 'q\"q\\'"),
    Text("SET", "é", "\u{202E}x", text: "SET 'é' \"\\xe2\\x80\\xaex\""),
    Text("AUTH", "s3cret", text: "AUTH (hidden)"),
    Text("auth", "ops", "s3cret", text: "auth ops (hidden)"),
    Text("HELLO", "3", "AUTH", "ops", "s3cret", "SETNAME", "w", text: "HELLO 3 AUTH ops (hidden) SETNAME w"),
    Text(
      "CONFIG", "SET", "requirepass", "x", "maxmemory", "1gb",
      text: "CONFIG SET requirepass (hidden) maxmemory 1gb"),
    Text("config", "set", "MasterAuth", "x", text: "config set MasterAuth (hidden)"),
    Text("CONFIG", "SET", "tls-key-file-pass", "x", text: "CONFIG SET tls-key-file-pass (hidden)"),
    Text("CONFIG", "GET", "requirepass", text: "CONFIG GET requirepass"),
    Text(
      "ACL", "SETUSER", "ops", "on", ">s3cret", "<old", "#abc", "!abc", "~*", "+@all",
      text: "ACL SETUSER ops on >(hidden) <(hidden) #(hidden) !(hidden) '~*' +@all"),
    Text(
      "SENTINEL", "SET", "main", "auth-pass", "x", "quorum", "2",
      text: "SENTINEL SET main auth-pass (hidden) quorum 2"),
    Text("SENTINEL", "CONFIG", "SET", "sentinel-pass", "x", text: "SENTINEL CONFIG SET sentinel-pass (hidden)"),
    Text("MIGRATE", "h", "1", "k", "0", "5", "AUTH2", "u", "p", text: "MIGRATE h 1 k 0 5 AUTH2 u (hidden)"),
    Text(
      "MIGRATE", "h", "1", "k", "0", "5", "AUTH", "p", "KEYS", "k",
      text: "MIGRATE h 1 k 0 5 AUTH (hidden) KEYS k"),
  ]

  @Test("text to paste, secrets hidden", arguments: texts)
  func text(_ expected: Text) {
    #expect(expected.command.text == expected.text)
  }

  @Test("bytes that are no text are written as redis-cli reads them at its prompt")
  func binary() {
    let command = Command(arguments: [Array("SET".utf8), [0x00, 0xFF, 0x61]])
    #expect(command.text == "SET \"\\x00\\xffa\"")
  }

  @Test("no secret shows in any text of the options that hold it")
  func secretsStayHidden() {
    let options = ClientOptions(user: "ops", password: Secret("s3cret"))
    var dumped = ""
    dump(options, to: &dumped)
    for text in ["\(options)", String(reflecting: options), dumped] {
      #expect(!text.contains("s3cret"))
      #expect(!text.contains("115"))
      #expect(text.contains("(hidden)"))
    }
  }

  static let names = [
    (["ping"], "PING"), (["client", "pause", "100"], "CLIENT PAUSE"), (["CLUSTER", "SHARDS"], "CLUSTER SHARDS"),
    (["CONFIG"], "CONFIG"), (["GET", "k"], "GET"), ([], ""),
  ]

  @Test("names carry the subcommand", arguments: names)
  func name(_ words: [String], _ name: String) {
    #expect(Command(words: words).name == name)
  }

  static let unanswered = [
    "SUBSCRIBE a", "psubscribe a*", "SSUBSCRIBE a", "UNSUBSCRIBE", "punsubscribe", "SUNSUBSCRIBE a", "MONITOR", "sync",
    "PSYNC ? -1", "client reply off", "",
  ]

  @Test("commands without a reply of their own are refused", arguments: unanswered)
  func refused(_ line: String) {
    #expect(Command(words: line.split(separator: " ").map(String.init)).unansweredReason != nil)
  }

  static let answered = [
    "PING", "SCAN 0", "CLIENT LIST", "CLIENT NO-EVICT on", "PUBSUB CHANNELS", "PUBLISH a b", "SPUBLISH a b",
  ]

  @Test("all others are not", arguments: answered)
  func accepted(_ line: String) {
    #expect(Command(words: line.split(separator: " ").map(String.init)).unansweredReason == nil)
  }
}
