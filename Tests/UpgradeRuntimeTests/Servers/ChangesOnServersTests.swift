// What the table says of 7.0, held against a server before it and one of it; and a way back, walked as it is described.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(3))) struct ChangesOnServersTests {
  /// One change of the table: what is asked of both servers, and words of what each answers.
  struct Row: Sendable, CustomTestStringConvertible {
    var change: String
    var lines: [String] = []
    var user: String?
    /// The last one is what counts.
    var commands: [[String]]
    var before: String
    var after: String
    var testDescription: String { change }
  }

  private static let rows = [
    Row(
      change: "channels-reset", lines: ["user app on >secret ~* +@all"], user: "app",
      commands: [["PUBLISH", "news", "x"]], before: "0", after: "NOPERM"),
    Row(change: "debug-refused", commands: [["DEBUG", "SLEEP", "0"]], before: "OK", after: "not allowed"),
    Row(
      change: "protected-commands", commands: [["MODULE", "LOAD", "/no/such/file"]], before: "Error loading",
      after: "not allowed"),
    Row(change: "protected-commands", commands: [["CONFIG", "SET", "dir", "/tmp"]], before: "OK", after: "protected"),
    Row(
      change: "stralgo-gone", commands: [["STRALGO", "LCS", "STRINGS", "abc", "xbc"]], before: "bc", after: "unknown"),
    Row(
      change: "lua-is-narrower", commands: [["EVAL", "print('') return 'done'", "0"]], before: "done",
      after: "nonexistent global variable 'print'"),
    Row(change: "admin-in-transactions", commands: [["MULTI"], ["SAVE"]], before: "QUEUED", after: "not allowed"),
    Row(
      change: "ping-of-stale-replicas", lines: ["replica-serve-stale-data no"],
      commands: [["REPLICAOF", "127.0.0.1", "1"], ["PING"]], before: "PONG", after: "MASTERDOWN"),
    Row(
      change: "claims-of-deleted-entries",
      commands: [
        ["XADD", "s", "1-1", "f", "v"], ["XGROUP", "CREATE", "s", "g", "0"],
        ["XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"], ["XDEL", "s", "1-1"],
        ["XAUTOCLAIM", "s", "g", "c", "0", "0"],
      ], before: "[0-0 [null]]", after: "[0-0 [] [1-1]]"),
    Row(
      change: "diskless-default", commands: [["CONFIG", "GET", "repl-diskless-sync"]],
      before: "[repl-diskless-sync no]",
      after: "[repl-diskless-sync yes]"),
    Row(
      change: "shutdown-waits", commands: [["CONFIG", "GET", "shutdown-timeout"]], before: "[]",
      after: "[shutdown-timeout 10]"),
    Row(
      change: "replica-disk-errors", commands: [["CONFIG", "GET", "replica-ignore-disk-write-errors"]], before: "[]",
      after: "[replica-ignore-disk-write-errors no]"),
    Row(
      change: "statistics-by-subcommand", commands: [["CLIENT", "ID"], ["INFO", "commandstats"]],
      before: "cmdstat_client:", after: "cmdstat_client|id:"),
  ]

  @Test(arguments: rows)
  func aChangeIsWhatTheTableSays(row: Row) async throws {
    let known = Considerations.between(.redis62, .redis70, mode: .cluster).map(\.id)
    #expect(known.contains(row.change))
    for (binary, expected) in [(ServerBinary.redis62, row.before), (.redis70, row.after)] {
      let answer = try await withServer(binary, row.lines) { server async throws in
        let client = server.client(
          ClientOptions(user: row.user, password: row.user.map { _ in Secret("secret") }, preferRESP3: false))
        var answer = ""
        for command in row.commands { answer = await Self.said(client, command) }
        await client.close()
        return answer
      }
      #expect(answer.contains(expected), "\(binary): \(answer.prefix(300))")
    }
  }

  @Test(arguments: [
    ("gopher-gone", ["gopher-enabled no"], "gopher-enabled"),
    ("stralgo-gone", ["rename-command STRALGO \"\""], "No such command"),
    ("duplicate-users", ["user a on >x +@all", "user a on >y +@all"], "Duplicate user found"),
  ])
  func aLineEndsTheStart(change: String, lines: [String], word: String) async throws {
    #expect(Considerations.between(.redis62, .redis70, mode: .cluster).map(\.id).contains(change))
    try await withServer(.redis62, lines) { _ in }
    try await onLoop { loop, directory in
      let file = "\(directory)/server.conf"
      try Files.writeAtomically(file, Array((["port 0", "dir \(directory)"] + lines).joined(separator: "\n").utf8))
      let command = ChildCommand(try ServerBinary.redis70.locate(), [file])
      let outcome = try await ChildProcess.run(command, on: loop, within: RealServer.patience)
      let said = String(decoding: outcome.output + outcome.errorOutput, as: UTF8.self)
      #expect(outcome.status == .exited(1) && said.contains(word), "\(outcome.status): \(said)")
    }
  }

  /// The steps of `explain 7.0.15 6.2.14`, one after another.
  @Test func theWayBackFrom70To62() async throws {
    let back = try #require(Downgrades.judge(from: .redis70, to: .redis62))
    #expect(back.way == .rebuild)
    try await onLoop { loop, directory in
      let (new, old) = ("\(directory)/new", "\(directory)/old")
      try Files.makeDirectories(new)
      try Files.makeDirectories(old)
      let running = try await RealServer.start(.redis70, in: new, [], on: loop)
      var client = running.client()
      for command in [
        ["SET", "a", "1"], ["SET", "b", "2", "EX", "1000"], ["RPUSH", "l", "x"], ["ZADD", "z", "1", "m"],
      ] {
        _ = try await client.send(Command(words: command))
      }
      _ = try await client.send(["CONFIG", "SET", "aof-use-rdb-preamble", "no"])
      _ = try await client.send(["CONFIG", "SET", "appendonly", "yes"])
      try await until {
        let text = try await client.send(["INFO", "persistence"]).text ?? ""
        return text.contains("aof_enabled:1") && text.contains("aof_rewrite_in_progress:0")
          && text.contains("aof_rewrite_scheduled:0")
      }
      _ = try await client.send(["HSET", "h", "f", "v"])
      _ = try await client.send(["SAVE"])
      _ = try? await client.send(["SHUTDOWN"])
      _ = await running.process.exit(within: RealServer.patience)
      await running.end()

      // By its files there is no way: 6.2 does not read them.
      let dump = try Files.read("\(new)/dump.rdb")
      try Files.writeAtomically("\(old)/dump.rdb", dump)
      let refused = await #expect(throws: MissingServer.self) {
        try await RealServer.start(.redis62, in: old, [], on: loop)
      }
      #expect(refused?.description.contains("Can't handle RDB format version 10") == true)

      // By its commands there is one.
      let folder = "\(new)/appendonlydir"
      let manifest = String(decoding: try Files.read("\(folder)/appendonly.aof.manifest"), as: UTF8.self)
      let names = manifest.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first }
      #expect(names.count >= 2)
      var bytes: [UInt8] = []
      for name in names { bytes += try Files.read("\(folder)/\(name)") }
      try Files.removeTree(old)
      try Files.makeDirectories(old)
      try Files.writeAtomically("\(old)/appendonly.aof", bytes)
      let restored = try await RealServer.start(.redis62, in: old, ["appendonly yes"], on: loop)
      client = restored.client()
      let keys = await Self.said(client, ["DBSIZE"])
      let left = await Self.said(client, ["TTL", "b"])
      await client.close()
      await restored.end()
      #expect(keys == "5")
      #expect((Int(left) ?? 0) > 900, "the expiry is kept: \(left)")
    }
  }

  /// A reply or an error as text.
  private static func said(_ client: Client, _ words: [String]) async -> String {
    do throws(ClientError) {
      return text(try await client.send(Command(words: words)))
    } catch {
      if case .server(let error) = error { return "\(error.code) \(error.message)" }
      return "\(error)"
    }
  }

  private static func text(_ reply: Reply) -> String {
    if let text = reply.text { return text }
    if let number = reply.integer { return "\(number)" }
    if reply.isNull { return "null" }
    return "[" + reply.map { text($0) }.joined(separator: " ") + "]"
  }
}

extension Release {
  fileprivate static let redis62 = Release(.redis, Version(6, 2, 14))
  fileprivate static let redis70 = Release(.redis, Version(7, 0, 15))
}
