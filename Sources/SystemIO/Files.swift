// Files, durably: every call blocks, so on the loop it belongs into `blocking`.

import CSystem
import Glibc

/// Whole-file operations that leave either the old state or the new one.
package enum Files {
  /// The whole content; `EFBIG` when it is longer than `limit` bytes.
  package static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
    let file = Descriptor(try systemCall("open", path) { unsafe open(path, O_RDONLY | O_CLOEXEC) })
    var content: [UInt8] = []
    while true {
      // One byte more than allowed tells a full file from one that is too long. Files of /proc have no size.
      let room = min(1 << 18, limit - content.count) + 1
      let attempt = unsafe Channel.receive(upTo: room, appendingTo: &content) {
        unsafe Glibc.read(file.number, $0, $1)
      }
      switch attempt {
      case .done(0): return content
      case .done, .doneAndEmptied:
        if content.count > limit { throw SystemError(.tooBig, "read, within \(limit) bytes,", path) }
      case .wouldBlock: throw SystemError(.wouldBlock, "read", path)
      case .failed(let number): throw SystemError(.init(number), "read", path)
      }
    }
  }

  /// At most `count` bytes from an offset on; fewer at the end, none beyond it. For a file that grows meanwhile.
  package static func read(_ path: String, from offset: Int, upTo count: Int) throws(SystemError) -> [UInt8] {
    let file = Descriptor(try systemCall("open", path) { unsafe open(path, O_RDONLY | O_CLOEXEC) })
    var content: [UInt8] = []
    while content.count < count {
      let start = off_t(offset + content.count)
      let attempt = unsafe Channel.receive(upTo: count - content.count, appendingTo: &content) {
        unsafe pread(file.number, $0, $1, start)
      }
      switch attempt {
      case .done(0): return content
      case .done, .doneAndEmptied: continue
      case .wouldBlock: throw SystemError(.wouldBlock, "read", path)
      case .failed(let number): throw SystemError(.init(number), "read", path)
      }
    }
    return content
  }

  /// Replaces a file's content: after a crash it is the old or the new one, whole, and once this returns the new one.
  package static func writeAtomically(_ path: String, _ content: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
    try replaceAtomically(path, mode: mode) { file, temporary throws(SystemError) in
      try write(content, to: file, path: temporary)
    }
  }

  /// Lets `fill` write a new file next to `path`, and gives it that name when it is whole and on disk.
  static func replaceAtomically(
    _ path: String, mode: UInt32, _ fill: (_ file: Int32, _ temporary: String) throws(SystemError) -> Void
  ) throws(SystemError) {
    let temporary = "\(path).\(randomBytes(6).map { String($0, radix: 16) }.joined()).tmp"
    let file = Descriptor(
      try systemCall("create", temporary) {
        unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      })
    do throws(SystemError) {
      try fill(file.number, temporary)
      // The mode asked for, whatever the umask.
      try systemCall("set the mode of", temporary) { fchmod(file.number, mode) }
      try systemCall("sync", temporary) { fsync(file.number) }
      try systemCall("replace", path) { unsafe Glibc.rename(temporary, path) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    try syncDirectory(of: path)
  }

  /// Writes all of it to an open descriptor, blocking; waits where the descriptor is a non-blocking one.
  package static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(SystemError) {
    var start = 0
    while start < bytes.count {
      let from = start
      switch unsafe Channel.send(bytes, from: from, { unsafe Glibc.write(descriptor, $0, $1) }) {
      case .done(let count), .doneAndEmptied(let count): start += count
      case .wouldBlock: _ = try poll([descriptor], events: Int16(POLLOUT), within: nil)
      case .failed(let number): throw SystemError(.init(number), "write to", path)
      }
    }
  }

  /// Makes a directory and those above it that are missing, durably; one that exists keeps its mode.
  package static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
    if unsafe mkdir(path, mode) == 0 { return try syncDirectory(of: path) }
    let failure = errno
    switch failure {
    case EEXIST where kind(path) == .directory: return
    case ENOENT:
      let parent = directory(of: path)
      guard parent != path else { throw SystemError(.init(failure), "make the directory", path) }
      try makeDirectories(parent, mode: mode)
      if unsafe mkdir(path, mode) != 0, errno != EEXIST {
        throw SystemError(.init(errno), "make the directory", path)
      }
      try syncDirectory(of: path)
    default: throw SystemError(.init(failure), "make the directory", path)
    }
  }

  /// Makes what happened to the names in a file's directory durable.
  package static func syncDirectory(of path: String) throws(SystemError) {
    let name = directory(of: path)
    let opened = Descriptor(
      try systemCall("open the directory", name) { unsafe open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    // Some file systems cannot sync a directory, and need not.
    if case .failure(let failure) = systemCall({ fsync(opened.number) }), failure.number != EINVAL {
      throw SystemError(.init(failure.number), "sync the directory", name)
    }
  }

  /// The directory part of a path: `/` and `.` for what has none.
  package static func directory(of path: String) -> String {
    var name = Substring(path)
    while name.count > 1, name.last == "/" { name.removeLast() }
    guard let slash = name.lastIndex(of: "/") else { return "." }
    return slash == name.startIndex ? "/" : String(name[..<slash])
  }
}
