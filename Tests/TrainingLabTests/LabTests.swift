// Labs of real servers: up, down, side by side, after a crash, and what is said when one cannot be.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore

@Suite(.serialized, .timeLimit(.minutes(10))) struct LabTests {
  private static let six = Release(.redis, Version(6, 2, 14))
  private static let seven = Release(.redis, Version(7, 0, 15))

  @Test func sixNodesComeUpWholeAndGoWithoutATrace() async throws {
    try await withScratch { scratch in
      let lab = try scratch.lab()
      var request = LabRequest(from: Self.six, to: Self.seven)
      request.directory = "\(scratch.path)/six"
      request.keysPerShard = 300
      let running = try await lab.up(request)
      #expect(running.target == "redis://127.0.0.1:\(running.nodes[0].port)")
      #expect(
        running.json
          == #"{"directory":"D","profile":"D/profile.yaml","target":"T"}"#
          .replacing("T", with: running.target).replacing("D", with: "\(scratch.path)/six"))
      #expect(running.processes.count == 6)

      let proof = ClusterProof(running.addresses, on: scratch.loop)
      #expect(try await proof.releases().values.allSatisfy { $0 == Self.six })
      let keys = try await proof.keys()
      #expect(keys.map(\.count.all) == [300, 300, 300])
      #expect(keys.allSatisfy { $0.areEqual && $0.replicas.count == 1 })
      #expect(try await Set(proof.processIDs().values) == Set(running.processes.map(\.pid)))

      #expect(try scratch.labs.map(\.directory) == [running.directory])
      try await lab.find("\(scratch.path)/six").down()
      #expect(running.processes.isEmpty)
      #expect(!Files.exists("\(scratch.path)/six"))
      #expect(try scratch.labs.isEmpty)
      try await running.down()
    }
  }

  /// Those that run with the libraries of their own suite, and so through a loader of their own, among them.
  @Test(arguments: ["redis-6.0.16", "redis-7.0.15", "redis-8.0.2", "valkey-8.1.1"])
  func everyReleaseWhoseArchiveStays(name: String) async throws {
    try await withScratch { scratch in
      let release = try #require(Release(name))
      var request = LabRequest(from: release, primaries: 1)
      request.keysPerShard = 10
      let running = try await scratch.up(request)
      let proof = ClusterProof(running.addresses, on: scratch.loop)
      #expect(try await Set(proof.releases().values) == [release])
      // The pid that the server tells is that of the process in its directory: the launcher became the server.
      #expect(try await Set(proof.processIDs().values) == Set(running.processes.map(\.pid)))
      try await running.down()
      #expect(running.processes.isEmpty)
    }
  }

  /// Three Sentinels who know each other and the servers, behind a password; gone with the lab, files and all.
  @Test(arguments: ["redis-6.2.14", "valkey-8.1.1"]) func sentinelsOverAPrimaryAndTwo(name: String) async throws {
    try await withScratch { scratch in
      var request = LabRequest(from: try #require(Release(name)), replicas: 2, sentinels: 3)
      request.password = "open sesame"
      request.directory = "\(scratch.path)/watched"
      let running = try await scratch.up(request)
      let ports = running.nodes.map(\.port)
      let sentinels = try #require(running.record.sentinels)
      #expect(sentinels.map(\.port) == [ports[2] + 1, ports[2] + 2, ports[2] + 3])
      let places = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
      #expect(running.target == "sentinel://\(places)/lab")
      #expect(running.processes.count == 6)
      let login = try running.login(password: request.password)
      for sentinel in sentinels {
        let connection = try await ForeignConnection.open(
          to: sentinel.address, login: login, on: scratch.loop, within: .seconds(2))
        defer { connection.close() }
        let primary = try await connection.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "lab"], within: .seconds(2))
        #expect(primary.elements?.last?.number == ports[0])
      }
      try await running.down()
      #expect(running.processes.isEmpty)
      #expect(!Files.exists("\(scratch.path)/watched"))
    }
  }

  @Test func aDirectoryThatWasThereStaysAndTheRestGoes() async throws {
    try await withScratch { scratch in
      try Files.makeDirectories("\(scratch.path)/kept")
      var request = LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)
      request.directory = "\(scratch.path)/kept"
      let running = try await scratch.up(request)
      try await running.down()
      #expect(try Files.list("\(scratch.path)/kept").isEmpty)
    }
  }

  @Test func twoLabsSideBySide() async throws {
    try await withScratch { scratch in
      let lab = try scratch.lab()
      func request(_ name: String) -> LabRequest {
        var request = LabRequest(from: Self.seven, primaries: 1)
        request.directory = "\(scratch.path)/\(name)"
        return request
      }
      async let first = lab.up(request("first"))
      async let second = lab.up(request("second"))
      let (one, other) = try await (first, second)
      #expect(Set(one.addresses).isDisjoint(with: other.addresses))
      #expect(try scratch.labs.count == 2)

      // A node that is down has its port all the same.
      let process = try #require(one.processes(of: one.nodes[1]).first)
      _ = try process.send(.kill)
      #expect(try await process.end(on: scratch.loop, within: .seconds(10)))
      var third = request("third")
      third.port = one.nodes[1].port
      await expect(
        .portTaken,
        "Port \(one.nodes[1].port) belongs to the lab in \(one.directory). Choose another base port, or "
          + "leave it out and a free one is found.", from: lab, third)
      try await one.down()
      #expect(other.processes.count == 2)
      #expect(try await ClusterProof(other.addresses, on: scratch.loop).releases().count == 2)
      try await other.down()
      #expect(other.processes.isEmpty)
    }
  }

  @Test func aLabWhoseProcessWasKilledIsEndedByTheNext() async throws {
    try await withScratch { scratch in
      let path = scratch.path
      await #expect(processExitsWith: .signal(9)) { [path = scratch.path as String] in
        let loop = try EventLoop(name: "doomed")
        let lab = try Lab(on: loop)
        var request = LabRequest(from: Release(.redis, Version(6, 2, 14)), primaries: 3, replicasPerPrimary: 0)
        request.directory = "\(path)/doomed"
        _ = try await lab.up(request)
        Signals.raise(.kill)
      }
      let lab = try scratch.lab()
      let found = try #require(try scratch.labs.first)
      #expect(found.directory == "\(path)/doomed")
      #expect(found.processes.count == 3)
      // As after a crash between the start of the servers and the note of their pids.
      let record = String(decoding: try Files.read("\(path)/doomed/lab.json"), as: UTF8.self)
      try scratch.write(record.replacing(/"process" : "[^"]*",/, with: ""), to: "doomed/lab.json")
      #expect(try lab.find("\(path)/doomed").nodes.allSatisfy { $0.process == nil })
      try await lab.find("\(path)/doomed").down()
      #expect(found.processes.isEmpty)
      #expect(!Files.exists("\(path)/doomed"))
    }
  }

  @Test func serversWhoseDirectoryWasTakenAwayAreStillTheLabs() async throws {
    try await withScratch { scratch in
      var request = LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)
      request.directory = "\(scratch.path)/gone"
      let running = try await scratch.up(request)
      try Files.removeTree(running.directory)
      #expect(try scratch.labs.map(\.directory) == [running.directory])
      let found = try scratch.lab().find("\(scratch.path)/gone")
      #expect(found.processes.count == 1)
      try await found.down()
      #expect(running.processes.isEmpty)
      #expect(try scratch.labs.isEmpty)
    }
  }

  @Test func onlyServersOfTheLabAreEnded() async throws {
    try await withScratch { scratch in
      var request = LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)
      request.directory = "\(scratch.path)/one"
      let running = try await scratch.up(request)
      let bystander = try ChildProcess.spawn(
        ChildCommand("sleep", ["600"], directory: running.record.directory(of: running.nodes[0])), streams: .null,
        on: scratch.loop)
      // A stopped server is one of the lab's, too.
      _ = try running.processes.first?.send(.stop)
      try await running.down()
      #expect(running.processes.isEmpty)
      #expect(bystander.exitStatus == nil)
      try bystander.send(.kill)
      _ = await bystander.exit()
    }
  }

  @Test func optionsReachTheServers() async throws {
    try await withScratch { scratch in
      var request = LabRequest(from: Self.seven)
      request.replicas = [1, 0, 2]
      request.password = "top \"secret\""
      request.users = [LabUser(name: "reader", password: "r", rules: "~* +@read +cluster|slots")]
      request.configuration = ["maxmemory-policy allkeys-lru"]
      request.nodeConfiguration = [3: ["replica-priority 7"]]
      request.nodeTimeout = 3000
      let running = try await scratch.up(request)
      let login = ForeignLogin(password: request.password)
      let keys = try await ClusterProof(running.addresses, login: login, on: scratch.loop).keys()
      #expect(keys.map(\.replicas.count) == [1, 0, 2])
      for (number, name, value) in [
        (1, "maxmemory-policy", "allkeys-lru"), (3, "replica-priority", "7"), (0, "cluster-node-timeout", "3000"),
      ] {
        let connection = try await ForeignConnection.open(
          to: running.addresses[number], login: login, on: scratch.loop, within: .seconds(5))
        let reply = try await connection.send(["CONFIG", "GET", name], within: .seconds(5))
        #expect(reply.elements?.last?.text == value)
        connection.close()
      }
      let reader = try await ForeignConnection.open(
        to: running.addresses[0], login: ForeignLogin(user: "reader", password: "r"), on: scratch.loop,
        within: .seconds(5))
      #expect(try await reader.send(["SET", "x", "y"], within: .seconds(5)).errorCode == "NOPERM")
      reader.close()
      await #expect(throws: LabError.self) { try await ClusterProof(running.addresses, on: scratch.loop).releases() }
      try await running.down()
    }
  }

  @Test func whatKeepsALabFromBeingStarted() async throws {
    try await withScratch { scratch in
      // With a registry of its own: the ports of a lab that somebody else has noted are taken, whoever listens there.
      let lab = try Lab(
        on: scratch.loop, environment: Host.environment.merging(["TMPDIR": "\(scratch.path)/tmp"]) { $1 })
      var request = LabRequest(from: Self.six, primaries: 3, replicasPerPrimary: 0)

      try scratch.write("mine", to: "full/file")
      request.directory = "\(scratch.path)/full"
      await expect(
        .directoryNotEmpty, "\(scratch.path)/full is not empty. Choose another one, or leave it out.",
        from: lab, request)
      request.directory = "\(scratch.path)/full/file"
      await expect(
        .directoryUnusable, "\(scratch.path)/full/file is not a directory. Choose another one, or leave it out.",
        from: lab, request)

      // A base port whose third bus port is taken.
      request.directory = "\(scratch.path)/new"
      let (listener, taken) = try #require(Self.listener(from: 31_000, on: scratch.loop))
      request.port = taken - ClusterShape.busOffset - 2
      await expect(
        .portTaken,
        "Port \(taken) is in use on this machine. Choose another base port, or leave it out and a free one "
          + "is found.", from: lab, request)
      listener.close()

      request.port = nil
      request.configuration = ["no-such-directive yes"]
      let error = await #expect(throws: LabError.self) { try await lab.up(request) }
      #expect(error?.code == .serverDidNotStart)
      #expect(error?.what.contains("no-such-directive") == true)

      // Nothing of all this is left.
      #expect(!Files.exists("\(scratch.path)/new"))
      #expect(try lab.list().isEmpty)
      #expect(String(decoding: try Files.read("\(scratch.path)/full/file"), as: UTF8.self) == "mine")
    }
  }

  @Test func aLabDirectoryThatIsNone() async throws {
    try await withScratch { scratch in
      let lab = try scratch.lab()
      let missing = #expect(throws: LabError.self) { try lab.find("\(scratch.path)/nowhere") }
      #expect(missing?.code == .notALab)
      try scratch.write("{", to: "damaged/lab.json")
      let damaged = #expect(throws: LabError.self) { try lab.find("\(scratch.path)/damaged") }
      #expect(damaged?.code == .damagedRecord)

      // A directory that was moved: its servers are where they were.
      let running = try await scratch.up(LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0))
      let record = String(decoding: try Files.read("\(running.directory)/lab.json"), as: UTF8.self)
      try scratch.write(record, to: "moved/lab.json")
      let moved = #expect(throws: LabError.self) { try lab.find("\(scratch.path)/moved") }
      #expect(moved?.what == "\(scratch.path)/moved/lab.json speaks of a lab in \(running.directory)")
      try await running.down()
    }
  }

  /// Listens on the first port that is free from one on.
  private static func listener(from first: Int, on loop: EventLoop) -> (Listener, port: Int)? {
    for port in first..<(first + 1000) {
      if let listener = try? Listener.listen(on: .tcp(host: "127.0.0.1", port: port), loop: loop) {
        return (listener, port)
      }
    }
    return nil
  }

  private func expect(_ code: LabError.Code, _ sentence: String, from lab: Lab, _ request: LabRequest) async {
    let error = await #expect(throws: LabError.self) { try await lab.up(request) }
    #expect(error?.code == code)
    #expect(error?.description == sentence)
  }
}
