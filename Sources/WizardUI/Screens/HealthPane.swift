// Health beside the nodes: one row for the cluster, one a shard, one for clients; numbers with their age.
//
//     │ cluster ok   slots 16384/16384   6/6 up   │
//     │ s1      12 B  ▁▁▂▁▁▁▁▂▁▁▁▁  in sync       │
//     │ client errors 0/s   0 in all, 0 lost      │

import UpgradeCore

/// The rows of the pane; what does not fit is said and not dropped silently.
struct HealthPane: Widget {
  let picture: RunPicture

  private var text: HealthText { HealthText(picture) }
  private var shards: [ShardID] { picture.health.shards.keys.sorted() }

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard area.rows > 0 else { return }
    var rows = area
    func next() -> Rectangle {
      let row: Rectangle
      (row, rows) = rows.cutTop(1)
      return row
    }
    put([text.label + text.cluster, text.slots, text.nodes], in: next(), on: &canvas)
    if let cluster = picture.health.cluster {
      put([text.lag, text.upgradeMode], in: next(), on: &canvas)
      // What is not well comes first where they do not all fit.
      let databases = cluster.databases.sorted { (!$0.isWell ? 0 : 1, $0.id) < (!$1.isWell ? 0 : 1, $1.id) }
      let room = rows.rows < databases.count ? rows.rows - 1 : databases.count
      for database in databases.prefix(max(0, room)) {
        let clients = text.shortClients(of: database.id)
        put(
          [Line("\(database.name)  ", .bold) + text.status(of: database)] + (clients.isEmpty ? [] : [clients])
            + text.details(of: database), in: next(), on: &canvas)
      }
      if databases.count > room, !rows.isEmpty {
        put(
          [Line("and \(databases.count - max(0, room)) more, \(Request.health.label) shows all")], in: next(),
          on: &canvas)
      }
      return drawGates(in: rows.cutTop(1).rest, on: &canvas)
    }
    let below = clientRows(wide: area.columns >= 50)
    let room = max(0, rows.rows - below.count)
    let listed = worstFirst(room)
    for shard in listed.shards { draw(shard, in: next(), on: &canvas) }
    if listed.left > 0 {
      put([Line("and \(listed.left) more shards, \(Request.health.label) shows all")], in: next(), on: &canvas)
    }
    for row in below where !rows.isEmpty { put(row, in: next(), on: &canvas) }
    drawGates(in: rows.cutTop(1).rest, on: &canvas)
  }

  /// The gates of what comes next, where there is room: those that do not hold first.
  private func drawGates(in area: Rectangle, on canvas: inout Canvas) {
    let gates = GateSummary(picture.posture.gates, setup: picture.setup)
    var rows = gates.red
    for gate in gates.green {
      if let last = rows.indices.last, last >= gates.red.count, rows[last].columns + 2 + gate.columns <= area.columns {
        rows[last] += Line("  ") + gate
      } else {
        rows.append(gate)
      }
    }
    for (index, row) in rows.prefix(area.rows).enumerated() {
      canvas.put(row, row: area.row + index, column: area.column, in: area)
    }
  }

  /// The shards in their order; where they do not all fit, those in the worst state.
  private func worstFirst(_ room: Int) -> (shards: [ShardID], left: Int) {
    guard shards.count > room else { return (shards, 0) }
    let kept = shards.sorted { badness($0) > badness($1) }.prefix(max(0, room - 1)).sorted()
    return (kept, shards.count - kept.count)
  }

  private func badness(_ shard: ShardID) -> Double {
    guard let health = picture.health.shards[shard] else { return .infinity }
    let missing = Double(health.replicas - health.replicasInSync)
    return missing * 1e15 + (health.lag.last ?? 1e14)
  }

  private func clientRows(wide: Bool) -> [[Line]] {
    let window = text.backWindow
    guard wide else {
      // Whether the Sentinels agree is worth more than how busy the primary is.
      let last = text.sentinels.first ?? text.operations
      return [
        [text.clientErrors, text.clientTotals], [last] + (window.lamp.isEmpty ? [] : [window.lamp]),
      ]
    }
    return [[text.clientErrors, text.clientTotals], [text.stall, text.operations]]
      + (text.sentinels.first.map { [[$0]] } ?? [])
      + (window.lamp.isEmpty ? [] : [[window.lamp, Line(window.why)]])
  }

  private func put(_ parts: [Line], in area: Rectangle, on canvas: inout Canvas) {
    var line = Line()
    // Parts that do not fit are left out whole, from the end.
    for part in parts where line.isEmpty || line.columns + 2 + part.columns <= area.columns {
      line += (line.isEmpty ? Line() : Line("  ")) + part
    }
    canvas.put(line, row: area.row, column: area.column, in: area)
  }

  private func draw(_ shard: ShardID, in area: Rectangle, on canvas: inout Canvas) {
    let name = Line(shard.description).padded(to: 4)
    let lag = text.lag(of: shard).padded(to: 9, alignment: .right)
    let sync = text.sync(of: shard)
    let start = canvas.put(name + lag + "  ", row: area.row, column: area.column, in: area)
    let room = area.right - start - sync.columns - 3
    var place = start
    if room >= 4, let health = picture.health.shards[shard] {
      let bars = Rectangle(row: area.row, column: start, rows: 1, columns: min(room, 60))
      Sparkline(health.lag.values.map { $0.map(Quantity.whole) }, quiet: 1024).draw(in: bars, on: &canvas)
      place = bars.right + 2
    }
    canvas.put(sync, row: area.row, column: place, in: area)
  }
}
