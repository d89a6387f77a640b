// The journal's file: bytes are added at its end, durably, with room kept for what must still be said on a full disk.

import CSystem
import Glibc
import Synchronization

/// A file that only grows, by whole pieces that are on disk when `append` returns.
///
/// Ahead of the end it keeps a *reserve*: blocks that already belong to the file (`fallocate`), or, where the file
/// system cannot do that, a second file `PATH.reserve` that is given up when the disk is full. An ordinary append
/// never touches the reserve and fails with `ENOSPC` first; one with `usingReserve` may.
///
/// All calls block and belong on one thread of their own.
package final class AppendFile: Sendable {
  package let path: String
  private let state: Mutex<State>

  private struct State {
    let file: Descriptor
    var length: Int
    let wanted: Int
    var reserve: Reserve
    /// What went wrong so that the file's content on disk is unknown; nothing is added after that.
    var broken: SystemError?
    var isClosed = false
  }

  /// How room is kept.
  package enum ReserveKind: Hashable, Sendable {
    /// Blocks of the file itself; where the file system has no such thing, a second file.
    case blocks
    /// A second file, removed when the disk is full.
    case secondFile
  }

  private enum Reserve {
    /// The file owns its blocks up to this offset.
    case blocks(end: Int)
    /// A second file occupies the space; false while it is given up.
    case ballast(isThere: Bool)
  }

  /// Creates the file with mode 0600, which must not exist, and makes its name durable.
  ///
  /// - Parameter reserve: how many bytes stay writable on a full disk.
  package convenience init(
    creating path: String, reserve: Int = 1 << 18, kind: ReserveKind = .blocks
  ) throws(SystemError) {
    let file = Descriptor(
      try systemCall("create", path) { unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) })
    try systemCall("sync", path) { fsync(file.number) }
    try Files.syncDirectory(of: path)
    try self.init(file, path: path, length: 0, reserve: reserve, kind: kind)
  }

  /// Opens a file that exists, to go on at its end; what is in it is on disk when this returns.
  package convenience init(
    opening path: String, reserve: Int = 1 << 18, kind: ReserveKind = .blocks
  ) throws(SystemError) {
    let file = Descriptor(try systemCall("open", path) { unsafe open(path, O_RDWR | O_CLOEXEC) })
    // A writer that was killed may have left bytes that can be read but are not on disk yet.
    try systemCall("sync", path) { fsync(file.number) }
    let length = try systemCall("find the end of", path) { lseek(file.number, 0, SEEK_END) }
    try self.init(file, path: path, length: Int(length), reserve: reserve, kind: kind)
  }

  private init(
    _ file: Descriptor, path: String, length: Int, reserve: Int, kind: ReserveKind
  ) throws(SystemError) {
    self.path = path
    let empty: Reserve = kind == .blocks ? .blocks(end: length) : .ballast(isThere: false)
    var state = State(file: file, length: length, wanted: reserve, reserve: empty, broken: nil)
    try Self.replenish(&state, path: path, for: 0)
    self.state = Mutex(state)
  }

  deinit { close() }

  /// How many bytes are in the file.
  package var length: Int { state.withLock { $0.length } }

  /// How many bytes can be added although the disk is full.
  package var reserved: Int {
    state.withLock { state in
      switch state.reserve {
      case .blocks(let end): max(0, end - state.length)
      case .ballast(let isThere): isThere ? state.wanted : 0
      }
    }
  }

  /// Adds bytes at the end, all or none, and waits until they are on disk.
  ///
  /// On `ENOSPC` the file is as it was. After an error of the disk itself (`EIO` from a sync) nobody can say what is
  /// on it, so that error is thrown from then on.
  ///
  /// - Parameters:
  ///   - usingReserve: whether the reserve may be used up for it: for outcomes, and for the last word.
  ///   - syncing: whether to wait for the disk; without, the next `sync` or synced append covers it.
  package func append(_ bytes: [UInt8], usingReserve: Bool = false, syncing: Bool = true) throws(SystemError) {
    try state.withLock { state throws(SystemError) in
      try checkUsable(state)
      guard !bytes.isEmpty else { return }
      do throws(SystemError) {
        try Self.replenish(&state, path: path, for: bytes.count)
      } catch {
        guard usingReserve, error.isFull else { throw error }
      }
      try write(bytes, usingReserve: usingReserve, &state)
      state.length += bytes.count
      if syncing { try sync(&state) }
    }
  }

  /// Waits until all that was added is on disk.
  package func sync() throws(SystemError) {
    try state.withLock { state throws(SystemError) in
      try checkUsable(state)
      try sync(&state)
    }
  }

  /// Cuts the file, for a torn last piece that a crash left.
  package func truncate(to length: Int) throws(SystemError) {
    try state.withLock { state throws(SystemError) in
      try checkUsable(state)
      guard length < state.length else { return }
      try cut(&state, to: length)
      try sync(&state)
      try? Self.replenish(&state, path: path, for: 0)
    }
  }

  /// Gives the reserve back and closes the file. Idempotent.
  package func close() {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.isClosed = true
      switch state.reserve {
      case .blocks: ftruncate(state.file.number, off_t(state.length))
      case .ballast: unsafe unlink(Self.ballast(of: path))
      }
    }
  }

  private func checkUsable(_ state: State) throws(SystemError) {
    if let broken = state.broken { throw broken }
    if state.isClosed { throw SystemError(.init(EBADF), "append to", path) }
  }

  private func write(_ bytes: [UInt8], usingReserve: Bool, _ state: inout State) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let start = written
      let offset = off_t(state.length + start)
      let attempt = unsafe Channel.send(bytes, from: start) { unsafe pwrite(state.file.number, $0, $1, offset) }
      switch attempt {
      case .done(let count), .doneAndEmptied(let count):
        written += count
      case .wouldBlock, .failed:
        let error = SystemError(attempt.code, "append to", path)
        // A torn piece at the end would hide all that follows it.
        if written > 0 { try cut(&state, to: state.length) }
        guard error.isFull, usingReserve, giveUpBallast(&state) else { throw error }
        written = 0
      }
    }
  }

  private func sync(_ state: inout State) throws(SystemError) {
    guard case .failure(let failure) = systemCall({ fdatasync(state.file.number) }) else { return }
    // The kernel forgets a failed page, so that a second sync would succeed without it.
    let error = SystemError(.init(failure.number), "sync", path)
    state.broken = error
    throw error
  }

  private func cut(_ state: inout State, to length: Int) throws(SystemError) {
    if case .failure(let failure) = systemCall({ ftruncate(state.file.number, off_t(length)) }) {
      let error = SystemError(.init(failure.number), "cut back", path)
      state.broken = error
      throw error
    }
    state.length = length
    // Cutting gives back the blocks beyond the end, too.
    if case .blocks = state.reserve {
      state.reserve = .blocks(end: length)
      try? Self.replenish(&state, path: path, for: 0)
    }
  }
}

