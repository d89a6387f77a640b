// The health of the last ten minutes, one value a second, out of snapshots and the probe's measure.

package import UpgradeCore

/// Turns snapshots into what the health panes draw.
package struct HealthTracker: Sendable {
  package private(set) var health = Health()
  private var lastSample: Instant?
  private var lastErrors = 0

  package init() {}

  /// Takes a snapshot; series grow once a second, whatever the rhythm of the calls.
  package mutating func take(_ snapshot: Snapshot, measure: ClientMeasure?, bastion: String? = nil, now: Instant) {
    health.bastion = bastion
    let isDue = lastSample.map { now - $0 >= .seconds(1) } ?? true
    health.nodes = snapshot.nodes.count
    if let survey = snapshot.enterprise { take(survey, now: now) }
    // Between two reports of a cluster the last one stands, with its age.
    if health.cluster != nil {
      health.clients = measure
      return
    }
    let views = snapshot.nodes.values.compactMap(\.view)
    health.nodesUp = views.count
    health.clients = measure
    let infos = views.compactMap(\.pulse.cluster)
    health.clusterOK = infos.isEmpty ? primaryServes(snapshot) : infos.allSatisfy(\.isOK)
    health.slotsServed = infos.map(\.slotsOK).min() ?? 0
    health.epoch = infos.map(\.currentEpoch).max()
    if !views.isEmpty { health.readAt = now }
    for shard in snapshot.shards { take(shard, snapshot, isDue: isDue) }
    guard isDue else { return }
    lastSample = now
    let errors = measure?.errorCount ?? 0
    health.clientErrors.append(measure == nil ? nil : Double(max(0, errors - lastErrors)))
    lastErrors = errors
  }

  /// Outside of clusters: whether one server says that it is primary, and has its data; nil where that is not known.
  private func primaryServes(_ snapshot: Snapshot) -> Bool? {
    let views = snapshot.nodes.values.compactMap(\.view)
    guard !views.isEmpty, views.allSatisfy({ $0.pulse.server.mode != "cluster" }) else { return nil }
    let primaries = views.filter { $0.role == .primary }
    if primaries.isEmpty, snapshot.nodes.values.contains(where: { $0.view == nil && !$0.isDown }) { return nil }
    return primaries.count == 1 && !primaries[0].pulse.persistence.loading
  }

  private mutating func take(_ survey: Enterprise.Survey, now: Instant) {
    let status = survey.status
    var cluster = ClusterHealth()
    cluster.complaints = status.complaints
    cluster.nodes = status.nodes
    cluster.upgradeMode = survey.upgradeMode
    cluster.actions = survey.actions
    cluster.databases = status.databases.map { row in
      let shards = status.shards.filter { $0.database == row.id }
      let endpoints = status.endpoints.filter { $0.database == row.id }
      var database = ClusterHealth.DatabaseHealth(
        id: row.id, name: row.name, status: row.status, version: row.version, stateMachine: row.stateMachine)
      database.shards = shards.count
      database.shardsOK = shards.count { $0.status.isOK && $0.watchdog?.isOK != false }
      database.endpoints = endpoints.count
      database.endpointsOK = endpoints.count { $0.watchdog?.isOK != false }
      return database
    }
    health.cluster = cluster
    health.nodesUp = status.nodes.count { $0.status.isOK }
    health.clusterOK = status.headline?.isOK
    health.readAt = now + .nanoseconds(-survey.age.nanoseconds)
  }

  private mutating func take(_ shard: Shard, _ snapshot: Snapshot, isDue: Bool) {
    var own = health.shards[shard.id] ?? ShardHealth()
    let primary = snapshot.primary(of: shard)
    let source = primary.flatMap { snapshot[$0].view?.pulse }
    var lags: [Int] = []
    own.replicas = max(0, shard.members.count - 1)
    own.replicasInSync = 0
    for member in shard.members where member != primary {
      guard let replica = snapshot[member].view?.pulse, let upstream = replica.replication.upstream, let source else {
        continue
      }
      let lag = max(0, source.replication.offset - upstream.offset)
      lags.append(lag)
      if upstream.linkUp, !upstream.syncInProgress, !replica.persistence.loading { own.replicasInSync += 1 }
    }
    if isDue {
      own.lag.append(lags.max().map(Double.init))
      own.operations.append(source.map { Double($0.statistics.operationsPerSecond) })
    }
    health.shards[shard.id] = own
  }
}
