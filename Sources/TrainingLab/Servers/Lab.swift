package import SystemIO
import UpgradeCore

/// Throw-away deployments of real servers on this machine's loopback interface.
package struct Lab: Sendable {
  package let loop: EventLoop
  private let store: SoftwareStore
  private let registry: LabRegistry

  /// - Parameter store: where the servers' software stands; nil is this user's.
  package init(
    on loop: EventLoop, store: SoftwareStore? = nil, environment: [String: String] = Host.environment
  ) throws(LabError) {
    self.loop = loop
    self.store = try SoftwareStore(store, on: loop, environment: environment)
    registry = try LabRegistry(environment: environment)
  }

  /// Starts a cluster and waits until it is whole: every node says `ok`, every replica is in sync, the keys are there.
  ///
  /// The servers live in sessions of their own and go on after this program. Where this fails, or its task is
  /// cancelled, nothing of it is left.
  package func up(
    _ request: LabRequest, progress: @escaping LabProgressHandler = { _ in }
  ) async throws(LabError) -> RunningLab {
    try request.validated()
    let server = try await store.server(of: request.from, progress: progress)
    if request.tls { try await requireTLS(server) }
    if let to = request.to {
      let target = try await store.server(of: to, progress: progress)
      if request.tls { try await requireTLS(target) }
    } else if let likely = ServerCatalogue.successor(of: request.from) {
      do throws(LabError) {
        _ = try await store.server(of: likely, progress: progress)
      } catch {
        // Nobody asked for it by name; whoever upgrades to it without it is told by the profile's stage.
        progress(LabProgress("\(likely.title) is not at hand for an upgrade: \(error.what)"))
      }
    }
    var attempts = 0
    while true {
      attempts += 1
      do throws(LabError) {
        return try await start(request, executable: server.executable, progress: progress)
      } catch {
        // Somebody outside all labs was quicker; where no port was asked for, there are others.
        guard error.code == .portTaken, request.port == nil, attempts < 5 else { throw error }
      }
    }
  }

  /// Whether a server was built with TLS shows in its configuration: without, it does not know the directive. The last
  /// word is wrong for every server, so that none is started.
  private func requireTLS(_ server: StoredServer) async throws(LabError) {
    let outcome = try await Programs(on: loop).run(
      server.executable, ["--tls-port", "0", "--hz", "none"], within: .seconds(10))
    guard outcome.everything.contains("tls-port") else { return }
    throw LabError(
      .badRequest, "The \(server.release.title) of this lab was built without TLS",
      remedy: "Start from another release: --from 7.0.15.")
  }

  /// Our own program, where this is it and not a test of it: the profile lets it fetch what is missing.
  private static let program: String? = Host.executable.flatMap { $0.hasSuffix("/redis-upgrade") ? $0 : nil }

  private func start(
    _ request: LabRequest, executable: String, progress: @escaping LabProgressHandler
  ) async throws(LabError) -> RunningLab {
    let record = try await prepare(request)
    let lab = RunningLab(record: record, loop: loop, registry: registry)
    do throws(LabError) {
      progress(LabProgress("Starting \(record.members.count) servers of \(request.from.title)", usually: "2 to 4 s"))
      try await record.certificates?.make(on: loop)
      let start = LabStart(
        request: request, executable: executable, store: store.directory, program: Self.program,
        login: try lab.login(password: request.password), loop: loop)
      let started = try await start.servers(of: record)
      try started.write(to: started.path)
      try registry.note(started)
      try await start.awaitReady(started)
      if request.keysPerShard > 0 {
        progress(LabProgress("Writing \(request.keysPerShard) keys to each shard", usually: "1 to 5 s"))
        try await start.load(started)
      }
      return RunningLab(record: started, loop: loop, registry: registry)
    } catch {
      throw await lab.withdrawn(after: error)
    }
  }

  /// The lab in a directory, whoever started it and whatever became of that.
  package func find(_ directory: String) throws(LabError) -> RunningLab {
    let path = "\(LabFiles.resolved(directory))/\(LabRecord.fileName)"
    let record: LabRecord
    if Files.exists(path) {
      record = try LabRecord.read(file: path)
      guard record.path == path else {
        throw LabError(
          .damagedRecord, "\(path) speaks of a lab in \(record.directory)",
          remedy: "Move the directory back, then try again.")
      }
    } else if let noted = try registry.record(of: directory) {
      // Somebody took the directory away under the servers.
      record = noted
    } else {
      throw LabError(
        .notALab, "There is no lab in \(LabFiles.resolved(directory)): it has no \(LabRecord.fileName)",
        remedy: "Give the directory that `lab up` was given; `lab list` names those that are known.")
    }
    return RunningLab(record: record, loop: loop, registry: registry)
  }

  /// All labs of this user that have not been ended, by port.
  package func list() throws(LabError) -> [RunningLab] {
    try registry.all().map { RunningLab(record: $0, loop: loop, registry: registry) }
  }

  /// Chooses ports and directory, and writes the record: from here on the lab can be found and ended.
  private func prepare(_ request: LabRequest) async throws(LabError) -> LabRecord {
    let lock = try await registry.lock(on: loop)
    defer { lock.release() }
    let port = try LabPorts(labs: registry.all(), host: request.host, loop: loop)
      .base(for: request.processCount, wanted: request.port)
    let seed = request.seed ?? UInt64.random(in: 0...UInt64(Int64.max))
    let shape = request.shape(port: port, seed: seed)
    let directory =
      request.directory.map(LabFiles.absolute) ?? "\(registry.directory)/lab-\(port)-\(WallClock.milliseconds)"
    let isThere = Files.exists(directory)
    if isThere, Files.kind(directory) != .directory {
      throw LabError(
        .directoryUnusable, "\(directory) is not a directory", remedy: "Choose another one, or leave it out.")
    }
    if isThere, !(try LabFiles.list(directory)).isEmpty {
      let isLab = Files.exists("\(directory)/\(LabRecord.fileName)")
      throw LabError(
        .directoryNotEmpty, "\(directory) is not empty\(isLab ? ": there is a lab in it" : "")",
        remedy: isLab ? "End it with `lab down`, or choose another directory." : "Choose another one, or leave it out.")
    }
    if !isThere { try LabFiles.makeDirectory(directory) }
    var record = LabRecord(
      directory: LabFiles.resolved(directory), madeDirectory: !isThere, product: request.from.product.rawValue,
      version: request.from.version.description, started: WallClock.milliseconds,
      nodes: shape.nodes.map {
        LabRecord.Node(
          host: $0.host, port: $0.port, shard: $0.shard, isPrimary: $0.isPrimary, name: $0.name,
          follows: $0.follows.map { port + $0 })
      }, seed: seed, tls: request.tls ? true : nil, plain: request.tree == nil ? nil : true)
    if request.sentinels > 0 {
      record.sentinels = (0..<request.sentinels).map { number in
        let name = ClusterShape.name(seed: seed, number: shape.nodes.count + number)
        let port = port + shape.nodes.count + number
        return LabRecord.Node(host: request.host, port: port, shard: 0, isPrimary: false, name: name)
      }
    }
    try record.write(to: record.path)
    try registry.note(record)
    return record
  }
}
