// Directives of the configuration that a later version refuses, ignores or no longer has, as data.

/// One directive and what becomes of it.
package struct ChangedDirective: Hashable, Sendable {
  package enum Effect: Hashable, Sendable {
    /// The server does not start with it.
    case fatal
    /// It is read and has no effect.
    case ignored
  }
  package let name: String
  /// The first Redis version that it is about; every Valkey is.
  package let since: Version
  package let effect: Effect
  /// The default that a server prints without any line in its file; nil where a server prints only what it was given.
  package let atRest: String?
  package let source: String

  init(name: String, since: Version, effect: Effect, atRest: String? = nil, source: String) {
    self.name = name
    self.since = since
    self.effect = effect
    self.atRest = atRest
    self.source = source
  }
}

package enum Directives {
  /// What a target does with directives of older versions; all others are still known, some under a new name as well.
  static let changed: [ChangedDirective] = [
    ChangedDirective(
      name: "gopher-enabled", since: Version(7, 0, 0), effect: .fatal, atRest: "no",
      source: "redis 7.0 src/config.c"),
    ChangedDirective(
      name: "lua-replicate-commands", since: Version(7, 0, 0), effect: .ignored, atRest: "yes",
      source: "redis 7.0 src/config.c, deprecated_configs"),
    ChangedDirective(
      name: "list-max-ziplist-entries", since: Version(7, 0, 0), effect: .ignored,
      source: "redis 7.0 src/config.c, deprecated_configs"),
    ChangedDirective(
      name: "list-max-ziplist-value", since: Version(7, 0, 0), effect: .ignored,
      source: "redis 7.0 src/config.c, deprecated_configs"),
    ChangedDirective(
      name: "rename-command stralgo", since: Version(7, 0, 0), effect: .fatal,
      source: "redis 7.0 src/config.c, loadServerConfigFromString: no such command"),
    ChangedDirective(name: "vm-enabled", since: Version(2, 6, 0), effect: .fatal, source: "redis 2.6 src/config.c"),
    ChangedDirective(
      name: "hash-max-zipmap-entries", since: Version(2, 6, 0), effect: .fatal, source: "redis 2.6 src/config.c"),
    ChangedDirective(
      name: "hash-max-zipmap-value", since: Version(2, 6, 0), effect: .fatal, source: "redis 2.6 src/config.c"),
    ChangedDirective(name: "glueoutputbuf", since: Version(2, 6, 0), effect: .fatal, source: "redis 2.6 src/config.c"),
  ]

  /// What `target` does with a directive that `source` still has; nil where nothing changes.
  package static func change(of name: String, from source: Release, to target: Release) -> ChangedDirective? {
    changed.first { $0.name == name && target.descends(from: $0.since) && !source.descends(from: $0.since) }
  }
}
