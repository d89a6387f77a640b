// Where a process that crashes can still say so: a file that was opened while all was well.

import Glibc

/// A file for the notes of a crash handler, one line each; empty where nobody crashed.
package final class CrashFile: Sendable {
  private let file: Descriptor
  private let path: String

  /// Opens the file, or makes it, for this user alone; what stands in it stays.
  package init(_ path: String) throws(SystemError) {
    self.path = path
    file = Descriptor(
      try systemCall("open", path) { unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) })
  }

  /// The descriptor to write to; open as long as this object is there.
  package var descriptor: Int32 { file.number }

  /// What goes before the signal and the time: who it was.
  package var note: [UInt8] { Array("\(getpid()) ".utf8) }

  /// Takes a file in which nothing stands away again.
  package func tidyUp() {
    if (try? Files.size(path)) == 0 { unsafe unlink(path) }
  }
}
