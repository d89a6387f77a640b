// A deployment that is looked at without a run: who is there, as a run's constants would say it.

import UpgradeCore

extension DeploymentFinder {
  /// Finds what can be watched; throws where that is nothing.
  func findWatched(_ seeds: [Address], of group: WatchedTarget? = nil) async throws(FindingError) -> Finding {
    let finding = try await find(seeds, of: group)
    try finding.refuseMixture()
    guard finding.nodes.isEmpty else { return finding }
    if let stranger = finding.strangers.first {
      throw FindingError("\(stranger.address) calls itself \(stranger.name) \(stranger.version), which is not known.")
    }
    throw FindingError(finding.unreachable.first?.failure.sentence ?? "No node of the cluster can be read.")
  }
}

extension Finding {
  /// Several addresses have to lead to one deployment.
  func refuseMixture() throws(FindingError) {
    if let single = notClustered.first {
      throw FindingError(
        "\(single) runs with cluster mode off, and the other addresses lead to a cluster. A run is about one deployment."
      )
    }
    guard let first = apart.first?.first, let second = apart.dropFirst().first?.first else { return }
    throw FindingError(
      "\(first) and \(second) have nothing to do with each other: neither follows the other, by way of whomever. A run "
        + "is about one deployment: name one of them.")
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
      wayBackNarrows: false, site: Site(reach: .manual, commands: [:], bounds: [:], isLab: false), options: Options(),
      servers: finding.kind, watchedName: finding.watchedName)
  }
}
