package import SystemIO
package import UpgradeCore

/// What a lab keeps about itself in `D/lab.json`, so that it can be ended by whoever comes later.
///
/// It is written before the first server is started: a lab that died half-way is ended like any other. It holds no
/// password.
package struct LabRecord: Codable, Equatable, Sendable {
  package struct Node: Codable, Equatable, Sendable {
    package var port: Int
    package var shard: Int
    package var isPrimary: Bool
    package var name: String
    /// What it listens on; nil is 127.0.0.1, as in labs of before that was a choice.
    package var host: String?
    /// Outside of clusters: the port of the server that it follows at the start.
    package var follows: Int?
    /// The process that the lab started here, once known; an upgrade puts another in its place.
    package var process: ProcessIdentity? {
      get { processText.flatMap { ProcessIdentity($0) } }
      set { processText = newValue?.description }
    }
    private var processText: String?

    package init(
      host: String? = nil, port: Int, shard: Int, isPrimary: Bool, name: String, follows: Int? = nil
    ) {
      self.follows = follows
      self.host = host
      self.port = port
      self.shard = shard
      self.isPrimary = isPrimary
      self.name = name
    }

    private enum CodingKeys: String, CodingKey {
      case host, port, shard, name, follows
      case isPrimary = "primary"
      case processText = "process"
    }

    package var address: Address { Address(host: host ?? LabRequest.usualHost, port: port) }
  }

  package static let fileName = "lab.json"
  static let currentFormat = 1

  package var format = LabRecord.currentFormat
  package var directory: String
  /// Whether the lab made the directory, and so takes it away at the end.
  package var madeDirectory: Bool
  package var product: String
  package var version: String
  /// Milliseconds since 1970.
  package var started: Int64
  package var nodes: [Node]
  /// Who watches over the servers; labs of before that was possible do not say.
  package var sentinels: [Node]?
  /// What the nodes' names were made from.
  package var seed: UInt64
  /// Whether the servers speak TLS; labs of before that was possible do not say.
  package var tls: Bool?
  /// Whether cluster mode is off; labs of before that was possible do not say.
  package var plain: Bool?

  /// What is more of a simulated Enterprise cluster, whose nodes here are its shards; nil for real deployments.
  package var enterprise: Enterprise?

  package struct Enterprise: Codable, Equatable, Sendable {
    /// The first node's.
    package var address: String
    /// The ports of its own besides those of the shards.
    package var ports: [Int]
  }

  /// nil where the servers are plain.
  package var certificates: LabCertificates? { tls == true ? LabCertificates(of: directory) : nil }

  /// What the servers were started on.
  package var release: Release? { Release("\(product)-\(version)") }

  package var firstPort: Int { nodes.first?.port ?? 0 }

  /// The address that leads to the deployment.
  package var target: String {
    if let enterprise { return "enterprise://\(enterprise.address)" }
    if let sentinels, !sentinels.isEmpty {
      let places = sentinels.map(\.address.description).joined(separator: ",")
      return "sentinel://\(places)/\(SentinelConfiguration.groupName)"
    }
    return "\(tls == true ? "rediss" : "redis")://\(nodes.first?.address.description ?? "")"
  }

  package var profilePath: String { "\(directory)/\(LabProfile.fileName)" }

  package func directory(of node: Node) -> String {
    enterprise == nil ? "\(directory)/\(node.port)" : "\(directory)/shards/\(node.port)"
  }

  /// Every port that is the lab's own, whether anybody listens on it or not.
  var ports: [Int] { members.map(\.port) + (enterprise?.ports ?? []) }

  /// The servers, and the Sentinels behind them.
  var members: [Node] { nodes + (sentinels ?? []) }

  /// Where the record lies, in the lab's own directory.
  var path: String { "\(directory)/\(Self.fileName)" }

  func write(to path: String) throws(LabError) {
    let text: String
    do {
      text = try JSONEncoding.lines(self)
    } catch {
      throw LabError(
        .damagedRecord, "The lab's record cannot be written: \(error)", remedy: "Report this as a defect of the lab.")
    }
    try LabFiles.write(text + "\n", to: path)
  }

  /// Reads a record from a file.
  static func read(file path: String) throws(LabError) -> LabRecord {
    let text = try LabFiles.read(path)
    do {
      let record = try JSONDecoding.read(LabRecord.self, from: Array(text.utf8))
      if record.format == currentFormat { return record }
    } catch {
      // Said below, as for a record of another format.
    }
    throw LabError(
      .damagedRecord, "\(path) is damaged, or of another version of this program",
      remedy: "End its servers by hand, by the pids in */\(ServerConfiguration.pidFileName) beside it.")
  }
}
