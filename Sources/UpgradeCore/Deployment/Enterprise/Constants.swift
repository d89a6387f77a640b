// What is fixed for a run on a cluster of Redis Enterprise Software: its databases as they were, and where its programs are.

extension Enterprise {
  /// Found before the start, written into the run's first record.
  package struct Constants: Hashable, Sendable {
    /// The databases as they were found.
    package var databases: [DatabaseSetup]
    /// The node that led when the run began, by its number.
    package var master: Int?
    /// The version to which databases are upgraded after the last node; nil where none is.
    package var databaseGoal: DatabaseVersion?
    /// Where `rladmin` and its neighbours are on the hosts; `{node_id}` stands for the node's number.
    package var programs: String
    /// How the REST API is asked as well; nil where it is not.
    package var rest: RestSettings?
    /// How databases are called as their clients do, by their names; `*` stands for all others.
    package var clients: [String: ClientAccess]

    package init(
      databases: [DatabaseSetup], master: Int? = nil, databaseGoal: DatabaseVersion? = nil,
      programs: String = Constants.usualPrograms,
      rest: RestSettings? = nil, clients: [String: ClientAccess] = [:]
    ) {
      self.databases = databases
      self.master = master
      self.databaseGoal = databaseGoal
      self.programs = programs
      self.rest = rest
      self.clients = clients
    }

    /// Where the vendor's packages put them (redis/docs, rladmin).
    package static let usualPrograms = "/opt/redislabs/bin"

    package func database(_ number: Int) -> DatabaseSetup? { databases.first { $0.id == number } }
  }

  /// One database as it was found.
  package struct DatabaseSetup: Hashable, Sendable {
    package var id: Int
    package var name: String
    package var version: DatabaseVersion?
    package var isReplicated: Bool
    package var persistence: Database.Persistence
    /// `redis` is upgraded; others, such as `memcached`, have no version of their own.
    package var kind: String
    /// Databases of this cluster that it replicates from (Replica Of), by their numbers.
    package var sources: [Int]
    package var isActiveActive: Bool
    /// Keys before the run began; nil where nobody could count them.
    package var keys: Int?

    package init(
      id: Int, name: String, version: DatabaseVersion?, isReplicated: Bool, persistence: Database.Persistence,
      kind: String = "redis", sources: [Int] = [], isActiveActive: Bool = false, keys: Int? = nil
    ) {
      self.id = id
      self.name = name
      self.version = version
      self.isReplicated = isReplicated
      self.persistence = persistence
      self.kind = kind
      self.sources = sources
      self.isActiveActive = isActiveActive
      self.keys = keys
    }
  }

  /// As whom the REST API is asked, and whom to trust there: places of secrets, never secrets.
  package struct RestSettings: Hashable, Sendable {
    package var user: String
    /// The file, or the variable of the environment, that holds the password.
    package var passwordFile: String?
    package var passwordVariable: String?
    /// A PEM file: this very certificate, or those that sign.
    package var certificate: String?
    package var authorities: String?
    package var port: Int

    package init(
      user: String, passwordFile: String?, passwordVariable: String?, certificate: String?, authorities: String?,
      port: Int
    ) {
      self.user = user
      self.passwordFile = passwordFile
      self.passwordVariable = passwordVariable
      self.certificate = certificate
      self.authorities = authorities
      self.port = port
    }
  }
}
