// A cluster that speaks TLS and nothing else, its nodes and its clients alike: the main job, and each way of not
// getting in.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct TLSTests {
  /// Servers that want a certificate of every client.
  static func request(primaries: Int = 3, replicasPerPrimary: Int = 1) -> TrainingLab.LabRequest {
    var request = TrainingLab.LabRequest(
      from: .redis70, to: .redis80, primaries: primaries, replicasPerPrimary: replicasPerPrimary)
    request.tls = true
    return request
  }

  @Test func sixNodesThatSpeakNothingElse() async throws {
    var request = Self.request()
    request.keysPerShard = 2000
    try await withNight(request) { night in
      // The TARGET says nothing about TLS: the flag does.
      let target = night.lab.addresses[0].description
      let job = try await night.mainJob(
        [target, "--tls", "--to", "8.0.2", "--plain", "--settle", "0"] + night.profile, to: .redis80)
      let (said, state) = (job.said, job.state)
      // Who goes on with the run knows from it how, and what is shown to be pasted would work.
      #expect(state.setup?.target == "rediss://\(target)")
      let settings = try #require(night.lab.certificates).settings
      #expect(state.setup?.encryption == EncryptionFiles(settings))
      #expect(
        said.output.contains(
          "redis-cli -h 127.0.0.1 -p \(night.lab.nodes[3].port) --tls \(night.lab.connectionFlags.joined(separator: " ")) "
            + "CONFIG SET"), "\(said.output.prefix(3000))")
    }
  }

  /// Killed in the middle, and gone on with without a word about TLS.
  @Test func aRunKnowsHowItWasReached() async throws {
    try await withNight(Self.request()) { night in
      let stopped = try await night.run(
        [night.target, "--to", "8.0.2", "--plain", "--settle", "0", "--answer", "start=yes"]
          + ["--answer", "client-probe=yes", "--answer", "enable-upgrade-mode=yes"] + night.profile)
      #expect(stopped.code == 3, "\(stopped.output.suffix(1000)) \(stopped.errors)")
      let cleaned = try await night.run(["cleanup", "--state-dir", night.state])
      #expect(cleaned.code == 0 && cleaned.output.contains("put back: "), "\(cleaned)")
      let said = try await night.run(["resume", "--plain", "--settle", "0", "--state-dir", night.state] + Wizard.yes)
      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis80 })
    }
  }

  struct Way: Sendable {
    var flags: [String]
    var says: String
    init(_ flags: [String], _ says: String) {
      self.flags = flags
      self.says = says
    }
  }

  @Test func eachWayOfNotGettingIn() async throws {
    try await withNight(Self.request(primaries: 1, replicasPerPrimary: 0)) { night in
      let certificates = try #require(night.lab.certificates)
      let place = night.lab.addresses[0].description
      try await certificates.sign("strange-client", on: night.loop)
      let mine = ["--cert", certificates.certificate("client"), "--key", certificates.key("client")]
      let trusting = ["--cacert", certificates.authority]
      let ways = [
        Way(
          ["redis://\(place)"],
          "probably a TLS port (use rediss:// or --tls), else a proxy without a server behind it"),
        Way(
          ["rediss://\(place)"],
          "nobody whom we trust has signed the certificate of \(place): give the file of its authority with --cacert FILE"
        ),
        Way(["rediss://\(place)", "--cacert", certificates.certificate("client")], "nobody whom we trust has signed"),
        Way(
          ["rediss://\(place)"] + trusting,
          "\(place) wants a certificate from its clients: give ours with --cert FILE and --key FILE"),
        Way(
          ["rediss://\(place)", "--sni", "redis.example"] + trusting + mine,
          "the certificate of \(place) is not for redis.example but for IP Address:127.0.0.1, "
            + "IP Address:0:0:0:0:0:0:0:1, DNS:localhost: connect"
        ),
        Way(
          ["rediss://\(place)", "--cert", certificates.certificate("client"), "--key", certificates.key("server")]
            + trusting,
          "does not belong to the certificate \(certificates.certificate("client")): give the two that were made together"
        ),
      ]
      for way in ways {
        let said = try await night.run(
          way.flags + ["--to", "8.0.2", "--plain", "--state-dir", night.state, "--profile", night.lab.profilePath])
        #expect(said.code == (way.says.contains("belong") ? 2 : 1), "\(way.flags) \(said)")
        #expect(said.errors.contains(way.says), "\(said.errors)")
      }
      #expect(try RunCatalogue(night.state).runs().isEmpty)
    }
  }

  /// The files are renewed in place and read again, as the rule says that it is mended.
  @Test func aCertificateThatEndsInTheMiddle() async throws {
    try await withNight(Self.request(primaries: 1, replicasPerPrimary: 1)) { night in
      let certificates = try #require(night.lab.certificates)
      let primary = night.lab.nodes[0]
      func check(_ end: Duration) async throws -> Said {
        let moment = WallTime(milliseconds: WallClock.milliseconds + Int64(end.components.seconds) * 1000)
        let digits = moment.text.prefix(19).filter(\.isNumber) + "Z"
        try await certificates.sign("server", from: "20250101000000Z", to: String(digits), on: night.loop)
        let connection = try await ForeignConnection.open(
          to: primary.address, login: night.login, on: night.loop, within: .seconds(5))
        defer { connection.close() }
        let reply = try await connection.send(
          ["CONFIG", "SET", "tls-cert-file", certificates.certificate("server")], within: .seconds(5))
        #expect(reply == .simple("OK"))
        return try await night.run(["check", night.target, "--to", "8.0.2", "--plain"] + night.profile)
      }
      let refused = try await check(.seconds(3600))
      #expect(refused.code == 1, "\(refused)")
      let row = "FAIL certificate-expiry  \(primary.address)  the certificate of \(primary.address) (CN=server) ends 20"
      #expect(refused.output.contains(row), "\(refused.output)")
      #expect(refused.output.contains("CONFIG SET tls-cert-file \(certificates.certificate("server"))"))
      let told = try await check(.seconds(10 * 86_400))
      #expect(told.code == 0 && told.output.contains("WARN certificate-expiry  \(primary.address)  "), "\(told.output)")
      let well = try await check(.seconds(400 * 86_400))
      #expect(well.code == 0 && well.output.contains("PASS certificate-expiry  2 of 2  "), "\(well.output)")
    }
  }

  /// A Redis takes the greeting of TLS for the beginning of a line and waits for its end.
  @Test func aPlainPort() async throws {
    try await withNight(
      TrainingLab.LabRequest(from: .redis70, to: .redis80, primaries: 1, replicasPerPrimary: 0)
    ) { night in
      let place = night.lab.addresses[0].description
      let said = try await night.run(["check", "rediss://\(place)", "--to", "8.0.2", "--plain"])
      #expect(said.code == 1)
      #expect(
        said.errors.contains(
          "what answers at \(place) does not speak TLS: it is a plain port, so use redis:// or its TLS port"),
        "\(said.errors)")
    }
  }

  @Test func aServerWithoutTLS() async throws {
    let loop = try EventLoop(name: "no-tls")
    defer { loop.stop() }
    var request = TrainingLab.LabRequest(from: .redis62, primaries: 1, replicasPerPrimary: 0)
    request.tls = true
    let wanted = request
    let error = await #expect(throws: LabError.self) {
      try await Task(executorPreference: loop) { try await Lab(on: loop).up(wanted) }.value
    }
    #expect(
      error?.description
        == "The Redis 6.2.14 of this lab was built without TLS. Start from another release: --from 7.0.15.")
  }
}
