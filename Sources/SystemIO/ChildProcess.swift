// A child process on the loop: its streams, its signals and its end.

import CSystem
import Glibc
import Synchronization

/// A running child, and what remains of it.
///
/// It was started without fork, with an empty signal mask, default dispositions and no descriptor of ours. Its end is
/// seen through a pidfd, never missed and never mistaken for another's. Dropping the object closes its streams (a
/// terminal's child gets `SIGHUP`) and leaves the child alone; it is reaped all the same.
package final class ChildProcess: Sendable {
  /// The command as it was given.
  package let command: ChildCommand
  package let pid: Int32
  /// A PTY's master, or the reading end of standard output; nil for streams that are not ours to read.
  private let output: Channel?
  private let errorOutput: Channel?
  /// A PTY's master, or the writing end of standard input.
  private let input: Channel?
  private let isTerminal: Bool
  /// The other end of its input and output, where they are a socket; whoever takes it closes it.
  package let socket: Connection?
  private let turns = Turns()
  private let watch: ExitWatch

  init(
    command: ChildCommand, pid: Int32, input: Channel?, output: Channel?, errorOutput: Channel?,
    socket: Connection? = nil, isTerminal: Bool, watch: ExitWatch
  ) {
    self.socket = socket
    self.command = command
    self.pid = pid
    self.input = input
    self.output = output
    self.errorOutput = errorOutput
    self.isTerminal = isTerminal
    self.watch = watch
  }

  deinit {
    input?.close()
    output?.close()
    errorOutput?.close()
  }

  private var place: String { "\(command.program) (pid \(pid))" }

  /// Reads what the child wrote: all of it on a terminal, standard output on pipes. Empty means the end.
  ///
  /// The end comes when the last holder of the stream is gone, which may be a grandchild; see `endOutput()`.
  package func read(upTo count: Int, within bound: Duration? = nil) async throws(SystemError) -> [UInt8] {
    try await Self.read(output, upTo: count, within: bound)
  }

  /// Reads standard error on pipes; empty at once elsewhere.
  package func readError(upTo count: Int, within bound: Duration? = nil) async throws(SystemError) -> [UInt8] {
    try await Self.read(errorOutput, upTo: count, within: bound)
  }

  /// From now on a read that would wait answers the end: for after `exit()`, where a grandchild keeps the stream.
  ///
  /// What the child itself wrote before it ended is still read.
  package func endOutput() {
    output?.endWhenEmpty()
    errorOutput?.endWhenEmpty()
  }

  /// Writes all of it to standard input or the terminal, waiting while the child does not read.
  package func write(_ bytes: [UInt8], within bound: Duration? = nil) async throws(SystemError) {
    guard let input else { throw SystemError(.brokenPipe, "write to", place) }
    let deadline = bound.map { input.loop.now + $0 }
    guard await turns.take(until: deadline, on: input.loop) else {
      throw SystemError(Task.isCancelled ? .canceled : .timedOut, "write to", place)
    }
    defer { turns.pass() }
    var sent = 0
    while sent < bytes.count {
      let start = sent
      sent += try await input.perform(.write, "write to", until: deadline) { descriptor in
        unsafe Channel.send(bytes, from: start) { unsafe Glibc.write(descriptor, $0, $1) }
      }
    }
  }

  /// Ends the child's input: closes the pipe; on a terminal types its end-of-file character, which counts only at the
  /// start of a line.
  package func closeInput() {
    guard let input else { return }
    if !isTerminal { return input.close() }
    input.withDescriptor { master in
      var endOfFile: UInt8 = 4
      _ = systemCall { unsafe Glibc.write(master, &endOfFile, 1) }
    }
  }

  /// Gives a terminal a new size; its foreground programs get `SIGWINCH`.
  package func resize(rows: Int, columns: Int) throws(SystemError) {
    guard isTerminal, let output else { return }
    let answer = output.withDescriptor { master in
      csystem_set_window_size(master, UInt16(clamping: rows), UInt16(clamping: columns))
    }
    try checked(answer ?? -ECANCELED, "resize the terminal of", place)
  }

  /// Sends a signal to the child alone; false when it had ended already.
  @discardableResult
  package func send(_ signal: Signal) throws(SystemError) -> Bool {
    try watch.send(signal, toGroup: false, place: place)
  }

  /// Sends a signal to the process group that the child leads: itself and what it started, where it began a session.
  @discardableResult
  package func sendToGroup(_ signal: Signal) throws(SystemError) -> Bool {
    try watch.send(signal, toGroup: true, place: place)
  }

  /// How it ended, if it did.
  package var exitStatus: ExitStatus? { watch.status.present }

  /// Waits until the child itself has ended, whoever still holds its streams. Any number of tasks may wait.
  ///
  /// Not ended by cancellation: `exit(within:)` is.
  package func exit() async -> ExitStatus {
    let promise = Promise<ExitStatus>()
    watch.status.tell { promise.keep($0) }
    return await promise.value
  }

  /// Waits for the end within a bound; nil when the time was up or the task was cancelled first.
  package func exit(within bound: Duration) async -> ExitStatus? {
    let promise = Promise<ExitStatus?>()
    watch.status.tell { promise.keep($0) }
    let timer = watch.loop.schedule(at: watch.loop.now + bound) { promise.keep(nil) }
    let status = await promise.value(ifCancelled: nil)
    watch.loop.cancel(timer)
    return status
  }

  /// Forgets the streams without touching the child, when what was to be said and heard is over.
  package func closeStreams() {
    input?.close()
    output?.close()
    errorOutput?.close()
  }

  private static func read(
    _ channel: Channel?, upTo count: Int, within bound: Duration?
  ) async throws(SystemError) -> [UInt8] {
    guard let channel else { return [] }
    var bytes: [UInt8] = []
    _ = try await channel.perform(
      .read, "read from", until: bound.map { channel.loop.now + $0 }, atEnd: 0
    ) { descriptor in
      let attempt = unsafe Channel.receive(upTo: count, appendingTo: &bytes) { unsafe Glibc.read(descriptor, $0, $1) }
      // A terminal whose last user is gone says so with EIO.
      if case .failed(EIO) = attempt { return .done(0) }
      if case .doneAndEmptied(let count) = attempt { return .done(count) }
      return attempt
    }
    return bytes
  }
}

