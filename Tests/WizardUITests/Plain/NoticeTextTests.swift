// What is announced before an upgrade, and said after it.

import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct NoticeTextTests {
  private func notice(begin: String?) throws -> NoticeText {
    let run = RunScene.plan
    let plan = try #require(run.picture.plan)
    let begin = begin.flatMap { WallTime(minuteInUTC: $0)?.milliseconds }
    return NoticeText(plan, setup: run.setup, snapshot: run.picture.snapshot, begin: begin)
  }

  @Test func theAnnouncement() throws {
    let lines = try notice(begin: "2026-11-24T23:58").lines
    #expect(lines.first == "# Upgrade of redis://10.0.3.10:6379 to 7.0.15")
    #expect(lines.contains("**What**: 6.2.14 to 7.0.15: 6 nodes, one at a time"))
    let when = try #require(lines.first { $0.hasPrefix("**When**") })
    // Over midnight too.
    #expect(when.hasPrefix("**When**: 2026-11-24 23:58 UTC, ended by 00:"))
    let impact = try #require(lines.firstIndex(of: "**Impact**:"))
    let back = try #require(lines.firstIndex(of: "**Rollback**:"))
    // Each thing that is felt stands once, with whom it concerns; "nothing" is not worth a line.
    let felt = lines[(impact + 1)..<back].filter { $0.hasPrefix("- ") }
    #expect(felt.contains { $0.hasPrefix("- s1, s2: writes to 5461 slots pause") }, "\(felt)")
    #expect(!felt.contains { $0.contains(": nothing") || $0.contains(": none") })
    #expect(lines.contains { $0.hasPrefix("- The way back narrows:") })
    #expect(lines.contains { $0.hasSuffix("hand-over of s2: to 10.0.3.13:6379") })
    #expect(lines.contains { $0.hasSuffix("3 replicas restart on 7.0.15, one at a time") })
  }

  @Test func withoutATimeItIsCountedFromTheBeginning() throws {
    let lines = try notice(begin: nil).lines
    #expect(lines.contains("**When**: not fixed yet"))
    #expect(lines.contains { $0.hasPrefix("- 0:00 - 0:0") })
  }

  /// No line of the course begins before the one above it, and none ends before it has begun.
  @Test func theCourseGoesForward() throws {
    let json = try #require(ReadJSON(try notice(begin: nil).json.text))
    let count = json["timeline"]?.count ?? 0
    #expect(count >= 8)
    var last = (least: 0.0, most: 0.0)
    for index in 0..<count {
      let least = try #require(json["timeline"]?[index]?["least"]?.amount)
      let most = try #require(json["timeline"]?[index]?["most"]?.amount)
      #expect(least <= most && least >= last.least && most >= last.most)
      last = (least, most)
    }
    #expect(json["duration_seconds"]?["most"]?.amount == last.most)
    #expect(json["begin"] == .null)
  }

  /// The more data, the longer; a step by step sum.
  @Test func dataTakesTime() throws {
    let run = RunScene.plan
    let plan = try #require(run.picture.plan)
    let small = Forecast(plan, setup: run.setup, snapshot: run.picture.snapshot)
    var snapshot = run.picture.snapshot
    for id in run.setup.nodes.map(\.id) {
      guard var view = snapshot[id].view else { continue }
      view.pulse.memory.used = 10 << 30
      snapshot.nodes[id] = .up(view)
    }
    let large = Forecast(plan, setup: run.setup, snapshot: snapshot)
    #expect(large.largest == 10 << 30)
    #expect(large.whole.least > small.whole.least + .seconds(600) && large.whole.most > large.whole.least)
    #expect(large.begin(of: plan.steps.count).most == large.whole.most)
  }

  @Test func sentinelsAreNoReplicas() throws {
    let picture = ReplicationScenes.watchedPlan
    let setup = try #require(picture.setup)
    let plan = try #require(picture.plan)
    let lines = NoticeText(plan, setup: setup, snapshot: picture.snapshot, begin: nil).lines
    #expect(lines.contains { $0.hasSuffix("2 replicas restart on 7.0.15, one at a time") })
    #expect(lines.contains { $0.hasSuffix("3 Sentinels restart on 7.0.15, one at a time") }, "\(lines)")
  }

  @Test func aSingleServerIsAway() throws {
    let picture = ReplicationScenes.outage
    let setup = try #require(picture.setup)
    let plan = try #require(picture.plan)
    let lines = NoticeText(plan, setup: setup, snapshot: picture.snapshot, begin: nil).lines
    #expect(lines.contains { $0.hasPrefix("- 10.0.3.10:6379: OUTAGE: nobody is served") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("- 6.2.14 cannot read what 7.0.15 saves") }, "\(lines)")
  }

  @Test func theClosingMessage() {
    let lines = ClosingNoticeText(RunScene.done.picture.report).lines
    #expect(lines.first == "# Done: upgrade of redis://10.0.3.10:6379 to redis-7.0.15")
    #expect(lines.contains("**What**: 6 of 6 nodes run redis-7.0.15, from redis-6.2.14"))
    #expect(lines.contains("- s1: primary 10.0.3.10:6379 -> 10.0.3.11:6379, writes stood for 43 ms at most"))
    #expect(lines.contains("- nothing"))
    let stopped = ClosingNoticeText(RunScene.failedInstall.picture.report).lines
    #expect(stopped.first?.hasPrefix("# Still open:") == true, "\(stopped)")
  }
}
