// What a long-lived process knows of the cluster: what the state file says at the moment when it is asked.

import Synchronization
import SystemIO

extension Simulator {
  final class ClusterView: Sendable {
    private let store: Store
    private let held: Mutex<(bytes: [UInt8], cluster: Cluster)>

    init(_ store: Store) throws(LabError) {
      self.store = store
      held = Mutex(([], try store.read()))
    }

    /// Read anew each time, so that nobody acts on what has changed; it is small, and understood once.
    var cluster: Cluster {
      let bytes = try? Files.read(store.path)
      return held.withLock { held in
        // A state that somebody has damaged by hand is waited out: the last good one stands.
        if let bytes, bytes != held.bytes, let cluster = try? Store.decode(bytes, of: store.path) {
          held = (bytes, cluster)
        }
        return held.cluster
      }
    }
  }

  /// A note that a process of the lab lives, so that the lab can end it: its identity, in a file named by its number.
  struct ProcessNote: Sendable {
    private let path: String

    init(in store: Store) throws(LabError) {
      try LabFiles.makeDirectory(store.processes)
      path = "\(store.processes)/\(Host.processID)"
      try LabFiles.write(Self.own(), to: path)
    }

    /// Our own identity as text.
    static func own() throws(LabError) -> String {
      do throws(SystemError) {
        return try ProcessIdentity.own.description
      } catch {
        throw LabError(
          .toolFailed, "This process cannot be told from others: \(error)", remedy: "See whether /proc is there.")
      }
    }

    func remove() { _ = try? Files.remove(path) }

    /// Everybody who noted itself and still lives.
    static func all(in store: Store) -> [ProcessIdentity] {
      ((try? Files.list(store.processes)) ?? []).compactMap { name in
        (try? LabFiles.read("\(store.processes)/\(name)")).flatMap { ProcessIdentity($0) }
      }
      .filter(\.isAlive)
    }
  }
}
