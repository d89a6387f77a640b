// Errors as sentences.

import Glibc
import Testing

@testable import SystemIO

@Suite struct SystemErrorTests {
  @Test(arguments: [
    (ECONNREFUSED, "connection refused (ECONNREFUSED)"), (ENOENT, "no such file or directory (ENOENT)"),
    (EIO, "input/output error (EIO)"), (EAI_NONAME, "name or service not known (EAI_NONAME)"),
    (0, "success (0)"), (99999, "unknown error (errno 99999)"), (-9999, "unknown error (EAI -9999)"),
    (ENOTTY, "inappropriate ioctl for device (ENOTTY)"), (ERANGE, "numerical result out of range (ERANGE)"),
    (EXDEV, "invalid cross-device link (EXDEV)"), (ENOEXEC, "exec format error (ENOEXEC)"),
  ])
  func codes(number: Int32, expected: String) {
    #expect("\(SystemError.Code(number))" == expected)
  }

  @Test(arguments: [
    (
      SystemError(.noSpace, "append to", "/var/lib/journal"),
      "cannot append to /var/lib/journal: no space left on device (ENOSPC); free some space on that file system"
    ),
    (SystemError(.ioError, "sync", "/x"), "cannot sync /x: input/output error (EIO)"),
    (
      SystemError(.init(EMFILE), "open a terminal", ""),
      "cannot open a terminal: too many open files (EMFILE); this process has too many open files; raise ulimit -n"
    ),
  ])
  func sentences(error: SystemError, expected: String) {
    #expect(error.description == expected)
  }

  @Test func anInterruptedCallIsMadeAgain() {
    var calls = 0
    let answer = systemCall { () -> Int32 in
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 42
    }
    #expect(calls == 3)
    guard case .success(42) = answer else { return #expect(Bool(false), "\(answer)") }
  }

  @Test(arguments: [
    (Endpoint.tcp(host: "10.0.0.7", port: 7001), "10.0.0.7:7001"), (.tcp(host: "::1", port: 1), "[::1]:1"),
    (.tcp(host: "redis.example", port: 6379), "redis.example:6379"), (.unix(path: "/run/r.sock"), "unix:/run/r.sock"),
  ])
  func endpoints(endpoint: Endpoint, expected: String) {
    #expect("\(endpoint)" == expected)
  }
}
