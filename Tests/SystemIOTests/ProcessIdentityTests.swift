// Which process: told apart from a later one with the same number.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ProcessIdentityTests {
  @Test func weAreAlive() throws {
    let own = try ProcessIdentity.own
    #expect(own.pid == getpid())
    #expect(own.isAlive)
    #expect(ProcessIdentity("\(own)") == own)
  }

  @Test func aReusedNumberIsAnotherProcess() async throws {
    let own = try ProcessIdentity.own
    let earlier = ProcessIdentity(pid: own.pid, startTicks: own.startTicks - 1, boot: own.boot)
    let lastBoot = ProcessIdentity(pid: own.pid, startTicks: own.startTicks, boot: "another")
    for other in [earlier, lastBoot] {
      #expect(!other.isAlive)
      // Were it mistaken for us, this would end the tests.
      #expect(try other.send(.kill) == false)
      let ended = try await withLoop { loop in try await other.end(on: loop, within: patience) }
      #expect(ended)
    }
  }

  @Test func oneThatEndedAndWasNotReapedIsNotAlive() async throws {
    // Started by hand, so that nobody reaps it before we look.
    var pid: pid_t = 0
    let name = unsafe strdup("/bin/true")
    defer { unsafe free(name) }
    var arguments = unsafe [name, nil]
    try #require(unsafe posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil) == 0)
    defer { waitpid(pid, nil, 0) }
    await waitUntil { (try? ProcessIdentity(of: pid)) == nil }
    #expect(try Files.read("/proc/\(pid)/stat").contains(UInt8(ascii: "Z")))
    let error = await failure { _ = try ProcessIdentity(of: pid) }
    #expect(error?.description == "cannot identify the process \(pid): no such process (ESRCH)")
  }

  @Test(arguments: ["", "x-1-b", "0-1-b", "-5-1-b", "1", "1-2", "1-x-b", "99999999999-1-b"])
  func notAnIdentity(text: String) {
    #expect(ProcessIdentity(text) == nil)
  }

  @Test func theStatLineMayHoldAnythingInItsName() throws {
    let tail = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21"
    let plain = try #require(ProcessIdentity.Status("7 (redis-server) \(tail)"))
    let odd = try #require(ProcessIdentity.Status("7 (a) R (b) c) \(tail)"))
    #expect(plain.startTicks == 4242)
    #expect(odd == plain)
    #expect(!plain.hasEnded)
    #expect(ProcessIdentity.Status("7 (x) Z" + tail.dropFirst())?.hasEnded == true)
    #expect(ProcessIdentity.Status("7 (x) S 1") == nil)
    #expect(ProcessIdentity.Status("nonsense") == nil)
  }
}
