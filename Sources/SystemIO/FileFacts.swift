// What can be said about a path without opening it.

import Glibc

extension Files {
  /// What a path names.
  package enum Kind: Hashable, Sendable {
    case file, directory, link, socket, other
  }

  /// What the system knows about a file.
  package struct Facts: Hashable, Sendable {
    package var kind: Kind
    /// Bytes.
    package var size: Int
    /// Permission bits, such as `0o600`.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    /// Milliseconds since 1970 of the last change of the content.
    package var modified: Int64
  }

  /// The facts about what a path leads to, or about a link itself.
  package static func facts(_ path: String, followingLinks: Bool = true) throws(SystemError) -> Facts {
    var status = stat()
    try systemCall("look at", path) { unsafe followingLinks ? stat(path, &status) : lstat(path, &status) }
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      case S_IFSOCK: .socket
      default: .other
      }
    let modified = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    return Facts(
      kind: kind, size: Int(status.st_size), mode: status.st_mode & 0o7777, owner: status.st_uid,
      group: status.st_gid, modified: modified)
  }

  /// What a path names; nil for nothing, or where we may not look.
  package static func kind(_ path: String, followingLinks: Bool = true) -> Kind? {
    try? facts(path, followingLinks: followingLinks).kind
  }

  /// Whether the path leads to something.
  package static func exists(_ path: String) -> Bool { kind(path) != nil }

  /// The size in bytes.
  package static func size(_ path: String) throws(SystemError) -> Int { try facts(path).size }

  /// The permission bits, such as `0o600`.
  package static func permissions(_ path: String) throws(SystemError) -> UInt32 { try facts(path).mode }

  /// Sets the permission bits.
  package static func setPermissions(_ path: String, _ mode: UInt32) throws(SystemError) {
    try systemCall("set the mode of", path) { unsafe chmod(path, mode) }
  }

  /// What a symbolic link points to, unresolved.
  package static func readLink(_ path: String) throws(SystemError) -> String {
    var target = [UInt8](repeating: 0, count: 4096)
    let count = try systemCall("read the link", path) {
      unsafe target.withUnsafeMutableBytes { raw in
        guard let base = raw.baseAddress else { return 0 }
        return unsafe readlink(path, base.assumingMemoryBound(to: CChar.self), raw.count)
      }
    }
    return String(decoding: target.prefix(count), as: UTF8.self)
  }

  /// The absolute path without links, `.` and `..`.
  package static func resolve(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemError(.init(errno), "find", path) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Bytes that this user can still write on the file system of a path.
  package static func freeSpace(_ path: String) throws(SystemError) -> Int64 {
    var status = statvfs()
    try systemCall("ask for the free space of", path) { unsafe statvfs(path, &status) }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }
}
