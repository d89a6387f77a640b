// How long things took, from records and the wall clock beside them.
import Testing
import UpgradeCore

@Suite struct RunTimesTests {
  static let node = NodeID("a1")
  static let stop = EffectID(StepKey(.stop, .node(node)), attempt: 1)
  static let rejoin = EffectID(StepKey(.rejoin, .node(node)), attempt: 1)
  static let wizard = WizardIdentity(host: "jump1", user: "anna", processID: 1, version: "1")

  static func intent(_ effect: EffectID, _ action: Action) -> Record {
    .intent(effect, action, command: [], evidence: [])
  }

  @Test func aNodeIsOutFromItsFirstStopToItsReturn() {
    var times = RunTimes()
    times.apply(Self.intent(Self.stop, .shutDown(Self.node, save: true)), at: 1_000)
    #expect(times.seconds(Self.node) == nil)
    // A second attempt, and a step of another kind, change nothing.
    times.apply(Self.intent(EffectID(Self.stop.step, attempt: 2), .shutDown(Self.node, save: true)), at: 3_000)
    times.apply(.settled(Self.stop, .achieved([:])), at: 4_000)
    times.apply(.settled(Self.rejoin, .failed("short of keys")), at: 5_000)
    #expect(times.seconds(Self.node) == nil)
    times.apply(.settled(Self.rejoin, .achieved([:])), at: 8_500)
    #expect(times.seconds(Self.node) == 7.5)
  }

  @Test func aClockThatWasSetBackMeasuresNothing() {
    var times = RunTimes()
    times.apply(Self.intent(Self.stop, .shutDown(Self.node, save: true)), at: 9_000)
    times.apply(.settled(Self.rejoin, .achieved([:])), at: 1_000)
    #expect(times.seconds(Self.node) == nil)
  }

  @Test func aRunThatIsResumedHasNotEnded() {
    var times = RunTimes()
    #expect(times.seconds(until: 5_000) == nil)
    times.apply(.started(run: "r1", by: Self.wizard, setup: ReportScene.setup), at: 1_000)
    #expect(times.seconds(until: 5_000) == 4)
    times.apply(.ended(Ending(.stopped, name: "node-down", sentence: "", everyShardServed: true)), at: 3_000)
    #expect(times.seconds(until: 5_000) == 2)
    times.apply(.resumed(by: Self.wizard), at: 4_000)
    #expect(times.seconds(until: 5_000) == 4)
  }
}
