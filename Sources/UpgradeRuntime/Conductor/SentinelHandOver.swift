// The small machine of a hand-over under Sentinels: writes wait, a Sentinel fails over, the old primary steps down.

import SystemIO
import UpgradeCore

/// One failover by Sentinels in which no acknowledged write is lost; never resumed, never retried here.
///
/// A Sentinel promotes first and tells the old primary up to ten seconds later, which takes writes until then (redis
/// issue 6062). So writes are paused until every replica has all of them; and the old primary follows the candidate as
/// soon as the Sentinel has taken the order, before it is carried out. From there on it takes no write, whatever becomes
/// of us: killed between any two lines of this, nothing is lost, and the pause ends by itself (tried with 6.2.14 and
/// 8.1.1, the caller gone right after it: 0 of 1,783 and of 1,576 lost).
///
/// `SENTINEL FAILOVER name COORDINATED`, from Valkey 9.0 on, loses nothing either, but its writers wait 540 to 650 ms
/// where they wait 130 to 230 ms for this.
struct SentinelHandOver {
  let performer: Performer
  let from: NodeID
  let to: NodeID
  let identities: [NodeID: Identity]

  private static let rhythm = Duration.milliseconds(4)
  /// Until all replicas have what was written before the pause, and until the Sentinel has answered: both together well
  /// below the pause, since the old primary is told to step down after them.
  private static let catchUp = Duration.seconds(2)
  private static let answer = Duration.milliseconds(1500)
  private static let latestOrder = Duration.milliseconds(Setup.pauseBound - 2500)
  /// From the Sentinel's OK to the promotion, which usually takes 0.2 s.
  private static let promotion = Duration.seconds(10)
  /// From there until every Sentinel says so, which usually takes 1 s.
  private static let agreement = Duration.seconds(10)

  private var setup: Setup { performer.setup }
  private var replicas: [NodeID] { [to] + setup.order.filter { $0 != from && $0 != to } }

  func run() async -> Outcome {
    let look = ReplicaHandOver(performer: performer, from: from, to: to, identities: identities)
    switch await look.lookOnceMore() {
    case .success: break
    case .failure(let refusal): return Outcome(.refused, refusal.text)
    }
    guard let name = setup.watchedName, let sentinel = setup.sentinels.first else {
      return Outcome(.refused, "no Sentinel is part of this run")
    }
    if let why = await obstacle() { return Outcome(.refused, why) }
    let events = SentinelEvents(name, begun: performer.timekeeper.now, performer.timekeeper, news: performer.news)
    let listening = performer.loop.task { [performer] in
      await performer.fleet.subscription.listen(
        at: performer.address(sentinel), ["PSUBSCRIBE", "*"], within: .seconds(40)
      ) { events.take($0) }
    }
    await hearing(events)
    var outcome = await carryOut(name, sentinel, events)
    listening.cancel()
    if !events.words.isEmpty { outcome.evidence["events"] = events.words }
    return outcome
  }

  /// What the Sentinel says from its first word on is worth a moment; where it cannot be heard, it is done without.
  private func hearing(_ events: SentinelEvents) async {
    let timekeeper = performer.timekeeper
    let deadline = timekeeper.now + Duration.milliseconds(300).boundedNanoseconds
    while !events.isHeard, timekeeper.now < deadline {
      do throws(CancellationError) { try await timekeeper.sleep(for: Self.rhythm) } catch { return }
    }
  }

  private func carryOut(_ name: String, _ sentinel: NodeID, _ events: SentinelEvents) async -> Outcome {
    let begun = performer.timekeeper.now
    if let refused = await pause() { return refused }
    guard await allCaughtUp() else {
      await unpause()
      return Outcome(
        .failed,
        "the replicas did not get all writes within \(Int(Self.catchUp.seconds)) s; the old primary keeps serving")
    }
    // Whoever was held up for so long may find that writers go on by the time that it says so.
    guard performer.timekeeper.now - begun < Self.latestOrder.boundedNanoseconds else {
      await unpause()
      return Outcome(.failed, "the pause was nearly over before the order; the old primary keeps serving")
    }
    if let refused = await order(name, sentinel) {
      await unpause()
      return Outcome(.refused, refused)
    }
    return await carriedOut(begun: begun, sentinel, events)
  }

