// A thread of our own, for what must not block the loop or the cooperative pool.

import CSystem
import Glibc
import Synchronization

/// A named thread on which every signal is blocked.
package final class SystemThread: Sendable {
  private let name: String
  private let handle: Mutex<pthread_t?>

  /// Starts the thread; it ends when `body` returns. `name` is cut to 15 bytes in `ps -L`.
  package init(name: String, body: @escaping @Sendable () -> Void) throws(SystemError) {
    self.name = name
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let failure = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
    if failure != 0 {
      unsafe start.release()
      throw SystemError(.init(failure), "start a thread for", name)
    }
    self.handle = Mutex(thread)
  }

  deinit {
    let handle = handle.withLock { handle in handle.take() }
    if let handle { pthread_detach(handle) }
  }

  /// Waits until the thread has ended; only the first call does. Blocks: never call it on the loop.
  package func join() {
    guard let handle = handle.withLock({ handle in handle.take() }) else { return }
    if pthread_equal(handle, pthread_self()) != 0 {
      pthread_detach(handle)
    } else {
      pthread_join(handle, nil)
    }
  }
}

private final class Start: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  csystem_block_all_signals()
  csystem_thread_alternate_stack()
  guard let context = unsafe context else { return nil }
  let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
  unsafe csystem_name_thread(start.name)
  start.body()
  return nil
}
