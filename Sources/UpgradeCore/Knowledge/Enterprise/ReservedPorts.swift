// The TCP ports that a release of Redis Enterprise Software takes for itself and older ones left to others, as data.

extension Enterprise {
  /// One port that came to be reserved with a version.
  package struct ReservedPort: Hashable, Sendable {
    package let port: Int
    /// The process of the vendor's that listens on it.
    package let process: String
    package let since: BuildVersion
    /// From this build on a cluster can do without it; nil where it cannot.
    package let optionalSince: BuildVersion?
    package let source: String

    init(_ port: Int, _ process: String, since: Version, optionalSince: BuildVersion? = nil) {
      self.port = port
      self.process = process
      self.since = BuildVersion(since, build: 0)
      self.optionalSince = optionalSince
      source = "redis/docs, port-configurations; release notes of \(since)"
    }
  }

  package enum ReservedPorts {
    static let all: [ReservedPort] = [
      ReservedPort(3338, "internode", since: Version(5, 0, 2)),
      ReservedPort(3339, "internode", since: Version(5, 0, 2)),
      ReservedPort(3347, "cert_exporter", since: Version(7, 8, 2)),
      ReservedPort(3348, "process_exporter", since: Version(7, 8, 2)),
      ReservedPort(3349, "cluster_wd_exporter", since: Version(7, 8, 2)),
      ReservedPort(3350, "db_controller", since: Version(7, 8, 2)),
      ReservedPort(9091, "node_exporter", since: Version(7, 8, 2)),
      ReservedPort(9125, "statsd_exporter", since: Version(7, 8, 2)),
      ReservedPort(3346, "cluster_api_internal", since: Version(7, 22, 0)),
      ReservedPort(3351, "cluster_watchdog_grpc_api", since: Version(7, 22, 0)),
      ReservedPort(3352, "grpc_service_mesh", since: Version(7, 22, 0)),
      ReservedPort(3353, "local_grpc_service_mesh", since: Version(7, 22, 0)),
      ReservedPort(3354, "grpc_gossip_envoy", since: Version(7, 22, 0)),
      ReservedPort(3355, "authentication_service", since: Version(7, 22, 0)),
      ReservedPort(
        3357, "reconciliation_tree_grpc", since: Version(8, 0, 18),
        optionalSince: BuildVersion(Version(8, 0, 20), build: 44)),
    ]

    /// The ports that a target needs and a node's present version does not hold itself, by number.
    package static func new(from old: BuildVersion, to new: BuildVersion) -> [ReservedPort] {
      all.filter { row in
        row.since > old && row.since <= new && row.optionalSince.map { new < $0 } ?? true
      }.sorted { $0.port < $1.port }
    }

    /// Where shards listen (redis/docs, port-configurations); outgoing connections have to stay away from them.
    package static let shards = 20_000...29_999
  }
}