  /// Everything that Sentinels have to say, a last time.
  private func obstacle() async -> String? {
    var readings: [NodeID: Reading] = [:]
    for node in setup.everyone {
      let readout = await performer.reader.read(performer.address(node), .views, expecting: nil)
      guard let pulse = readout.pulse else { return "\(performer.address(node)) could not be read right before" }
      readings[node] = .up(
        NodeView(
          pulse: pulse, cluster: nil, settings: readout.settings, inventory: nil, pulseAsOf: 0, clusterAsOf: 0,
          ageOfPulse: .zero))
    }
    let scene = Scene(
      snapshot: Snapshot(nodes: readings, shards: setup.shards, addresses: [:]), setup: setup)
    var asked: [(RuleName, ObjectID)] = ["sentinels-agree", "quorum-reached", "not-tilted", "peers-listed"].map {
      ($0, .deployment)
    }
    asked.append(("priorities-seen", .node(to)))
    for (rule, object) in asked {
      let verdict = Rulebook.evaluate(rule, object, in: scene)
      if !verdict.holds { return "\(rule): \(verdict.text)" }
    }
    return nil
  }

  private func pause() async -> Outcome? {
    let client = await performer.fleet.commander(performer.address(from))
    do throws(ClientError) {
      _ = try await client.send(["CLIENT", "PAUSE", String(Setup.pauseBound), "WRITE"])
      return nil
    } catch {
      if error.isOutcomeUnknown { await unpause() }
      return Outcome(.refused, "CLIENT PAUSE: \(error.sentence)")
    }
  }

  private func unpause() async { await performer.unpause(from) }

  /// Every replica has processed what the primary had come to when its writes were paused.
  private func allCaughtUp() async -> Bool {
    let timekeeper = performer.timekeeper
    let deadline = timekeeper.now + Self.catchUp.boundedNanoseconds
    guard let old = await pulse(from), old.role == .primary else { return false }
    while timekeeper.now < deadline {
      var isEqual = true
      for node in replicas {
        guard let offset = await pulse(node)?.replication.upstream?.offset, offset >= old.replication.offset else {
          isEqual = false
          break
        }
      }
      if isEqual { return true }
      do throws(CancellationError) { try await timekeeper.sleep(for: Self.rhythm) } catch { return false }
    }
    return false
  }

  private func pulse(_ node: NodeID) async -> Pulse? {
    await performer.reader.read(performer.address(node), .pulse, expecting: nil).pulse
  }

  /// Why the Sentinel did not take the order; nil where it did, or may have.
  private func order(_ name: String, _ sentinel: NodeID) async -> String? {
    let client = await performer.fleet.commander(performer.address(sentinel))
    do throws(ClientError) {
      _ = try await client.send(["SENTINEL", "FAILOVER", name], within: Self.answer)
      return nil
    } catch {
      if case .server(let server) = error { return "SENTINEL FAILOVER: \(server.message)" }
      return error.wasSent ? nil : "SENTINEL FAILOVER: \(error.sentence)"
    }
  }

  // MARK: - From the order on

