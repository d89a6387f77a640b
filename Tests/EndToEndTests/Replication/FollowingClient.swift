// Clients that find their server by an address that somebody moves, as by DNS: the judge of `switch`.

import Synchronization
import SystemIO
import TrainingLab
import UpgradeCore

/// Several connections that write, and never send anything twice. Whoever is refused or cut off looks up the address
/// anew and goes on there.
struct FollowingClient {
  struct Report: Sendable {
    var acknowledged = 0
    var lost = 0
    var errors: [String: Int] = [:]
    var longestStall = Duration.zero
    var errorCount: Int { errors.values.reduce(0, +) }
  }

  private final class Stop: Sendable {
    private let flag = Mutex(false)
    var isRequested: Bool { flag.withLock { $0 } }
    func request() { flag.withLock { $0 = true } }
  }

  /// The file that holds `host port` on its last line.
  let file: String
  let loop: EventLoop
  var connections = 8
  private let stop = Stop()

  init(file: String, on loop: EventLoop) {
    self.file = file
    self.loop = loop
  }

  func requestStop() { stop.request() }

  static func address(in file: String) -> Address? {
    guard let bytes = try? Files.read(file, limit: 10_000) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").last?.split(separator: " ") ?? []
    return words.count == 2 ? Int(words[1]).map { Address(host: String(words[0]), port: $0) } : nil
  }

  func run() async -> Report {
    await withTaskGroup(of: (Int, Report, last: Int).self) { group in
      for number in 0..<connections {
        group.addTask(executorPreference: loop) {
          let (report, last) = await write("following:\(number)")
          return (number, report, last: last)
        }
      }
      var whole = Report()
      for await (number, report, last) in group {
        whole.acknowledged += report.acknowledged
        whole.errors.merge(report.errors, uniquingKeysWith: +)
        whole.longestStall = max(whole.longestStall, report.longestStall)
        let present = await read("following:\(number)")
        whole.lost += max(0, last - present)
      }
      return whole
    }
  }

  private func write(_ key: String) async -> (Report, last: Int) {
    var report = Report()
    var last = 0
    var connection: ForeignConnection?
    var asked = loop.now
    while !stop.isRequested, !Task.isCancelled {
      do throws(ForeignFailure) {
        if connection == nil, let address = Self.address(in: file) {
          connection = try await ForeignConnection.open(to: address, on: loop, within: .seconds(2))
        }
        let begun = loop.now
        if let reply = try await connection?.send(["INCR", key], within: .seconds(20)) {
          report.longestStall = max(report.longestStall, loop.now - begun)
          if let value = reply.number, reply.errorCode == nil {
            report.acknowledged += 1
            last = value
          } else {
            report.errors[reply.errorCode ?? "UNEXPECTED", default: 0] += 1
            connection?.close()
            connection = nil
          }
        }
      } catch {
        report.errors["NO-REPLY", default: 0] += 1
        connection?.close()
        connection = nil
      }
      asked = max(asked + .milliseconds(4), loop.now)
      try? await loop.sleep(until: asked)
    }
    connection?.close()
    return (report, last)
  }

  private func read(_ key: String) async -> Int {
    guard let address = Self.address(in: file),
      let connection = try? await ForeignConnection.open(to: address, on: loop, within: .seconds(2))
    else { return 0 }
    defer { connection.close() }
    return (try? await connection.send(["GET", key], within: .seconds(5)))?.number ?? 0
  }
}