/// Sees the end of one child through its pidfd.
final class ExitWatch: EventWatcher {
  let loop: EventLoop
  let status = Announcement<ExitStatus>()
  private let pid: Int32
  private let state: Mutex<State>

  private struct State {
    /// -1 once the child was reaped.
    var pidfd: Int32
    var token: UInt64?
  }

  /// Takes over `pidfd`, which must be of a child of ours that nobody else reaps.
  init(pid: Int32, pidfd: Int32, on loop: EventLoop) {
    self.pid = pid
    self.loop = loop
    state = Mutex(State(pidfd: pidfd))
  }

  deinit { state.withLock { if $0.pidfd >= 0 { close($0.pidfd) } } }

  /// Begins to watch; the loop holds this object until the child has ended.
  func start() {
    let failed = state.withLock { state -> Bool in
      guard let token = loop.register(self) else { return true }
      state.token = token
      return loop.ask(about: state.pidfd, events: CSYSTEM_READABLE, token: token, present: nil) != 0
    }
    if failed { loopStopped() }
  }

  func send(_ signal: Signal, toGroup: Bool, place: String) throws(SystemError) -> Bool {
    let answer = state.withLock { state -> Int32 in
      guard state.pidfd >= 0 else { return -ESRCH }
      guard toGroup else { return csystem_pidfd_signal(state.pidfd, signal.number) }
      let answer = csystem_pidfd_signal_group(state.pidfd, signal.number)
      if answer != -EINVAL && answer != -ENOSYS { return answer }
      // Before Linux 6.9: not reaped yet, under this lock, so the number is still the child's.
      return kill(-pid, signal.number) == 0 ? 0 : -errno
    }
    if answer == -ESRCH { return false }
    try checked(answer, "send \(signal) to", place)
    return true
  }

  func ready(_ events: UInt32) {
    let found = state.withLock { state -> (status: ExitStatus, token: UInt64?)? in
      guard state.pidfd >= 0 else { return nil }
      var signalled = false
      var value: Int32 = 0
      let answer = unsafe csystem_pidfd_reap(state.pidfd, &signalled, &value)
      if answer == 0 { return nil }
      loop.stopAsking(about: state.pidfd)
      close(state.pidfd)
      state.pidfd = -1
      let status: ExitStatus = answer < 0 ? .unknown : signalled ? .signalled(value) : .exited(value)
      return (status, state.token.take())
    }
    guard let found else { return }
    if let token = found.token { loop.unregister(token) }
    status.make(found.status)
  }

  func loopStopped() {
    ready(0)
    status.make(.unknown)
    guard state.withLock({ $0.pidfd >= 0 }) else { return }
    // Without a loop a thread waits: a zombie would stay for as long as this process does.
    _ = try? SystemThread(name: "reaps \(pid)") { [self] in
      while waitid(P_PID, id_t(pid), nil, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      ready(0)
    }
  }
}
