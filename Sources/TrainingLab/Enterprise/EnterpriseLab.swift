package import SystemIO
import UpgradeCore

/// Makes simulated Enterprise clusters.
package struct EnterpriseLab: Sendable {
  private let loop: EventLoop
  private let store: SoftwareStore
  private let registry: LabRegistry

  package init(
    on loop: EventLoop, store: SoftwareStore? = nil, environment: [String: String] = Host.environment
  ) throws(LabError) {
    self.loop = loop
    self.store = try SoftwareStore(store, on: loop, environment: environment)
    registry = try LabRegistry(environment: environment)
  }

  /// Starts a cluster and waits until every endpoint and every REST API answers. Where this fails, or its task is
  /// cancelled, nothing of it is left.
  package func up(
    _ request: EnterpriseLabRequest, progress: @escaping LabProgressHandler = { _ in }
  ) async throws(LabError) -> RunningLab {
    try request.validated()
    let (record, cluster) = try await prepare(request)
    let lab = RunningLab(record: record, loop: loop, registry: registry)
    let place = Simulator.Store(folder: record.directory, on: loop)
    do throws(LabError) {
      progress(LabProgress("Starting a simulated cluster of \(request.nodes) nodes", usually: "3 to 10 s"))
      try await Simulator.LabLayout(store: place, program: request.program).write(cluster)
      try await software(for: [request.from, request.to], in: place, progress)
      let servers = Simulator.ShardServers(place)
      for database in cluster.databases {
        for shard in database.shards {
          // A primary stands before its replica.
          let primary = shard.role == .replica ? database.partner(of: shard)?.port : nil
          try await servers.start(shard, of: database, following: primary)
        }
      }
      try await Simulator.NodeProcesses(store: place, program: request.program).start(cluster)
      return lab
    } catch {
      throw await lab.withdrawn(after: error)
    }
  }

  /// Brings the installers of another version to a cluster that runs: the next hop of a route.
  package func bring(_ version: Simulator.Version, to directory: String, program: String) async throws(LabError) {
    let place = Simulator.Store(folder: LabFiles.resolved(directory), on: loop)
    let cluster = try await place.change { cluster throws(LabError) in
      cluster.target = version
      return cluster
    }
    try await software(for: [version], in: place) { _ in }
    try await Simulator.LabLayout(store: place, program: program).bring(cluster)
  }

  /// The servers that stand for the databases' versions, before and after: links into this user's store.
  private func software(
    for versions: [Simulator.Version], in place: Simulator.Store, _ progress: @escaping LabProgressHandler
  ) async throws(LabError) {
    let databases = versions.flatMap { Simulator.Bundles.databases(of: $0) }
    let releases = Set(databases.map { Simulator.Bundles.server(of: $0) })
    for release in releases.sorted(by: { $0.version < $1.version }) {
      let link = "\(Simulator.ShardServers(place).software)/\(release)"
      if Files.exists(link) { continue }
      try LabFiles.link(link, to: try await store.server(of: release, progress: progress).executable)
    }
  }

  /// Chooses ports and directory and writes the record: from here on the lab can be found and ended.
  private func prepare(
    _ request: EnterpriseLabRequest
  ) async throws(LabError) -> (LabRecord, Simulator.Cluster) {
    let lock = try await registry.lock(on: loop)
    defer { lock.release() }
    let base = try LabPorts(labs: registry.all(), host: LabRequest.usualHost, loop: loop)
      .base(for: request.portCount, wanted: request.port)
    let directory =
      request.directory.map(LabFiles.absolute)
      ?? "\(registry.directory)/enterprise-\(base)-\(WallClock.milliseconds)"
    let isThere = Files.exists(directory)
    let content = isThere && Files.kind(directory) == .directory ? try LabFiles.list(directory) : []
    if isThere, Files.kind(directory) != .directory || !content.isEmpty {
      throw LabError(
        .directoryNotEmpty, "\(directory) is not an empty directory",
        remedy: "Choose another one, or leave it out.")
    }
    if !isThere { try LabFiles.makeDirectory(directory) }
    var cluster = request.cluster(base: base)
    cluster.created = WallClock.milliseconds
    var record = LabRecord(
      directory: LabFiles.resolved(directory), madeDirectory: !isThere, product: Product.redis.rawValue,
      version: request.from.description, started: cluster.created,
      nodes: cluster.shards.map {
        LabRecord.Node(port: $0.port, shard: $0.id, isPrimary: $0.role == .primary, name: "redis:\($0.id)")
      }, seed: 0, tls: nil)
    record.enterprise = LabRecord.Enterprise(
      address: cluster.nodes.first?.address ?? LabRequest.usualHost,
      ports: [cluster.restPort] + cluster.databases.map(\.port))
    try record.write(to: record.path)
    try registry.note(record)
    return (record, cluster)
  }
}
