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
    /// `GET /v1/cluster/policy`; nil where it was not read.
    package var policy: RestPolicy?
    /// Why a piece is nil, a sentence each; an endpoint that this version does not have is not among them.
    package var troubles: [String] = []

    package init(nodes: [RestNode] = [], databases: [RestDatabase] = [], shards: [RestShard] = []) {
      self.nodes = nodes
      self.databases = databases
      self.shards = shards
    }

    /// The databases of this cluster that a database replicates from, by their numbers.
    ///
    /// Sources are named by host and port, as databases announce their endpoints; one of another cluster is not here.
    package func sources(of database: RestDatabase) -> [Int] {
      databases.filter { other in other.endpoints.contains { database.replicaOf.contains($0) } }.map(\.id)
    }
  }

  package struct RestCluster: Hashable, Sendable {
    package var name: String
    package var upgradeMode: Bool?
    /// Users are looked up by the cluster's old mechanism (saslauthd), which 7.2.4 no longer has.
    package var usesOldLDAP: Bool?
    /// Users get their roles from LDAP groups: `GET /v1/cluster/ldap` has a plane switched on.
    package var usesRoleLDAP: Bool?
    package init(name: String, upgradeMode: Bool?) {
      self.name = name
      self.upgradeMode = upgradeMode
    }
  }

  /// What new and upgraded databases get.
  package struct RestPolicy: Hashable, Sendable {
    package var defaultVersion: DatabaseVersion?
    /// `major`, `latest`.
    package var upgradePolicy: String?
    package init(defaultVersion: DatabaseVersion?, upgradePolicy: String?) {
      self.defaultVersion = defaultVersion
      self.upgradePolicy = upgradePolicy
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
    /// `Ubuntu 22.04.4 LTS`: as it says it.
    package var system: String?
    /// `rhel`, `ubuntu`, `amzn`.
    package var systemFamily: String?
    /// `22.04`.
    package var systemVersion: String?
    /// Where it keeps data that lasts, and data that does not.
    package var persistentPath: String?
    package var ephemeralPath: String?
    package var databaseVersions: [DatabaseVersion]?
    package init(id: Int, address: String) {
      self.id = id
      self.address = address
    }
  }

  package struct RestDatabase: Hashable, Sendable {
    package var id: Int
    package var name: String
    /// `redis`, `memcached`.
    package var kind: String?
    package var status: String?
    package var version: DatabaseVersion?
    package var isReplicated: Bool?
    /// Of an Active-Active database: the protocol and the set of features that its instances speak.
    package var protocolVersion: Int?
    package var featuresetVersion: Int?
    package var persistence: Database.Persistence?
    /// Of an Active-Active database: the name that it has in all of its clusters.
    package var guid: String?
    /// It is an instance of an Active-Active database.
    package var isActiveActive: Bool?
    /// Sources that it replicates from (Replica Of), as host and port; the password that it knows for them is left out.
    package var replicaOf: [String]
    /// Host and port of its endpoints, by name and by address.
    package var endpoints: [String]
    /// Modules, by name and version.
    package var modules: [String]
    /// `GET /v1/bdbs/N/availability` answers 200; nil where it was not asked.
    package var isAvailable: Bool?
    /// Why it is not available, as the API names it: `bdb_unavailable_shard_unreachable`.
    package var unavailability: String?
    /// As it says them: `2024-09-06T20:47:23Z`, or seconds.
    package var lastBackup: String?
    package var lastExport: String?
    package init(id: Int, name: String) {
      self.id = id
      self.name = name
      replicaOf = []
      endpoints = []
      modules = []
    }
  }

  package struct RestShard: Hashable, Sendable {
    package var id: Int
    package var database: Int
    package var node: Int
    package var isPrimary: Bool
    /// `active`, `inactive`, `trimming`.
    package var status: String?
    /// `ok`, `busy`, `down`, `loading`, ...
    package var detailedStatus: String?
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
    /// Without one a cluster has the limits of a trial.
    package var isInstalled = true
    package var isExpired: Bool?
    /// As it is printed, `2027-01-01T00:00:00Z`.
    package var expires: String?
    package var shardsLimit: Int?
    package var shardsInUse: Int?
    package init() {}
  }
}
