// Whether somebody holds a lock, told without touching it: whoever only looks must not stand in anybody's way.

import Glibc

extension FileLock {
  /// Whether the lock of this file is held by a process of this machine; nil where the kernel does not say.
  ///
  /// `/proc/locks` names every lock by its file's device and inode (Linux fs/locks.c, `lock_get_status`). A lock that
  /// another machine holds on a shared file system does not stand there, nor one of a hidden pid namespace.
  package static func isHeld(_ path: String) throws(SystemError) -> Bool? {
    var status = stat()
    try systemCall("look at", path) { unsafe stat(path, &status) }
    guard let content = try? Files.read("/proc/locks", limit: 1 << 22) else { return nil }
    // The two numbers of a device as glibc keeps them in one (sys/sysmacros.h, `gnu_dev_major`).
    let (device, low) = (UInt64(status.st_dev), UInt64(0xFF))
    let major = UInt32(truncatingIfNeeded: (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF)
    let minor = UInt32(truncatingIfNeeded: device & low | (device >> 12) & ~low)
    return content.split(separator: UInt8(ascii: "\n")).contains { line in
      LockLine(String(decoding: line, as: UTF8.self))?.holds(inode: UInt64(status.st_ino), on: (major, minor)) ?? false
    }
  }
}

/// One line of `/proc/locks`: `12: FLOCK  ADVISORY  WRITE 4711 fe:00:131085 0 EOF`.
struct LockLine: Hashable {
  let kind: String
  let pid: Int32
  let major: UInt32
  let minor: UInt32
  let inode: UInt64

  /// nil for what is no lock that is held: a waiter's line has an arrow in it.
  init?(_ line: String) {
    let words = line.split(separator: " ")
    guard words.count >= 6, words[1] != "->", let pid = Int32(words[4]) else { return nil }
    let place = words[5].split(separator: ":")
    guard place.count == 3, let major = UInt32(place[0], radix: 16), let minor = UInt32(place[1], radix: 16),
      let inode = UInt64(place[2])
    else { return nil }
    kind = String(words[1])
    self.pid = pid
    self.major = major
    self.minor = minor
    self.inode = inode
  }

  func holds(inode: UInt64, on device: (UInt32, UInt32)) -> Bool {
    kind == "FLOCK" && self.inode == inode && (major, minor) == device
  }
}