  private func carriedOut(begun: Int64, _ sentinel: NodeID, _ events: SentinelEvents) async -> Outcome {
    var isDown = await follow(to)
    let last = await pulse(from)?.replication.offset
    guard let new = await promoted(sentinel, events, isDown: &isDown) else { return await undo(sentinel, events) }
    if new != to || !isDown { isDown = await follow(new) }
    guard isDown else {
      return Outcome(
        .unknown,
        "\(setup.address(new)) is primary, and the old one could not be told to follow it: until a Sentinel does that, "
          + "writes that it takes after its pause are lost")
    }
    await unpause()
    let promotedAt = performer.timekeeper.now
    let second = await pulse(new)?.replication.secondOffset
    let agreed = await allSay(new)
    let client = await performer.fleet.commander(performer.address(from))
    // Whoever asks a Sentinel asks anew when its connection ends, and by now is told of the new one.
    _ = try? await client.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], within: .seconds(2))
    var outcome = Outcome(
      .done,
      evidence: [
        "promoted_ms": String((promotedAt - begun) / 1_000_000),
        "agreed_ms": String((performer.timekeeper.now - begun) / 1_000_000),
        "offset": String(last ?? -1), "second_repl_offset": String(second ?? -1),
      ])
    if new != to {
      outcome.kind = .failed
      outcome.sentence = "the Sentinels promoted \(setup.address(new)), not \(setup.address(to)); nothing was lost"
    } else if let last, let second, second != last + 1 {
      outcome.sentence = "the new primary took over at \(second - 1), the old one had come to \(last)"
    } else if !agreed {
      outcome.sentence = "not every Sentinel names the new primary yet"
    }
    return outcome
  }

  /// The old primary takes no write from here on; false where it did not say so.
  private func follow(_ node: NodeID) async -> Bool {
    guard let place = setup.peerAddress(node) else { return false }
    let client = await performer.fleet.commander(performer.address(from))
    return (try? await client.send(["REPLICAOF", place.host, String(place.port)], within: .seconds(2))) != nil
  }

  /// Who says that it is primary; nil where the Sentinel has given up, or time is up.
  private func promoted(_ sentinel: NodeID, _ events: SentinelEvents, isDown: inout Bool) async -> NodeID? {
    let timekeeper = performer.timekeeper
    let begun = timekeeper.now
    let deadline = begun + Self.promotion.boundedNanoseconds
    var nextLook = begun + Duration.milliseconds(500).boundedNanoseconds
    var idle = 0
    while timekeeper.now < deadline {
      if !isDown { isDown = await follow(to) }
      for node in replicas where await pulse(node)?.role == .primary { return node }
      if events.givenUp != nil { return nil }
      if timekeeper.now > nextLook {
        nextLook = timekeeper.now + Duration.milliseconds(300).boundedNanoseconds
        idle = await isUnderWay(sentinel) ? 0 : idle + 1
        if idle == 3 { return nil }
      }
      do throws(CancellationError) { try await timekeeper.sleep(for: Self.rhythm) } catch { return nil }
    }
    return nil
  }

  /// Whether the Sentinel is still at it; one that is silent may be.
  private func isUnderWay(_ sentinel: NodeID) async -> Bool {
    guard let group = await pulse(sentinel)?.sentinel?.group else { return true }
    return group.flags.contains("failover_in_progress") || setup.node(at: group.address, from: sentinel) != from
  }

  /// As it was, where nobody is about to be promoted any more: the old primary has all data, nobody took a write.
  private func undo(_ sentinel: NodeID, _ events: SentinelEvents) async -> Outcome {
    guard await !isUnderWay(sentinel) else {
      return Outcome(.unknown, "the Sentinels have promoted nobody yet, and are still at it")
    }
    let client = await performer.fleet.commander(performer.address(from))
    do throws(ClientError) {
      _ = try await client.send(["REPLICAOF", "NO", "ONE"])
    } catch {
      return Outcome(.unknown, "the Sentinels promoted nobody, and the old primary could not be told to serve again")
    }
    await unpause()
    let why = events.givenUp.map { " (\($0))" } ?? ""
    return Outcome(.failed, "the Sentinels gave their failover up\(why); the old primary serves again")
  }

  /// Every Sentinel sends clients to the new primary.
  private func allSay(_ new: NodeID) async -> Bool {
    let timekeeper = performer.timekeeper
    let deadline = timekeeper.now + Self.agreement.boundedNanoseconds
    while timekeeper.now < deadline {
      var isSaid = true
      for node in setup.sentinels {
        let group = await pulse(node)?.sentinel?.group
        if group.flatMap({ setup.node(at: $0.address, from: node) }) != new {
          isSaid = false
          break
        }
      }
      if isSaid { return true }
      do throws(CancellationError) { try await timekeeper.sleep(for: .milliseconds(20)) } catch { return false }
    }
    return false
  }
}