// The reserve.

extension AppendFile {
  private static func ballast(of path: String) -> String { path + ".reserve" }

  /// Makes sure that `count` bytes and the whole reserve after them have room; changes nothing where they have.
  private static func replenish(_ state: inout State, path: String, for count: Int) throws(SystemError) {
    guard state.wanted > 0 else { return }
    switch state.reserve {
    case .blocks(let end):
      guard end < state.length + count + state.wanted else { return }
      // Twice the reserve, so that not every append has to ask.
      for ahead in [2 * state.wanted, state.wanted] {
        let answer = csystem_reserve_blocks(state.file.number, Int64(state.length), Int64(count + ahead))
        switch -answer {
        case 0:
          state.reserve = .blocks(end: state.length + count + ahead)
          return
        case EOPNOTSUPP, ENOSYS, EINVAL:
          state.reserve = .ballast(isThere: false)
          return try replenish(&state, path: path, for: count)
        case let failure where SystemError.fullDisk.contains(failure):
          continue
        case let failure:
          throw SystemError(.init(failure), "reserve room for", path)
        }
      }
      throw SystemError(.noSpace, "reserve room for", path)
    case .ballast(let isThere):
      guard !isThere else { return }
      // Nothing that a file system could compress away.
      try Files.writeAtomically(ballast(of: path), randomBytes(state.wanted))
      state.reserve = .ballast(isThere: true)
    }
  }

  /// Frees the space that a second file occupied; false when there is none.
  private func giveUpBallast(_ state: inout State) -> Bool {
    guard case .ballast(isThere: true) = state.reserve else { return false }
    state.reserve = .ballast(isThere: false)
    return unsafe unlink(Self.ballast(of: path)) == 0
  }
}

extension SystemError {
  /// No room: on the disk, in the quota, or under the file-size limit.
  fileprivate static let fullDisk: Set<Int32> = [ENOSPC, EDQUOT, EFBIG]

  fileprivate var isFull: Bool { Self.fullDisk.contains(code.number) }
}

extension Channel.Attempt {
  fileprivate var code: SystemError.Code {
    if case .failed(let number) = self { SystemError.Code(number) } else { .wouldBlock }
  }
}
