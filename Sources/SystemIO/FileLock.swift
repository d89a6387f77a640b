// One holder at a time, told by a lock that dies with its holder.

import Glibc

/// An exclusive lock on a file, held until it is released, dropped, or its process ends.
package final class FileLock: Sendable {
  package let path: String
  private let file: Descriptor

  private init(_ file: Descriptor, path: String) {
    self.file = file
    self.path = path
  }

  /// What an attempt to lock came to.
  package enum Attempt: Sendable {
    case held(FileLock)
    /// Somebody else holds it, and wrote this about itself.
    case taken(content: [UInt8])
  }

  /// Locks a file without waiting and puts `content` in it, for others to read; creates it with mode 0600.
  ///
  /// The file is never removed: a removed lock file would let two hold it.
  package static func attempt(_ path: String, content: [UInt8]) throws(SystemError) -> Attempt {
    let file = Descriptor(try systemCall("open", path) { unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) })
    switch systemCall({ flock(file.number, LOCK_EX | LOCK_NB) }) {
    case .failure(let failure) where failure.number == EWOULDBLOCK:
      return .taken(content: try Files.read(path, limit: 1 << 16))
    case .failure(let failure):
      throw SystemError(.init(failure.number), "lock", path)
    case .success:
      let lock = FileLock(file, path: path)
      try lock.setContent(content)
      return .held(lock)
    }
  }

  /// Changes what others read about the holder.
  package func setContent(_ content: [UInt8]) throws(SystemError) {
    try systemCall("empty", path) { ftruncate(file.number, 0) }
    try systemCall("write to", path) { lseek(file.number, 0, SEEK_SET) }
    try Files.write(content, to: file.number, path: path)
  }

  /// Lets the next one in, also where a copy of the descriptor lives on. Idempotent.
  package func release() {
    flock(file.number, LOCK_UN)
  }
}

extension Files {
  /// See `FileLock.attempt`.
  package static func lock(_ path: String, content: [UInt8]) throws(SystemError) -> FileLock.Attempt {
    try FileLock.attempt(path, content: content)
  }
}
