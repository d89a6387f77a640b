// Sentinels and servers that let nobody in without a word, and such that speak TLS and nothing else.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SentinelAccessTests {
  private static let word = "the-servers-own-word"
  private static let sentinelWord = "another-word-of-the-Sentinels"
  /// What Sentinels need on a server (redis.io documentation, High availability with Redis Sentinel: Redis Access Control
  /// List authentication).
  private static let watcher = LabUser(
    name: "watcher", password: "a-word-of-the-watchers",
    rules: "allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info "
      + "+client|setname +client|kill +script|kill")

  /// A user of the servers for the wizard, another one for the Sentinels, and a word of the Sentinels' own.
  private static var guarded: TrainingLab.LabRequest {
    var request = SentinelNightTests.lab(.redis70, .redis80)
    request.password = word
    request.users = [LabUser(name: "ops", password: word, rules: "~* &* +@all"), watcher]
    request.sentinelUser = watcher.name
    request.sentinelPassword = sentinelWord
    return request
  }

  /// The profile with the place of the Sentinels' password, as it is given to every call.
  private static func site(_ night: SentinelNight, _ lines: String, named name: String) throws -> [String] {
    let path = "\(night.servers.folder)/\(name).yaml"
    let profile = try Files.read(night.servers.lab.profilePath)
    try Files.writeAtomically(path, profile + Array(lines.utf8))
    return ["--profile", path, "--state-dir", night.night.state]
  }

  private static func words(_ night: SentinelNight, _ site: [String]) -> [String] {
    [night.target, "--to", "8.0.2", "--user", "ops", "--plain", "--settle", "0"] + site
  }

  @Test func aNightWithPasswords() async throws {
    try await withSentinels(Self.guarded) { night in
      let secret = "\(night.servers.folder)/word"
      try Files.writeAtomically(secret, Array("not it\n".utf8))
      func check(_ site: [String]) async throws -> Said {
        try await night.servers.run(["check"] + Self.words(night, site), password: Self.word)
      }
      // The servers' login is tried where no other is named, and is none of theirs.
      let unnamed = try await check(night.site)
      #expect(unnamed.code == 1 && unnamed.errors.contains("WRONGPASS"), "\(unnamed)")
      #expect(
        unnamed.errors.contains("the profile names it, `sentinels: { password_file: FILE }`"), "\(unnamed.errors)")
      let site = try Self.site(night, "sentinels:\n  password_file: \(secret)\n", named: "guarded")
      let wrong = try await night.servers.run(Self.words(night, site) + Wizard.yes, password: Self.word)
      #expect(wrong.code == 1 && wrong.errors.contains("WRONGPASS"), "\(wrong)")
      #expect(wrong.errors.contains("called as the profile says under sentinels"), "\(wrong.errors)")
      #expect(try RunCatalogue(night.night.state).runs().isEmpty)
      // Killed in the middle, and gone on with without a word about the Sentinels.
      try Files.writeAtomically(secret, Array("\(Self.sentinelWord)\n".utf8))
      let client = WritingClient(night.writing(Self.word), on: night.servers.loop)
      async let written = client.run()
      let wizard = try night.night.start(
        Self.words(night, site) + Wizard.yes, environment: ["REDISCLI_AUTH": Self.word])
      try await night.night.awaitRecords(60, of: wizard)
      _ = try wizard.send(.kill)
      #expect(await wizard.exit() == .signalled(9))
      let said = try await night.servers.run(
        ["resume", "--user", "ops", "--plain", "--state-dir", night.night.state] + Wizard.yes, password: Self.word)
      client.requestStop()
      let report = try await written
      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
      #expect(report.isCleanOutsideClusters && report.acknowledged > 100, "\(report.errors), lost \(report.lost)")
      #expect(try night.servers.state().ended?.kind == .done)
      try await night.isWell(on: .redis80)
      // Neither word is anywhere that somebody may look.
      let kept = try Files.read(night.night.journalPath)
      for secret in [Self.word, Self.sentinelWord, "a-word-of-the-watchers"] {
        #expect(!String(decoding: kept, as: UTF8.self).contains(secret))
        #expect(!said.output.contains(secret) && !said.errors.contains(secret))
      }
      print(
        "Sentinel with passwords 7.0.15 -> 8.0.2: longest stall \(Int(report.longestStall.rounded())) ms, "
          + "\(report.lost) lost of \(report.acknowledged)")
    }
  }

  /// They would not come back from their restart.
  @Test func aPasswordWithABlankIsRefused() async throws {
    var request = Self.guarded
    request.sentinelPassword = "two words"
    try await withSentinels(request) { night in
      let secret = "\(night.servers.folder)/word"
      try Files.writeAtomically(secret, Array("two words\n".utf8))
      let site = try Self.site(night, "sentinels:\n  password_file: \(secret)\n", named: "blank")
      let said = try await night.servers.run(["check"] + Self.words(night, site), password: Self.word)
      #expect(said.code == 1, "\(said.output.suffix(3000)) \(said.errors)")
      #expect(said.output.contains("sentinel-passwords-kept"), "\(said.output.suffix(3000))")
      #expect(said.output.contains("it would not start again"))
      #expect(!said.output.contains("two words"))
    }
  }

  @Test func aNightWithTLS() async throws {
    var request = SentinelNightTests.lab(.redis70, .redis80)
    request.tls = true
    try await withSentinels(request) { night in
      let words = [night.target, "--to", "8.0.2", "--plain", "--settle", "0"] + night.site
      // Sentinels that are taken for plain ones, by the flag that is missing or by the profile.
      let plain = try await night.night.run(
        ["check", night.target, "--to", "8.0.2", "--plain", "--profile", night.servers.lab.profilePath])
      #expect(plain.code == 1 && plain.errors.contains("No Sentinel can be asked"), "\(plain)")
      let report = try await night.servers.underWriting(words)
      let state = try night.servers.state()
      #expect(state.handOvers.count == 1 && state.facts.openLedger.isEmpty)
      let measure = try #require(state.measures.last)
      #expect(measure.lost == 0 && measure.errorCount == 0 && measure.acknowledged > 0, "\(measure.sentence)")
      try await night.isWell(on: .redis80)
      print(
        "Sentinel with TLS 7.0.15 -> 8.0.2: longest stall \(Int(report.longestStall.rounded())) ms, "
          + "\(report.lost) lost of \(report.acknowledged)")
    }
  }
}

extension SentinelNight {
  /// A client that writes to the servers, as their default user.
  fileprivate func writing(_ password: String?) -> WritingRequest {
    var writing = WritingRequest(seeds: servers.lab.addresses, prefix: "foreign")
    writing.login = servers.login(password)
    return writing
  }
}

extension Night {
  fileprivate var journalPath: String { (try? RunCatalogue(state).runs().first?.journal) ?? "" }
}
