// Directives that operators set at runtime, and what a server without a line for them takes.

/// One directive that `CONFIG SET` can change, with the value that a server has when no file names it.
package struct RuntimeDirective: Hashable, Sendable {
  /// How two spellings of a value are told to be the same.
  package enum Form: Hashable, Sendable {
    case text
    /// `yes`, `no` and words of a list: case does not matter.
    case word
    /// Bytes, with or without a unit.
    case memory
    /// `save`: pairs of seconds and changes.
    case savePoints
    /// `client-output-buffer-limit`: three numbers for each class of clients.
    case bufferLimits
    /// `notify-keyspace-events`: a set of letters.
    case eventLetters
    /// Only whether there is one can be compared.
    case secret
  }

  package let name: String
  package let form: Form
  private let atRest: String
  /// Where all of Valkey takes another value than Redis.
  private let onValkey: String?
  /// Where Redis took another value before a version.
  private let earlier: (until: Version, value: String)?

  fileprivate init(
    _ name: String, _ form: Form, _ atRest: String, onValkey: String? = nil,
    earlier: (until: Version, value: String)? = nil
  ) {
    self.name = name
    self.form = form
    self.atRest = atRest
    self.onValkey = onValkey
    self.earlier = earlier
  }

  package func atRest(on release: Release) -> String {
    if release.product == .valkey { return onValkey ?? atRest }
    if let earlier, release.version < earlier.until { return earlier.value }
    return atRest
  }

  package static func == (left: RuntimeDirective, right: RuntimeDirective) -> Bool { left.name == right.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

package enum RuntimeDirectives {
  /// Read with `CONFIG GET *` from servers that were started without a file: redis 6.0.16, 6.2.14, 7.0.15, 8.0.2, 8.0.6,
  /// valkey 8.0.1, 8.1.1, 9.1.2. One that a release does not have is not compared there.
  package static let all: [RuntimeDirective] = [
    RuntimeDirective("activedefrag", .word, "no"),
    RuntimeDirective("active-expire-effort", .text, "1"),
    RuntimeDirective("appendfsync", .word, "everysec"),
    RuntimeDirective("appendonly", .word, "no"),
    RuntimeDirective("auto-aof-rewrite-min-size", .memory, "67108864"),
    RuntimeDirective("auto-aof-rewrite-percentage", .text, "100"),
    RuntimeDirective(
      "client-output-buffer-limit", .bufferLimits,
      "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
    RuntimeDirective("client-query-buffer-limit", .memory, "1073741824"),
    RuntimeDirective("cluster-allow-reads-when-down", .word, "no"),
    RuntimeDirective("cluster-allow-replica-migration", .word, "yes"),
    RuntimeDirective("cluster-announce-bus-port", .text, "0"),
    RuntimeDirective("cluster-announce-hostname", .text, ""),
    RuntimeDirective("cluster-announce-ip", .text, ""),
    RuntimeDirective("cluster-announce-port", .text, "0"),
    RuntimeDirective("cluster-migration-barrier", .text, "1"),
    RuntimeDirective("cluster-node-timeout", .text, "15000"),
    RuntimeDirective("cluster-replica-no-failover", .word, "no"),
    RuntimeDirective("cluster-replica-validity-factor", .text, "10"),
    RuntimeDirective("cluster-require-full-coverage", .word, "yes"),
    RuntimeDirective("hz", .text, "10"),
    RuntimeDirective("latency-monitor-threshold", .text, "0"),
    RuntimeDirective("lazyfree-lazy-eviction", .word, "no", onValkey: "yes"),
    RuntimeDirective("lazyfree-lazy-expire", .word, "no", onValkey: "yes"),
    RuntimeDirective("lazyfree-lazy-server-del", .word, "no", onValkey: "yes"),
    RuntimeDirective("lazyfree-lazy-user-del", .word, "no", onValkey: "yes"),
    RuntimeDirective("lfu-decay-time", .text, "1"),
    RuntimeDirective("lfu-log-factor", .text, "10"),
    RuntimeDirective("loglevel", .word, "notice"),
    RuntimeDirective("masterauth", .secret, ""),
    RuntimeDirective("masteruser", .text, ""),
    RuntimeDirective("maxclients", .text, "10000"),
    RuntimeDirective("maxmemory", .memory, "0"),
    RuntimeDirective("maxmemory-policy", .word, "noeviction"),
    RuntimeDirective("maxmemory-samples", .text, "5"),
    RuntimeDirective("min-replicas-max-lag", .text, "10"),
    RuntimeDirective("min-replicas-to-write", .text, "0"),
    RuntimeDirective("no-appendfsync-on-rewrite", .word, "no"),
    RuntimeDirective("notify-keyspace-events", .eventLetters, ""),
    RuntimeDirective("protected-mode", .word, "yes"),
    RuntimeDirective("proto-max-bulk-len", .memory, "536870912"),
    RuntimeDirective("repl-backlog-size", .memory, "1048576", onValkey: "10485760"),
    RuntimeDirective("repl-backlog-ttl", .text, "3600"),
    RuntimeDirective("repl-disable-tcp-nodelay", .word, "no"),
    RuntimeDirective("repl-diskless-load", .word, "disabled"),
    RuntimeDirective("repl-diskless-sync", .word, "yes", earlier: (Version(7, 0, 0), "no")),
    RuntimeDirective("repl-diskless-sync-delay", .text, "5"),
    RuntimeDirective("repl-ping-replica-period", .text, "10"),
    RuntimeDirective("repl-timeout", .text, "60"),
    RuntimeDirective("replica-ignore-maxmemory", .word, "yes"),
    RuntimeDirective("replica-lazy-flush", .word, "no", onValkey: "yes"),
    RuntimeDirective("replica-priority", .text, "100"),
    RuntimeDirective("replica-read-only", .word, "yes"),
    RuntimeDirective("replica-serve-stale-data", .word, "yes"),
    RuntimeDirective("requirepass", .secret, ""),
    RuntimeDirective("save", .savePoints, "3600 1 300 100 60 10000", earlier: (Version(6, 2, 0), "")),
    RuntimeDirective("slowlog-log-slower-than", .text, "10000"),
    RuntimeDirective("slowlog-max-len", .text, "128"),
    RuntimeDirective("stop-writes-on-bgsave-error", .word, "yes"),
    RuntimeDirective("tcp-keepalive", .text, "300"),
    RuntimeDirective("timeout", .text, "0"),
    RuntimeDirective("tracking-table-max-keys", .text, "1000000"),
  ]
}
