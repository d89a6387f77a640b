package import UpgradeCore

/// What a lab keeps about itself in `D/lab.json`, so that it can be ended by whoever comes later.
///
/// It is written before the first server is started: a lab that died half-way is ended like any other.
package struct LabRecord: Codable, Equatable, Sendable {
  package struct Node: Codable, Equatable, Sendable {
    package var port: Int
    package var shard: Int
    package var isPrimary: Bool
    package var name: String
    /// The process that the lab started here, once known; an upgrade puts another in its place.
    package var process: ProcessMark?
  }

  package static let fileName = "lab.json"
  package static let currentFormat = 1

  package var format = LabRecord.currentFormat
  package var directory: String
  /// Whether the lab made the directory, and so takes it away at the end.
  package var madeDirectory: Bool
  package var product: String
  package var version: String
  /// Seconds since 1970.
  package var started: Int
  package var nodes: [Node]

  package var release: Release? { Release("\(product)-\(version)") }
  package var firstPort: Int { nodes.first?.port ?? 0 }

  /// The address that leads to the deployment.
  package var target: String { "redis://127.0.0.1:\(firstPort)" }

  package func directory(of node: Node) -> String { "\(directory)/\(node.port)" }
}

/// A process that cannot be mistaken for a later one under the same number.
package struct ProcessMark: Codable, Equatable, Sendable {
  package var pid: Int32
  /// When it started, clock ticks since the machine's start (proc(5): `stat`, field 22).
  package var start: UInt64

  package init(pid: Int32, start: UInt64) {
    self.pid = pid
    self.start = start
  }
}
