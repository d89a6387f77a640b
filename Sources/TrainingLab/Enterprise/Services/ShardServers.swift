package import SystemIO
import UpgradeCore

extension Simulator {
  /// The real servers behind the shards: started, stopped and handed over from one to another.
  ///
  /// Each lives in a folder of its own and in a session of its own: it goes on after whoever started it.
  package struct ShardServers: Sendable {
    let store: Store

    package init(_ store: Store) { self.store = store }

    private var loop: EventLoop { store.loop }
    static let address = "127.0.0.1"
    /// The folder of the lab where each release's server can be found by its name.
    package var software: String { "\(store.folder)/software" }

    /// How long a server may take to come up, to load, to be in sync, and to end.
    private static let bound = Duration.seconds(60)
    private static let pause = Duration.milliseconds(10)

    // MARK: - Files

    /// Writes what a shard's server reads at its start; what it keeps in its folder stays.
    package func prepare(_ shard: Shard, of database: Database) throws(LabError) {
      let folder = store.folder(of: shard)
      try LabFiles.makeDirectory(folder)
      var lines = [
        "port \(shard.port)", "bind \(Self.address)", "daemonize no", "dir \(ServerConfiguration.quoted(folder))",
        "pidfile \(ServerConfiguration.quoted("\(folder)/server.pid"))",
        "logfile \(ServerConfiguration.quoted("\(folder)/server.log"))",
        "repl-diskless-sync yes", "repl-diskless-sync-delay 0", "repl-backlog-size 16mb",
        "appendonly \(database.persistence == .aof ? "yes" : "no")",
        database.persistence == .snapshot ? "save 3600 1 300 100 60 10000" : "save \"\"",
      ]
      if database.persistence == .aof { lines.append("appendfsync everysec") }
      try LabFiles.write(lines.joined(separator: "\n") + "\n", to: "\(folder)/redis.conf", mode: 0o600)
    }

    // MARK: - Starting and stopping

    /// Starts a shard's server, as a replica where another one is named, and waits until it has its data.
    package func start(_ shard: Shard, of database: Database, following primary: Int? = nil) async throws(LabError) {
      try prepare(shard, of: database)
      let folder = LabProfile.shellQuoted(store.folder(of: shard))
      let release = Bundles.server(of: shard.version)
      let server = LabProfile.shellQuoted("\(software)/\(release)")
      let role = primary.map { " --replicaof \(Self.address) \($0)" } ?? ""
      let outcome = try await Programs(on: loop).run(
        "/bin/sh",
        ["-c", "cd \(folder) && nohup setsid -f \(server) redis.conf\(role) </dev/null >>server.out 2>&1"],
        within: .seconds(10))
      guard outcome.isSuccess else { throw didNotStart(shard, outcome.lastLine) }
      try await wait("come up", shard) { info in
        info["loading"] == "0" && (primary == nil || info["master_link_status"] == "up")
      }
    }

    /// Ends a shard's server; done again it does nothing.
    ///
    /// - Parameter saves: whether it writes a snapshot first, whatever its database's persistence is.
    package func stop(_ shard: Shard, of database: Database, saves: Bool) async throws(LabError) {
      guard let process = process(of: shard) else { return }
      let keeps = saves || database.persistence == .snapshot
      if let connection = try? await open(shard) {
        // The connection ends instead of a reply.
        _ = try? await connection.send(["SHUTDOWN", keeps ? "SAVE" : "NOSAVE"], within: .seconds(20))
        connection.close()
      }
      do throws(SystemError) {
        if try await process.end(on: loop, within: .seconds(5)) { return }
        _ = try process.send(.kill)
        _ = try await process.end(on: loop, within: .seconds(5))
      } catch {
        throw LabError(
          .serverStillRuns, "The server of redis:\(shard.id) cannot be ended: \(error)",
          remedy: "End process \(process.pid) by hand.")
      }
    }

    /// What a shard has left behind is gone at its next start.
    package func forget(_ shard: Shard) throws(LabError) {
      for name in ["dump.rdb", "appendonly.aof", "appendonlydir"] {
        let path = "\(store.folder(of: shard))/\(name)"
        if Files.exists(path) { try LabFiles.remove(path) }
      }
    }

    /// The server that runs in a shard's folder.
    package func process(of shard: Shard) -> ProcessIdentity? {
      let folder = store.folder(of: shard)
      guard let text = try? LabFiles.read("\(folder)/server.pid"),
        let pid = Int32(text.prefix { $0.isNumber }), let process = try? ProcessIdentity(of: pid),
        LabProcesses.directory(of: process) == LabFiles.resolved(folder)
      else { return nil }
      return process
    }

    // MARK: - Handing over

    /// The replica becomes the primary and the other way round; what was acknowledged before is there after.
    ///
    /// Writes wait meanwhile; when it is over they are refused as by a replica, and a proxy sends them on.
    package func handOver(from primary: Shard, to replica: Shard) async throws(LabError) {
      let old = try await openOrSay(primary)
      let new = try await openOrSay(replica)
      defer {
        old.close()
        new.close()
      }
      var tries = 0
      while true {
        // A replica that synchronizes still, because it was restarted just now, does that while writes go on.
        try await wait("synchronize", replica) { $0["master_link_status"] == "up" }
        _ = try await ask(old, ["CLIENT", "PAUSE", "5000", "WRITE"], primary)
        let wanted = try await information(old, primary)["master_repl_offset"].flatMap { Int($0) } ?? 0
        do throws(LabError) {
          // Well within the pause: when that is over, there may be writes that the replica does not have.
          try await wait("catch up", replica, within: .seconds(3)) { info in
            info["master_link_status"] == "up" && (info["slave_repl_offset"].flatMap { Int($0) } ?? 0) >= wanted
          }
          break
        } catch {
          _ = try await ask(old, ["CLIENT", "UNPAUSE"], primary)
          tries += 1
          guard tries < 3 else { throw error }
        }
      }
      _ = try await ask(new, ["REPLICAOF", "NO", "ONE"], replica)
      _ = try await ask(old, ["REPLICAOF", Self.address, "\(replica.port)"], primary)
      _ = try await ask(old, ["CLIENT", "UNPAUSE"], primary)
    }

    /// Has a running server keep its data otherwise from now on; at its next start its file says the same.
    package func set(_ persistence: Persistence, on shard: Shard) async throws(LabError) {
      let connection = try await openOrSay(shard)
      defer { connection.close() }
      let (log, points) = (
        persistence == .aof ? "yes" : "no", persistence == .snapshot ? "3600 1 300 100 60 10000" : ""
      )
      _ = try await ask(connection, ["CONFIG", "SET", "save", points], shard)
      _ = try await ask(connection, ["CONFIG", "SET", "appendonly", log], shard)
      guard persistence == .aof else { return }
      // The file is whole once the rewrite that this began is over.
      try await wait("write its log", shard) { $0["aof_rewrite_in_progress"] == "0" && $0["aof_enabled"] == "1" }
    }

    // MARK: - Asking

    private func wait(
      _ what: String, _ shard: Shard, within bound: Duration = ShardServers.bound, until isSo: (ServerInfo) -> Bool
    ) async throws(LabError) {
      let deadline = loop.now + bound
      var connection: ForeignConnection?
      defer { connection?.close() }
      while true {
        if connection == nil { connection = try? await open(shard) }
        if let open = connection {
          do throws(ForeignFailure) {
            let text = try await open.send(["INFO"], within: .seconds(5)).text ?? ""
            if isSo(ServerInfo(text)) { return }
          } catch {
            connection = nil
          }
        }
        guard loop.now < deadline else {
          throw LabError(
            .notReady, "The server of redis:\(shard.id) did not \(what)",
            remedy: "Look at \(store.folder(of: shard))/server.log.")
        }
        do {
          try await loop.sleep(for: Self.pause)
        } catch {
          throw LabError(.timedOut, "Waiting for redis:\(shard.id) was interrupted", remedy: "Start it again.")
        }
      }
    }

    private func open(_ shard: Shard) async throws(ForeignFailure) -> ForeignConnection {
      try await ForeignConnection.open(
        to: Address(host: Self.address, port: shard.port), on: loop, within: .seconds(2))
    }

    private func openOrSay(_ shard: Shard) async throws(LabError) -> ForeignConnection {
      do throws(ForeignFailure) {
        return try await open(shard)
      } catch {
        throw unreachable(shard, error)
      }
    }

    private func ask(
      _ connection: ForeignConnection, _ command: [String], _ shard: Shard
    ) async throws(LabError) -> ForeignReply {
      do throws(ForeignFailure) {
        let reply = try await connection.send(command, within: .seconds(10))
        if case .error(let line) = reply { throw ForeignFailure.refused(line) }
        return reply
      } catch {
        throw unreachable(shard, error)
      }
    }

    private func information(_ connection: ForeignConnection, _ shard: Shard) async throws(LabError) -> ServerInfo {
      ServerInfo(try await ask(connection, ["INFO", "replication"], shard).text ?? "")
    }

    private func unreachable(_ shard: Shard, _ failure: ForeignFailure) -> LabError {
      LabError(
        .connectionLost, "The server of redis:\(shard.id) does not do what it is asked for: \(failure)",
        remedy: "Look at \(store.folder(of: shard))/server.log.")
    }

    private func didNotStart(_ shard: Shard, _ why: String) -> LabError {
      LabError(
        .serverDidNotStart, "The server of redis:\(shard.id) did not start: \(why)",
        remedy: "Look at \(store.folder(of: shard))/server.out.")
    }
  }
}
