// The undo ledger: every temporary change of a run, by node and directive.

/// What was changed for the time of the run and has to be put back; asked node by node, however many there are.
package struct Ledger: Hashable, Sendable {
  private var nodes: [NodeID: [String: LedgerEntry]] = [:]

  package init() {}

  package subscript(key: LedgerKey) -> LedgerEntry? {
    get { nodes[key.node]?[key.directive] }
    set { nodes[key.node, default: [:]][key.directive] = newValue }
  }

  /// Every change of the run, whatever became of it.
  package var entries: [LedgerKey: LedgerEntry] {
    var all: [LedgerKey: LedgerEntry] = [:]
    for (node, entries) in nodes {
      for (directive, entry) in entries { all[LedgerKey(node, directive)] = entry }
    }
    return all
  }

  /// What is still to be put back.
  package var open: [LedgerKey] { nodes.keys.flatMap { open(of: $0) }.sorted() }

  /// What is still to be put back on one node.
  package func open(of node: NodeID) -> [LedgerKey] {
    (nodes[node] ?? [:]).filter { $0.value.standing == .open }.map { LedgerKey(node, $0.key) }.sorted()
  }
}
