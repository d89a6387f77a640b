// What a simulated Enterprise cluster shall be.

/// The cluster that `lab up enterprise` makes.
package struct EnterpriseLabRequest: Equatable, Sendable {
  /// The software that the nodes start on.
  package var from: Simulator.Version
  /// What its installers bring.
  package var to: Simulator.Version
  package var nodes = 3
  /// Where the lab lives; nil makes a directory of its own.
  package var directory: String?
  /// The first port of as many as are needed; nil takes a free range.
  package var port: Int?
  /// How long an installer takes on one node, questions not counted, in seconds.
  package var installSeconds = 4.0
  /// The databases, in the order of their numbers.
  package var databases = EnterpriseLabRequest.usualDatabases
  /// The databases' version, `6.2`; nil is the newest that `from` brings.
  package var databaseVersion: String?
  /// The program that the nodes' programs are: redis-upgrade's own file.
  package var program: String

  package struct Database: Equatable, Sendable {
    package var name: String
    package var shards = 1
    package var replication = false
    package var persistence = Simulator.Persistence.disabled
    package var policy = Simulator.ProxyPolicy.single
    package var tls = false

    package init(
      _ name: String, shards: Int = 1, replication: Bool = false,
      persistence: Simulator.Persistence = .disabled, policy: Simulator.ProxyPolicy = .single,
      tls: Bool = false
    ) {
      self.name = name
      self.shards = shards
      self.replication = replication
      self.persistence = persistence
      self.policy = policy
      self.tls = tls
    }
  }

  package init(
    from: Simulator.Version = EnterpriseLabRequest.usualSource,
    to: Simulator.Version = EnterpriseLabRequest.usualTarget, program: String
  ) {
    self.from = from
    self.to = to
    self.program = program
  }

  package static let usualSource = Simulator.Version(7, 2, 4, build: 92)
  package static let usualTarget = Simulator.Version(7, 22, 0, build: 250)

  /// One of each fate at an upgrade: none of it is felt, it is down, it is down, all of it is lost.
  package static let usualDatabases = [
    Database("sessions", shards: 2, replication: true, persistence: .aof, policy: .allNodes),
    Database("orders", persistence: .aof), Database("catalog", persistence: .snapshot), Database("cache"),
  ]

  /// Refuses what cannot be built, before anything is touched.
  func validated() throws(LabError) {
    func refuse(_ what: String, _ remedy: String) -> LabError { LabError(.badRequest, what, remedy: remedy) }
    guard (1...9).contains(nodes) else {
      throw refuse("A simulated cluster of \(nodes) nodes cannot be made", "Ask for 1 to 9.")
    }
    guard !databases.isEmpty, databases.allSatisfy({ (1...8).contains($0.shards) }), databases.count < 9 else {
      throw refuse("The databases cannot be made", "Ask for 1 to 8 of them with 1 to 8 shards each.")
    }
    guard nodes > 1 || !databases.contains(where: \.replication) else {
      throw refuse("One node cannot hold a primary and its replica", "Ask for more nodes.")
    }
    guard from <= to else {
      throw refuse("\(to) is older than \(from)", "There is no way back with this software: name a newer one.")
    }
    if let databaseVersion, !Simulator.Bundles.databases(of: from).contains(databaseVersion) {
      throw refuse("\(from) has no databases of version \(databaseVersion)", "Name a version that it brings.")
    }
  }

  /// The cluster as it is at first; ports are taken from a base on: the REST API, the databases, the shards.
  package func cluster(base: Int, hostnames: (Int) -> String = { "rs-node-\($0)" }) -> Simulator.Cluster {
    let short = databaseVersion ?? Simulator.Bundles.usual(of: from, policy: "major")
    let full = Simulator.Bundles.full(short)
    var shards = 0
    var made: [Simulator.Database] = []
    for (index, wanted) in databases.enumerated() {
      var own: [Simulator.Shard] = []
      for part in 0..<wanted.shards {
        let slots = (part * 16384 / wanted.shards)...((part + 1) * 16384 / wanted.shards - 1)
        for copy in 0..<(wanted.replication ? 2 : 1) {
          shards += 1
          let node = (index + part + copy) % nodes + 1
          own.append(
            Simulator.Shard(
              id: shards, role: copy == 0 ? .primary : .replica, node: node, slots: slots,
              port: base + 10 + shards, version: full))
        }
      }
      var database = Simulator.Database(
        id: index + 1, name: wanted.name, version: full, replication: wanted.replication,
        persistence: wanted.persistence, policy: wanted.policy, port: base + 1 + index, shards: own)
      database.speaksTLS = wanted.tls
      made.append(database)
    }
    var cluster = Simulator.Cluster(
      name: "cluster.local", policy: Simulator.Policy(defaultVersion: short),
      nodes: (1...nodes).map {
        Simulator.Node(id: $0, address: "127.0.0.\($0)", hostname: hostnames($0), version: from)
      }, databases: made, restPort: base, target: to)
    cluster.installSeconds = installSeconds
    cluster.bindEndpoints()
    return cluster
  }

  /// How many ports the lab calls its own.
  var portCount: Int { 11 + databases.reduce(0) { $0 + $1.shards * ($1.replication ? 2 : 1) } }
}
