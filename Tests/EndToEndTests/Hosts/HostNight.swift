// A run of the real program against a cluster on hosts of its own, and what has to be true afterwards.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One run on hosts, from 6.0.16 to 7.0.15 over ssh.
struct HostNight {
  let lab: HostLab
  private let profilePath: String
  var state: String { "\(lab.folder)/state" }
  var proof: ClusterProof { ClusterProof(lab.addresses, on: lab.loop) }

  /// `lines`: what the profile says besides how the hosts are reached.
  init(_ lab: HostLab, profile lines: [String] = ["base: apt-sysv"]) throws {
    self.lab = lab
    profilePath = "\(lab.folder)/site.yaml"
    let all = ["reach: ssh", "ssh: { options: [\"-F\", \"\(lab.configuration)\"] }"] + lines
    try Files.writeAtomically(profilePath, Array((all.joined(separator: "\n") + "\n").utf8))
  }

  private var target: [String] {
    ["redis://\(lab.address(1))", "--to", "7.0.15", "--profile", profilePath]
  }

  /// What begins a run without a person, all questions answered.
  func begin(answering other: [String] = []) -> [String] {
    target + ["--state-dir", state, "--plain", "--settle", "0"] + Wizard.yes + other
  }

  func look(_ subcommand: String) -> [String] { [subcommand] + target }

  func resume() -> [String] { ["resume", "--state-dir", state, "--plain"] + Wizard.yes }

  func run(_ words: [String], within bound: Duration = .seconds(240)) async throws -> Said {
    try await Night.run(words, folder: lab.folder, on: lab.loop, within: bound)
  }

  /// Waits until no check refuses the start: for some seconds members of a new cluster see it each in its own way.
  func settled() async throws {
    let deadline = lab.loop.now + .seconds(60)
    while true {
      let said = try await run(look("check"))
      if said.code == 0 { return }
      guard lab.loop.now < deadline else { throw HostLab.Trouble("the cluster does not settle: \(said.output)") }
      try await lab.loop.sleep(for: .milliseconds(200))
    }
  }

  /// The journal of the only run.
  func journal() throws -> JournalReading {
    let runs = try RunCatalogue(state).runs()
    #expect(runs.count == 1)
    return try #require(runs.first).read()
  }

  /// Whether all slots are served, as another host than this one sees it.
  func othersServe(without host: Int) async throws -> Bool {
    let other = try #require(lab.hosts.last { $0 != host })
    return try await lab.run("redis-cli cluster info", on: other).contains("cluster_slots_ok:16384")
  }

  /// All six on the target, replicas hold what their primaries hold, those with an expiry too, and nothing is left behind.
  func expectDone(_ said: Said, _ location: SourceLocation = #_sourceLocation) async throws {
    #expect(said.code == 0, "\(said.output.suffix(4000)) \(said.errors)", sourceLocation: location)
    #expect(
      try await proof.releases().values.allSatisfy { $0 == .redis70 }, sourceLocation: location)
    let keys = try await proof.keys()
    #expect(keys.count == 3 && keys.allSatisfy(\.areEqual), "\(keys)", sourceLocation: location)
    #expect(keys.contains { $0.count.expiring > 0 }, sourceLocation: location)
    let state = try journal().state
    #expect(state.ended?.kind == .done, sourceLocation: location)
    #expect(state.facts.openLedger.isEmpty, sourceLocation: location)
  }
}
