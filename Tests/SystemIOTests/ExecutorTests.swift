// The executor rule: a task that prefers the loop is on it after every await.

import Glibc
import Synchronization
import Testing

@testable import SystemIO

@Suite struct ExecutorTests {
  private actor OnLoop: LoopBound {
    let loop: EventLoop
    init(_ loop: EventLoop) { self.loop = loop }
    func isOnLoop() -> Bool { loop.isOnLoop }
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
      let actor = OnLoop(loop)
      places["in actor"] = await actor.isOnLoop()
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
}
