// After a hand-over: the old primary is left running until no client calls it any more, within a bound.

package import UpgradeCore

/// Waits until clients that still come to the old primary have all met `MOVED`.
package struct Drain: Sendable {
  private let fleet: Fleet
  private let timekeeper: LoopTimekeeper
  private let address: Address
  /// Outside of clusters nobody is sent on: a client that still writes there gets `READONLY`.
  private let isPlain: Bool

  package init(_ address: Address, fleet: Fleet, timekeeper: LoopTimekeeper, isPlain: Bool = false) {
    self.isPlain = isPlain
    self.address = address
    self.fleet = fleet
    self.timekeeper = timekeeper
  }

  /// Nobody called for this long: drained. Measured: some 150 ms is what clients with a slot map need.
  private static let quiet = Duration.milliseconds(150)
  private static let bound = Duration.seconds(5)
  private static let rhythm = Duration.milliseconds(20)

  package func run() async -> Outcome {
    let begun = timekeeper.now
    let deadline = begun + Drain.bound.boundedNanoseconds
    var last: Int?
    var quietSince = begun
    var calls = 0
    while timekeeper.now < deadline {
      switch await strayCalls() {
      case .failure(let problem): return Outcome(.failed, problem.text)
      case .success(let count):
        if let last, count > last {
          calls += count - last
          quietSince = timekeeper.now
        } else if last == nil {
          quietSince = timekeeper.now
        }
        last = count
      }
      if timekeeper.now - quietSince >= Drain.quiet.boundedNanoseconds {
        let clients = isPlain ? await clientsLeft() : nil
        let sentence =
          clients.map {
            $0 == 0
              ? ""
              : "\($0 == 1 ? "1 client connection" : "\($0) client connections") still open there, closed at its stop"
          }
          ?? ""
        return Outcome(
          .done, sentence,
          evidence: [
            "calls": String(calls), "ms": String((timekeeper.now - begun) / 1_000_000),
            "clients": clients.map(String.init) ?? "not counted",
          ])
      }
      do throws(CancellationError) { try await timekeeper.sleep(for: Drain.rhythm) } catch { break }
    }
    // A soft gate: it gives way, and says so.
    return Outcome(
      .done,
      (isPlain ? "clients still wrote to it" : "clients still called it")
        + " after \(Int(Drain.bound.seconds)) s; they will find a closed connection",
      evidence: ["calls": String(calls), "gave_way": "yes"])
  }

  private struct Problem: Error {
    var text: String
  }

  /// How many calls were sent on with MOVED so far (`errorstat_MOVED`, from 6.2); before that, commands of any kind
  /// that a replica answers, ours left out.
  private func strayCalls() async -> Result<Int, Problem> {
    let client = await fleet.reader(address)
    do throws(ClientError) {
      let replies = try await client.pipeline([["INFO", "errorstats"], ["INFO", "commandstats"]])
      let errors = replies[0].text ?? ""
      if errors.contains("# Errorstats") {
        return .success(Drain.count(errors, field: isPlain ? "errorstat_READONLY" : "errorstat_MOVED", value: "count"))
      }
      return .success(Drain.foreignCalls(replies[1].text ?? ""))
    } catch {
      return .failure(Problem(text: "the old primary could not be read while it was drained: \(error.sentence)"))
    }
  }

  /// Connections of clients that are neither ours nor of replicas; nil where nobody may ask.
  private func clientsLeft() async -> Int? {
    let replies = try? await fleet.reader(address).pipeline([["CLIENT", "LIST"]])
    guard let reply = replies?.first, reply.error == nil, let text = reply.text else { return nil }
    return text.split(whereSeparator: \.isNewline).count { line in
      let words = line.split(separator: " ")
      let flags = words.first { $0.hasPrefix("flags=") }?.dropFirst(6) ?? ""
      let isOurs = words.contains { $0.hasPrefix("name=redis-upgrade:") }
      return !isOurs && !flags.contains("S") && !flags.contains("M") && !flags.contains("O")
    }
  }

  static func count(_ text: String, field: String, value: String) -> Int {
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix(field + ":") {
      return number(line, value)
    }
    return 0
  }

  /// Commands that come from us or from replication, and say nothing about clients.
  private static let ours: Set<String> = [
    "info", "cluster", "config", "client", "ping", "hello", "auth", "replconf", "psync", "role", "command", "acl",
  ]

  static func foreignCalls(_ text: String) -> Int {
    var sum = 0
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_") {
      let name = line.dropFirst(8).prefix { $0 != ":" && $0 != "|" }
      if !ours.contains(String(name)) { sum += number(line, "calls") }
    }
    return sum
  }

  private static func number(_ line: Substring, _ value: String) -> Int {
    for pair in line.split(separator: ":").last?.split(separator: ",") ?? [] where pair.hasPrefix(value + "=") {
      return Int(pair.dropFirst(value.count + 1)) ?? 0
    }
    return 0
  }
}
