// What the REST API answers about databases, made into values (redis/docs, rest-api: objects/bdb, requests/bdbs).

extension Reader {
  /// `GET /v1/bdbs`.
  package static func restDatabases(_ value: JSONValue) throws(ReadingError) -> [Enterprise.RestDatabase] {
    var databases: [Enterprise.RestDatabase] = []
    for reply in try RestReply.list(value, "GET /v1/bdbs", "database") { databases.append(try restDatabase(reply)) }
    guard Set(databases.map(\.id)).count == databases.count else {
      throw ReadingError("GET /v1/bdbs", "uid", .unexpected("the same for two databases"))
    }
    return databases
  }

  private static func restDatabase(_ reply: RestReply) throws(ReadingError) -> Enterprise.RestDatabase {
    var database = Enterprise.RestDatabase(
      id: try reply.needed("uid", reply.number("uid")), name: try reply.needed("name", reply.text("name")))
    database.kind = try reply.text("type")
    database.status = try reply.text("status")
    // `version` has the patch as well, and is all that old releases say; memcached has none that counts here.
    if database.kind ?? "redis" == "redis" {
      let full = try version("version", in: reply)
      database.version = try version("redis_version", in: reply) ?? full
    }
    database.isReplicated = try reply.flag("replication")
    if let text = try reply.text("data_persistence") {
      guard let persistence = Enterprise.Database.Persistence(rawValue: text) else {
        throw reply.error("data_persistence", .unexpected(text))
      }
      database.persistence = persistence
    }
    let crdt = try reply.flag("crdt")
    let guid = try reply.text("crdt_guid")
    let hasGUID = guid.map { !$0.isEmpty }
    database.isActiveActive = crdt == true || hasGUID == true ? true : crdt ?? hasGUID
    database.guid = hasGUID == true ? guid : nil
    database.replicaOf = try sources(reply)
    for endpoint in try reply.list("endpoints", "endpoint") {
      guard let port = try endpoint.number("port") else { continue }
      let hosts = try (endpoint.text("dns_name").map { [$0] } ?? []) + endpoint.texts("addr")
      database.endpoints += hosts.map { place($0, port) }
    }
    for module in try reply.list("module_list", "module") {
      let name = try module.needed("module_name", module.text("module_name"))
      database.modules.append("\(name) \(try module.text("semantic_version") ?? "of an unknown version")")
    }
    database.lastBackup = try reply.moment("last_backup_time")
    database.lastExport = try reply.moment("last_export_time")
    return database
  }

  /// The sources of Replica Of, as host and port. A source's URI holds the password of that database, so nothing else of
  /// it leaves this function, an error included.
  private static func sources(_ reply: RestReply) throws(ReadingError) -> [String] {
    // Sources may still be listed when the sync has been turned off.
    guard try reply.text("replica_sync") != "disabled" else { return [] }
    guard reply["replica_sources"]?.array != nil || reply["replica_sources"] == nil else {
      throw reply.error("replica_sources", .unexpected("(no list)"))
    }
    var sources: [String] = []
    for (index, source) in (reply["replica_sources"]?.array ?? []).enumerated() {
      guard let uri = source["uri"]?.string, let place = place(ofURI: uri) else {
        throw reply.error("replica_sources", .unexpected("(source \(index + 1) has no URI of a database)"))
      }
      sources.append(place)
    }
    return sources
  }

  /// `redis-12000.cluster.local:12000` of `redis://admin:PASSWORD@redis-12000.cluster.local:12000`.
  private static func place(ofURI uri: String) -> String? {
    guard let (_, rest) = Substring(uri).cut(at: ":"), rest.hasPrefix("//") else { return nil }
    let behind = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest.dropFirst(2)
    // A password may hold any of these, so only what stands behind it is cut.
    let place = behind.prefix { !"/?#".contains($0) }
    return place.isEmpty || place.contains(where: \.isWhitespace) ? nil : place.lowercased()
  }

  private static func place(_ host: String, _ port: Int) -> String {
    (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)").lowercased()
  }

  /// `GET /v1/bdbs/N/availability`: it is available, or why not; nil where the answer tells neither.
  ///
  /// - Parameters:
  ///   - code: of HTTP.
  ///   - value: nil where the answer has no body.
  package static func restAvailability(code: Int, _ value: JSONValue?) -> (isAvailable: Bool, because: String?)? {
    switch code {
    case 200: (true, nil)
    case 503: (false, value?["error_code"]?.string)
    default: nil
    }
  }
}
