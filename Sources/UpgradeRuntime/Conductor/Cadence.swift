// How often each node is read: quickly while something waits for it, once a second for the screen.

import UpgradeCore

/// The reading rhythm of one moment.
struct Cadence {
  /// Nodes that a gate or a step in flight waits for.
  private let wanted: Set<NodeID>
  private let hurried: Duration
  private let touched: [NodeID: RecordNumber]
  private let observed: [NodeID: NodeObservation]
  private let nodeCount: Int
  /// Nothing waits for a reading: all are for the screen, and a moment more or less does not matter.
  let isQuiet: Bool

  /// An open gate reads its own nodes every 10 ms, more slowly as it goes on waiting; everything else once a second.
  init(machine: UpgradeMachine, isPaused: Bool, now: Instant) {
    let state = machine.state
    let posture = machine.observations.posture
    touched = state.touched
    observed = machine.observations.nodes
    nodeCount = state.setup?.nodes.count ?? 0
    var wanted: Set<NodeID> = []
    var isHurried = false
    if let flight = state.inFlight {
      // Before its outcome a step is in the hands of whoever performs it.
      isHurried = flight.outcome != nil || !flight.action.hasEffect
      wanted = Cadence.circle(of: flight.action, state)
    } else if state.problem == nil, !isPaused {
      switch posture.kind {
      case .next(.wait(let gate, _, _)):
        isHurried = true
        wanted = Cadence.nodes(of: gate.object, state)
      case .next(.step), .next(.done):
        let red = posture.gates.contains { !$0.isGreen }
        isHurried = red || (state.plan == nil && state.asked == nil)
        wanted = Set(state.setup?.nodes.map(\.id) ?? [])
      case .idle, .drifted, .next(.problem), .inFlight: break
      }
    }
    self.wanted = isHurried ? wanted : []
    let stale = state.setup?.nodes.first { [observed, touched] in Self.isStale($0.id, observed, touched) }
    isQuiet = self.wanted.isEmpty && stale == nil
    let waited = posture.waitingSince.map { now - $0 } ?? .zero
    // On a large cluster the same number of questions a second is spread over more nodes.
    let base: Duration =
      switch waited {
      case ...(.seconds(1)): .milliseconds(10)
      case ...(.seconds(3)): .milliseconds(25)
      case ...(.seconds(10)): .milliseconds(100)
      case ...(.seconds(30)): .milliseconds(250)
      default: .milliseconds(900)
      }
    hurried = max(base, .milliseconds(2 * nodeCount))
  }

  private static func nodes(of object: ObjectID, _ state: State) -> Set<NodeID> {
    switch object {
    case .node(let node): [node]
    case .shard(let shard): Set(state.setup?.shard(shard)?.members ?? [])
    case .deployment, .host, .database: Set(state.setup?.nodes.map(\.id) ?? [])
    }
  }

  /// The nodes whose readings show what an action did: those it touches; where roles and links are at stake also
  /// their shard and the primaries.
  private static func circle(of action: Action, _ state: State) -> Set<NodeID> {
    var nodes = Set(action.touches)
    switch action {
    case .watch(let node): nodes.insert(node)
    case .handOver: break
    default: return nodes
    }
    for node in nodes { nodes.formUnion(state.setup?.shard(of: node)?.members ?? []) }
    for (node, structure) in state.expected where structure.role != .replica { nodes.insert(node) }
    return nodes
  }

  /// When a node is to be read next; at once where it is waited for and our own effect is newer than the last request.
  ///
  /// - Parameter lastRecord: the record number at that last request.
  func due(_ node: NodeID, index: Int, lastAsked: Instant?, lastRecord: RecordNumber) -> Instant {
    guard let lastAsked else { return Instant(nanoseconds: 0) }
    if wanted.contains(node), lastRecord < touched[node, default: 0] { return lastAsked }
    if wanted.contains(node) || Self.isStale(node, observed, touched) { return lastAsked + hurried }
    if isSmall { return lastAsked + .seconds(1) }
    // Spread over the second, so that not all leave at once.
    return lastAsked + .milliseconds(900 + (index * 37) % 100)
  }

  /// Not read since our last effect on it. A node that is down has been read as well: nobody listens there.
  private static func isStale(
    _ node: NodeID, _ observed: [NodeID: NodeObservation], _ touched: [NodeID: RecordNumber]
  ) -> Bool {
    max(observed[node]?.pulse?.asOf ?? 0, observed[node]?.failure?.asOf ?? 0) < touched[node, default: 0]
  }

  /// Few nodes are read at the same moment, so that the program rests in between.
  private var isSmall: Bool { nodeCount <= 24 }

  /// Whoever is due so soon is read with the others.
  var gathering: Duration { isQuiet && isSmall ? .milliseconds(200) : .zero }

  func depth(_ node: NodeID) -> ReadingDepth {
    nodeCount <= 60 || wanted.contains(node) ? .views : .pulse
  }
}
