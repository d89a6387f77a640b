// What Swift reads before `main` and therefore has to be said by starting the program anew.

import Glibc
import SystemIO

/// Starts the program anew where its environment has to be different from the first instruction on.
package enum Relaunch {
  /// Keeps Swift's backtracer from asking questions on the terminal after a crash.
  ///
  /// It is on by itself for a program on a terminal, and asks "press space to interact"; its settings are read before
  /// `main` (https://github.com/swiftlang/swift, docs/Backtracing.rst). The first call of `main`: the process is
  /// replaced by itself with a fuller `SWIFT_BACKTRACE`, once; where that fails the program goes on as it is.
  package static func withQuietBacktraces() {
    guard let setting = quietSetting(Host.environment["SWIFT_BACKTRACE"]) else { return }
    guard unsafe setenv("SWIFT_BACKTRACE", setting, 1) == 0 else { return }
    unsafe execv(programPath(), CommandLine.unsafeArgv)
  }

  /// The setting to start anew with; nothing when the operator's own says what we need to say.
  static func quietSetting(_ present: String?) -> String? {
    guard let present, !present.isEmpty else { return "interactive=no,color=no" }
    return present.contains("interactive=") ? nil : present + ",interactive=no"
  }

  /// The program's own file; by its link where it has been replaced since.
  private static func programPath() -> String {
    let link = "/proc/self/exe"
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(link, &bytes, bytes.count)
    guard count > 0, count < bytes.count else { return link }
    let path = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return unsafe access(path, X_OK) == 0 ? path : link
  }
}
