import Synchronization
import SystemIO
package import UpgradeCore

/// Writes the records of one run, in order, on a thread of its own: a slow disk never holds back the loop.
package final class Journal: Sendable {
  private let thread: WorkerPool
  private let store: any JournalStore
  /// Touched on the thread alone; the lock is for the compiler.
  private let chain: Mutex<JournalChain>

  package init(_ chain: JournalChain, store: any JournalStore) throws(JournalError) {
    self.store = store
    self.chain = Mutex(chain)
    do throws(SystemError) {
      thread = try WorkerPool(name: "journal", threads: 1)
    } catch {
      throw JournalError(.unusable, "\(error)", remedy: "Nothing was begun; try again when the system is less busy.")
    }
  }

  /// Adds records in one piece and waits until they are on disk; where that fails, none of them is.
  ///
  /// Calls may overlap: the lines stand in the order of the calls.
  package func append(_ records: [Record], at time: WallTime) async throws(JournalError) {
    let result = await withCheckedContinuation { (done: CheckedContinuation<Result<Void, JournalError>, Never>) in
      thread.submit { done.resume(returning: self.write(records, at: time)) }
    }
    try result.get()
  }

  private func write(_ records: [Record], at time: WallTime) -> Result<Void, JournalError> {
    chain.withLock { chain in
      var next = chain
      var bytes: [UInt8] = []
      for record in records { bytes += next.line(record, at: time) }
      do throws(JournalError) {
        try store.append(bytes, usingReserve: !records.contains(where: \.beginsSomething))
      } catch {
        return .failure(error)
      }
      chain = next
      return .success(())
    }
  }
}

extension Record {
  /// Whether something is done because of it: then a full disk stops it. What only tells what happened uses the
  /// reserve, because it has happened.
  var beginsSomething: Bool {
    switch self {
    case .started, .resumed, .ordered, .planAccepted, .ledger, .intent, .chosen: true
    case .answered(_, let granted): granted
    case .prompted(_, _, let fate):
      if case .replied = fate { true } else { false }
    case .asked, .outcome, .settled, .late, .problem, .measured, .windowClosed, .noted, .ended: false
    }
  }
}
