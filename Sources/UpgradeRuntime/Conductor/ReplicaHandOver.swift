// The small machine of a hand-over outside of clusters: look once more, command, watch until both sides confirm it.

import UpgradeCore

/// One `FAILOVER TO`, sent to the primary; where that does not know it, a swap. Never resumed, never retried here.
struct ReplicaHandOver {
  let performer: Performer
  let from: NodeID
  let to: NodeID
  let identities: [NodeID: Identity]

  /// Beyond the server's own bound: what is not done by then is called off.
  private static let bound = Duration.milliseconds(Setup.failoverTimeout + 1500)
  private static let rhythm = Duration.milliseconds(4)

  struct Refusal: Error {
    var text: String
  }

  /// What was true a round trip before the command.
  struct Before {
    /// Where the primary says that the candidate is: `FAILOVER TO` takes no other words.
    var place: Address
    var hasFailover: Bool
  }

  func run() async -> Outcome {
    await awaitAcknowledgement()
    let before: Before
    switch await lookOnceMore() {
    case .success(let seen): before = seen
    case .failure(let refusal): return Outcome(.refused, refusal.text)
    }
    guard before.hasFailover else {
      return await SwapHandOver(performer: performer, from: from, to: to, place: before.place).run()
    }
    let begun = performer.timekeeper.now
    let client = await performer.fleet.commander(performer.address(from))
    let failover: Command = [
      "FAILOVER", "TO", before.place.host, String(before.place.port), "TIMEOUT", String(Setup.failoverTimeout),
    ]
    let held = performer.setup.writesHeld(from: from)
    // Where the pause is refused, it goes without: then whoever writes meanwhile is told so a little earlier.
    let pause: [Command] = held.map { [["CLIENT", "PAUSE", String($0), "WRITE"]] } ?? []
    do throws(ClientError) {
      // In one go, so that nobody is held who would not have to wait for the hand-over.
      let replies = try await client.pipeline(pause + [failover])
      if let error = replies.last?.error {
        if held != nil { await performer.unpause(from) }
        return Outcome(.refused, "FAILOVER: \(error.message)")
      }
    } catch {
      if !error.wasSent { return Outcome(.refused, "FAILOVER: \(error.sentence)") }
    }
    let outcome = await watch(begun: begun)
    guard held != nil else { return outcome }
    // Until the clients' address has moved; the pause ends by itself, whatever becomes of us.
    if outcome.kind == .done { performer.hold.begin(from, since: begun) }
    if outcome.kind == .failed { await performer.unpause(from) }
    return outcome
  }

  /// A replica acknowledges what it has once a second, and a primary that has paused its writes does not ask for it: the
  /// pause lasts until the next acknowledgement (redis 7.0 server.c, `beforeSleep`; 1009 ms where the command came right
  /// after one). So the command is sent shortly before one is due.
  private func awaitAcknowledgement() async {
    let timekeeper = performer.timekeeper
    let deadline = timekeeper.now + Duration.milliseconds(2200).boundedNanoseconds
    let begun = timekeeper.now
    var first: Int?
    var last: Int?
    while timekeeper.now < deadline {
      let old = await performer.reader.read(performer.address(from), .pulse, expecting: nil).pulse
      guard let old, let line = line(in: old) else { return }
      let written = old.replication.offset
      // Nobody writes, and all is acknowledged: the next one need not be waited for.
      let isQuiet = first == written && line.offset == written
      if isQuiet, timekeeper.now - begun > Self.quiet.boundedNanoseconds { return }
      let isNews = last.map { $0 != line.offset } ?? false
      first = first ?? written
      last = line.offset
      let pause = isNews ? Self.beforeNext : Self.rhythm
      do throws(CancellationError) { try await timekeeper.sleep(for: pause) } catch { return }
      if isNews { return }
    }
  }

  private static let quiet = Duration.milliseconds(100)
  /// From one acknowledgement to shortly before the next: a tenth of a second is how exactly servers keep their rhythm.
  private static let beforeNext = Duration.milliseconds(930)

  /// Rule 3, a last time; and whether the old primary will be let in where it is to follow: if not, nobody would be
  /// primary, and no time-out ends that (tried with 6.2, 7.0 and Valkey 8.0).
  func lookOnceMore() async -> Result<Before, Refusal> {
    let performer = performer
    async let candidateRead = performer.reader.read(performer.address(to), .pulse, expecting: nil)
    async let primaryRead = performer.reader.read(performer.address(from), .pulse, expecting: nil)
    let (candidate, primary) = await (candidateRead, primaryRead)
    guard let new = candidate.pulse, let old = primary.pulse else {
      return .failure(Refusal(text: "one side could not be read right before the command"))
    }
    for (node, pulse) in [(to, new), (from, old)] {
      if let mismatch = performer.identityMismatch(node, pulse, identities[node]) {
        return .failure(Refusal(text: mismatch))
      }
    }
    guard new.role == .replica, let upstream = new.replication.upstream, upstream.linkUp, !upstream.syncInProgress
    else { return .failure(Refusal(text: "the candidate is not a linked replica any more")) }
    guard old.role == .primary else { return .failure(Refusal(text: "the old primary is no primary any more")) }
    guard old.replication.replicationID == new.replication.replicationID,
      performer.setup.node(at: upstream.address, from: to) == from
    else { return .failure(Refusal(text: "the candidate does not follow the primary itself any more")) }
    guard let line = line(in: old), line.state == "online" else {
      return .failure(Refusal(text: "the primary does not list the candidate as a replica that is online"))
    }
    let lag = old.replication.offset - min(upstream.offset, line.offset)
    guard lag <= performer.setup.options.lagBound || line.acknowledgedSecondsAgo <= 1 else {
      return .failure(Refusal(text: "the candidate is \(lag) bytes behind"))
    }
    let inventories = InventoryReader(fleet: performer.fleet, stopsByCommand: true, kind: performer.setup.kind)
    let peers = [performer.address(to)]
    if let refused = await inventories.refusedLogins(of: performer.address(from), at: peers), let first = refused.first
    {
      return .failure(
        Refusal(
          text:
            "\(performer.address(from)) could not log in at the new primary, and nobody would be primary: \(first). "
            + "Set its masterauth, and masteruser where there is one, then CONFIG REWRITE"))
    }
    let release = old.server.release
    return .success(Before(place: line.address, hasFailover: release?.descends(from: Version(6, 2, 0)) ?? true))
  }

