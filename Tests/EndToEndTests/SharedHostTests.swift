// Hosts with several nodes and one installation for all of them: upgraded host by host, under a writing client.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// A lab spread over three addresses of this machine, each with a link of its own that both of its nodes run through.
struct SharedNight {
  let night: Night
  private let profilePath: String

  private var folder: String { "\(night.lab.directory)/hosts" }
  var hosts: [String] { Set(night.lab.addresses.map(\.host)).sorted() }

  static var request: TrainingLab.LabRequest {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.hostCount = 3
    request.keysPerShard = 500
    return request
  }

  /// - Parameter restarts: the installation restarts whatever runs of it, and starts what it finds down, as packages of
  ///   Debian do.
  init(_ night: Night, restarts: Bool) throws {
    self.night = night
    // Beside the lab's record, so that it still counts as a lab.
    profilePath = "\(night.lab.directory)/shared.yaml"
    let lab = night.lab
    for host in hosts {
      let nodes = lab.nodes.filter { $0.address.host == host }.map { lab.record.directory(of: $0) }
      try Files.makeDirectories("\(folder)/\(host)")
      try Files.writeAtomically("\(folder)/\(host)/nodes", Array(nodes.map { $0 + "\n" }.joined().utf8))
    }
    try Files.writeAtomically(profilePath, Array(try text(restarts: restarts).utf8))
  }

  private func text(restarts: Bool) throws -> String {
    let present = Files.directory(
      of: try Files.readLink("\(night.lab.record.directory(of: night.lab.nodes[0]))/server"))
    let store = Files.directory(of: present)
    func start(_ node: String) -> String { LabProfile.startCommand(in: node) }
    let restart =
      " && while read -r node; do pid=$(cat $node/server.pid 2>/dev/null); kill $pid 2>/dev/null; "
      + "while kill -0 $pid 2>/dev/null; do sleep 0.01; done; (\(start("$node"))); done <\(folder)/{host}/nodes"
    func change(_ version: String) -> String {
      let server = "\(store)/{product}-\(version)/{product}-server"
      return "'echo \(version) >>\(folder)/{host}/changes; test -x \(server) && "
        + "ln -sfn \(server) \(folder)/{host}/next && mv -fT \(folder)/{host}/next \(folder)/{host}/server"
        + "\(restarts ? restart : "")'"
    }
    let starts = restarts ? ", starts: true" : ""
    return """
      reach: local
      software:
        install: { run: \(change("{version}")), scope: host\(starts) }
        rollback: { run: \(change("{from_version}")), scope: host\(starts) }
        start: '\(start("\(night.lab.directory)/{port}"))'

      """
  }

  /// The nodes run on as they are; their next start goes through the link of their host.
  func share() async throws {
    for node in night.lab.nodes {
      let link = "\(night.lab.record.directory(of: node))/server"
      let shared = "\(folder)/\(node.address.host)/server"
      let outcome = try await ChildProcess.run(
        .shell("{ test -L \(shared) || mv \(link) \(shared); } && ln -sfn \(shared) \(link)"), on: night.loop,
        within: .seconds(10))
      #expect(outcome.status.isSuccess)
    }
  }

  var begin: [String] {
    [night.target, "--to", "7.0.15", "--plain", "--settle", "0", "--profile", profilePath, "--state-dir", night.state]
  }

  var check: [String] { ["--profile", profilePath] }

  /// The versions that each host was changed to, one after the other.
  func changes() throws -> [[String]] {
    try hosts.map { host in
      String(decoding: try Files.read("\(folder)/\(host)/changes"), as: UTF8.self)
        .split(whereSeparator: \.isNewline).map(String.init)
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(20))) struct SharedHostTests {
  /// Six nodes on three hosts: one shard moves to a node of the old version first, so that a host is free to begin with.
  private static let handOvers = 4

  @Test(arguments: [false, true])
  func oneInstallationForAHost(restarts: Bool) async throws {
    try await withNight(SharedNight.request) { night in
      let shared = try SharedNight(night, restarts: restarts)
      try await shared.share()
      let plan = try await night.run(["plan"] + shared.begin.prefix(3) + shared.check)
      #expect(plan.output.contains("one install for 2 nodes: all 2 restart on 7.0.15"), "\(plan)")
      #expect(plan.output.contains("Install redis-7.0.15 on 127.0.0.1, once for its 2 nodes"), "\(plan)")
      let job = try await night.mainJob(shared.begin, to: .redis70, handOvers: Self.handOvers)
      #expect(try shared.changes() == [["7.0.15"], ["7.0.15"], ["7.0.15"]], "\(job.said.output)")
      let questions = QuestionName(.upgradeHost, "127.0.0.1").description
      #expect(job.said.output.contains(questions))
    }
  }

  /// After so many records each: before and after the first host's installation, and again and again.
  @Test(arguments: [[71], [92], [60, 12, 9, 25, 14]])
  func killedAndResumed(_ kills: [Int]) async throws {
    try await withNight(SharedNight.request) { night in
      let shared = try SharedNight(night, restarts: kills.count % 2 == 0)
      try await shared.share()
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      try await night.isKilled(at: kills, begin: shared.begin + Wizard.yes)
      let said = try await night.run(night.goOn)
      client.requestStop()
      let report = try await written
      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
      #expect(report.isClean, "\(report.errors), lost \(report.lost)")
      #expect(try await night.proof.keys().allSatisfy(\.areEqual))
      let reading = try night.journal()
      #expect(reading.state.ended?.kind == .done)
      #expect(reading.state.facts.openLedger.isEmpty)
      #expect(reading.state.handOvers.count == Self.handOvers)
      #expect(KillTests.harm(in: reading.entries.map(\.record)) == [])
      #expect(try shared.changes() == [["7.0.15"], ["7.0.15"], ["7.0.15"]], "each host is changed once")
    }
  }
}
