// Whether a server could write its configuration file anew: by owner and mode, as its host says them.

import Testing

@testable import UpgradeCore

@Suite struct ConfigurationFactsTests {
  private static func facts(_ said: String) -> HostFacts {
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    facts.hear(said.split(separator: " ").map(String.init))
    return facts
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var said: String
    /// What is in the way of a temporary file beside it, and of writing into it.
    var beside: String?
    var inPlace: String?
    var testDescription: String { said }
    init(_ said: String, _ beside: String?, _ inPlace: String?) {
      self.said = said
      self.beside = beside
      self.inPlace = inPlace
    }
  }

  private static let theirs = "its folder belongs to user 0, mode 755, and its process runs as user 112"
  private static let file = "the file belongs to user 0, mode 640, and its process runs as user 112"
  private static let hint = "; a temporary file is written there"

  static let cases = [
    // Debian's: the folder is the server's own.
    Case("config 7 unknown unknown 112 120 112 120 640 112 120 2770", nil, nil),
    Case("config 7 unknown unknown 112 120 112 120 640 0 0 755", theirs + hint, nil),
    Case("config 7 unknown unknown 112 120 0 120 640 0 120 2775", nil, file),
    Case("config 7 unknown unknown 112 4,120 0 4 660 0 0 1777", "nobody replace what belongs to somebody else", nil),
    Case("config 7 unknown unknown 0 0 112 120 400 112 120 500", nil, nil),
    // What the host itself tried counts for more: here it is mounted read-only.
    Case("config 7 no no 0 0 0 0 644 0 0 755", "its folder belongs to user 0, mode 755", "the file belongs to user 0"),
    Case("config 7 yes yes 112 120 112 120 644 112 120 700", nil, nil),
  ]

  @Test(arguments: cases) func whoMayWriteWhat(_ row: Case) throws {
    let facts = try #require(Self.facts(row.said).configurations[7])
    func agrees(_ said: String?, _ wanted: String?) -> Bool {
      wanted.map { said?.contains($0) == true } ?? (said == nil)
    }
    #expect(agrees(facts.obstacle(inPlace: false), row.beside), "\(facts.obstacle(inPlace: false) ?? "nothing")")
    #expect(agrees(facts.obstacle(inPlace: true), row.inPlace), "\(facts.obstacle(inPlace: true) ?? "nothing")")
  }

  @Test(arguments: ["config 7", "config x yes yes 0 0 0 0 644 0 0 755", "config 7 yes yes 0 0 0 0 999 0 0 755"])
  func nonsenseIsNotBelieved(_ said: String) {
    #expect(Self.facts(said).configurations[7] == nil)
  }

  private func verdict(_ facts: HostFacts?, _ release: Release, file: String = "/etc/redis/redis.conf") -> Verdict {
    let node = NodeSetup(
      id: NodeID("a"), address: Address(host: "10.0.0.1", port: 6379), release: release, role: .primary, runID: "",
      processID: 7, configFile: file, directory: "", appendOnly: false, settings: [:])
    let setup = Setup(
      target: "", to: Release(.redis, Version(7, 0, 15)), nodes: [node],
      shards: [Shard(id: ShardID(1), slots: SlotSet(), members: [node.id])], nodeTimeout: .seconds(15),
      wayBackNarrows: true, site: Site(reach: .local, commands: [:], bounds: [:], isLab: false), options: Options(),
      servers: .replication)
    var pulse = Pulse.predicted(release, role: .primary)
    pulse.server.configFile = file
    pulse.server.processID = 7
    let view = NodeView(
      pulse: pulse, cluster: nil, settings: nil, inventory: nil, pulseAsOf: 0, clusterAsOf: 0, ageOfPulse: .zero)
    var scene = Scene(
      snapshot: Snapshot(nodes: [node.id: .up(view)], shards: setup.shards, addresses: [:]), setup: setup)
    scene.hosts["10.0.0.1"] = facts
    return Rulebook.evaluate("configuration-writable", .node(node.id), in: scene)
  }

  @Test func theRule() {
    let release = Release(.redis, Version(6, 2, 14))
    #expect(verdict(Self.facts(Self.cases[0].said), release) == .holds(saw: "/etc/redis/redis.conf"))
    let broken = verdict(Self.facts(Self.cases[1].said), release)
    #expect(
      !broken.holds && broken.text.contains("10.0.0.1:6379 cannot write /etc/redis/redis.conf: its folder belongs"))
    #expect(broken.text.contains("let its user write the file and its directory"))
    // Where the host is not reached it is not checked, and not held against anybody.
    guard case .notApplicable(let why) = verdict(nil, release) else {
      Issue.record("it was judged without being seen")
      return
    }
    #expect(why.hasPrefix("not checked: "), "\(why)")
    // Before 6.0.9 the file itself is written into; after its upgrade the folder counts as well.
    let old = Release(.redis, Version(6, 0, 8))
    #expect(verdict(Self.facts(Self.cases[2].said), old).text.contains("the file belongs to user 0"))
    #expect(verdict(Self.facts(Self.cases[1].said), old).text.contains("its folder belongs to user 0"))
  }
}
