// The wanted version tried on real nights: with each backup and each configuration, before anything is stopped.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct BackupNightTests {
  /// The lab's profile, with a line that says where the wanted version's program is.
  private static func profile(_ night: Night, program: String? = nil, streams: Bool = false) throws -> [String] {
    let text = String(decoding: try Files.read(night.lab.profilePath), as: UTF8.self)
    let usual = "echo \(LabProfile.shellQuoted(try store(night)))/{product}-{version}/{product}-server"
    // Beside the lab's record, so that it still counts as a lab.
    let path = "\(night.lab.directory)/tried.yaml"
    let line = "  program: '" + (program ?? usual).replacing("'", with: "''") + "'\n"
    try Files.writeAtomically(path, Array((text + line + (streams ? "backup: stream\n" : "")).utf8))
    return ["--profile", path, "--state-dir", night.state] + night.lab.connectionFlags
  }

  private static func store(_ night: Night) throws -> String { try SoftwareStore(on: night.loop).directory }

  private static func begin(_ night: Night, _ site: [String], to: String = "7.0.15") -> [String] {
    [night.target, "--to", to, "--plain", "--settle", "0"] + site + Wizard.yes
  }

  /// What the backup's outcome says of each node.
  private static func evidence(_ night: Night) throws -> [String: String] {
    let outcomes = try night.journal().entries.compactMap { entry -> Outcome? in
      if case .outcome(let effect, let outcome) = entry.record, effect.step.verb == .backUp { outcome } else { nil }
    }
    return try #require(outcomes.last).evidence
  }

  /// No trial's process or folder is left.
  private static func leftOvers() throws -> [String] {
    let folder = Host.environment["TMPDIR"] ?? "/tmp"
    return try Files.list(folder).filter { $0.hasPrefix("redis-upgrade-trial.") }
  }

  private static let shapes: [(name: String, tree: [Int?]?, to: String, nodes: Int)] = [
    ("cluster", nil, "7.0.15", 6), ("replication", [nil, 0, 0], "valkey-8.1.1", 3), ("standalone", [nil], "7.0.15", 1),
  ]

  @Test(arguments: shapes.indices) func everyTopologyIsTried(_ index: Int) async throws {
    let shape = Self.shapes[index]
    var request = TrainingLab.LabRequest(from: .redis62, to: Release(shape.to, defaultProduct: .redis))
    request.tree = shape.tree
    request.keysPerShard = 3000
    try await withNight(request) { night in
      let site = try Self.profile(night)
      let rows = try await night.rows(to: shape.to, profile: Array(site.prefix(2)))
      rows.expectPass("configuration-tried")
      rows.expect("backup-elsewhere", "note", "would lie on the disk of its data")
      let said = try await night.run(Self.begin(night, site, to: shape.to))
      #expect(said.code == 0, "\(shape.name): \(said.output.suffix(2000)) \(said.errors)")
      let evidence = try Self.evidence(night)
      let addresses = night.lab.addresses.map(\.description)
      #expect(addresses.count == shape.nodes)
      for address in addresses {
        let sentence = evidence[address] ?? ""
        #expect(sentence.contains("RDB format 9 written by Redis 6.2.14"), "\(sentence)")
        #expect(sentence.contains("it loads the backup in"), "\(sentence)")
        #expect(evidence["\(address) \(Facts.timesWord)"].flatMap(MeasuredTimes.init) != nil, "\(evidence)")
      }
      #expect(
        said.output.contains(shape.nodes == 1 ? "starts with its configuration" : "starts with all \(shape.nodes)"),
        "\(said.output)")
      #expect(try Self.leftOvers() == [])
      if shape.nodes == 1 {
        // The question of the outage tells what was measured.
        #expect(said.output.contains("loaded it in"), "\(said.output.suffix(4000))")
      }
    }
  }

  /// Found by the checks, and nothing has been touched.
  @Test func aDirectiveThatTheNewVersionDoesNotKnow() async throws {
    var request = TrainingLab.LabRequest(from: .redis60, to: .redis62, tree: [nil, 0])
    request.keysPerShard = 10
    try await withNight(request) { night in
      let site = try Self.profile(night)
      let node = night.lab.nodes[1]
      let file = "\(night.lab.record.directory(of: node))/redis.conf"
      let text = try Files.read(file)
      try Files.writeAtomically(file, text + Array("\nno-such-directive yes\n".utf8))
      let rows = try await night.rows(to: "6.2.14", profile: Array(site.prefix(2)))
      rows.expect("configuration-tried", "fail", "it does not take the line 'no-such-directive yes'")
      let said = try await night.run(Self.begin(night, site, to: "6.2.14"))
      #expect(said.code == 1, "\(said.output.suffix(1000)) \(said.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis60 })
    }
  }

  /// What is staged only now is tried only now; the run stops before any node, is mended, and goes on.
  @Test func aBackupThatDoesNotLoadStopsTheRun() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])
    request.keysPerShard = 100
    try await withNight(request) { night in
      // Until it is told otherwise, a program that refuses each dump.
      let sick = "\(night.folder)/sick-server"
      let refusal = "1:M # Can'\\''t handle RDB format version 9"
      let fake =
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Redis server v=7.0.15 sha=0' && exit\n"
        + "cd \"$(dirname \"$1\")\"; [ -e dump.rdb ] || { echo Ready to accept connections; exec sleep 600; }\n"
        + "echo '\(refusal)'; exit 1\n"
      try Files.writeAtomically(sick, Array(fake.utf8), mode: 0o755)
      let well = "\(try Self.store(night))/redis-7.0.15/redis-server"
      let mended = "\(night.folder)/mended"
      let site = try Self.profile(
        night, program: "if test -e '\(mended)'; then echo '\(well)'; else echo '\(sick)'; fi")
      let stopped = try await night.run(Self.begin(night, site))
      #expect(stopped.code == 3, "\(stopped.output.suffix(2000)) \(stopped.errors)")
      #expect(stopped.output.contains("its backup does not load on Redis 7.0.15"), "\(stopped.output.suffix(2000))")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })
      #expect(try Self.leftOvers() == [])
      try Files.writeAtomically(mended, [])
      let done = try await night.run(["resume", "--plain", "--state-dir", night.state] + Wizard.yes)
      #expect(done.code == 0, "\(done.output.suffix(2000)) \(done.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
    }
  }

  /// kill -9 in the middle of a trial: what it had started ends by itself, and the run goes on from its backup.
  @Test func killedInTheMiddleOfATrial() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])
    request.keysPerShard = 100
    try await withNight(request) { night in
      let slow = "\(night.folder)/slow-server"
      let begun = "\(night.folder)/begun"
      let fake =
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Redis server v=7.0.15 sha=0' && exit\n"
        + "cd \"$(dirname \"$1\")\"; [ -e dump.rdb ] || { echo Ready to accept connections; exec sleep 600; }\n"
        + "echo $$ > \(begun).new && mv \(begun).new \(begun)\nexec sleep 600\n"
      try Files.writeAtomically(slow, Array(fake.utf8), mode: 0o755)
      let well = "\(try Self.store(night))/redis-7.0.15/redis-server"
      let site = try Self.profile(night, program: "if test -e '\(begun)'; then echo '\(well)'; else echo '\(slow)'; fi")
      let wizard = try night.start(Self.begin(night, site))
      let deadline = night.loop.now + .seconds(60)
      while !Files.exists(begun), wizard.exitStatus == nil, night.loop.now < deadline {
        try await night.loop.sleep(for: .milliseconds(5))
      }
      let text = String(decoding: try Files.read(begun, limit: 100), as: UTF8.self)
      let server = try ProcessIdentity(of: try #require(Int32(text.split(separator: "\n").first ?? "")))
      _ = try wizard.send(.kill)
      _ = await wizard.exit()
      // The script that it had begun is a session of its own: it is ended as a host's reset would end it.
      let folder = try #require(try Self.leftOvers().first)
      let place = "\(Host.environment["TMPDIR"] ?? "/tmp")/\(folder)/owner"
      let owner = String(decoding: try Files.read(place, limit: 100), as: UTF8.self).split(separator: " ").first
      _ = try ProcessIdentity(of: try #require(owner.flatMap { Int32($0) })).send(.kill)
      #expect(try await server.end(on: night.loop, within: .seconds(20)))
      let done = try await night.run(["resume", "--plain", "--state-dir", night.state] + Wizard.yes)
      #expect(done.code == 0, "\(done.output.suffix(2000)) \(done.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
      #expect(try Self.leftOvers() == [])
    }
  }

  /// Where no host is reached the data come as they come to a replica; a full disk stops it before anything is touched.
  @Test func overTheReplicationStream() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])
    // Short values are not compressed: two megabytes of a dump.
    request.keysPerShard = 60_000
    request.valueLength = 16
    try await withNight(request) { night in
      let site = try Self.profile(night, streams: true)
      let plan = try await night.run(["plan", night.target, "--to", "7.0.15", "--plain"] + site)
      #expect(plan.output.contains("Back up every node over the replication stream"), "\(plan.output.suffix(2000))")
      #expect(plan.output.contains("--rdb "), "\(plan.output.suffix(2000))")
      let permissions = try await night.run(["plan", night.target, "--to", "7.0.15", "--permissions"] + site)
      #expect(permissions.output.contains("+sync") && permissions.output.contains("+replconf"), "\(permissions.output)")
      // No file may grow beyond a megabyte, as on a disk that is full.
      let limited = try await ChildProcess.run(
        ChildCommand(
          "/bin/sh", ["-c", "ulimit -f 2048; exec \"$0\" \"$@\"", Wizard.path] + Self.begin(night, site),
          environment: .changed(["HOME": night.folder, "TERM": "dumb"])), on: night.loop, within: .seconds(120))
      let output = String(decoding: limited.output, as: UTF8.self)
      #expect(limited.status == .exited(3), "\(output.suffix(2000))")
      #expect(output.contains("its backup over the replication stream: "), "\(output.suffix(2000))")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })
      let done = try await night.run(["resume", "--plain", "--state-dir", night.state] + Wizard.yes)
      #expect(done.code == 0, "\(done.output.suffix(2000)) \(done.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
      let evidence = try Self.evidence(night)
      for address in night.lab.addresses.map(\.description) {
        #expect(evidence[address]?.contains("it loads the backup in") == true, "\(evidence)")
      }
    }
  }
}
