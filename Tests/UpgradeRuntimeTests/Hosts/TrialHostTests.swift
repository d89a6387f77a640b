// Real programs tried with real dumps and configurations: what passes, what is found, and that nothing stays behind.

import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite(.timeLimit(.minutes(5))) struct TrialHostTests {
  /// A folder with dumps, a way to try them, and nothing of it left afterwards.
  fileprivate struct Place: Sendable {
    let loop: EventLoop
    let folder: String
    let key: String

    /// A dump with two databases, keys that expire, and one whose time is over, written by this binary.
    func dump(by binary: ServerBinary, _ name: String = "dump.rdb") async throws -> (path: String, held: Keyspace) {
      let home = "\(folder)/\(binary)-\(name)"
      try Files.makeDirectories(home)
      let server = try await RealServer.start(
        binary, in: home, ["dbfilename \(name)"] + (binary == .redis70 ? ["enable-debug-command yes"] : []), on: loop)
      let client = server.client(ClientOptions(preferRESP3: false))
      let held: Keyspace
      do {
        _ = try await client.send(["DEBUG", "POPULATE", "2000"])
        _ = try await client.send(["DEBUG", "SET-ACTIVE-EXPIRE", "0"])
        _ = try await client.send(["SET", "soon", "x", "EX", "1000"])
        _ = try await client.send(["SET", "over", "x", "PX", "1"])
        _ = try await client.send(["SELECT", "5"])
        _ = try await client.send(["SET", "elsewhere", "x"])
        held = try Keyspace(InfoText(try #require(try await client.send(["INFO"]).text)))
        _ = try await client.send(["SAVE"])
        await client.close()
        await server.end()
      } catch {
        await client.close()
        await server.end()
        throw error
      }
      return ("\(home)/\(name)", held)
    }

    func configuration(_ lines: [String]) throws -> String {
      let path = "\(folder)/tried-by-hand.conf"
      try Files.writeAtomically(path, Array((lines.joined(separator: "\n") + "\n").utf8))
      return path
    }

    func request(
      _ program: String, dump: String? = nil, configFile: String = "", used: Int = 1 << 20
    ) -> TrialRequest {
      TrialRequest(
        program: program, key: key, configFile: configFile, directory: folder, processID: Int(Host.processID),
        dump: dump, memory: Trial.memory(for: used), bound: .seconds(60), countsDatabases: dump != nil)
    }

    func tryOut(_ request: TrialRequest) async -> Trial {
      await SiteShell(reach: .local, links: nil, loop: loop).tryOut(request, on: NodeID("node"))
    }

    /// The scratch folders of this place's trials.
    func left() throws -> [String] {
      try Files.list(Self.base).filter { $0.hasPrefix("redis-upgrade-trial.\(key).") }.map { "\(Self.base)/\($0)" }
    }

    static var base: String {
      (Host.environment["TMPDIR"] ?? "/tmp").utf8.count > 50 ? "/tmp" : Host.environment["TMPDIR"] ?? "/tmp"
    }
  }

  private func inPlace(_ body: @escaping @Sendable (Place) async throws -> Void) async throws {
    try await onLoop { loop, folder async throws in
      let place = Place(loop: loop, folder: folder, key: "test-\(UInt32.random(in: 0 ... .max))")
      try await body(place)
      #expect(try place.left() == [])
    }
  }

  private static func echo(_ binary: ServerBinary) throws -> String { "echo '\(try binary.locate())'" }

  @Test func aSoundBackupIsLoaded() async throws {
    try await inPlace { place in
      let (path, held) = try await place.dump(by: .redis62)
      let trial = await place.tryOut(place.request(try Self.echo(.redis70), dump: path))
      #expect(trial.version == Version(7, 0, 15))
      #expect(trial.standing == .cameUp)
      #expect(trial.databases == [0: KeyCount(keys: 2001, expiring: 1), 5: KeyCount(keys: 1, expiring: 0)])
      #expect(trial.loadedKeys == 2002 && trial.expiredKeys == 1)
      #expect(trial.loadMilliseconds != nil)
      let account = trial.account(of: Release(.redis, Version(7, 0, 15)), before: held, after: held)
      #expect(account.problem == nil)
      #expect(account.said.contains("it loads the backup in"), "\(account.said)")
      // What the server held besides is missed.
      var more = held
      more.databases[5] = KeyCount(keys: 40, expiring: 0)
      #expect(trial.account(of: Release(.redis, Version(7, 0, 15)), before: more, after: more).problem != nil)
    }
  }

  /// The checker that belongs to the program, by the name that makes it one.
  @Test func theTargetsOwnCheckerReadsIt() async throws {
    try await inPlace { place in
      let (path, _) = try await place.dump(by: .redis62)
      let bin = "\(place.folder)/bin"
      try Files.makeDirectories(bin)
      let server = try ServerBinary.redis62.locate()
      let real = "\(Files.directory(of: server))/bin/redis-server"
      let link = try await ChildProcess.run(
        .shell("ln -s '\(real)' '\(bin)/redis-server'"), on: place.loop, within: .seconds(5))
      #expect(link.status == .exited(0))
      let trial = await place.tryOut(place.request("echo '\(bin)/redis-server'", dump: path))
      #expect(trial.check == .passed(name: "redis-check-rdb", keys: 2003))
      #expect(trial.loadedKeys == 2002 && trial.expiredKeys == 1)
      // A wrapper around the program is no checker, whatever it is called.
      #expect(await place.tryOut(place.request(try Self.echo(.redis62), dump: path)).check == .absent)
    }
  }

  @Test func aByteThatIsNotAsItWas() async throws {
    try await inPlace { place in
      let (path, held) = try await place.dump(by: .redis62)
      var bytes = try Files.read(path)
      bytes[bytes.count / 2] ^= 0x20
      try Files.writeAtomically(path, bytes)
      let trial = await place.tryOut(place.request(try Self.echo(.redis70), dump: path))
      let account = trial.account(of: Release(.redis, Version(7, 0, 15)), before: held, after: held)
      #expect(account.problem?.hasPrefix("its backup does not load on Redis 7.0.15: ") == true, "\(account)")
      // Cut off in the middle it does not load either.
      try Files.writeAtomically(path, Array(bytes.prefix(bytes.count / 2)))
      let cut = await place.tryOut(place.request(try Self.echo(.redis70), dump: path))
      #expect(cut.account(of: Release(.redis, Version(7, 0, 15)), before: nil, after: nil).problem != nil)
    }
  }

  @Test func aBackupOfANewerFormat() async throws {
    try await inPlace { place in
      let (path, held) = try await place.dump(by: .redis70)
      let trial = await place.tryOut(place.request(try Self.echo(.redis62), dump: path))
      let problem = trial.account(of: Release(.redis, Version(6, 2, 14)), before: held, after: held).problem
      #expect(
        problem?.contains("its dump was written by a newer version than it can read") == true, "\(problem ?? "none")")
    }
  }

  @Test func aDirectiveThatTheNewVersionDoesNotKnow() async throws {
    try await inPlace { place in
      let file = try place.configuration(["port 6379", "# a remark", "gopher-and-more yes"])
      let trial = await place.tryOut(place.request(try Self.echo(.redis70), configFile: file))
      #expect(
        trial.failure
          == "it does not take the line 'gopher-and-more yes': Bad directive or wrong number of arguments")
      #expect(trial.lines.contains("Reading the configuration file, at line 3"), "\(trial.lines)")
    }
  }

  /// What a server would quote of a secret is not repeated.
  @Test func secretsAreNotQuoted() async throws {
    try await inPlace { place in
      let file = try place.configuration(["requirepass s3cret and-more"])
      let trial = await place.tryOut(place.request(try Self.echo(.redis70), configFile: file))
      #expect(trial.failure?.contains("'requirepass ***'") == true, "\(trial)")
      #expect(!trial.lines.joined().contains("s3cret"))
    }
  }

  /// Whatever would touch the server itself, its files or others is left out of the copy.
  @Test func nothingOfTheDeploymentIsTouched() async throws {
    try await inPlace { place in
      let home = place.folder
      try Files.writeAtomically("\(home)/users.acl", Array("user default on nopass ~* &* +@all\n".utf8))
      try Files.writeAtomically("\(home)/more.conf", Array("maxmemory 100mb\nreplicaof 127.0.0.1 1\n".utf8))
      let file = try place.configuration([
        "port 6379", "bind 127.0.0.1 -::1", "dir /does/not/exist", "logfile \"\(home)/server.log\"", "daemonize yes",
        "supervised systemd", "pidfile \(home)/server.pid", "unixsocket \(home)/server.sock", "cluster-enabled yes",
        "cluster-config-file nodes.conf", "replicaof 127.0.0.1 1", "appendonly yes", "save 1 1",
        "ReplicaOf 127.0.0.1 1",
        "aclfile users.acl", "include \(home)/more.conf", "include \(file(home))", "tls-port 6380", "maxclients 100",
      ])
      // The program, which shows what it was started with.
      let seen = "\(home)/seen.conf"
      let program = "\(home)/showing-server"
      let text = "#!/bin/sh\n[ -f \"$1\" ] && cp \"$1\" '\(seen)'\nexec '\(try ServerBinary.redis70.locate())' \"$@\"\n"
      try Files.writeAtomically(program, Array(text.utf8), mode: 0o755)
      try Files.writeAtomically(seen, [])
      let before = Set(try Files.list(home))
      let trial = await place.tryOut(place.request("echo '\(program)'", configFile: file))
      #expect(trial.standing == .cameUp, "\(trial)")
      #expect(trial.remarks == [], "users and included files are found from the data directory")
      let lines = String(decoding: try Files.read(seen), as: UTF8.self).lowercased().split(separator: "\n")
      for word in ["replicaof", "logfile \"/", "pidfile", "tls-port", "supervised", "dir /does"] {
        #expect(!lines.contains { $0.hasPrefix(word) }, "\(word)")
      }
      #expect(lines.contains("aclfile \"\(home)/users.acl\"") && lines.contains("maxmemory 100mb"))
      #expect(lines.last { $0.hasPrefix("cluster-enabled") } == "cluster-enabled no")
      #expect(Set(try Files.list(home)) == before)
    }
  }

  /// The file that includes itself.
  private func file(_ home: String) -> String { "\(home)/tried-by-hand.conf" }

  @Test func withoutTheMemoryItIsNotLoaded() async throws {
    try await inPlace { place in
      let (path, _) = try await place.dump(by: .redis62)
      let trial = await place.tryOut(place.request(try Self.echo(.redis70), dump: path, used: 1 << 50))
      #expect(trial.standing == .cameUp)
      #expect(trial.loadMilliseconds == nil)
      #expect(trial.notLoaded?.contains(" MB of memory are wanted for it, and ") == true, "\(trial)")
    }
  }

  @Test func whereThereIsNoProgram() async throws {
    try await inPlace { place in
      #expect(
        await place.tryOut(place.request("echo /not/there")).standing == .notTried("/not/there is not there"))
      #expect(
        await place.tryOut(place.request("echo no package >&2; exit 1")).standing
          == .notTried("the program of the new version is not there (no package)"))
    }
  }

  /// kill -9 of the script: what it had started ends by itself, and its folder goes.
  @Test func aScriptThatIsKilledLeavesNothing() async throws {
    try await inPlace { place in
      let program = try place.slowProgram()
      let loop = place.loop
      let trial = Task(executorPreference: loop) { await place.tryOut(place.request("echo '\(program)'")) }
      let (owner, server) = try await place.atWork()
      #expect(try owner.send(.kill))
      #expect(try await server.end(on: loop, within: .seconds(20)))
      try await until { try place.left().isEmpty }
      #expect(await trial.value.standing == .notTried("its script did not come to its end"))
    }
  }

  /// Killed with all that watches, it is found and ended by the next trial of the node.
  @Test func whatEvenThatHasLeftIsTakenAwayByTheNextTrial() async throws {
    try await inPlace { place in
      let sleeper = try ChildProcess.spawn(ChildCommand("sleep", ["600"]), streams: .pipes, on: place.loop)
      let identity = try ProcessIdentity(of: sleeper.pid)
      let old = "\(Place.base)/redis-upgrade-trial.\(place.key).old"
      try Files.makeDirectories(old)
      // Its script is gone: no process has this number and this start.
      try Files.writeAtomically("\(old)/owner", Array("\(Host.processID) 1\n".utf8))
      try Files.writeAtomically("\(old)/process", Array("\(identity.pid) \(identity.startTicks)\n".utf8))
      #expect(await place.tryOut(place.request(try Self.echo(.redis70))).standing == .cameUp)
      #expect(await sleeper.exit(within: .seconds(5)) == .signalled(9))
      #expect(try place.left() == [])
    }
  }

  /// A link beside the dump, which no later save touches.
  @Test func aBackupOnAnotherHostIsKept() async throws {
    try await inPlace { place in
      let file = "\(place.folder)/dump.rdb"
      try Files.writeAtomically(file, Array("REDIS0009".utf8))
      let shell = SiteShell(reach: .local, links: nil, loop: place.loop)
      let script = SupervisorScript.keep("dump.rdb", in: place.folder, run: "r1", port: 7001)
      let kept = "\(place.folder)/redis-upgrade-backup-r1/dump.rdb"
      let talk = await shell.talk(script, on: NodeID("node"), within: .seconds(10))
      #expect(talk?.said == [["kept", "9", kept]])
      try Files.writeAtomically(file, Array("REDIS0010 and more".utf8))
      #expect(try Files.read(kept) == Array("REDIS0009".utf8))
      let absent = await shell.talk(
        .keep("absent.rdb", in: place.folder, run: "r1", port: 7001), on: NodeID("node"), within: .seconds(10))
      #expect(absent?.said.first?.first == "failed")
    }
  }
}

extension TrialHostTests.Place {
  /// What says that it is 7.0.15, and then never is ready.
  fileprivate func slowProgram() throws -> String {
    let path = "\(folder)/slow-server"
    let text = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Redis server v=7.0.15 sha=0' && exit\nexec sleep 600\n"
    try Files.writeAtomically(path, Array(text.utf8), mode: 0o755)
    return path
  }

  /// The script of the trial that is at work, and what it has started.
  fileprivate func atWork() async throws -> (owner: ProcessIdentity, server: ProcessIdentity) {
    var found: [ProcessIdentity] = []
    try await until {
      guard let folder = try left().first else { return false }
      found = ["owner", "process"].compactMap { name in
        let text = (try? Files.read("\(folder)/\(name)", limit: 100)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: " ").first.flatMap { Int32($0) }.flatMap { try? ProcessIdentity(of: $0) }
      }
      return found.count == 2
    }
    return (found[0], found[1])
  }
}
