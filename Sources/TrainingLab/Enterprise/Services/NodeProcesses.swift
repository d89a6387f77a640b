import SystemIO

extension Simulator {
  /// Starts the nodes' long-lived processes, waits for them, and ends everything that the lab's programs started.
  struct NodeProcesses: Sendable {
    let store: Store
    let program: String

    private static let bound = Duration.seconds(30)

    /// Starts those of all nodes, and waits until what they serve can be reached.
    func start(_ cluster: Cluster) async throws(LabError) {
      for node in cluster.nodes { try await start(node) }
      var places = cluster.databases.flatMap { database in
        database.endpoints.compactMap { cluster.node($0)?.address }.map { Endpoint.tcp(host: $0, port: database.port) }
      }
      places += cluster.nodes.map { .tcp(host: $0.address, port: cluster.restPort) }
      let deadline = store.loop.now + Self.bound
      for place in places {
        while true {
          if let connection = try? await Connection.connect(to: place, on: store.loop, within: .seconds(1)) {
            connection.close()
            break
          }
          guard store.loop.now < deadline else {
            throw LabError(
              .notReady, "Nothing answers at \(place)", remedy: "Look at the files node.out in \(store.folder)/nodes.")
          }
          do {
            try await store.loop.sleep(for: .milliseconds(20))
          } catch {
            throw LabError(.timedOut, "The start of the lab was interrupted", remedy: "Start it again.")
          }
        }
      }
    }

    private func start(_ node: Node) async throws(LabError) {
      let place = store.folder(ofNode: node.id)
      let call = [program, "simulate", "node", place].map(LabProfile.shellQuoted).joined(separator: " ")
      let outcome = try await Programs(on: store.loop).run(
        "/bin/sh", ["-c", "cd \(LabProfile.shellQuoted(place)) && nohup setsid -f \(call) </dev/null >>node.out 2>&1"],
        within: .seconds(10))
      guard outcome.isSuccess else {
        throw LabError(
          .serverDidNotStart, "The process of node:\(node.id) did not start: \(outcome.lastLine)",
          remedy: "Look at \(place)/node.out.")
      }
    }

    /// Ends the processes of the nodes, and installers and actions that still run.
    static func end(in store: Store) async throws(LabError) {
      do throws(SystemError) {
        for process in ProcessNote.all(in: store) {
          _ = try process.send(.terminate)
          if try await process.end(on: store.loop, within: .seconds(3)) { continue }
          _ = try process.send(.kill)
          _ = try await process.end(on: store.loop, within: .seconds(5))
        }
      } catch {
        throw LabError(
          .serverStillRuns, "A process of the lab cannot be ended: \(error)",
          remedy: "Run `lab down` again as the user who started the lab.")
      }
    }
  }
}
