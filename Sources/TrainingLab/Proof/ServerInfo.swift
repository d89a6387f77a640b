package import UpgradeCore

/// The lines of an `INFO` reply that the lab reads, by its own few lines of code: it judges the wizard that reads them
/// too.
package struct ServerInfo: Equatable, Sendable {
  private let fields: [String: String]

  package init(_ text: String) {
    var fields: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    self.fields = fields
  }

  package subscript(_ name: String) -> String? { fields[name] }

  /// What runs: Valkey tells its own version in a field of its own, and an old Redis version beside it.
  package var release: Release? {
    if let text = fields["valkey_version"], let version = Version(text) { return Release(.valkey, version) }
    return fields["redis_version"].flatMap { Version($0) }.map { Release(.redis, $0) }
  }

  package var processID: Int32? { fields["process_id"].flatMap { Int32($0) } }
  package var isPrimary: Bool { fields["role"] == "master" }

  /// Whom a replica follows.
  package var primary: Address? {
    guard let host = fields["master_host"], let port = fields["master_port"].flatMap({ Int($0) }) else { return nil }
    return Address(host: host, port: port)
  }

  /// Whether a replica is linked and past its first synchronisation.
  package var isLinked: Bool {
    fields["master_link_status"] == "up" && fields["master_sync_in_progress"] == "0"
  }

  /// How far a node's data is: a primary's own offset, or what a replica has taken in.
  package var offset: Int? {
    fields[isPrimary ? "master_repl_offset" : "slave_repl_offset"].flatMap { Int($0) }
  }

  /// The replicas that a primary feeds and that are past their first synchronisation.
  package var replicasOnline: Int {
    (0..<(Int(fields["connected_slaves"] ?? "") ?? 0)).filter {
      (fields["slave\($0)"] ?? "").contains("state=online")
    }.count
  }

  /// Keys of database 0, and how many of them expire.
  package var keys: (all: Int, expiring: Int) {
    var numbers: [Substring: Int] = [:]
    for part in (fields["db0"] ?? "").split(separator: ",") {
      let halves = part.split(separator: "=")
      if halves.count == 2 { numbers[halves[0]] = Int(halves[1]) }
    }
    return (numbers["keys"] ?? 0, numbers["expires"] ?? 0)
  }
}
