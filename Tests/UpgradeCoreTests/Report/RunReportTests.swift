// What a run came to, from its state: the numbers that scripts read.
import Testing
import UpgradeCore

@Suite struct RunReportTests {
  static let wizard = WizardIdentity(host: "jump1", user: "anna", processID: 1, version: "1")
  static let handOver = EffectID(StepKey(.handOver, .shard(ShardID(1)), "b2"), attempt: 1)
  static let ledger = LedgerKey(ReportScene.primary, "cluster-require-full-coverage")

  static func state(_ records: [Record]) -> State {
    var state = State()
    state.apply(.started(run: "r1", by: wizard, setup: ReportScene.setup))
    for record in records { state.apply(record) }
    return state
  }

  static let handedOver: [Record] = [
    .ledger(
      ledger,
      LedgerEntry(
        address: Address(host: "10.0.0.1", port: 6379), original: "yes", ours: "no", standing: .open)),
    .intent(
      handOver, .handOver(ShardID(1), from: ReportScene.primary, to: ReportScene.replica), command: [], evidence: []),
    .settled(
      handOver,
      .achieved([ReportScene.replica: ReportScene.structure(.primary, ReportScene.new)])),
  ]

  @Test func aHandOverCarriesTheStallOfItsShard() {
    let measure = ClientMeasure(
      acknowledged: 10, errors: [:], lost: 0, longestStall: 51, resolution: 10, stalls: [ShardID(1): 43])
    let report = RunReport(of: Self.state(Self.handedOver + [.measured(measure)]), times: RunTimes())
    #expect(
      report.handOvers == [
        .init(shard: ShardID(1), from: "10.0.0.1:6379", to: "10.0.0.2:6379", stallMilliseconds: 43)
      ])
    #expect(report.clients == measure)
    #expect(RunReport(of: Self.state(Self.handedOver), times: RunTimes()).handOvers.first?.stallMilliseconds == nil)
  }

  @Test func nodesAreInTheOrderOfTheirAddressesWithWhatWasReadLast() {
    let report = RunReport(of: Self.state(Self.handedOver), times: RunTimes())
    #expect(report.nodes.map(\.address) == ["10.0.0.1:6379", "10.0.0.2:6379"])
    #expect(report.nodes.map(\.from) == [ReportScene.old, ReportScene.old])
    #expect(report.nodes.map(\.to) == [ReportScene.old, ReportScene.new])
    #expect(report.from == [ReportScene.old])
  }

  @Test func whatIsStillOursIsLeftOver() {
    let report = RunReport(of: Self.state(Self.handedOver), times: RunTimes())
    #expect(report.leftOver == ["cluster-require-full-coverage on 10.0.0.1:6379 is no, was yes"])
    let closed = Record.ledger(
      Self.ledger,
      LedgerEntry(
        address: Address(host: "10.0.0.1", port: 6379), original: "yes", ours: "no", standing: .closed))
    #expect(RunReport(of: Self.state(Self.handedOver + [closed]), times: RunTimes()).leftOver.isEmpty)
  }

  @Test(arguments: [
    (Ending(.done, name: "done", sentence: "", everyShardServed: true), "done"),
    (Ending(.stopped, name: "node-down", sentence: "", everyShardServed: true), "stopped"),
    (Ending(.stopped, name: "not-started", sentence: "", everyShardServed: nil), "not-started"),
    (Ending(.woundDown, name: "wound-down", sentence: "", everyShardServed: true), "wound-down"),
  ])
  func theResultIsOneWord(ending: Ending, word: String) {
    #expect(RunReport(of: Self.state([.ended(ending)]), times: RunTimes()).result.rawValue == word)
  }

  @Test func aRunWithoutAnEndIsUnfinishedAndNamesItsProblem() {
    let problem = Problem(name: "node-down", object: .deployment, what: "It is down.", risk: "", choices: [])
    let report = RunReport(of: Self.state([.problem(problem)]), times: RunTimes())
    #expect(report.result == .unfinished)
    #expect(report.reason == "node-down")
    #expect(report.sentence == "It is down.")
  }
}
