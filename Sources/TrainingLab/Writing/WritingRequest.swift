package import UpgradeCore

/// What the foreign client writes, and how fast.
package struct WritingRequest: Equatable, Sendable {
  /// Addresses of any nodes of the cluster.
  package var seeds: [Address]
  package var login = ForeignLogin()
  /// Writes a second on each shard; nil writes as fast as replies come.
  package var rate: Double? = 500
  /// Counters on each shard, raised by `INCR` one after the other.
  package var counters = 16
  /// Every how many writes one is a `SET ... EX` of another key; 0 for none.
  ///
  /// A server of 6.0 that follows one of 7.0 misses exactly these, without an error (redis 7.0 sends a relative expiry
  /// as `PXAT`, which 6.0 does not know).
  package var expiringEvery = 5
  /// The most such keys of a shard; then they are written anew from the first.
  package var expiringKeys = 20_000
  /// What the keys' names begin with; another one for each client that writes at the same time.
  package var prefix: String
  /// How long a reply may take before the command counts as left without.
  package var bound = Duration.seconds(15)
  /// How long reading back may take at the end, also past a cluster that is about to settle.
  package var verificationBound = Duration.seconds(60)

  package init(seeds: [Address], prefix: String) {
    self.seeds = seeds
    self.prefix = prefix
  }
}
