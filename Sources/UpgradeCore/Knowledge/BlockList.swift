// Patch releases that are no good as a target, as data.

/// One target that is refused or warned about.
package struct BlockedPatch: Hashable, Sendable {
  package enum Weight: Hashable, Sendable { case refuse, warn }
  package let id: String
  package let product: Product
  /// First and last version that it is about.
  package let versions: [ClosedRange<Version>]
  package let weight: Weight
  package let condition: Condition
  package let text: String
  package let fixedIn: String
  package let source: String

  init(
    _ id: String, _ product: Product, _ versions: [ClosedRange<Version>], _ weight: Weight,
    if condition: Condition = .always, _ text: String, fixedIn: String, source: String
  ) {
    self.id = id
    self.product = product
    self.versions = versions
    self.weight = weight
    self.condition = condition
    self.text = text
    self.fixedIn = fixedIn
    self.source = source
  }
}

package enum BlockList {
  /// What speaks against a target. A condition that is not known to be false counts, a refusal then as a warning.
  package static func judge(
    _ target: Release, facts: DeploymentFacts = DeploymentFacts()
  ) -> (refusals: [BlockedPatch], warnings: [BlockedPatch]) {
    var refusals: [BlockedPatch] = []
    var warnings: [BlockedPatch] = []
    for row in rows where row.product == target.product && row.versions.contains(where: { $0.contains(target.version) })
    {
      switch (row.weight, row.condition.holds(facts)) {
      case (_, false): continue
      case (.refuse, true): refusals.append(row)
      case (.refuse, nil), (.warn, _): warnings.append(row)
      }
    }
    return (refusals, warnings)
  }

  private static func patches(_ major: Int, _ minor: Int, _ patches: ClosedRange<Int>) -> ClosedRange<Version> {
    Version(major, minor, patches.lowerBound)...Version(major, minor, patches.upperBound)
  }

  package static let rows: [BlockedPatch] = [
    BlockedPatch(
      "channels-of-default", .redis, [patches(6, 2, 0...1)], .refuse,
      "the default user and every user that is reset lose their Pub/Sub channels", fixedIn: "6.2.2",
      source: "redis/redis#8723"),
    BlockedPatch(
      "rewrite-drops-lines", .redis, [patches(7, 0, 0...0)], .refuse,
      "CONFIG REWRITE drops rename-command and include lines from the configuration", fixedIn: "7.0.1",
      source: "redis/redis#10761"),
    BlockedPatch(
      "own-primary", .redis, [patches(7, 0, 0...4)], .refuse,
      "after a manual failover a replica may take itself for its primary and crash, or remember its primary's host as ?",
      fixedIn: "7.0.5", source: "redis/redis#11263, #10696"),
    BlockedPatch(
      "shards-crash", .redis, [patches(7, 2, 0...3)], .refuse,
      "CLUSTER SHARDS, which clients send, can crash a node beside nodes of 7.0", fixedIn: "7.2.4",
      source: "redis/redis#12695, #12832"),
    BlockedPatch(
      "shard-ids-in-file", .redis, [patches(7, 2, 0...6), patches(7, 4, 0...1)], .refuse,
      "beside older nodes it writes a nodes.conf from which it does not start again, and nodes before 7.0 do not "
        + "hear it at all", fixedIn: "7.2.7 and 7.4.2", source: "redis/redis#12685, #12761, #13465, #13468"),
    BlockedPatch(
      "shard-ids-flip", .redis, [patches(7, 2, 7...7), patches(7, 4, 2...2)], .warn,
      "nodes.conf may be rewritten over and over with changing shard ids", fixedIn: "7.4.3",
      source: "redis/redis#13868, #13877"),
    BlockedPatch(
      "announced-name", .redis,
      [patches(7, 4, 9...9), patches(8, 2, 6...6), patches(8, 4, 3...3), patches(8, 6, 3...3)], .refuse,
      if: .directive("cluster-announce-ip", .name), "with a host name in cluster-announce-ip the server does not start",
      fixedIn: "8.2.7, 8.4.4, 8.6.4", source: "redis/redis#15183"),
    BlockedPatch(
      "short-read-exit", .redis, [patches(8, 0, 0...2)], .warn,
      "a replica may end itself when its primary's connection breaks during a sync", fixedIn: "8.0.3",
      source: "redis 8.0.3 release notes"),
    BlockedPatch(
      "sync-crash", .redis, [patches(8, 4, 0...3), patches(8, 6, 0...1)], .refuse,
      "a replica may crash during a full sync", fixedIn: "8.4.4 and 8.6.2", source: "redis/redis#14848"),
    BlockedPatch(
      "CVE-2025-49844", .redis,
      [
        Version(0, 0, 0)...Version(6, 2, 19), patches(7, 0, 0...15), patches(7, 2, 0...10), patches(7, 4, 0...5),
        patches(8, 0, 0...3), patches(8, 2, 0...1),
      ], .warn, "a Lua script of any user that may run scripts can take over the server (CVE-2025-49844)",
      fixedIn: "6.2.20, 7.2.11, 7.4.6, 8.0.4, 8.2.2; 7.0 has no fix", source: "redis release notes of October 2025"),
    BlockedPatch(
      "CVE-2025-49844", .valkey, [patches(7, 2, 0...10), patches(8, 0, 0...5), patches(8, 1, 0...3)], .warn,
      "a Lua script of any user that may run scripts can take over the server (CVE-2025-49844)",
      fixedIn: "7.2.11, 8.0.6, 8.1.4", source: "valkey release notes of October 2025"),
    BlockedPatch(
      "slot-info-corruption", .redis,
      [
        patches(7, 4, 0...10), patches(8, 0, 0...99), patches(8, 2, 0...8), patches(8, 4, 0...5), patches(8, 6, 0...5),
        patches(8, 8, 0...1), patches(8, 10, 0...0),
      ], .warn, "a crafted RESTORE or RDB payload can corrupt memory",
      fixedIn: "7.4.11, 8.2.9, 8.4.6, 8.6.6, 8.8.2, 8.10.1", source: "redis release notes of August 2026"),
  ]
}
