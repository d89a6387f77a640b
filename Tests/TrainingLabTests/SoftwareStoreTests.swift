// The store of servers: what it holds, what it finds, what it fetches, and what it says when it cannot.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore

@Suite(.timeLimit(.minutes(10))) struct SoftwareStoreTests {
  @Test func aServerOnThePathIsCopiedOnceHoweverManyAsk() async throws {
    try await withScratch { scratch in
      let path = try scratch.fakeServer("path/redis-server", prints: "Redis server v=7.2.4 sha=0:0")
      let environment = ["PATH": "\(scratch.path)/path:/usr/bin:/bin"]
      let release = try #require(Release("redis-7.2.4"))
      let origins = await withTaskGroup(of: String.self) { group in
        for _ in 0..<5 {
          group.addTask {
            do throws(LabError) {
              let store = try SoftwareStore(
                directory: "\(scratch.path)/store", on: scratch.loop, environment: environment)
              return try await store.server(of: release).origin
            } catch {
              return error.description
            }
          }
        }
        return await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(origins == ["copy of \(path)"])
      #expect(try Files.list("\(scratch.path)/store") == [".redis-7.2.4.lock", "redis-7.2.4"])
      let store = try SoftwareStore(directory: "\(scratch.path)/store", on: scratch.loop, environment: [:])
      #expect(await store.all().map(\.release) == [release])
      #expect(store.executable(of: release) == "\(scratch.path)/store/redis-7.2.4/redis-server")
    }
  }

  @Test func anEntryThatIsAnotherReleaseIsNotTrusted() async throws {
    try await withScratch { scratch in
      try scratch.fakeServer("store/redis-7.2.4/redis-server", prints: "Redis server v=7.2.5 sha=0:0")
      try scratch.fakeServer("path/redis-server", prints: "Redis server v=7.2.4 sha=0:0")
      let store = try SoftwareStore(
        directory: "\(scratch.path)/store", on: scratch.loop,
        environment: ["PATH": "\(scratch.path)/path:/usr/bin:/bin"])
      let release = try #require(Release("redis-7.2.4"))
      #expect(await store.stored(release) == nil)
      _ = try await store.server(of: release)
      #expect(await store.stored(release)?.release == release)
    }
  }

  @Test(arguments: [
    (
      "redis-7.2.4", "deb http://127.0.0.1:1/debian bookworm main", LabError.Code.unknownRelease,
      "The lab knows no source of Redis 7.2.4. Choose one of 6.0.16, 6.2.14, 7.0.15, 8.0.2, 8.0.6, or put a "
        + "redis-server 7.2.4 on the PATH."
    ),
    (
      "valkey-8.1.1", "deb http://127.0.0.1:1/debian bookworm main", .unreachable,
      "The mirror http://127.0.0.1:1/debian cannot be reached. Check the network, or put a server of the wanted "
        + "release on the PATH."
    ),
    (
      "valkey-8.1.1", "deb http://archive.example.org/ubuntu noble main", .noMirror,
      "This machine's package sources (SOURCES) name no mirror of Debian. Put a server of the wanted release on the "
        + "PATH, or run the lab on a Debian machine."
    ),
  ])
  func whatCannotBeHad(release: String, source: String, code: LabError.Code, sentence: String) async throws {
    try await withScratch { scratch in
      try scratch.write(source + "\n", to: "apt/sources.list")
      let store = try SoftwareStore(
        directory: "\(scratch.path)/store", sourcesDirectory: "\(scratch.path)/apt", on: scratch.loop)
      let wanted = try #require(Release(release))
      let error = await #expect(throws: LabError.self) { try await store.server(of: wanted) }
      #expect(error?.code == code)
      #expect(error?.description == sentence.replacing("SOURCES", with: "\(scratch.path)/apt"))
      // Nothing is left that could be taken for a server.
      #expect(try Files.list("\(scratch.path)/store").allSatisfy { $0.hasPrefix(".") && $0 != ".\(wanted)" })
    }
  }

  @Test func aUserWithoutAPlaceForCaches() async throws {
    try await withScratch { scratch in
      #expect(throws: LabError.self) { try SoftwareStore(on: scratch.loop, environment: [:]) }
      let store = try SoftwareStore(on: scratch.loop, environment: ["HOME": "/home/ops", "XDG_CACHE_HOME": "relative"])
      #expect(store.directory == "/home/ops/.cache/redis-upgrade/servers")
      let other = try SoftwareStore(on: scratch.loop, environment: ["XDG_CACHE_HOME": "/caches/"])
      #expect(other.directory == "/caches/redis-upgrade/servers")
      let chosen = try SoftwareStore(on: scratch.loop, environment: ["REDIS_UPGRADE_SERVERS": "/servers"])
      #expect(chosen.directory == "/servers")
    }
  }
}
