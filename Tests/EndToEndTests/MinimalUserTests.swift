// A user who may do what `plan --permissions` says, and nothing else: its run succeeds, and with one command less it is
// refused before anything is changed.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct MinimalUserTests {
  /// The rules as the program itself prints them.
  private func rules(_ night: Night) async throws -> String {
    let said = try await night.run(
      ["plan", night.target, "--to", "7.0.15", "--permissions", "--json"] + night.profile)
    #expect(said.code == 0, "\(said)")
    let json = try JSONParser.read(Array(said.output.utf8))
    for row in json["hosts"]?.array ?? [] { #expect(row["command"]?.string?.isEmpty == false) }
    #expect(json["hosts"]?.array?.isEmpty == false)
    return try #require(json["user"]?["rules"]?.array).compactMap(\.string).joined(separator: " ")
  }

  /// Makes the user on every node, also for its next start.
  private func grant(_ night: Night, _ rules: String) async throws {
    for address in night.lab.addresses {
      let client = Client(endpoint: address.endpoint, on: night.loop, options: ClientOptions(preferRESP3: false))
      let words =
        ["ACL", "SETUSER", "redis-upgrade", "reset", "on", ">night"] + rules.split(separator: " ").map(String.init)
      #expect(try await client.send(Command(words: words)).text == "OK")
      #expect(try await client.send(["CONFIG", "REWRITE"]).text == "OK")
      await client.close()
    }
  }

  @Test func aRunWithTheseRulesOnlySucceedsAndWithOneLessIsRefused() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 200
    try await withNight(request) { night in
      let rules = try await rules(night)
      let login = ["REDISCLI_AUTH": "night"]
      let words =
        [night.target, "--to", "7.0.15", "--user", "redis-upgrade", "--plain", "--settle", "0"] + night.profile
        + Wizard.yes
      for missing in ["+cluster|failover", "+bgsave", "+config|set", "+client|list"] {
        try await grant(night, rules.replacing(" \(missing)", with: ""))
        let refused = try await Night.run(words, folder: night.folder, on: night.loop, environment: login)
        #expect(refused.code == 1, "\(missing): \(refused.output.suffix(1000))")
        let command = missing.dropFirst().replacing("|", with: " ").uppercased()
        #expect(refused.output.contains("does not allow our user \(command): NOPERM"), "\(refused.output.suffix(3000))")
        #expect(refused.output.contains("ACL SETUSER <our user> \(missing)"), "\(missing)")
        #expect(try RunCatalogue(night.state).runs().isEmpty, "nothing was begun")
      }
      try await grant(night, rules)
      let said = try await Night.run(words, folder: night.folder, on: night.loop, environment: login)
      #expect(said.code == 0, "\(said.output.suffix(3000)) \(said.errors)")
      #expect(!said.output.contains("NOPERM"), "\(said.output.split(separator: "\n").filter { $0.contains("NOPERM") })")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
      // Not one command of it was refused since the restarts, by the servers' own book.
      for address in night.lab.addresses {
        let client = Client(endpoint: address.endpoint, on: night.loop, options: ClientOptions(preferRESP3: false))
        #expect(try await client.send(["ACL", "LOG"]).count == 0, "\(address)")
        await client.close()
      }
    }
  }
}
