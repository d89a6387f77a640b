// What a long-lived process knows of the cluster: the state file as it was read last.

import Synchronization
import SystemIO

extension Simulator {
  final class ClusterView: Sendable {
    private let held: Mutex<Cluster>

    init(_ cluster: Cluster) { held = Mutex(cluster) }

    var cluster: Cluster {
      get { held.withLock { $0 } }
      set { held.withLock { $0 = newValue } }
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
