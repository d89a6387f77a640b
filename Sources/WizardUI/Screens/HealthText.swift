// Health in words and numbers, with its age; a number that is too old is never shown as if it were new.

package import UpgradeCore

/// What can be said of the health at one moment; every face says it from here.
package struct HealthText: Hashable, Sendable {
  /// Older readings are drawn as their age and not as a number.
  package static let stale: Duration = .seconds(3)
  /// The vendor's programs take a second or more to answer, and are asked every three.
  package static let staleReport: Duration = .seconds(12)

  private let health: Health
  private let sinceRead: Duration?
  /// How long ago what clients felt was written down, where that is not live.
  private let sinceMeasured: Duration?
  private let isElsewhere: Bool
  /// Servers outside of clusters: one is primary, and there are no slots.
  private let isPlain: Bool
  /// Who follows whom, of servers outside of clusters.
  package let tree: [Line]
  /// What each Sentinel says of them, where any watch.
  package let sentinels: [Line]
  /// Whether their shard could be handed back now; nil where no run has begun on them.
  let wayBack: BackWindow?

  package init(_ picture: RunPicture) {
    health = picture.health
    isPlain = picture.setup?.kind.isPlain ?? false
    tree = isPlain ? Self.tree(picture) : []
    sentinels = Self.sentinels(picture)
    wayBack = isPlain && picture.setup?.kind != .standalone ? Self.window(picture) : nil
    sinceRead = picture.health.readAt.map(picture.age)
    sinceMeasured = picture.watching.flatMap { $0.measuredAt.map(picture.age) }
    isElsewhere = picture.isReadOnly && picture.state.facts.probing
  }

  package var isStale: Bool { sinceRead.map { $0 > (health.cluster == nil ? Self.stale : Self.staleReport) } ?? true }

  /// `1 s ago`, `stale 7 s`, `not read yet`.
  package var ageText: String {
    guard let sinceRead else { return "not read yet" }
    let seconds = Quantity.whole(sinceRead.seconds.rounded(.down))
    return isStale ? "stale \(Quantity.duration(seconds: Double(seconds)))" : "\(seconds) s ago"
  }

  package var age: Line { Line(ageText, isStale ? .attention : .plain) }

  /// In place of a number that is too old.
  private var missing: String { sinceRead == nil ? "not read" : ageText }

  /// What `cluster` is said of.
  package var label: Line { Line(isPlain ? "primary " : "cluster ") }

  /// `ok`, `FAIL`, `not known`.
  package var cluster: Line {
    guard !isStale else { return Line(missing, .attention) }
    return switch health.clusterOK {
    case true: Line("ok", .good)
    case false: Line("FAIL", .danger)
    default: Line("not known", .attention)
    }
  }

  package var nodes: Line {
    guard !isStale else { return Line("?/\(health.nodes) up", .attention) }
    if health.cluster != nil {
      return Line("nodes \(health.nodesUp)/\(health.nodes) OK", health.nodesUp < health.nodes ? .attention : .plain)
    }
    return Line("\(health.nodesUp)/\(health.nodes) up", health.nodesUp < health.nodes ? .attention : .plain)
  }

  package var slots: Line {
    if let cluster = health.cluster { return databases(cluster) }
    if isPlain { return replicas }
    guard !isStale else { return Line("slots ?", .attention) }
    let isWhole = health.slotsServed == SlotSet.count
    return Line("slots \(health.slotsServed)/\(SlotSet.count)", isWhole ? .plain : .danger)
  }

  /// `replicas 3/3 in sync`, `no replica`.
  private var replicas: Line {
    guard !isStale else { return Line("replicas ?", .attention) }
    let all = health.shards.values.reduce(0) { $0 + $1.replicas }
    let inSync = health.shards.values.reduce(0) { $0 + $1.replicasInSync }
    if all == 0 { return Line("no replica") }
    return Line("replicas \(inSync)/\(all) in sync", inSync < all ? .attention : .plain)
  }

  /// The worst lag of all shards: `lag 12 KB`; `in sync` where no byte is missing.
  package var lag: Line {
    if let cluster = health.cluster { return shards(cluster) }
    guard !isStale else { return Line("lag ?", .attention) }
    let worst = health.shards.values.compactMap(\.lag.last).max()
    return Line("max lag " + (worst.map { Quantity.bytes(Quantity.whole($0)) } ?? "not known"))
  }

  private func databases(_ cluster: ClusterHealth) -> Line {
    guard !isStale else { return Line("databases ?", .attention) }
    let isWhole = cluster.active == cluster.databases.count
    return Line("databases \(cluster.active)/\(cluster.databases.count) active", isWhole ? .plain : .danger)
  }

  private func shards(_ cluster: ClusterHealth) -> Line {
    guard !isStale else { return Line("shards ?", .attention) }
    return Line(
      "shards \(cluster.shardsOK)/\(cluster.shards) OK", cluster.shardsOK < cluster.shards ? .attention : .plain)
  }

  /// `upgrade mode on`; empty where it is off, or where nothing says.
  package var upgradeMode: Line {
    guard !isStale, health.cluster?.upgradeMode == true else { return Line() }
    return Line("upgrade mode on", .attention)
  }

  /// One database of Redis Enterprise Software: `active  Redis 7.2.4  shards 2/2  endpoints 1/1`.
  package func state(of database: ClusterHealth.DatabaseHealth) -> Line {
    let parts = [status(of: database)] + details(of: database)
    return parts.dropFirst().reduce(parts[0]) { $0 + "  " + $1 }
  }

  package func status(of database: ClusterHealth.DatabaseHealth) -> Line {
    guard !isStale else { return Line(missing, .attention) }
    return Line(database.status, database.status == "active" ? .plain : .danger)
  }

  /// What works on it comes first, then what it runs and has.
  package func details(of database: ClusterHealth.DatabaseHealth) -> [Line] {
    guard !isStale else { return [] }
    var parts = database.stateMachine.map { [Line($0, .attention)] } ?? []
    parts.append(Line("Redis \(database.version ?? "?")"))
    parts.append(
      Line(
        "shards \(database.shardsOK)/\(database.shards)",
        database.shardsOK < database.shards ? .attention : .plain))
    if database.endpoints > 0 {
      parts.append(
        Line(
          "endpoints \(database.endpointsOK)/\(database.endpoints)",
          database.endpointsOK < database.endpoints ? .attention : .plain))
    }
    return parts
  }

  /// What clients of one database feel: `clients served, 35 ms at most`, `clients AWAY 2.1 s`; empty where nobody asks.
  package func clients(of database: Int) -> Line {
    guard let measure = measure(of: database) else { return Line() }
    guard measure.isMeasured else { return Line("clients not measured", .attention) }
    if let away = measure.away { return Line("clients AWAY \(Self.time(away))", .danger) }
    let lost = measure.lost > 0 ? Line(", \(measure.lost) writes LOST", .danger) : Line()
    return Line("clients served, \(Self.time(measure.longest)) at most") + lost
  }

  /// The same for a narrow pane: `gap 35 ms`, `AWAY 2.1 s`.
  package func shortClients(of database: Int) -> Line {
    guard let measure = measure(of: database) else { return Line() }
    guard measure.isMeasured else { return Line("not measured", .attention) }
    if let away = measure.away { return Line("AWAY \(Self.time(away))", .danger) }
    return Line("max gap \(Self.time(measure.longest))", measure.lost > 0 ? .danger : .plain)
  }

  /// Each proxy of a database: `10.0.0.1:12000 on node:1  serves, 35 ms at most`.
  package func proxies(of database: Int) -> [Line] {
    (measure(of: database)?.proxies ?? []).map { proxy in
      let place = Line("\(proxy.address) on node:\(proxy.node)  ")
      if let closed = proxy.closed { return place + Line("not measured: \(closed)", .attention) }
      let cut = [0: "", 1: ", cut off once"][proxy.interruptions] ?? ", cut off \(proxy.interruptions) times"
      guard let trouble = proxy.trouble else {
        return place + Line("serves, \(Self.time(proxy.longest)) at most\(cut)")
      }
      return place + Line("\(trouble)\(proxy.away.map { " for \(Self.time($0))" } ?? "")", .danger) + Line(cut)
    }
  }

  private func measure(of database: Int) -> DatabaseMeasure? {
    health.clients?.databases.first { $0.database == database }
  }

  private static func time(_ milliseconds: Int) -> String {
    milliseconds < 1000 ? "\(milliseconds) ms" : Quantity.duration(seconds: Double(milliseconds) / 1000)
  }

  /// All databases in one part of a row: `clients served`, `cache AWAY 2.1 s`.
  private func allClients(_ databases: [DatabaseMeasure]) -> Line {
    let away = databases.filter { $0.away != nil }
    if let first = away.first {
      let more = away.count > 1 ? " and \(away.count - 1) more" : ""
      return Line("\(first.name)\(more) AWAY \(Self.time(first.away ?? 0))", .danger)
    }
    let known = databases.count { $0.isMeasured }
    guard known > 0 else { return Line("clients not measured", .attention) }
    return known == databases.count
      ? Line("clients served") : Line("clients of \(known)/\(databases.count) databases served", .attention)
  }

  /// One shard's lag now, right-aligned by whoever draws it.
  package func lag(of shard: ShardID) -> Line {
    guard !isStale else { return Line(missing, .attention) }
    guard let lag = health.shards[shard]?.lag.last else { return Line("not known", .attention) }
    return Line(Quantity.bytes(Quantity.whole(lag)))
  }

  /// `in sync`, `1 of 2 in sync`, `no replica`.
  package func sync(of shard: ShardID) -> Line {
    guard !isStale, let health = health.shards[shard] else { return Line("", .plain) }
    if health.replicas == 0 { return Line("no replica", .attention) }
    if health.replicasInSync == health.replicas, health.replicas == 1 { return Line("in sync") }
    return Line(
      "\(health.replicasInSync) of \(health.replicas) in sync",
      health.replicasInSync < health.replicas ? .attention : .plain)
  }

  /// `client errors 0/s`, or that nobody measures.
  package var clientErrors: Line {
    guard let clients = health.clients else {
      return Line(isElsewhere ? "clients measured elsewhere" : "clients not measured")
    }
    if health.cluster != nil, sinceMeasured == nil { return allClients(clients.databases) }
    if let sinceMeasured {
      let isBad = clients.errorCount > 0 || clients.lost > 0
      return Line("client errors \(clients.errorCount), ", isBad ? .danger : .plain)
        + Line("\(Quantity.wholeSeconds(sinceMeasured)) ago", .attention)
    }
    let perSecond = health.clientErrors.last
    let isBad = (perSecond ?? 0) > 0 || clients.lost > 0
    return Line(
      "client errors " + (perSecond.map { Quantity.count($0) + "/s" } ?? "?"), isBad ? .danger : .plain)
  }

  /// `0 in all, 0 lost`.
  package var clientTotals: Line {
    guard let clients = health.clients else {
      return Line(isElsewhere ? "the journal will say what they felt" : "no probe: nothing is known of clients")
    }
    if sinceMeasured != nil { return Line("\(clients.lost) lost", clients.lost > 0 ? .danger : .plain) }
    if health.cluster != nil {
      return clients.acknowledged == 0
        ? Line("PING only, nothing is written") : Line("\(clients.lost) lost", clients.lost > 0 ? .danger : .plain)
    }
    return Line(
      "\(clients.errorCount) in all, \(clients.lost) lost", clients.spent > 0 ? .danger : .plain)
  }

  /// `longest stall 43 ms (10 ms steps)`.
  package var stall: Line {
    guard let clients = health.clients else { return Line("stall not measured") }
    let way = health.bastion.map { ", through \($0)" } ?? ""
    if health.cluster != nil {
      let longest = Self.time(clients.longestStall)
      return Line("longest without an answer \(longest) (in steps of \(clients.resolution) ms\(way))")
    }
    return Line("longest stall \(clients.longestStall) ms (in steps of \(clients.resolution) ms\(way))")
  }

  /// Operations a second of all primaries.
  package var operations: Line {
    guard !isStale else { return Line("ops ?", .attention) }
    let known = health.shards.values.compactMap(\.operations.last)
    return Line("ops " + (known.isEmpty ? "?" : Quantity.count(known.reduce(0, +)) + "/s"))
  }

  /// Operations a second of one shard's primary.
  package func operations(of shard: ShardID) -> Line {
    guard !isStale, let now = health.shards[shard]?.operations.last else { return Line("ops ?", .attention) }
    return Line("ops \(Quantity.count(now))/s")
  }

  /// The whole health in one row: what stays in sight under a dialog.
  package var summary: Line { summary(columns: .max) }

  /// The same in so many columns; slots and lag are left out first, the age of it all never.
  package func summary(columns: Int) -> Line {
    let parts = [cluster + " " + nodes, slots, lag, clientErrors, age]
    let all = Self.joined(parts)
    if all.columns <= columns { return all }
    let most = Self.joined([parts[0], lag, clientErrors, age])
    return most.columns <= columns ? most : Self.joined([parts[0], clientErrors, age])
  }

  private static func joined(_ parts: [Line]) -> Line {
    parts.enumerated().reduce(Line("Health  ")) { $1.offset == 0 ? $0 + $1.element : $0 + "  " + $1.element }
  }
}
