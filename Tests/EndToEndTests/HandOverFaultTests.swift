// A hand-over that does not come to its end, and one that somebody else makes: nothing is stopped after either.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct HandOverFaultTests {
  @Test func itTimesOut() async throws {
    try await withFaultyNight { night in
      try night.put(#"options="--enable-debug-command local""#, before: "start", on: Place.replica1)
      try await night.night.withPerson(night.run(askedFor: [.firstPromotion])) { person in
        try await person.reads("Question first-promotion:")
        // The votes for it never arrive: FAILOVER_AUTH_ACK is packet type 6 (redis 7.0 cluster.h).
        #expect(try await night.send(["DEBUG", "DROP-CLUSTER-PACKET-FILTER", "6"], to: Place.replica1) == ["OK"])
        try await person.types("yes")
        let text = try await person.meets("step-failed")
        #expect(
          text.contains("s1: hand-over on s1 did not work: the replica was not promoted within 7 s; the old primary"))
        #expect(text.contains("at risk:  Every shard is served."), "\(text)")
        try await person.chooses("stop")
        try await night.expectStopped(try await person.end(), code: 3, says: ["Go on with: redis-upgrade resume"])
      }
      // It was left undone: the same primary, on the old version, and nothing was stopped after it.
      #expect(try await night.send(["ROLE"], to: Place.primary1).first == "master")
      #expect(try await night.count(on: .redis62) == 3)
      #expect(try await night.send(["DEBUG", "DROP-CLUSTER-PACKET-FILTER", "-1"], to: Place.replica1) == ["OK"])
      try await night.expectDone(try await night.night.run(night.resume()))
      let state = try night.night.journal().state
      #expect(state.handOvers.count == 3)
      #expect(state.measures.allSatisfy { $0.lost == 0 && $0.errorCount == 0 })
    }
  }

  @Test func somebodyElseMakesOneOnAnotherShard() async throws {
    try await withFaultyNight { night in
      try await night.night.withPerson(night.run(askedFor: [.canary])) { person in
        try await person.reads("Question canary:")
        try await night.failOver(to: Place.replica2)
        try await person.types("yes")
        let text = try await person.meets("changed-by-others")
        #expect(text.contains("\(night.address(Place.replica2)) is primary, was replica"), "\(text)")
        #expect(text.contains("\(night.address(Place.primary2)) is replica, was primary"), "\(text)")
        #expect(text.contains("adopt   Take it as it is now: plan again from what the servers say"), "\(text)")
        try await person.chooses("stop")
        try await night.expectStopped(try await person.end(), code: 3, says: [])
      }
      #expect(try await night.count(on: .redis70) == 1)
      try await night.night.withPerson(night.resume()) { person in
        _ = try await person.meets("changed-by-others")
        try await person.chooses("adopt")
        try await night.expectDone(try await person.end())
      }
    }
  }

  @Test func somebodyElseMakesTheOneInHand() async throws {
    try await withFaultyNight { night in
      try await night.night.withPerson(night.run(askedFor: [.handOver])) { person in
        try await person.reads("Question hand-over:s1:")
        try await night.failOver(to: Place.replica1)
        try await person.types("no-return s1")
        let text = try await person.meets("changed-by-others")
        #expect(text.contains("\(night.address(Place.replica1)) is primary, was replica"), "\(text)")
        try await person.chooses("stop")
        try await night.expectStopped(try await person.end(), code: 3, says: [])
      }
      // Nobody but the foreigner handed anything over, and no old primary was stopped.
      #expect(try night.night.journal().state.handOvers.isEmpty)
      #expect(try await night.count(on: .redis62) == 3)
      try await night.night.withPerson(night.resume()) { person in
        _ = try await person.meets("changed-by-others")
        try await person.chooses("adopt")
        try await night.expectDone(try await person.end())
      }
      #expect(try night.night.journal().state.handOvers.count == 2)
    }
  }
}
