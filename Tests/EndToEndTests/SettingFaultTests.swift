// A temporary setting that cannot be put back: the run does not call itself done, and says what is left.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SettingFaultTests {
  @Test func aSettingThatMayNotBePutBack() async throws {
    try await withFaultyNight { night in
      let node = night.address(Place.primary2)
      try await night.night.withPerson(night.run(askedFor: [.disableUpgradeMode])) { person in
        try await person.reads("Question disable-upgrade-mode:")
        #expect(try await night.send(["ACL", "SETUSER", "default", "-config|set"], to: Place.primary2) == ["OK"])
        try await person.types("yes")
        let text = try await person.meets("step-failed")
        #expect(text.contains("leave-upgrade-mode on \(node) did not work: CONFIG SET"), "\(text)")
        #expect(text.contains("NOPERM"), "\(text)")
        #expect(text.contains("at risk:  Every shard is served."), "\(text)")
        try await person.chooses("stop")
        let said = try await person.end()
        try await night.expectStopped(
          said, code: 3,
          says: [
            "Left over: cluster-require-full-coverage on \(node) is no, was yes", "Go on with: redis-upgrade resume",
          ])
      }
      #expect(try await night.count(on: .redis70) == 6)
      let report = try await night.night.run(["report", "--json", "--state-dir", night.night.state])
      #expect(report.output.contains(#""result":"stopped""#))
      #expect(report.output.contains("cluster-require-full-coverage on \(node) is no, was yes"))

      // What can be put back is; what cannot is named, and a person is needed.
      let some = try await night.night.run(["cleanup", "--state-dir", night.night.state])
      #expect(some.code == 4, "\(some)")
      #expect(some.output.contains("NOT put back: cluster-require-full-coverage on \(node) should be yes"), "\(some)")
      #expect(
        some.output.contains("put back: cluster-require-full-coverage on \(night.address(Place.replica2)) is yes"))
      #expect(
        try await night.send(["CONFIG", "GET", "cluster-require-full-coverage"], to: Place.replica2).last == "yes")

      #expect(try await night.send(["ACL", "SETUSER", "default", "+config|set"], to: Place.primary2) == ["OK"])
      try await night.expectDone(try await night.night.run(night.resume()))
      for place in 0..<6 {
        #expect(try await night.send(["CONFIG", "GET", "cluster-require-full-coverage"], to: place).last == "yes")
      }
    }
  }
}
