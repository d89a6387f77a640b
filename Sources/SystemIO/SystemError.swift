// The one error of this floor: which call failed, on what, why, and what to do about it.

import CSystem
import Glibc

/// A system call that failed, as a sentence an operator can act on.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system's reason.
  package var code: Code
  /// What was tried, as an infinitive that `place` completes: `connect to`, `read from`.
  package var what: String
  /// The path, address or program it was tried on.
  package var place: String

  package init(_ code: Code, _ what: String, _ place: String) {
    self.code = code
    self.what = what
    self.place = place
  }

  /// `cannot connect to 10.0.0.7:7001: connection refused (ECONNREFUSED); nothing listens on that port`.
  package var description: String {
    let target = place.isEmpty ? "" : " \(place)"
    let advice = code.advice.map { "; \($0)" } ?? ""
    return "cannot \(what)\(target): \(code)\(advice)"
  }
}

extension SystemError {
  /// A reason: an `errno`, or a resolver's `EAI_` number, which is negative.
  package struct Code: Error, Hashable, Sendable, CustomStringConvertible {
    /// `errno` (positive) or `EAI_…` (negative).
    package let number: Int32

    package init(_ number: Int32) {
      self.number = number
    }

    /// The symbol: `ECONNREFUSED`, `EAI_NONAME`.
    package var name: String {
      if number < 0 { return Self.resolverNames[number] ?? "EAI \(number)" }
      guard let name = unsafe csystem_error_name(number) else { return "errno \(number)" }
      return unsafe String(cString: name)
    }

    /// The meaning in words, lower-case: `connection refused`.
    package var meaning: String {
      let text: String
      if number < 0 {
        text = unsafe String(cString: gai_strerror(number))
      } else if let known = unsafe csystem_error_meaning(number) {
        text = unsafe String(cString: known)
      } else {
        text = "unknown error"
      }
      guard let first = text.first, text.dropFirst().first?.isLowercase ?? false else { return text }
      return first.lowercased() + text.dropFirst()
    }

    package var description: String { "\(meaning) (\(name))" }

    /// What an operator can do about it, where there is one likely cause.
    package var advice: String? { Self.advice[self] }

    private static let resolverNames: [Int32: String] = [
      EAI_NONAME: "EAI_NONAME", EAI_AGAIN: "EAI_AGAIN", EAI_FAIL: "EAI_FAIL", EAI_FAMILY: "EAI_FAMILY",
      EAI_SERVICE: "EAI_SERVICE", EAI_MEMORY: "EAI_MEMORY", EAI_BADFLAGS: "EAI_BADFLAGS", EAI_SOCKTYPE: "EAI_SOCKTYPE",
      EAI_OVERFLOW: "EAI_OVERFLOW", nodata: "EAI_NODATA", addressFamily: "EAI_ADDRFAMILY",
    ]

    /// Behind `_GNU_SOURCE` in `netdb.h`.
    private static let nodata: Int32 = -5
    private static let addressFamily: Int32 = -9

    private static let advice: [Code: String] = [
      .connectionRefused: "nothing listens there; is the server running, and is the port right?",
      .timedOut: "nothing answered in time; is the host up, and does a firewall drop the packets?",
      Code(EHOSTUNREACH): "there is no route to that host from here",
      Code(ENETUNREACH): "there is no route to that network from here",
      Code(EAI_NONAME): "the resolver knows no such name; check the spelling, or use the address",
      Code(EAI_AGAIN): "the resolver does not answer now; try again, or use the address",
      Code(nodata): "the name exists but has no address",
      .noSpace: "free some space on that file system",
      Code(EDQUOT): "the disk quota is used up",
      Code(EROFS): "the file system is mounted read-only",
      .accessDenied: "this user may not do that; check owner and mode",
      Code(EPERM): "this needs more rights than this user has",
      Code(EMFILE): "this process has too many open files; raise ulimit -n",
      Code(ENFILE): "the whole system has too many open files",
      Code(EADDRINUSE): "something else listens there already",
      Code(ENOSYS): "this kernel is too old; Linux 5.4 or newer is needed",
    ]
  }
}

extension SystemError.Code {
  package static let canceled = Self(ECANCELED)
  package static let timedOut = Self(ETIMEDOUT)
  package static let connectionRefused = Self(ECONNREFUSED)
  package static let connectionReset = Self(ECONNRESET)
  package static let brokenPipe = Self(EPIPE)
  package static let noSuchFile = Self(ENOENT)
  package static let exists = Self(EEXIST)
  package static let accessDenied = Self(EACCES)
  package static let noSpace = Self(ENOSPC)
  package static let noSuchProcess = Self(ESRCH)
  package static let wouldBlock = Self(EAGAIN)
  package static let invalid = Self(EINVAL)
  package static let tooBig = Self(EFBIG)
  package static let ioError = Self(EIO)
}

/// Runs a call that answers -1 and sets `errno`, again as often as a signal interrupts it.
func systemCall<Answer: SignedInteger>(_ call: () -> Answer) -> Result<Answer, SystemCallFailure> {
  while true {
    let answer = call()
    if answer != -1 { return .success(answer) }
    let number = errno
    if number != EINTR { return .failure(SystemCallFailure(number: number)) }
  }
}

/// An `errno` on its way to becoming a `SystemError`.
struct SystemCallFailure: Error {
  let number: Int32
}

/// Runs a call that answers -1 and sets `errno`, and says what it was for when it fails.
@discardableResult
func systemCall<Answer: SignedInteger>(
  _ what: @autoclosure () -> String, _ place: @autoclosure () -> String, _ call: () -> Answer
) throws(SystemError) -> Answer {
  switch systemCall(call) {
  case .success(let answer): return answer
  case .failure(let failure): throw SystemError(.init(failure.number), what(), place())
  }
}

/// Checks an answer of CSystem, which carries the negated `errno` when it failed.
@discardableResult
func checked<Answer: SignedInteger>(
  _ answer: Answer, _ what: @autoclosure () -> String, _ place: @autoclosure () -> String
) throws(SystemError) -> Answer {
  if answer < 0 { throw SystemError(.init(Int32(-answer)), what(), place()) }
  return answer
}
