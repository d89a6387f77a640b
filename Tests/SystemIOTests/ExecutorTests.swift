// The executor rule: a task that prefers the loop is on it after every await, and no reply hops through another thread.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ExecutorTests {
  private actor Session: LoopBound {
    let loop: EventLoop
    init(_ loop: EventLoop) { self.loop = loop }
    func isOnLoop() -> Bool { loop.isOnLoop }
    func isOnLoopAfterSleep() async throws -> Bool {
      try await loop.sleep(for: .milliseconds(1))
      return loop.isOnLoop
    }
  }

  @Test func everyAwaitComesBackToTheLoop() async throws {
    let places = try await onLoop { loop -> [String: Bool] in
      var places: [String: Bool] = ["start": loop.isOnLoop]
      try await loop.sleep(for: .milliseconds(1))
      places["sleep"] = loop.isOnLoop
      _ = try await loop.blocking { () throws(SystemError) in 1 }
      places["blocking"] = loop.isOnLoop
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      async let accepted = listener.accept()
      let client = try await Connection.connect(to: listener.endpoint, on: loop, within: patience)
      places["connect"] = loop.isOnLoop
      let server = try await accepted
      places["accept"] = loop.isOnLoop
      try await client.write(bytes("PING"))
      places["write"] = loop.isOnLoop
      _ = try await server.read(upTo: 16)
      places["read"] = loop.isOnLoop
      let session = Session(loop)
      places["in actor"] = await session.isOnLoop()
      places["after actor"] = loop.isOnLoop
      await Task.yield()
      places["yield"] = loop.isOnLoop
      let child = try ChildProcess.spawn(ChildCommand("true"), on: loop)
      _ = await child.exit()
      places["child"] = loop.isOnLoop
      _ = await Task.detached { 1 }.value
      places["another task's value"] = loop.isOnLoop
      await withTaskGroup(of: Bool.self) { group in
        group.addTask { loop.isOnLoop }
        for await isOnLoop in group { places["child task"] = isOnLoop }
      }
      places["after group"] = loop.isOnLoop
      return places
    }
    #expect(places.filter { !$0.value }.isEmpty)
    #expect(places.count == 14)
  }

  @Test func anActorOfTheLoopRunsOnItWhoeverCalls() async throws {
    try await withLoop { loop in
      let session = Session(loop)
      #expect(!loop.isOnLoop)
      #expect(await session.isOnLoop())
      let isBack = try await session.isOnLoopAfterSleep()
      #expect(isBack)
      #expect(!loop.isOnLoop)
    }
  }

  /// The finding behind the design: as a serial executor alone the loop would see every resumption come from outside.
  @Test func repliesResumeWithoutAHop() async throws {
    let (threads, hops) = try await onLoop { loop -> (Int, Int) in
      let pair = try await Pair(on: loop)
      let echo = Task(executorPreference: loop) {
        while true {
          let request = try await pair.server.read(upTo: 64)
          if request.isEmpty { return }
          try await pair.server.write(request)
        }
      }
      var threads: Set<UInt> = []
      let before = loop.jobsFromOutside
      for _ in 0..<1000 {
        try await pair.client.write(bytes("PING"))
        _ = try await pair.client.read(upTo: 64)
        threads.insert(UInt(pthread_self()))
      }
      let hops = loop.jobsFromOutside - before
      pair.client.close()
      try await echo.value
      return (threads.count, hops)
    }
    #expect(threads == 1)
    #expect(hops == 0)
  }

  @Test func actorRepliesResumeWithoutAHop() async throws {
    actor Client: LoopBound {
      let loop: EventLoop
      let connection: Connection
      init(_ connection: Connection) {
        self.loop = connection.loop
        self.connection = connection
      }
      func ping(_ count: Int) async throws {
        for _ in 0..<count {
          try await connection.write(bytes("PING"))
          _ = try await connection.read(upTo: 64)
        }
      }
    }
    let hops = try await onLoop { loop -> Int in
      let pair = try await Pair(on: loop)
      let echo = Task(executorPreference: loop) {
        while true {
          let request = try await pair.server.read(upTo: 64)
          if request.isEmpty { return }
          try await pair.server.write(request)
        }
      }
      let client = Client(pair.client)
      let before = loop.jobsFromOutside
      try await client.ping(1000)
      let hops = loop.jobsFromOutside - before
      pair.client.close()
      try await echo.value
      return hops
    }
    #expect(hops == 0)
  }

  /// The count that the tests above want to be 0: from elsewhere, each call of the loop's actor is a hop.
  @Test func callsFromElsewhereAreHops() async throws {
    try await withLoop { loop in
      let session = Session(loop)
      let before = loop.jobsFromOutside
      for _ in 0..<100 { _ = await session.isOnLoop() }
      #expect(loop.jobsFromOutside - before >= 100)
    }
  }

  @Test func isolationCanBeAssumedInARawCallback() async throws {
    try await withLoop { loop in
      let session = Session(loop)
      let assumed = Promise<Bool>()
      _ = loop.schedule(at: .now) {
        assumed.keep(session.assumeIsolated { $0.loop.isOnLoop })
      }
      #expect(await assumed.value)
    }
  }

  @Test func tasksTakeTurns() async throws {
    // Two tasks that never wait for anything else must both come forward.
    let order = try await onLoop { loop -> [Int] in
      let log = Log<Int>()
      await withTaskGroup(of: Void.self) { group in
        for name in 0..<2 {
          group.addTask {
            for _ in 0..<3 {
              log.add(name)
              await Task.yield()
            }
          }
        }
      }
      return log.elements
    }
    #expect(order == [0, 1, 0, 1, 0, 1])
  }

  @Test func blockingWorkLeavesTheLoopFree() async throws {
    try await onLoop { loop in
      let release = try WakeUp()
      let descriptor = release.descriptor
      async let blocked = loop.blocking { () throws(SystemError) in try waitReadable([descriptor], within: patience) }
      try await loop.sleep(for: .milliseconds(1))
      release.signal()
      #expect(try await blocked == [.readable])
      #expect(loop.isOnLoop)
    }
  }

  @Test func moreBlockingJobsThanThreadsAllRun() async throws {
    try await withLoop { loop in
      let sum = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<200 { group.addTask { try await loop.blocking { () throws(SystemError) in number } } }
        return try await group.reduce(0, +)
      }
      #expect(sum == 199 * 200 / 2)
    }
  }

  @Test func stopCancelsWhatWaitsAndLosesNoJob() async throws {
    let loop = try EventLoop(name: "stopping")
    let pair = try await Pair(on: loop)
    let child = try ChildProcess.spawn(ChildCommand("sleep", ["600"]), on: loop)
    async let slept: Bool = (try? await loop.sleep(for: .seconds(600))) != nil
    async let read = failure { _ = try await pair.client.read(upTo: 1) }
    async let accepted = failure { _ = try await pair.listener.accept() }
    async let ended = child.exit()
    // All four wait once the loop has nothing to do for them.
    await waitUntil { loop.waitingCount >= 4 }
    loop.stop()
    loop.stop()
    #expect(await slept == false)
    #expect(await read?.code == .canceled)
    #expect(await accepted?.code == .canceled)
    #expect(await ended == .unknown)
    // It is reaped all the same: a zombie keeps the exit tests of this process waiting for ever.
    kill(child.pid, SIGKILL)
    await waitUntil { kill(child.pid, 0) != 0 }
    // A task that comes late still runs, one job at a time.
    let late = loop.task { #expect(loop.isOnLoop) }
    await late.value
    await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(600)) }
    #expect(await failure { _ = try await Pair(on: loop) }?.code == .canceled)
    #expect(try await loop.blocking { () throws(SystemError) in 7 } == 7)
  }

  @Test func aSynchronousMainWaitsForATask() throws {
    let loop = try EventLoop(name: "main-loop")
    defer { loop.stop() }
    let answer = try loop.runAndWait { () -> Int in
      try? await loop.sleep(for: .milliseconds(1))
      return loop.isOnLoop ? 42 : 0
    }
    #expect(answer == 42)
  }

  @Test func aStoppedLoopIsFreed() async throws {
    weak var freed: EventLoop?
    do {
      let loop = try EventLoop(name: "short-lived")
      freed = loop
      _ = try await Pair(on: loop)
      loop.stop()
    }
    await waitUntil { freed == nil }
  }

  @Test func aPoolOfOneThreadKeepsTheOrder() async throws {
    let pool = try WorkerPool(name: "one", threads: 1)
    let log = Log<Int>()
    for number in 0..<100 { pool.submit { log.add(number) } }
    try await pool.run { () throws(SystemError) in log.add(100) }
    #expect(log.elements == Array(0...100))
    pool.stop()
    // Late jobs still run.
    try await pool.run { () throws(SystemError) in log.add(101) }
    #expect(log.elements.last == 101)
    let error = await failure {
      try await pool.run { () throws(SystemError) in throw SystemError(.ioError, "sync", "/x") }
    }
    #expect(error?.code == .ioError)
  }

  @Test func stopOnTheLoopItselfOnlyAsks() async throws {
    let loop = try EventLoop(name: "stopping")
    let task = loop.task { loop.stop() }
    await task.value
    loop.stop()
    await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(600)) }
  }
}
