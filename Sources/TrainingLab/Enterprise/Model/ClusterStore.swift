package import SystemIO

extension Simulator {
  /// The folder of a simulated cluster, and its state file: read whole, changed under a lock, written whole.
  package struct Store: Sendable {
    package let folder: String
    package let loop: EventLoop

    package init(folder: String, on loop: EventLoop) {
      self.folder = folder
      self.loop = loop
    }

    package static let fileName = "state.json"
    package var path: String { "\(folder)/\(Self.fileName)" }
    package func folder(ofNode id: Int) -> String { "\(folder)/nodes/\(id)" }
    package func folder(of shard: Shard) -> String { "\(folder)/shards/\(shard.port)" }
    package func passwordFile(ofDatabase id: Int) -> String { "\(folder)/secrets/db-\(id).password" }
    package var passwordFile: String { "\(folder)/secrets/rest.password" }
    package var certificate: String { "\(folder)/tls/cluster.pem" }
    package var key: String { "\(folder)/tls/cluster.key" }
    /// Where programs that live for a while note that they do.
    package var processes: String { "\(folder)/processes" }

    /// How long somebody else may keep the state for himself.
    private static let bound = Duration.seconds(20)

    package func read() throws(LabError) -> Cluster { try Self.decode(Array(try LabFiles.read(path).utf8), of: path) }

    package static func decode(_ bytes: [UInt8], of path: String) throws(LabError) -> Cluster {
      do {
        let cluster = try JSONDecoding.read(Cluster.self, from: bytes)
        if cluster.format == Cluster.currentFormat { return cluster }
      } catch {
        throw LabError(
          .damagedRecord, "\(path) does not hold a simulated cluster: \(error)",
          remedy: "Put back what was changed in it, or end the lab and start another.")
      }
      throw LabError(
        .damagedRecord, "\(path) is of another version of this program", remedy: "End the lab and start another.")
    }

    /// Changes the state; nothing is written where the body changed nothing.
    @discardableResult
    package func change<Answer>(
      _ body: (inout Cluster) throws(LabError) -> Answer
    ) async throws(LabError) -> Answer {
      guard let lock = try await LabFiles.lock("\(folder)/state.lock", within: Self.bound, on: loop) else {
        throw LabError(
          .busy, "Another program keeps the state of the cluster in \(folder)", remedy: "Try again in a moment.")
      }
      defer { lock.release() }
      let before = try read()
      var cluster = before
      let answer = try body(&cluster)
      if cluster != before { try write(cluster) }
      return answer
    }

    /// Writes the whole of it; for whoever makes the lab, or holds the lock.
    package func write(_ cluster: Cluster) throws(LabError) {
      let text: String
      do {
        text = try JSONEncoding.lines(cluster)
      } catch {
        throw LabError(
          .damagedRecord, "The state of the cluster cannot be written: \(error)",
          remedy: "Report this as a defect of the lab.")
      }
      try LabFiles.write(text + "\n", to: path)
    }

    /// A password file's one line.
    package func password(in file: String) throws(LabError) -> String {
      String(try LabFiles.read(file).prefix { !$0.isNewline })
    }
  }
}
