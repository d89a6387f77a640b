// Commands from start to end: their output, their bound, and what they leave running.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ChildRunTests {
  @Test func outputAndErrorsAreCollected() async throws {
    try await onLoop { loop in
      let outcome = try await ChildProcess.run(
        .shell("cat; echo oops >&2; exit 3"), on: loop, within: patience, input: bytes("input"))
      #expect(
        outcome
          == ChildOutcome(status: .exited(3), output: bytes("input"), errorOutput: bytes("oops\n"), isCut: false))
      #expect(loop.isOnLoop)
    }
  }

  @Test func aMegabyteEachWay() async throws {
    try await onLoop { loop in
      let big = [UInt8](repeating: 0x61, count: 1 << 20)
      let outcome = try await ChildProcess.run(.shell("tee /dev/stderr"), on: loop, within: patience, input: big)
      #expect(outcome.output == big)
      #expect(outcome.errorOutput == big)
    }
  }

  @Test func outputBeyondTheLimitIsDroppedAndSaid() async throws {
    try await onLoop { loop in
      let outcome = try await ChildProcess.run(
        .shell("head -c 1000000 /dev/zero"), on: loop, within: patience, limit: 1000)
      #expect(outcome.output.count == 1000)
      #expect(outcome.isCut)
      #expect(outcome.status == .exited(0))
    }
  }

  @Test func inputThatNobodyReadsIsNoError() async throws {
    try await onLoop { loop in
      let big = [UInt8](repeating: 0x61, count: 1 << 20)
      let outcome = try await ChildProcess.run(ChildCommand("true"), on: loop, within: patience, input: big)
      #expect(outcome.status == .exited(0))
    }
  }

  @Test func aTimeOutKillsTheWholeGroup() async throws {
    try await withDirectory { directory in
      try await onLoop { loop in
        let error = await failure {
          _ = try await ChildProcess.run(
            .shell("sleep 600 & echo $! > \(directory)/grandchild; echo $$ > \(directory)/child; wait"), on: loop,
            within: .milliseconds(300))
        }
        #expect(
          error?.description == "cannot finish /bin/sh: connection timed out (ETIMEDOUT); "
            + "nothing answered in time; is the host up, and does a firewall drop the packets?")
        for name in ["child", "grandchild"] {
          let pid = try #require(Int32(string(try Files.read("\(directory)/\(name)")).dropLast()))
          if let identity = try? ProcessIdentity(of: pid) {
            #expect(try await identity.end(on: loop, within: patience), "\(name)")
          }
        }
        #expect(loop.waitingCount == 0)
      }
    }
  }

  @Test func cancellationKills() async throws {
    try await onLoop { loop in
      let run = Task(executorPreference: loop) {
        await failure { _ = try await ChildProcess.run(.shell("sleep 600"), on: loop, within: patience) }
      }
      await waitUntil { loop.waitingCount >= 3 }
      run.cancel()
      #expect(await run.value?.code == .canceled)
      await waitUntil { loop.waitingCount == 0 }
    }
  }

  @Test func aGrandchildThatKeepsTheStreamsHoldsNothingUp() async throws {
    try await onLoop { loop in
      let outcome = try await ChildProcess.run(
        .shell("sleep 600 & echo $!; echo said"), on: loop, within: patience)
      let lines = outcome.text.split(separator: "\n")
      #expect(outcome.status == .exited(0))
      #expect(lines.last == "said")
      let grandchild = try ProcessIdentity(of: try #require(lines.first.flatMap { Int32($0) }))
      #expect(grandchild.isAlive)
      #expect(try await grandchild.end(on: loop, within: .milliseconds(20)) == false)
      #expect(try grandchild.send(.kill))
      #expect(try await grandchild.end(on: loop, within: patience))
      #expect(!grandchild.isAlive)
      #expect(try grandchild.send(.kill) == false)
    }
  }

  @Test func onATerminalAGrandchildHoldsTheOutputButNotTheEnd() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(
        .shell("trap '' HUP; sleep 600 & echo pid $!; echo said"), streams: .terminal(rows: 24, columns: 80), on: loop)
      defer { _ = try? child.sendToGroup(.kill) }
      #expect(await child.exit() == .exited(0))
      child.endOutput()
      let text = try await child.readAll()
      #expect(text.hasSuffix("said\r\n"))
      // The leader is reaped, and its group still gets what is meant for it.
      let pid = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int32($0.prefix { $0.isNumber }) })
      let grandchild = try ProcessIdentity(of: pid)
      if try child.sendToGroup(.kill) {
        #expect(try await grandchild.end(on: loop, within: patience))
      } else {
        // Before Linux 6.9 the group of a reaped leader cannot be named safely.
        #expect(try grandchild.send(.kill))
      }
    }
  }

  @Test func waitingForTheEndHasABound() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(ChildCommand("sleep", ["600"]), streams: .null, on: loop)
      #expect(await child.exit(within: .milliseconds(10)) == nil)
      let waiter = Task(executorPreference: loop) { await child.exit(within: patience) }
      await waitUntil { loop.waitingCount == 2 }
      waiter.cancel()
      #expect(await waiter.value == nil)
      #expect(try child.send(.kill))
      #expect(await child.exit(within: patience) == .signalled(SIGKILL))
    }
  }

  @Test func aHundredChildrenAtOnce() async throws {
    try await onLoop { loop in
      let codes = try await withThrowingTaskGroup(of: SystemIO.ExitStatus.self) { group in
        for code in 0..<100 {
          group.addTask {
            try await ChildProcess.run(.shell("exit \(code)"), on: loop, within: patience).status
          }
        }
        return try await group.reduce(into: Set<SystemIO.ExitStatus>()) { $0.insert($1) }
      }
      #expect(codes == Set((0..<100).map { .exited($0) }))
      #expect(loop.waitingCount == 0)
    }
  }
}
