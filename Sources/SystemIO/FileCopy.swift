// A second copy of a file, as cheaply as the file system can make it.

import CSystem
import Glibc

extension Files {
  /// How a second copy was made.
  package enum Copying: Hashable, Sendable {
    /// A second name for the same bytes: later changes in place show in both.
    case linked
    /// Bytes of its own.
    case copied
  }

  /// Gives a file a second name, or copies it where links cannot be; `EEXIST` when the name is taken.
  package static func hardLinkOrCopy(_ path: String, to copy: String) throws(SystemError) -> Copying {
    if unsafe link(path, copy) == 0 {
      try syncDirectory(of: copy)
      return .linked
    }
    switch errno {
    case EXDEV, EPERM, EMLINK, EOPNOTSUPP, ENOSYS:
      if kind(copy, followingLinks: false) != nil { throw SystemError(.exists, "copy to", copy) }
      try self.copy(path, to: copy)
      return .copied
    case let failure:
      throw SystemError(.init(failure), "link \(path) to", copy)
    }
  }

  /// Copies a file with its mode, durably; what had the name before is replaced in one instant.
  package static func copy(_ path: String, to copy: String) throws(SystemError) {
    let source = Descriptor(try systemCall("open", path) { unsafe open(path, O_RDONLY | O_CLOEXEC) })
    var status = stat()
    try systemCall("look at", path) { unsafe fstat(source.number, &status) }
    try replaceAtomically(copy, mode: status.st_mode & 0o7777) { target, temporary throws(SystemError) in
      try transfer(from: source.number, path: path, to: target, path: temporary)
    }
  }

  private static func transfer(
    from source: Int32, path: String, to target: Int32, path temporary: String
  ) throws(SystemError) {
    var copied: Int64 = 0
    while true {
      let answer = csystem_copy_range(source, target, 1 << 30)
      if answer > 0 {
        copied += answer
        continue
      }
      if answer == 0, copied > 0 { return }
      // Some file systems cannot, and files of /proc answer 0 for "nothing there": read and write.
      switch Int32(-answer) {
      case 0, EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM: break
      case let failure: throw SystemError(.init(failure), "copy \(path) to", temporary)
      }
      while true {
        var piece: [UInt8] = []
        let attempt = unsafe Channel.receive(upTo: 1 << 18, appendingTo: &piece) {
          unsafe Glibc.read(source, $0, $1)
        }
        if case .failed(let number) = attempt { throw SystemError(.init(number), "read", path) }
        if piece.isEmpty { return }
        try write(piece, to: target, path: temporary)
      }
    }
  }
}
