// Health, full screen: the cluster, what clients feel, and every shard with its last ten minutes.
//
//     │ s1  primary 10.0.3.10:6379  lag 12 B  in sync  ops 13.7k/s      │
//     │                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁  max 2.3 MB, 19 s ago │

import UpgradeCore

struct HealthScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  var keys: [Request] { [.cancel, .down, .up, .pageDown, .pageUp, .write, .help, .quit] }

  private var text: HealthText { HealthText(picture) }
  private var shards: [ShardID] { picture.health.shards.keys.sorted() }
  /// What is scrolled: rows, or shards with their bars.
  private var itemCount: Int { rows?.count ?? shards.count }
  private var itemRows: Int { rows == nil ? Self.shardRows : 1 }
  /// Rows in place of shards with their bars.
  private var rows: [Line]? { picture.health.cluster.map(clusterRows) ?? (text.tree.isEmpty ? nil : treeRows) }
  /// Outside of clusters one row of bars is all.
  private var onlyShard: ShardID? { text.tree.isEmpty ? nil : shards.first }

  // MARK: - Layout

  /// Rows above the shards, and rows of each of them.
  private static let headRows = 6
  private static let shardRows = 2
  /// Where the highest value of a row of bars is written; the same in all rows, so that bars stand below each other.
  private static let peakColumns = 26

  private var first: Int {
    if case .from(let first)? = model.view?.place { first } else { 0 }
  }

  private func areas(_ area: Rectangle) -> (head: Rectangle, list: Rectangle) {
    let (head, list) = area.inset(rows: 1, columns: 2).cutTop(Self.headRows)
    return (head, list)
  }

  private func height(_ list: Rectangle) -> Int { max(1, list.rows / itemRows) }

  // MARK: - Drawing

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let (head, list) = areas(area)
    let shards = shards
    let window = ScrollWindow(first: first).showing(nil, of: itemCount, height: height(list))
    Card(
      Line("Health  ") + Line(text.ageText, text.isStale ? .attention : .plain),
      note: Line(window.position(of: itemCount, height: height(list)) ?? ""), isFocused: true
    ).draw(in: area, on: &canvas)
    // The bars of the clients' errors stand below their number.
    for (offset, row) in zip(picture.health.cluster == nil ? [0, 1, 3] : [0, 1, 3, 4], headLines) {
      canvas.put(row, row: head.row + offset, column: head.column, in: head)
    }
    if picture.health.clients != nil, picture.health.cluster == nil {
      let row = head.cutTop(2).rest.cutTop(1).top
      draw(picture.health.clientErrors, peak: { "max \(Quantity.count($0))/s" }, quiet: 0, in: row, on: &canvas)
    }
    let columns = bars(in: head).columns
    if head.rows >= Self.headRows, columns > 0, picture.health.cluster == nil {
      let axis = "the last 10 min, newest at the right; the highest of \(Bars.seconds(in: columns)) s is a bar"
      canvas.put(axis, row: head.row + 4, column: head.column, in: head, style: .dim)
    }
    var rest = list
    if let only = onlyShard, let lag = picture.health.shards[only]?.lag, head.rows >= Self.headRows {
      draw(lag, peak: Self.lagPeak, quiet: 1024, in: head.cutTop(5).rest, on: &canvas)
    }
    if let rows {
      for row in rows.dropFirst(window.first).prefix(list.rows) {
        canvas.put(row, row: rest.row, column: rest.column, in: rest)
        (_, rest) = rest.cutTop(1)
      }
      return Position(row: head.row, column: head.column)
    }
    for shard in shards.dropFirst(window.first) where rest.rows >= Self.shardRows {
      let row: Rectangle
      (row, rest) = rest.cutTop(Self.shardRows)
      canvas.put(headLine(shard), row: row.row, column: row.column, in: row)
      if let lag = picture.health.shards[shard]?.lag {
        draw(lag, peak: Self.lagPeak, quiet: 1024, in: row.cutTop(1).rest, on: &canvas)
      }
    }
    return Position(row: head.row, column: head.column)
  }

  private static func lagPeak(_ bytes: Double) -> String { "max \(Quantity.bytes(Quantity.whole(bytes)))" }

  /// Outside of clusters: the primary, the way back, and every server below the one that it follows.
  private var treeRows: [Line] {
    let window = text.backWindow
    let lamp = window.lamp.isEmpty ? [] : [window.lamp + (window.why.isEmpty ? "" : ": \(window.why)")]
    return shards.map(headLine) + lamp + [Line()] + text.tree
      + (text.sentinels.isEmpty ? [] : [Line()] + text.sentinels)
  }

  /// Of Redis Enterprise Software: every database, every node, and all that is not as it has to be.
  private func clusterRows(_ cluster: ClusterHealth) -> [Line] {
    let databases = cluster.databases.flatMap { database in
      let clients = text.clients(of: database.id)
      let head = Line("\(database.name)  ", .bold) + text.status(of: database)
      let parts = (clients.isEmpty ? [] : [clients]) + text.details(of: database)
      return [parts.reduce(head) { $0 + "  " + $1 }]
        + text.proxies(of: database.id).map { "  " + $0 }
    }
    let nodes = cluster.nodes.map { node in
      let role = node.role == .master ? "PRIMARY NODE" : "member"
      return Line("node:\(node.id)  ", .bold)
        + Line("\(node.address)  \(role)  \(node.version)  shards \(node.shards)/\(node.mostShards)  ")
        + Line(node.status.text, node.status.isOK ? .plain : .danger)
    }
    let actions = (cluster.actions ?? []).map { Line("action  ", .attention) + Line($0) }
    return databases + [Line()] + nodes + (actions.isEmpty ? [] : [Line()] + actions)
      + (cluster.complaints.isEmpty ? [] : [Line()] + cluster.complaints.map { Line($0, .danger) })
  }

  private var headLines: [Line] {
    if picture.health.cluster != nil {
      return [
        text.label + text.cluster + "   " + text.slots + "   " + text.nodes,
        text.lag + (text.upgradeMode.isEmpty ? Line() : "   " + text.upgradeMode),
        text.clientErrors + "   " + text.clientTotals, text.stall,
      ]
    }
    return [
      text.label + text.cluster + "   " + text.slots + "   " + text.nodes + "   " + text.operations,
      text.clientErrors + "   " + text.clientTotals, text.stall,
    ]
  }

  private func headLine(_ shard: ShardID) -> Line {
    let primary = picture.snapshot.shard(shard).flatMap(picture.snapshot.primary)
      .flatMap { picture.setup?.address($0) }
    return Line("\(shard)  ", .bold) + Line("primary \(primary ?? "not known")  lag ") + text.lag(of: shard) + "  "
      + text.sync(of: shard) + "  " + text.operations(of: shard)
  }

  private func bars(in area: Rectangle) -> Rectangle {
    area.cutLeft(max(0, area.columns - Self.peakColumns)).left
  }

  private func draw(
    _ series: Series, peak: (Double) -> String, quiet: Int, in area: Rectangle, on canvas: inout Canvas
  ) {
    let place = bars(in: area)
    Sparkline(Bars(series, columns: place.columns).values, quiet: quiet).draw(in: place, on: &canvas)
    canvas.put(Self.peak(series, peak), row: area.row, column: place.right + 2, in: area)
  }

  /// The highest value with its age; of equal ones the newest.
  private static func peak(_ series: Series, _ words: (Double) -> String) -> String {
    guard let highest = series.maximum, let place = series.values.lastIndex(of: highest) else { return "no data" }
    guard highest > 0 else { return words(highest) }
    return "\(words(highest)), \(Quantity.duration(seconds: Double(series.values.count - 1 - place))) ago"
  }

  // MARK: - Keys

  var written: PageText? {
    PageText(
      "health",
      ["Health  \(text.ageText)"] + headLines.map(\.string)
        + (rows ?? []).map(\.string)
        + (rows == nil ? shards : []).map { shard in
          let lag = picture.health.shards[shard]?.lag ?? Series()
          let peak = Self.peak(lag, Self.lagPeak)
          return "\(headLine(shard).string)  \(peak)"
        })
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    let height = height(areas(model.body).list)
    guard let target = Movement.scroll(request, from: first, of: itemCount, height: height) else { return nil }
    model.view?.place = .from(target)
    return []
  }
}

/// A series in so many bars: each is the highest value of as many seconds, counted back from the newest.
struct Bars {
  let values: [Int?]

  init(_ series: Series, columns: Int) {
    guard columns > 0 else {
      values = []
      return
    }
    let width = Self.seconds(in: columns, of: series.limit)
    var bars: [Int?] = []
    var end = series.values.count
    while end > 0 {
      let bar = series.values[max(0, end - width)..<end]
      bars.append(bar.compactMap(\.self).max().map(Quantity.whole))
      end -= width
    }
    values = bars.reversed()
  }

  /// How many seconds a bar stands for, so that all of a full series is in sight.
  static func seconds(in columns: Int, of limit: Int = Series().limit) -> Int {
    max(1, (limit + columns - 1) / max(1, columns))
  }
}