  /// The candidate in the primary's list: by one of its addresses, else by a port that nobody else has.
  private func line(in old: Pulse) -> ReplicaLine? {
    let setup = performer.setup
    let lines = old.replication.replicas
    if let line = lines.first(where: { setup.node(at: $0.address, from: from) == to }) { return line }
    let same = lines.filter { $0.address.port == setup.node(to)?.address.port }
    return same.count == 1 ? same[0] : nil
  }

  /// Both sides say the new roles, and the old primary has its link: it takes in what is written from now on.
  private func watch(begun: Int64) async -> Outcome {
    let timekeeper = performer.timekeeper
    let deadline = begun + Self.bound.boundedNanoseconds
    var promoted: Int64?
    while timekeeper.now < deadline {
      let new = await performer.reader.read(performer.address(to), .pulse, expecting: nil).pulse
      let old = await performer.reader.read(performer.address(from), .pulse, expecting: nil).pulse
      if new?.role == .primary {
        promoted = promoted ?? timekeeper.now
        if let old, old.role == .replica, old.replication.upstream?.linkUp == true {
          return done(begun, promoted, new)
        }
      } else if let old, old.role == .primary,
        old.replication.failover == nil || old.replication.failover == FailoverState.none,
        timekeeper.now - begun > Duration.milliseconds(200).boundedNanoseconds
      {
        return Outcome(
          .failed,
          "the replica did not catch up within \(Setup.failoverTimeout / 1000) s; the old primary keeps serving")
      }
      do throws(CancellationError) { try await timekeeper.sleep(for: Self.rhythm) } catch { break }
    }
    return promoted == nil ? await callOff() : await unlinked(begun, promoted)
  }

  private func done(_ begun: Int64, _ promoted: Int64?, _ new: Pulse?) -> Outcome {
    Outcome(
      .done,
      evidence: [
        "promoted_ms": String(((promoted ?? begun) - begun) / 1_000_000),
        "confirmed_ms": String((performer.timekeeper.now - begun) / 1_000_000),
        "second_repl_offset": String(new?.replication.secondOffset ?? -1),
      ])
  }

  /// The link of the old primary is no condition of the hand-over: it may not be able to read what it is sent.
  private func unlinked(_ begun: Int64, _ promoted: Int64?) async -> Outcome {
    var outcome = done(begun, promoted, nil)
    outcome.sentence = "the old primary follows and has no link yet"
    return outcome
  }

  /// Nobody took over, and the old primary waits for it without an end: it is told to stop waiting. Where the candidate
  /// was promoted after all, it is left as it is, since two would be primary.
  private func callOff() async -> Outcome {
    let new = await performer.reader.read(performer.address(to), .pulse, expecting: nil).pulse
    guard new?.role == .replica else {
      return Outcome(.unknown, "it cannot be told whether the replica was promoted")
    }
    let client = await performer.fleet.commander(performer.address(from))
    do throws(ClientError) {
      _ = try await client.send(["FAILOVER", "ABORT"])
    } catch {
      return Outcome(.unknown, "nobody took over, and FAILOVER ABORT was not done: \(error.sentence)")
    }
    return Outcome(.failed, "the replica was not promoted in time; FAILOVER ABORT made the old primary serve again")
  }
}

extension Performer {
  /// Lets a server follow another one, by the address that servers know it by.
  func follow(_ node: NodeID, _ primary: NodeID) async -> Outcome {
    guard let place = setup.peerAddress(primary) else { return Outcome(.refused, "its address is not known") }
    let client = await fleet.commander(address(node))
    do throws(ClientError) {
      if node == primary, await isHandingOver(node) {
        // It waits for its candidate without an end, and REPLICAOF is refused meanwhile (redis replication.c).
        _ = try await client.send(["FAILOVER", "ABORT"])
      } else if node == primary {
        _ = try await client.send(["REPLICAOF", "NO", "ONE"])
      } else {
        _ = try await client.send(["REPLICAOF", place.host, String(place.port)])
      }
      return Outcome(.done)
    } catch {
      if case .server(let server) = error { return Outcome(.failed, "REPLICAOF: \(server.message)") }
      return Outcome(error.isOutcomeUnknown ? .unknown : .failed, "REPLICAOF: \(error.sentence)")
    }
  }

  private func isHandingOver(_ node: NodeID) async -> Bool {
    let pulse = await reader.read(address(node), .pulse, expecting: nil).pulse
    return pulse?.replication.failover.map { $0 != FailoverState.none } ?? false
  }

  /// Lets a server write its configuration, and with it its role.
  func saveRole(_ node: NodeID) async -> Outcome {
    let client = await fleet.commander(address(node))
    do throws(ClientError) {
      _ = try await client.send(["CONFIG", "REWRITE"])
      return Outcome(.done)
    } catch {
      if case .server(let server) = error {
        return Outcome(
          .failed, "CONFIG REWRITE: \(server.message). See that its process may write the file and its directory")
      }
      return Outcome(error.isOutcomeUnknown ? .unknown : .failed, "CONFIG REWRITE: \(error.sentence)")
    }
  }
}
