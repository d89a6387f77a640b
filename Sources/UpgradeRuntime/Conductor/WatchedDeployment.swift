// A deployment that is looked at without a run: who is there, as a run's constants would say it.

import UpgradeCore

extension DeploymentFinder {
  /// Finds what can be watched; throws where that is nothing.
  func findWatched(_ seeds: [Address]) async throws(FindingError) -> Finding {
    let finding = try await find(seeds)
    guard finding.nodes.isEmpty else { return finding }
    if let single = finding.notClustered.first {
      throw FindingError(
        "\(single) runs with cluster mode off. This version watches Redis and Valkey Cluster; replication and "
          + "standalone servers are not built yet.")
    }
    if let stranger = finding.strangers.first {
      throw FindingError("\(stranger.address) calls itself \(stranger.name) \(stranger.version), which is not known.")
    }
    throw FindingError(finding.unreachable.first?.failure.sentence ?? "No node of the cluster can be read.")
  }
}

extension Setup {
  /// Every member that is known of; of one that did not answer only its name and its address count.
  init(watching finding: Finding, target: String) {
    let release = finding.nodes.map(\.release).max { $0.version < $1.version } ?? Release(.redis, Version(0, 0, 0))
    let silent = finding.unreachable.compactMap { member -> NodeSetup? in
      guard let id = member.id, let address = member.address else { return nil }
      return NodeSetup(
        id: id, address: address, release: release, role: .replica, runID: "", processID: 0, configFile: "",
        directory: "", appendOnly: false, settings: [:])
    }
    self.init(
      target: target, to: release, nodes: finding.nodes + silent, shards: finding.shards, nodeTimeout: .seconds(15),
      wayBackNarrows: false, site: Site(reach: .manual, commands: [:], bounds: [:], isLab: false), options: Options())
  }
}
