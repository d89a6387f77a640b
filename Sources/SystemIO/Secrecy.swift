// What keeps a password from being left behind: in a core file, in a child's environment, in freed memory.

import CSystem

/// Precautions of a process that holds passwords.
package enum Secrecy {
  /// Makes this process leave no core file, whatever collects them, and keeps other processes out of its memory.
  ///
  /// By `PR_SET_DUMPABLE` and not `RLIMIT_CORE`: the limit would be inherited by the servers that a profile starts,
  /// and a `core_pattern` that is a pipe does not heed it (Linux fs/coredump.c).
  package static func forbidCoreFiles() throws(SystemError) {
    try checked(csystem_forbid_dumps(), "forbid", "core files")
  }

  /// Whether core files are forbidden.
  package static var coreFilesAreForbidden: Bool { csystem_dumps_are_forbidden() == 1 }

  /// Takes a variable out of the environment and answers its value; nil where it is not set.
  ///
  /// Children do not inherit it any more, and `/proc/PID/environ` shows zeros. Called before any thread exists.
  package static func takeVariable(_ name: String) throws(SystemError) -> [UInt8]? {
    guard let value = Host.environment[name] else { return nil }
    try checked(unsafe csystem_erase_variable(name), "take out of the environment", name)
    return Array(value.utf8)
  }

  /// Overwrites the bytes where they lie, if nobody else holds them.
  package static func erase(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { raw in
      unsafe csystem_erase(raw.baseAddress, raw.count)
    }
    bytes.removeAll()
  }
}
