// The life of a connection, as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct ConnectionMachineTests {
  let introduction = Introduction(ClientOptions())
  let hello = "%1\r\n+proto\r\n:3\r\n"

  func ready() throws -> ConnectionMachine {
    var machine = ConnectionMachine()
    #expect(machine.connect() == .open)
    #expect(machine.opened(introducing: introduction) == .send(["HELLO", "3"]))
    #expect(machine.received(try Reply(parsing: hello)) == .ready(ServerHello(protocolVersion: 3)))
    return machine
  }

  @Test("replies go to the oldest batch until it has all of its own")
  func matching() throws {
    var machine = try ready()
    let reply = try Reply(parsing: "+OK\r\n")
    #expect(machine.submit(replies: 2) == .write)
    #expect(machine.submit(replies: 1) == .write)
    #expect(machine.received(reply) == .deliver(isLast: false))
    #expect(machine.received(try Reply(parsing: ">1\r\n+x\r\n")) == .push)
    #expect(machine.received(try Reply(parsing: "-ERR x\r\n")) == .deliver(isLast: true))
    #expect(machine.received(reply) == .deliver(isLast: true))
    let phase = machine.phase
    #expect(phase == .ready)
  }

  @Test("an answer that nobody asked for ends the connection")
  func unasked() throws {
    var machine = try ready()
    #expect(
      machine.received(try Reply(parsing: "-ERR bye\r\n")) == .violation("an answer to no command: (error) ERR bye"))
    let phase = machine.phase
    #expect(phase == .idle)
    #expect(machine.received(try Reply(parsing: "+OK\r\n")) == .ignore)
  }

  @Test("one attempt at a time; a loss makes room for the next one")
  func reconnecting() throws {
    var machine = ConnectionMachine()
    #expect(machine.submit(replies: 1) == .notReady)
    #expect(machine.connect() == .open)
    #expect(machine.connect() == .wait)
    #expect(machine.submit(replies: 1) == .notReady)
    #expect(machine.lost() == .failedToConnect)
    #expect(machine.lost() == .ignore)
    #expect(machine.opened(introducing: introduction) == .discard)
    #expect(machine.connect() == .open)
    #expect(machine.opened(introducing: introduction) == .send(["HELLO", "3"]))
    #expect(machine.opened(introducing: introduction) == .discard)
    #expect(machine.connect() == .wait)
    #expect(machine.submit(replies: 1) == .notReady)
    #expect(machine.lost() == .lostIntroduction(unanswered: true))
    let phase = machine.phase
    #expect(phase == .idle)
  }

  @Test("a loss tells how far the connection had come")
  func losses() throws {
    var machine = ConnectionMachine()
    #expect(machine.connect() == .open)
    #expect(machine.opened(introducing: introduction) == .send(["HELLO", "3"]))
    #expect(machine.received(try Reply(parsing: "-ERR unknown command\r\n")) == .send(["PING"]))
    let hasHeard = machine.hasHeardAnything
    #expect(hasHeard)
    #expect(machine.lost() == .lostIntroduction(unanswered: false))

    var up = try ready()
    #expect(up.connect() == .ready)
    #expect(up.submit(replies: 1) == .write)
    #expect(up.lost() == .lostReady)
    #expect(up.connect() == .open)
  }

  @Test("an answer before the connection was open is a violation, not a trap")
  func tooEarly() throws {
    var machine = ConnectionMachine()
    #expect(machine.received(try Reply(parsing: "+OK\r\n")) == .ignore)
    #expect(machine.connect() == .open)
    #expect(machine.received(try Reply(parsing: "+OK\r\n")) == .violation("an answer before the connection was open"))
    let phase = machine.phase
    #expect(phase == .idle)
  }

  @Test("closed is for good")
  func closed() throws {
    var machine = try ready()
    machine.close()
    let phase = machine.phase
    #expect(phase == .closed)
    #expect(machine.connect() == .closed)
    #expect(machine.opened(introducing: introduction) == .discard)
    #expect(machine.submit(replies: 1) == .notReady)
    #expect(machine.received(try Reply(parsing: "+OK\r\n")) == .ignore)
    #expect(machine.lost() == .ignore)
    let last = machine.phase
    #expect(last == .closed)
  }
}

@Suite struct ReconnectBackoffTests {
  @Test("doubling up to the longest, forgotten at success")
  func doubling() {
    var backoff = ReconnectBackoff(first: .milliseconds(50), longest: .seconds(1))
    #expect(backoff.notBefore == .min)
    var waits: [Int64] = []
    for attempt in 0..<7 {
      let now = Int64(attempt) * 10_000_000_000
      backoff.failed(at: now)
      waits.append((backoff.notBefore - now) / 1_000_000)
    }
    #expect(waits == [50, 100, 200, 400, 800, 1000, 1000])
    for _ in 0..<100 { backoff.failed(at: 0) }
    #expect(backoff.notBefore == 1_000_000_000)
    backoff.succeeded()
    #expect(backoff.notBefore == .min)
  }
}

@Suite struct QueueTests {
  @Test("first in, first out, through growth and wrap")
  func order() {
    var queue = Queue<Int>()
    var expected: [Int] = []
    var dice = Dice(7)
    for number in 0..<2000 {
      if dice.roll(0...9) < 6 {
        queue.append(number)
        expected.append(number)
      } else if expected.isEmpty {
        #expect(queue.popFirst() == nil)
      } else {
        #expect(queue.popFirst() == expected.removeFirst())
      }
      #expect(queue.count == expected.count)
      #expect(queue.first == expected.first)
      #expect(Array(queue) == expected)
    }
    #expect(queue.removeAll() == expected)
    #expect(queue.isEmpty)
  }
}
