// The configuration file of a server: its words, its lines, and what is not in it.

import Testing

@testable import UpgradeCore

@Suite struct StoredConfigurationTests {
  @Test(arguments: [
    ("  maxmemory   100mb\r", ["maxmemory", "100mb"]),
    ("save \"\"", ["save", ""]),
    ("requirepass 'it\\'s # mine'", ["requirepass", "it's # mine"]),
    ("logfile \"a\\x41\\n\\\"\"", ["logfile", "aA\n\""]),
    ("# a \"comment", ["#"]),
    ("", []),
  ])
  func words(line: String, words: [String]) {
    #expect(StoredConfiguration.words(of: line) == words)
  }

  @Test(arguments: ["save \"", "logfile 'a", "dir \"a\"b"])
  func unbalancedQuotesAreRefusedAsTheServerRefusesThem(line: String) {
    #expect(throws: ReadingError.self) { try StoredConfiguration("port 1\n" + line) }
  }

  static let redis = Release(.redis, Version(7, 0, 15))

  /// A file, a directive as `CONFIG GET` prints it, and whether a restart would lose it.
  static let cases: [(file: String, directive: String, value: String, isUnsaved: Bool)] = [
    ("", "maxmemory", "0", false),
    ("", "maxmemory", "104857600", true),
    ("maxmemory 100MB", "maxmemory", "104857600", false),
    ("maxmemory 100m", "maxmemory", "104857600", true),
    ("maxmemory 1gb\nmaxmemory 100mb", "maxmemory", "104857600", false),
    ("", "save", "3600 1 300 100 60 10000", false),
    ("save 900 1\nsave 300 10", "save", "900 1 300 10", false),
    ("save 900 1\nsave \"\"", "save", "", false),
    ("save 900 1", "save", "", true),
    ("slave-priority 5", "replica-priority", "5", false),
    ("replica-priority 5", "slave-priority", "5", false),
    ("", "slave-priority", "5", true),
    ("min-slaves-to-write 2", "min-replicas-to-write", "2", false),
    ("appendfsync ALWAYS", "appendfsync", "always", false),
    ("notify-keyspace-events KEA", "notify-keyspace-events", "AKE", false),
    ("notify-keyspace-events Kx", "notify-keyspace-events", "AKE", true),
    (
      "client-output-buffer-limit replica 512mb 128mb 60", "client-output-buffer-limit",
      "normal 0 0 0 slave 536870912 134217728 60 pubsub 33554432 8388608 60", false
    ),
    (
      "", "client-output-buffer-limit", "normal 0 0 0 slave 536870912 134217728 60 pubsub 33554432 8388608 60", true
    ),
    ("requirepass secret", "requirepass", Reader.hidden, false),
    ("user default on #abc ~* &* +@all", "requirepass", Reader.hidden, false),
    ("", "requirepass", Reader.hidden, true),
    ("masterauth secret", "masterauth", "", true),
    // Not a directive that is compared: where it writes, and on which port, is nothing that is set in passing.
    ("", "dir", "/somewhere", false),
  ]

  @Test(arguments: cases)
  func whatARestartWouldLose(file: String, directive: String, value: String, isUnsaved: Bool) throws {
    let unsaved = try StoredConfiguration(file).unsaved(running: [directive: value], on: Self.redis)
    #expect(unsaved.isEmpty == !isUnsaved, "\(unsaved)")
  }

  @Test func defaultsBelongToTheRelease() throws {
    let file = try StoredConfiguration("")
    let running = ["repl-backlog-size": "10485760", "repl-diskless-sync": "no"]
    #expect(file.unsaved(running: running, on: Self.redis) == ["repl-backlog-size", "repl-diskless-sync"])
    #expect(file.unsaved(running: running, on: Release(.redis, Version(6, 2, 14))) == ["repl-backlog-size"])
    #expect(file.unsaved(running: running, on: Release(.valkey, Version(8, 1, 1))) == ["repl-diskless-sync"])
  }

  @Test func anIncludedFileStandsInThePlaceOfItsLine() throws {
    var file = try StoredConfiguration("maxmemory 1\ninclude /etc/more.conf\nhz 20")
    #expect(file.includes == ["/etc/more.conf"])
    file.replace(include: "/etc/more.conf", with: try StoredConfiguration("maxmemory 2\nhz 50"))
    #expect(file.unsaved(running: ["maxmemory": "2", "hz": "20"], on: Self.redis).isEmpty)
  }

  @Test func usersStandInTheFileOrInOneThatItNames() throws {
    let file = try StoredConfiguration("user app on \">a b\" ~* +@all\nhz 10\nuser default on nopass ~* &* +@all")
    #expect(file.usersFile == nil)
    #expect(file.users == ["user app on #... ~* +@all", "user default on nopass ~* &* +@all"])
    #expect(try StoredConfiguration("hz 10").users == [])
    #expect(
      try StoredConfiguration("Rename-Command STRALGO \"\"\nrequirepass secret\nslave-priority 1").directives
        == ["rename-command stralgo", "requirepass", "replica-priority"], "no value is among them")
    #expect(try StoredConfiguration("aclfile /etc/users.acl").usersFile == "/etc/users.acl")
    #expect(try StoredConfiguration("aclfile \"\"").usersFile == nil)
    #expect(
      StoredConfiguration.users("# users\r\n\r\n  user app on >secret ~* +@all\r\n") == ["user app on #... ~* +@all"])
    #expect(StoredConfiguration.users("use app on") == nil, "one that cannot be read says nothing")
  }
}
