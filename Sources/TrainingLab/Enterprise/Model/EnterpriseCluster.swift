// The whole simulated cluster as one value, which is what the state file holds.

extension Simulator {
  package struct Cluster: Codable, Equatable, Sendable {
    package static let currentFormat = 1

    package var format = Cluster.currentFormat
    /// The cluster's fully qualified name.
    package var name: String
    /// The node that coordinates management; the vendor's tables call it master.
    package var primary: Int
    package var upgradeMode = false
    package var policy: Policy
    /// nil: none installed.
    package var license: License?
    package var nodes: [Node]
    package var databases: [Database]
    package var actions: [Action] = []
    package var modules: [Module] = []
    /// Where every node's REST API listens, on the node's own address.
    package var restPort: Int
    /// What the installers of this lab bring.
    package var target: Version
    /// How long an installer takes on one node, questions not counted.
    package var installSeconds = 4.0
    /// Milliseconds since 1970.
    package var created: Int64 = 0
    /// Failures a minute, over 1, 15 and 60 minutes.
    package var failures = [0.0, 0.0, 0.0]

    package init(
      name: String, primary: Int = 1, policy: Policy, license: License? = License(), nodes: [Node],
      databases: [Database], restPort: Int, target: Version
    ) {
      self.name = name
      self.primary = primary
      self.policy = policy
      self.license = license
      self.nodes = nodes
      self.databases = databases
      self.restPort = restPort
      self.target = target
    }
  }

  /// What `rladmin tune cluster` sets.
  package struct Policy: Codable, Equatable, Sendable {
    /// `7.2`.
    package var defaultVersion: String
    /// `major` or `latest`.
    package var upgradePolicy = "major"
    /// 0: the cluster's own default; `all` is -1.
    package var parallelShards = 0
    package var resp3 = true
    package var replicaHighAvailability = true

    package init(defaultVersion: String) { self.defaultVersion = defaultVersion }
  }

  package struct License: Codable, Equatable, Sendable {
    package var owner = "Redis Upgrade Lab"
    package var shardsLimit = 100
    package var activated = "2025-01-01T00:00:00Z"
    package var expires = "2035-12-31T23:59:59Z"
    package var isExpired = false

    package init() {}
  }

  /// A module that the cluster has, and the databases that use it.
  package struct Module: Codable, Equatable, Sendable {
    package var name: String
    package var version: String
    package var oldestDatabase: String
    package var id: String
    package var usedBy: [Int] = []

    package init(name: String, version: String, oldestDatabase: String, id: String) {
      self.name = name
      self.version = version
      self.oldestDatabase = oldestDatabase
      self.id = id
    }
  }

  /// Something that the cluster itself does over some time, such as the upgrade of a database.
  package struct Action: Codable, Equatable, Sendable {
    package enum Status: String, Codable, Sendable { case pending, active, completed, failed }

    package var id: String
    /// `SMUpgradeBDB`, or a task such as `maintenance_on`.
    package var name: String
    package var database: Int?
    package var node: Int?
    package var status = Status.pending
    /// The state of its machine that it is in.
    package var state = ""
    /// The states that it went through, in their order.
    package var states: [String] = []
    package var progress = 0
    package var error: String?
    /// Milliseconds since 1970.
    package var created: Int64
    package var upgrade: Upgrade?

    package init(id: String, name: String, database: Int? = nil, node: Int? = nil, created: Int64) {
      self.id = id
      self.name = name
      self.database = database
      self.node = node
      self.created = created
    }

    package var isRunning: Bool { status == .pending || status == .active }
  }

  /// What an upgrade of a database was asked for.
  package struct Upgrade: Codable, Equatable, Sendable {
    /// `7.4`.
    package var version: String
    package var preservesRoles = false
    package var discardsData = false
    package var forcesDiscard = false

    package init(version: String) { self.version = version }
  }
}

extension Simulator.Cluster {
  package func node(_ id: Int) -> Simulator.Node? { nodes.first { $0.id == id } }
  package func database(_ id: Int) -> Simulator.Database? { databases.first { $0.id == id } }

  /// A database by `db:1` or by its name.
  package func database(called word: String) -> Simulator.Database? {
    if word.hasPrefix("db:"), let id = Int(word.dropFirst(3)) { return database(id) }
    return databases.first { $0.name == word }
  }

  package var shards: [Simulator.Shard] { databases.flatMap(\.shards) }
  package func shard(_ id: Int) -> Simulator.Shard? { shards.first { $0.id == id } }

  /// The nodes that run.
  package var running: [Simulator.Node] { nodes.filter(\.isRunning) }

  /// More than half of the nodes decide; a fault may hide them from each other.
  package var hasQuorum: Bool {
    running.count * 2 > nodes.count && !nodes.contains { $0.has(.quorumLost) }
  }

  /// Whether the nodes' software differs: the vendor calls the upgrade ongoing then.
  package var isMixed: Bool { Set(nodes.map(\.version)).count > 1 }

  /// The oldest software among the nodes, which is what all of them can do.
  package var oldestVersion: Simulator.Version? { nodes.map(\.version).min() }
}
