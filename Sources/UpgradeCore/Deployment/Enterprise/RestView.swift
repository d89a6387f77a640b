// What the REST API of Redis Enterprise Software says of a cluster, next to what `rladmin` prints.

extension Enterprise {
  /// One round over the API; what it does not say is nil.
  package struct RestView: Hashable, Sendable {
    package var cluster: RestCluster?
    package var nodes: [RestNode]
    package var databases: [RestDatabase]
    package var shards: [RestShard]
    package var license: License?
    /// Actions that run, in words: `GET /v1/actions`; nil where it was not read.
    package var actions: [String]?
    /// `GET /v1/cluster/check`: the checks that failed, by node; nil where it was not read.
    package var failedChecks: [String]?

    package init(nodes: [RestNode] = [], databases: [RestDatabase] = [], shards: [RestShard] = []) {
      self.nodes = nodes
      self.databases = databases
      self.shards = shards
    }
  }

  package struct RestCluster: Hashable, Sendable {
    package var name: String
    package var upgradeMode: Bool?
    package init(name: String, upgradeMode: Bool?) {
      self.name = name
      self.upgradeMode = upgradeMode
    }
  }

  package struct RestNode: Hashable, Sendable {
    package var id: Int
    package var address: String
    package var version: BuildVersion?
    /// `active`, `down`, ...
    package var status: String?
    package var isMaster: Bool?
    /// A snapshot of maintenance mode is kept for it: the mode is on.
    package var isInMaintenance: Bool?
    /// `rhel9`, `22.04`: family, name and version as it says them.
    package var system: String?
    package var databaseVersions: [DatabaseVersion]?
    package init(id: Int, address: String) {
      self.id = id
      self.address = address
    }
  }

  package struct RestDatabase: Hashable, Sendable {
    package var id: Int
    package var name: String
    package var status: String?
    package var version: DatabaseVersion?
    package var isReplicated: Bool?
    package var persistence: Database.Persistence?
    /// It is an instance of an Active-Active database.
    package var isActiveActive: Bool?
    /// Sources that it replicates from (Replica Of), as it names them.
    package var replicaOf: [String]
    /// Modules, by name and version.
    package var modules: [String]
    /// `GET /v1/bdbs/N/availability` answers 200; nil where it was not asked.
    package var isAvailable: Bool?
    package var lastBackup: String?
    package init(id: Int, name: String) {
      self.id = id
      self.name = name
      replicaOf = []
      modules = []
    }
  }

  package struct RestShard: Hashable, Sendable {
    package var id: Int
    package var database: Int
    package var node: Int
    package var isPrimary: Bool
    package var status: String?
    /// `idle`, or what the sync is doing.
    package var sync: String?
    package init(id: Int, database: Int, node: Int, isPrimary: Bool) {
      self.id = id
      self.database = database
      self.node = node
      self.isPrimary = isPrimary
    }
  }

  package struct License: Hashable, Sendable {
    package var isExpired: Bool?
    /// As it is printed, `2027-01-01T00:00:00Z`.
    package var expires: String?
    package var shardsLimit: Int?
    package init() {}
  }
}
