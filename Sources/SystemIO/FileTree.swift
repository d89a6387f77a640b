// Directories and names: what is in them, taking them away, giving a file a second name.

import CSystem
import Glibc

extension Files {
  /// The names in a directory, sorted, without `.` and `..`.
  package static func list(_ path: String) throws(SystemError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw SystemError(.init(errno), "list", path) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(directory) else {
        if errno != 0 { throw SystemError(.init(errno), "list", path) }
        return names.sorted()
      }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Makes a new directory that only this user may enter; its name begins with `prefix`.
  package static func makeTemporaryDirectory(_ prefix: String) throws(SystemError) -> String {
    var name = Array((prefix + "XXXXXX").utf8CString)
    let made = unsafe name.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard made else { throw SystemError(.init(errno), "make a directory", prefix) }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes a file, a socket or a link, not what it points to; false when there was none.
  @discardableResult
  package static func remove(_ path: String) throws(SystemError) -> Bool {
    if unsafe unlink(path) == 0 { return true }
    if errno == ENOENT { return false }
    throw SystemError(.init(errno), "remove", path)
  }

  /// Removes a directory with all that is in it, or a file; links are removed, never followed.
  package static func removeTree(_ path: String) throws(SystemError) {
    guard kind(path, followingLinks: false) == .directory else {
      try remove(path)
      return
    }
    for name in try list(path) { try removeTree("\(path)/\(name)") }
    if unsafe rmdir(path) != 0, errno != ENOENT { throw SystemError(.init(errno), "remove", path) }
  }
}
