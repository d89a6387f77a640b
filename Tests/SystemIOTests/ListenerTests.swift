// Listening sockets: who may open them, and what becomes of files that nobody listens on.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ListenerTests {
  @Test func aPortThatIsTakenIsSaid() async throws {
    try await withLoop { loop in
      let first = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      let error = await failure { _ = try Listener.listen(on: first.endpoint, loop: loop) }
      #expect(
        error?.description == "cannot listen on \(first.endpoint): address already in use (EADDRINUSE); "
          + "something else listens there already")
    }
  }

  @Test func aStaleSocketFileIsReplacedAndALiveOneIsNot() async throws {
    try await withDirectory { directory in
      try await withLoop { loop in
        let endpoint = Endpoint.unix(path: "\(directory)/holder.sock")
        let first = try Listener.listen(on: endpoint, loop: loop)
        let taken = await failure { _ = try Listener.listen(on: endpoint, loop: loop, replacingStale: true) }
        #expect(taken?.code.name == "EADDRINUSE")
        first.close()
        let stale = await failure { _ = try Listener.listen(on: endpoint, loop: loop) }
        #expect(stale?.code.name == "EADDRINUSE")
        let second = try Listener.listen(on: endpoint, loop: loop, replacingStale: true)
        async let accepted = second.accept()
        _ = try await Connection.connect(to: endpoint, on: loop, within: patience)
        _ = try await accepted
      }
    }
  }

  @Test func aListenerThatIsClosedWakesWhoAccepts() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      async let accepted = failure { _ = try await listener.accept() }
      await waitUntil { loop.waitingCount == 1 }
      listener.close()
      #expect(await accepted?.code == .canceled)
      #expect(loop.waitingCount == 0)
    }
  }

  @Test func manyClientsAtOnce() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      let server = Task(executorPreference: loop) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<100 {
            let connection = try await listener.accept()
            group.addTask { try await connection.write(try await connection.read(upTo: 100)) }
          }
          try await group.waitForAll()
        }
      }
      let answers = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<100 {
          group.addTask {
            let client = try await Connection.connect(to: listener.endpoint, on: loop, within: patience)
            try await client.write(bytes("\(number)"))
            return string(try await client.read(upTo: 100))
          }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      try await server.value
      #expect(answers == Set((0..<100).map { "\($0)" }))
    }
  }
}
