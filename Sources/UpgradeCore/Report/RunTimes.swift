// How long things took: folded from the journal's records and the wall time at which each was written.

/// When the run began and ended, and from when to when each node was out.
package struct RunTimes: Hashable, Sendable {
  /// From a node's first stop to its last return into sync, milliseconds since 1970.
  package struct Span: Hashable, Sendable {
    package var began: Int64
    package var ended: Int64?
    package init(began: Int64, ended: Int64? = nil) {
      self.began = began
      self.ended = ended
    }
  }

  package private(set) var began: Int64?
  package private(set) var ended: Int64?
  package private(set) var nodes: [NodeID: Span] = [:]

  package init() {}

  /// Takes one record with the wall time of its journal line.
  package mutating func apply(_ record: Record, at wallMilliseconds: Int64) {
    switch record {
    case .started: began = wallMilliseconds
    case .resumed: ended = nil
    case .ended: ended = wallMilliseconds
    case .intent(let effect, _, _, _):
      guard effect.step.verb == .stop, case .node(let node) = effect.step.object, nodes[node] == nil else { break }
      nodes[node] = Span(began: wallMilliseconds)
    case .settled(let effect, .achieved):
      guard effect.step.verb == .rejoin, case .node(let node) = effect.step.object else { break }
      nodes[node]?.ended = wallMilliseconds
    default: break
    }
  }

  /// How long the node was out, questions and problems included; nil while it is, and where somebody set the clock
  /// back meanwhile.
  package func seconds(_ node: NodeID) -> Double? {
    guard let span = nodes[node], let ended = span.ended, ended >= span.began else { return nil }
    return Double(ended - span.began) / 1000
  }

  /// How long the run took so far, `now` in milliseconds since 1970.
  package func seconds(until now: Int64) -> Double? {
    guard let began, (ended ?? now) >= began else { return nil }
    return Double((ended ?? now) - began) / 1000
  }
}
