// The small machine of one hand-over: look once more, command, watch until epoch and both sides confirm it.

import UpgradeCore

/// One `CLUSTER FAILOVER`, sent to the replica; never resumed, never retried here.
struct HandOver {
  let performer: Performer
  let from: NodeID
  let to: NodeID
  let identities: [NodeID: Identity]

  /// A manual failover ends by itself after 5 s; its pause of the primary after 10 s at most (redis cluster.h).
  private static let bound = Duration.seconds(7)
  private static let rhythm = Duration.milliseconds(4)

  func run() async -> Outcome {
    let before: Before
    switch await lookOnceMore() {
    case .success(let seen): before = seen
    case .failure(let refusal): return Outcome(.refused, refusal.text)
    }
    let begun = performer.timekeeper.now
    let client = await performer.fleet.commander(performer.address(to))
    do throws(ClientError) {
      _ = try await client.send(["CLUSTER", "FAILOVER"])
    } catch {
      if case .server(let server) = error {
        return Outcome(.refused, "CLUSTER FAILOVER: \(server.message)")
      }
      return Outcome(error.wasSent ? .unknown : .refused, "CLUSTER FAILOVER: \(error.sentence)")
    }
    return await watch(before, begun: begun)
  }

  private struct Before {
    var epoch: Int
    var slots: SlotSet
  }
  private struct Refusal: Error {
    var text: String
  }

  /// Rule 3, a last time, a round trip before the command.
  private func lookOnceMore() async -> Result<Before, Refusal> {
    let performer = performer
    async let candidateRead = performer.reader.read(performer.address(to), .views, expecting: to)
    async let primaryRead = performer.reader.read(performer.address(from), .views, expecting: from)
    let (candidate, primary) = await (candidateRead, primaryRead)
    guard let new = candidate.pulse, let old = primary.pulse, let view = primary.view, let info = new.cluster else {
      return .failure(Refusal(text: "one side could not be read right before the command"))
    }
    for (node, pulse) in [(to, new), (from, old)] {
      if let mismatch = performer.identityMismatch(node, pulse, identities[node]) {
        return .failure(Refusal(text: mismatch))
      }
    }
    guard new.role == .replica, let upstream = new.replication.upstream, upstream.linkUp, !upstream.syncInProgress
    else {
      return .failure(Refusal(text: "the candidate is not a linked replica any more"))
    }
    guard old.role == .primary else { return .failure(Refusal(text: "the old primary is no primary any more")) }
    let own = view.member(to)
    guard own?.role == .replica, own?.primary == from, own?.looksHealthy == true else {
      return .failure(Refusal(text: "the primary does not see the candidate as its healthy replica"))
    }
    let lag = old.replication.offset - upstream.offset
    guard lag <= performer.setup.options.lagBound else {
      return .failure(Refusal(text: "the candidate is \(lag) bytes behind"))
    }
    return .success(
      Before(
        epoch: max(info.currentEpoch, old.cluster?.currentEpoch ?? 0), slots: view.member(from)?.slots ?? SlotSet()))
  }

  /// Both sides say the new roles, and the new primary claims under an epoch that did not exist before.
  private func watch(_ before: Before, begun: Int64) async -> Outcome {
    let timekeeper = performer.timekeeper
    let deadline = begun + HandOver.bound.boundedNanoseconds
    var promoted: Int64?
    while timekeeper.now < deadline {
      let candidate = await performer.reader.read(performer.address(to), .views, expecting: to)
      let own = candidate.view?.member(to)
      let claims = candidate.pulse?.role == .primary && (candidate.pulse?.cluster?.myEpoch ?? 0) > before.epoch
      if claims, let own, own.role == .primary, own.slots == before.slots {
        promoted = promoted ?? timekeeper.now
        let old = await performer.reader.read(performer.address(from), .views, expecting: from)
        if old.pulse?.role == .replica, old.view?.member(to)?.role == .primary {
          return Outcome(
            .done,
            evidence: [
              "epoch": String(candidate.pulse?.cluster?.myEpoch ?? 0),
              "promoted_ms": String(((promoted ?? begun) - begun) / 1_000_000),
              "confirmed_ms": String((timekeeper.now - begun) / 1_000_000),
            ])
        }
      }
      do throws(CancellationError) { try await timekeeper.sleep(for: HandOver.rhythm) } catch { break }
    }
    return Outcome(
      promoted == nil ? .failed : .unknown,
      promoted == nil
        ? "the replica was not promoted within \(Int(HandOver.bound.seconds)) s; the old primary keeps serving"
        : "the replica was promoted, but the old primary has not confirmed it",
      evidence: ["epoch_before": String(before.epoch)])
  }
}
