// What nights outside of clusters have in common: a profile that moves an address, a writing client, roles looked at.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One night with servers outside of a cluster.
struct ReplicationNight {
  let night: Night
  /// The flags that name profile, state and connection.
  let site: [String]

  var lab: RunningLab { night.lab }
  var loop: EventLoop { night.loop }
  var folder: String { night.folder }
  var target: String { night.target }

  func state() throws -> State { try night.journal().state }

  func login(_ password: String?) -> ForeignLogin {
    var login = night.login
    login.password = password
    return login
  }

  func proof(password: String? = nil) -> ClusterProof { ClusterProof(lab.addresses, login: login(password), on: loop) }

  func run(_ words: [String], password: String? = nil) async throws -> Said {
    try await Night.run(
      words, folder: folder, on: loop, environment: password.map { ["REDISCLI_AUTH": $0] } ?? [:])
  }

  func send(_ words: [String], to address: Address, password: String? = nil) async throws -> ForeignReply {
    let connection = try await ForeignConnection.open(
      to: address, login: login(password), on: loop, within: .seconds(3))
    defer { connection.close() }
    return try await connection.send(words, within: .seconds(10))
  }

  func primaries(password: String? = nil) async throws -> [Address] {
    var found: [Address] = []
    for address in lab.addresses {
      let info = ServerInfo(try await send(["INFO", "replication"], to: address, password: password).text ?? "")
      if info.isPrimary { found.append(address) }
    }
    return found
  }

  /// Upgrades without a person while a client writes that never retries; all that it acknowledged has to be there.
  ///
  /// - Parameter others: where clients may find whoever is primary besides the servers of the lab.
  func underWriting(
    _ words: [String], password: String? = nil, isOutage: Bool = false, besides others: [Address] = []
  ) async throws -> WritingReport {
    var writing = WritingRequest(seeds: lab.addresses + others, prefix: "foreign")
    writing.login = login(password)
    let client = WritingClient(writing, on: loop)
    async let written = client.run()
    let said = try await run(words + Wizard.yes, password: password)
    client.requestStop()
    let report = try await written
    #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
    #expect(report.lost == 0 && report.unverified == 0, "lost \(report.lost), unverified \(report.unverified)")
    if !isOutage { #expect(report.isCleanOutsideClusters, "\(report.errors)") }
    #expect(report.acknowledged > 100)
    let to = try state().setup?.to
    #expect(try await proof(password: password).releases().values.allSatisfy { $0 == to })
    #expect(try await proof(password: password).keys().allSatisfy(\.areEqual))
    #expect(try state().ended?.kind == .done)
    return report
  }

  /// All servers end and start again: whoever was primary is, and everybody follows whom they did.
  func rolesSurviveARestart(password: String? = nil) async throws {
    let before = try await primaries(password: password)
    #expect(before.count == 1)
    for address in lab.addresses {
      _ = try? await send(["SHUTDOWN", "NOSAVE"], to: address, password: password)
      let node = try #require(lab.nodes.first { $0.address == address })
      let folder = lab.record.directory(of: node)
      let outcome = try await ChildProcess.run(
        ChildCommand("/bin/sh", ["-c", LabProfile.startCommand(in: LabProfile.shellQuoted(folder))]), on: loop,
        within: .seconds(10))
      #expect(outcome.status == .exited(0))
      let deadline = loop.now + .seconds(20)
      while loop.now < deadline {
        if (try? await send(["PING"], to: address, password: password))?.text == "PONG" { break }
        try await loop.sleep(for: .milliseconds(20))
      }
    }
    #expect(try await primaries(password: password) == before)
  }
}

/// - Parameters:
///   - switches: whether the profile has a command that moves the clients' address: it writes it into a file.
///   - program: a command of the profile that names the wanted version's program.
///   - lines: what else stands in it.
///   - stop: a command of the profile that stops servers; nil: we send SHUTDOWN.
func withReplication(
  _ request: TrainingLab.LabRequest, switches: Bool = false, stop: String? = nil,
  program: @escaping @Sendable (Night) throws -> String? = { _ in nil },
  lines: @escaping @Sendable (Night) -> String = { _ in "" },
  _ body: @escaping @Sendable (ReplicationNight) async throws -> Void
) async throws {
  try await withNight(request) { night in
    var profile = try String(decoding: Files.read(night.lab.profilePath, limit: 1 << 20), as: UTF8.self)
    // The lab's own profile ends with its commands.
    if let stop { profile += "  stop: '\(stop)'\n" }
    if let program = try program(night) { profile += "  program: '\(program)'\n" }
    if switches { profile += "hooks:\n  switch: 'echo {host} {port} > \(night.folder)/address'\n" }
    profile += lines(night)
    let path = "\(night.folder)/profile.yaml"
    try Files.writeAtomically(path, Array(profile.utf8))
    let site = ["--profile", path, "--state-dir", night.state] + night.lab.connectionFlags
    try await body(ReplicationNight(night: night, site: site))
  }
}
