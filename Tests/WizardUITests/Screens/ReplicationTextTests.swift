// Servers outside of clusters on the health page: who follows whom, and whether the way back is open at this moment.

import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct ReplicationTextTests {
  private static func text(_ picture: RunPicture) -> [String] { HealthText(picture).tree.map(\.string) }

  @Test func everyServerStandsBelowWhomItFollows() {
    let before = Self.text(ReplicationScenes.secondNode)
    #expect(
      before.map { $0.split(separator: "  ", maxSplits: 9).joined(separator: " ") } == [
        "10.0.3.10:6379 PRIMARY 6.2.14", "10.0.3.11:6379 replica 6.2.14 0 B behind link up",
        "10.0.3.12:6379 replica 6.2.14 0 B behind link up", "10.0.3.13:6379 replica 7.0.15 0 B behind link up",
      ])
    #expect(before.map { $0.prefix { $0 == " " }.count } == [0, 2, 2, 4])
    // After the hand-over whoever followed the old primary follows the new one, and so does that itself.
    let after = Self.text(ReplicationScenes.oldPrimary)
    #expect(after.first?.hasPrefix("10.0.3.11:6379  PRIMARY  7.0.15") == true, "\(after)")
    #expect(after.map { $0.prefix { $0 == " " }.count } == [0, 2, 2, 4])
    #expect(after.contains { $0.hasPrefix("  10.0.3.10:6379  replica  6.2.14") })
  }

  @Test func whoIsDownOrSilentIsSaid() throws {
    var picture = ReplicationScenes.secondNode
    let nodes = try #require(picture.setup?.nodesByAddress.map(\.id))
    picture.snapshot.nodes[nodes[1]] = .down("connection refused")
    picture.snapshot.nodes[nodes[2]] = .unknown("no answer for 3 s")
    let lines = Self.text(picture)
    #expect(lines.contains("10.0.3.11:6379  DOWN"))
    #expect(lines.contains("10.0.3.12:6379  not read"))
    // Its follower says whom it follows, though nobody else speaks of that one.
    #expect(lines.contains { $0.hasPrefix("  10.0.3.13:6379") })
    let cut = Self.text(ReplicationScenes.oldPrimary(behind: 300, linkUp: false))
    #expect(cut.contains { $0.hasSuffix("LINK DOWN 7 s") }, "\(cut)")
    let refusing = ReplicationScenes.changed(ReplicationScenes.oldPrimary, "10.0.3.10") {
      $0.statistics.unexpectedErrorReplies = 3
    }
    #expect(Self.text(refusing).contains { $0.hasSuffix("3 replication errors") })
  }

  /// The last of it, with ages, harmless whatever it was, and gone after ten minutes.
  @Test func whatTheySayOfTheirFailover() {
    var picture = ReplicationScenes.sentinelNews
    let rows = HealthText(picture).sentinels.map(\.string).dropFirst(4)
    #expect(
      Array(rows) == [
        "Their failover", "   14 s ago  +try-failover  master orders", "   14 s ago  +elected-leader  master orders",
        "   13 s ago  +selected-slave  slave 10.0.3.11:6379", "   12 s ago  +promoted-slave  slave 10.0.3.11:6379",
        "   11 s ago  +switch-master  orders 10.0.3.10 6379 10.0.3.11 6379",
      ])
    let hostile = SentinelEvent("-failover-abort-\u{1B}[2J", String(repeating: "x\n", count: 100), at: picture.now)
    #expect(!hostile.words.contains("\u{1B}") && !hostile.words.contains("\n") && hostile.words.count < 300)
    #expect(hostile.isMilestone)
    for _ in 0..<20 { picture.hear(hostile) }
    #expect(picture.sentinelNews.count == 8)
    picture.now = picture.now + .seconds(601)
    #expect(HealthText(picture).sentinels.count == 4)
  }

  @Test func whatEachSentinelSays() throws {
    let lines = HealthText(ReplicationScenes.sentinel).sentinels.map(\.string)
    #expect(
      lines == [
        "Sentinels 3/3 agree", "  10.0.3.20:26379  7.0.15  names 10.0.3.11:6379  quorum 2  2 others",
        "  10.0.3.21:26379  6.2.14  names 10.0.3.11:6379  quorum 2  2 others",
        "  10.0.3.22:26379  6.2.14  names 10.0.3.11:6379  quorum 2  2 others",
      ])
    #expect(HealthText(ReplicationScenes.secondNode).sentinels.isEmpty)
    var picture = ReplicationScenes.changed(ReplicationScenes.sentinel, "10.0.3.20") {
      $0.sentinel?.group?.address = Address(host: "10.0.3.10", port: 6379)
      $0.sentinel?.group?.flags = ["master", "s_down"]
    }
    picture = ReplicationScenes.changed(picture, "10.0.3.21") {
      $0.sentinel?.quorumFault = "NOQUORUM 1 usable Sentinels"
      $0.sentinel?.isTilted = true
    }
    let last = try #require(picture.setup?.nodes.first { $0.address.host == "10.0.3.22" }?.id)
    picture.snapshot.nodes[last] = .down("connection refused")
    #expect(
      HealthText(picture).sentinels.map(\.string) == [
        "Sentinels 0/3 agree", "  10.0.3.20:26379  7.0.15  names 10.0.3.10:6379  s_down  quorum 2  2 others",
        "  10.0.3.21:26379  6.2.14  names 10.0.3.11:6379  NO QUORUM  2 others  TILT",
        "  10.0.3.22:26379  DOWN",
      ])
  }

  // MARK: - The lamp

  private static func window(_ picture: RunPicture) -> String {
    let window = HealthText(picture).backWindow
    return "\(window.lamp.string): \(window.why)"
  }

  /// The new primary with a backlog, so that what is missing can be told.
  private static func promoted(_ change: (inout Pulse) -> Void) -> RunPicture {
    let picture = ReplicationScenes.changed(ReplicationScenes.oldPrimary, "10.0.3.11") {
      $0.replication.offset = 5_000_000
      $0.replication.backlogBytes = 1_048_576
      $0.replication.replicationID = "new"
    }
    return ReplicationScenes.changed(picture, "10.0.3.10") {
      $0.replication.replicationID = "new"
      $0.replication.upstream?.offset = 5_000_000
      change(&$0)
    }
  }

  @Test func openUntilSomethingIsHandedOver() {
    #expect(
      Self.window(ReplicationScenes.secondNode)
        == "way back OPEN: nothing has been handed over: the primary is on Redis 6.2.14")
  }

  @Test(arguments: [
    (0, true, "way back OPEN: 10.0.3.10:6379 on Redis 6.2.14 follows, 0 bytes behind"),
    (
      300, false,
      "way back CLOSING: the link of 10.0.3.10:6379 is down for 7 s, 300 bytes of a backlog of 1.0 MB used"
    ),
    (2_000_000, true, "way back CLOSED: 10.0.3.10:6379 misses 2.0 MB, more than the backlog of 1.0 MB"),
    (2_000_000, false, "way back CLOSED: 10.0.3.10:6379 misses 2.0 MB, more than the backlog of 1.0 MB"),
  ]) func byTheLinkAndTheBacklog(behind: Int, linkUp: Bool, text: String) {
    let picture = Self.promoted {
      $0.replication.upstream?.offset = 5_000_000 - behind
      $0.replication.upstream?.linkUp = linkUp
      $0.replication.upstream?.downSeconds = linkUp ? nil : 7
    }
    #expect(Self.window(picture) == text)
  }

  @Test func whatEndsIt() throws {
    let errors = Self.promoted { $0.statistics.unexpectedErrorReplies = 2 }
    #expect(
      Self.window(errors)
        == "way back CLOSED: 10.0.3.10:6379 could not follow 2 commands of the new version: its data differs")
    let full = Self.promoted { $0.replication.upstream?.syncInProgress = true }
    #expect(Self.window(full).hasPrefix("way back CLOSED: 10.0.3.10:6379 asks for all data"))
    let other = Self.promoted { $0.replication.replicationID = "another" }
    #expect(Self.window(other).hasPrefix("way back not known: 10.0.3.10:6379 does not follow the history"))
    var down = Self.promoted { _ in }
    let old = try #require(down.setup?.nodesByAddress.first?.id)
    down.snapshot.nodes[old] = .down("connection refused")
    #expect(Self.window(down).hasPrefix("way back CLOSED: 10.0.3.10:6379 is down"))
    down.snapshot.nodes[old] = .unknown("no answer")
    #expect(Self.window(down) == "way back not known: 10.0.3.10:6379 has not been read")
    var done = Self.promoted { _ in }
    for node in done.setup?.nodes ?? [] {
      done = ReplicationScenes.changed(done, node.address.host) {
        $0.server.version = Version(7, 0, 15)
        $0.server.versionText = "7.0.15"
      }
    }
    #expect(Self.window(done) == "way back CLOSED: no node is left on Redis 6.2.14")
  }

  /// A reading that is too old proves nothing.
  @Test func aStaleReadingIsNoLamp() {
    var picture = Self.promoted { _ in }
    picture.health.readAt = picture.now + .seconds(-9)
    #expect(Self.window(picture) == "way back not known: ")
  }

  /// Between two versions that read each other's files nothing ever closes.
  @Test func aWayThatStaysOpen() throws {
    var run = Rehearsal(tree: [nil, 0], wayBackNarrows: false)
    run.begin()
    run.run()
    var picture = run.picture
    #expect(Self.window(picture).hasPrefix("way back OPEN"))
    picture.health.readAt = nil
    #expect(Self.window(picture) == "way back not known: ")
  }
}
