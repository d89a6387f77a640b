// What is fixed for a run on a cluster of Redis Enterprise Software: its databases as they were, and where its programs are.

extension Enterprise {
  /// Found before the start, written into the run's first record.
  package struct Constants: Hashable, Sendable {
    /// The databases as they were found.
    package var databases: [DatabaseSetup]
    /// Where `rladmin` and its neighbours are on the hosts.
    package var programs: String
    /// Whether the REST API is asked as well.
    package var asksREST: Bool

    package init(databases: [DatabaseSetup], programs: String = Constants.usualPrograms, asksREST: Bool = false) {
      self.databases = databases
      self.programs = programs
      self.asksREST = asksREST
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

    package init(
      id: Int, name: String, version: DatabaseVersion?, isReplicated: Bool, persistence: Database.Persistence,
      kind: String = "redis", sources: [Int] = [], isActiveActive: Bool = false
    ) {
      self.id = id
      self.name = name
      self.version = version
      self.isReplicated = isReplicated
      self.persistence = persistence
      self.kind = kind
      self.sources = sources
      self.isActiveActive = isActiveActive
    }
  }
}
