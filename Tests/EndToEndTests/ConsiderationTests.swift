// What is to be known before a plan is agreed to, on real servers: who uses a thing is told, and it comes true.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct ConsiderationTests {
  private struct Point {
    var applies: String
    var text: String
  }

  /// The considerations of `plan --json`, by name.
  private func points(_ night: Night, to release: Release) async throws -> [String: Point] {
    let said = try await night.run(["plan", night.target, "--to", release.description, "--json"] + night.profile)
    #expect(said.code == 0, "\(said.output.suffix(800)) \(said.errors)")
    let json = try JSONParser.read(Array((said.output.split(separator: "\n").last ?? "").utf8))
    let all = json["considerations"]?.array ?? []
    return Dictionary(
      all.map { point in
        let seen = (point["seen"]?.array ?? []).compactMap(\.string).joined(separator: " | ")
        return (point["name"]?.string ?? "", Point(applies: point["applies"]?.string ?? "", text: seen))
      }, uniquingKeysWith: { $1 })
  }

  private func client(_ night: Night, _ index: Int, user: String? = nil, password: String? = nil) -> Client {
    Client(
      endpoint: night.lab.addresses[index].endpoint, on: night.loop,
      options: ClientOptions(user: user, password: password.map { Secret($0) }, preferRESP3: false))
  }

  /// What a server says where it refuses a command; nil where it does it.
  private func refusal(_ client: Client, _ command: Command) async -> ServerError? {
    do throws(ClientError) {
      _ = try await client.send(command)
      return nil
    } catch {
      if case .server(let error) = error { return error }
      return nil
    }
  }

  /// What only one of the two deployments has, by the name of the consideration.
  private static let used = [
    "channels-reset", "debug-refused", "stralgo-gone", "scripts-not-replicated", "ping-of-stale-replicas",
    "verbatim-scripts-gone", "append-only-moves", "srandmember-type",
  ]

  @Test func whoUsesNothingOfItIsNotTroubled() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70)) { night in
      let points = try await points(night, to: .redis70)
      for name in Self.used { #expect(points[name] == nil, "\(name): \(points[name]?.text ?? "")") }
      #expect(points["new-commands"]?.applies == "yes", "it is about everybody")
      #expect(points["diskless-default"]?.text == "every node: repl-diskless-sync no, no line for repl-diskless-sync")
      #expect(points["protected-commands"]?.applies == "not known")
      #expect(points["categories-grow"] == nil, "it is of another hop")
    }
  }

  @Test func whoUsesItIsToldAndThenItIsSo() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.users = [LabUser(name: "app", password: "secret", rules: "~* +@all")]
    request.configuration = ["replica-serve-stale-data no", "lua-replicate-commands no"]
    request.nodeConfiguration = [4: ["appendonly yes"]]
    try await withNight(request) { night in
      let primary = client(night, 0)
      let script = try #require(try await primary.send(["SCRIPT", "LOAD", "return 7"]).text)
      #expect(try await primary.send(["EVALSHA", "\(script)", "0"]).integer == 7)
      #expect(try await primary.send(["DEBUG", "SLEEP", "0"]).text == "OK")
      #expect(try await primary.send(["STRALGO", "LCS", "STRINGS", "abc", "xbc"]).text == "bc")
      let before = client(night, 0, user: "app", password: "secret")
      #expect(await refusal(before, ["PUBLISH", "news", "x"]) == nil)
      let first = night.lab.addresses[0]

      let points = try await points(night, to: .redis70)
      #expect(points["channels-reset"]?.text == "every node: user app", "6.2 itself prints &* for it")
      #expect(points["debug-refused"]?.text == "\(first): DEBUG called")
      #expect(points["stralgo-gone"]?.text == "\(first): STRALGO called")
      #expect(points["scripts-not-replicated"]?.text.contains("EVALSHA, SCRIPT called") == true)
      #expect(points["ping-of-stale-replicas"]?.text == "every node: replica-serve-stale-data no")
      #expect(points["verbatim-scripts-gone"]?.text == "every node: lua-replicate-commands no")
      #expect(points["append-only-moves"]?.text == "\(night.lab.addresses[4]): appendonly yes")
      for name in ["channels-reset", "debug-refused"] { #expect(points[name]?.applies == "yes", "\(name)") }
      #expect(points["srandmember-type"] == nil)

      // The same in lines, each with what to do and where it is known from.
      let plain = try await night.run(["plan", night.target, "--to", "7.0.15", "--plain"] + night.profile)
      for line in [
        "       seen: every node: user app", "       source: redis 7.0 release notes; redis/redis#10181",
        "     All that is known about this way: redis-upgrade explain redis-6.2.14 redis-7.0.15",
      ] { #expect(plain.output.contains(line + "\n"), "\(line): \(plain.output.prefix(3000))") }
      await before.close()
      await primary.close()

      let said = try await night.run(
        [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile + Wizard.yes)
      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")

      // It came true: the servers themselves say so.
      let new = client(night, 3)
      let app = client(night, 3, user: "app", password: "secret")
      #expect(await refusal(app, ["PUBLISH", "news", "x"])?.code == "NOPERM")
      #expect(await refusal(new, ["STRALGO", "LCS", "STRINGS", "abc", "xbc"])?.message.contains("unknown") == true)
      #expect(await refusal(new, ["EVALSHA", "\(script)", "0"])?.code == "NOSCRIPT")
      #expect(await refusal(new, ["DEBUG", "SLEEP", "0"])?.message.contains("not allowed") == true)
      await app.close()
      await new.close()
    }
  }

  /// A running 6.2 prints gopher-enabled whether its file names it or not; 7.0 does not start with the line at all.
  @Test func aLineOfTheFileThatEndsTheNextStartIsRefused() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.nodeConfiguration = [1: ["gopher-enabled no"], 2: ["rename-command STRALGO \"\""]]
    try await withNight(request) { night in
      let said = try await night.run(["check", night.target, "--to", "7.0.15", "--plain"] + night.profile)
      #expect(said.code == 1, "\(said.output.suffix(2000))")
      for (index, line) in [(1, "gopher-enabled"), (2, "rename-command stralgo")] {
        let address = night.lab.addresses[index]
        let words =
          "FAIL config-directives  \(address)  \(address) uses \(line), with which Redis 7.0.15 does not start"
        #expect(said.output.contains(words), "\(said.output.suffix(3000))")
      }
      #expect(said.output.split(separator: "\n").count { $0.hasPrefix("FAIL") } == 2, "nothing else refuses")
    }
  }

  @Test func explainIsPrintedWithoutATerminalAndWithoutAServer() async throws {
    let loop = try EventLoop(name: "explain")
    defer { loop.stop() }
    for (words, code, start) in [
      (["explain", "acl-channels"], Int32(0), "acl-channels  (rule)\n"),
      (["explain", "6.2.14", "7.0.15", "--json"], 0, #"{"kind":"hop","name":"redis-6.2.14 redis-7.0.15""#),
      (["explain", "no-such-thing-at-all"], 2, ""),
    ] {
      let said = try await Night.run(words, folder: "/tmp", on: loop)
      #expect(said.code == code && said.output.hasPrefix(start), "\(words): \(said)")
      if code == 2 { #expect(said.errors.contains("`redis-upgrade explain` lists all names.")) }
    }
  }
}
