// Renaming, and reading just the beginning of a file.

import Glibc

extension Files {
  /// `rename(2)`, and the directory synced.
  package static func rename(_ path: String, to target: String) throws(SystemError) {
    guard unsafe Glibc.rename(path, target) == 0 else {
      throw SystemError(.init(errno), "rename to \(target)", path)
    }
    try syncDirectory(of: target)
  }

  /// A symbolic link of that name; `EEXIST` where the name is taken.
  package static func makeLink(_ path: String, to target: String) throws(SystemError) {
    try systemCall("make a link at", path) { unsafe symlink(target, path) }
  }

  /// At most so many bytes from the beginning.
  package static func read(_ path: String, first count: Int) throws(SystemError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(.init(errno), "open", path) }
    defer { Glibc.close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw SystemError(.init(errno), "read", path) }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes.prefix(filled))
  }
}

extension Files {
  /// From an offset to the present end.
  package static func read(_ path: String, from offset: Int) throws(SystemError) -> [UInt8] {
    let all = try read(path)
    return offset < all.count ? Array(all[offset...]) : []
  }

  /// A new file with this content, synced; `EEXIST` where there is one.
  package static func createExclusively(_ path: String, _ content: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard number >= 0 else { throw SystemError(.init(errno), "create", path) }
    let file = Descriptor(number)
    try write(content, to: file.number, path: path)
    try systemCall("sync", path) { fsync(file.number) }
    try syncDirectory(of: path)
  }
}

/// A file that only grows, and is synced when somebody asks for it.
package final class UnsyncedFile: Sendable {
  private let file: Descriptor
  private let path: String

  package init(_ path: String) throws(SystemError) {
    self.path = path
    file = Descriptor(
      try systemCall("open", path) { unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) })
  }

  package func append(_ bytes: [UInt8]) throws(SystemError) { try Files.write(bytes, to: file.number, path: path) }
  package func sync() throws(SystemError) { try systemCall("sync", path) { fsync(file.number) } }
}
