// A reading of a simulated server: the commands that the program sends, understood by the program's own readers.

import UpgradeCore
import UpgradeRuntime

/// Reads nodes through the real readers; equal texts are read once.
final class ServerReading {
  private let cluster: SimulatedCluster
  private var pulses: [String: Pulse] = [:]
  private var views: [String: ClusterView] = [:]

  init(_ cluster: SimulatedCluster) { self.cluster = cluster }

  func read(_ id: NodeID, _ depth: ReadingDepth) -> NodeReadout {
    let info: String
    switch cluster.command(id, ["INFO"], by: .us) {
    case .text(let text): info = text
    case .refused: return NodeReadout(failure: ReadingFailure(.refused, "connection refused"))
    case .silence: return NodeReadout(failure: ReadingFailure(.mute, "no answer within 1 s"))
    case .error(let text): return NodeReadout(failure: ReadingFailure(.loading, text))
    case .list: return NodeReadout(failure: ReadingFailure(.other, "INFO answered a list"))
    }
    var readout = NodeReadout()
    do throws(ReadingError) {
      readout.pulse = try pulse(info, text(cluster.command(id, ["CLUSTER", "INFO"], by: .us)))
      guard depth == .views else { return readout }
      if let nodes = text(cluster.command(id, ["CLUSTER", "NODES"], by: .us)) { readout.view = try view(nodes) }
      if case .list(let words) = cluster.command(id, ["CONFIG", "GET", "cluster-*"], by: .us) {
        let all = try Reader.configuration(words)
        readout.settings = all.filter { ClusterProcedure.guardDirectives.contains($0.key) }
      }
    } catch {
      return NodeReadout(failure: ReadingFailure(.other, error.description))
    }
    return readout
  }

  private func text(_ reply: ServerReply) -> String? {
    if case .text(let text) = reply { text } else { nil }
  }

  private func pulse(_ info: String, _ clusterInfo: String?) throws(ReadingError) -> Pulse {
    let key = info + (clusterInfo ?? "")
    if let known = pulses[key] { return known }
    let pulse = try Reader.pulse(info: info, clusterInfo: clusterInfo)
    pulses[key] = pulse
    return pulse
  }

  private func view(_ nodes: String) throws(ReadingError) -> ClusterView {
    if let known = views[nodes] { return known }
    let view = try Reader.clusterView(nodes)
    views[nodes] = view
    return view
  }
}
