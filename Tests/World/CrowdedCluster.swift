// A cluster of any size that is well and stays so: what it costs to look at many nodes, and to plan for them.

package import UpgradeCore
import UpgradeRuntime

/// Simulated servers, half of them primaries with one replica each; nothing happens to them.
package final class CrowdedCluster {
  private let world: World

  /// - Parameter addresses: one for each node, the primaries first.
  package init(_ addresses: [Address]) {
    var scenario = Scenario(seed: 1)
    scenario.replicas = Array(repeating: 1, count: addresses.count / 2)
    scenario.addresses = addresses
    world = World(scenario)
  }

  package var nodes: [NodeID] { world.cluster.nodes.map(\.id) }

  /// Answers as the server of a node does.
  package func answer(_ node: NodeID, _ words: [String]) -> ServerReply {
    world.cluster.command(node, words, by: .others)
  }

  /// What a run begins with once every node has been read.
  package func situation() -> Situation {
    var readings: [NodeID: Reading] = [:]
    for node in world.cluster.nodes {
      let readout = world.reading.read(node.id, .views)
      guard let pulse = readout.pulse else { continue }
      readings[node.id] = .up(
        NodeView(
          pulse: pulse, cluster: readout.view, settings: readout.settings, inventory: nil, pulseAsOf: 0, clusterAsOf: 0,
          ageOfPulse: .zero))
    }
    let snapshot = Snapshot(
      nodes: readings, shards: world.setup.shards,
      addresses: Dictionary(uniqueKeysWithValues: world.cluster.nodes.map { ($0.id, $0.address) }))
    let goals = Goals(want: Dictionary(uniqueKeysWithValues: nodes.map { ($0, world.setup.to) }))
    return Situation(setup: world.setup, snapshot: snapshot, facts: Facts(goals: goals))
  }
}
