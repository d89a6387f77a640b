// Every kind of record in words, as the events pane shows it.
import Testing
import UpgradeCore

@Suite struct RecordSentenceTests {
  static let wizard = WizardIdentity(host: "jump1", user: "anna", processID: 4711, version: "1")
  static let question = Question(
    name: QuestionName(.handOver, "s1"), consentClass: .visible, title: "Hand over s1", lines: [], step: nil, word: "s1"
  )
  static let stop = EffectID(StepKey(.stop, .node(ReportScene.replica)), attempt: 1)
  static let mode = EffectID(StepKey(.enterUpgradeMode, .node(ReportScene.replica)), attempt: 2)
  static let canary = EffectID(StepKey(.confirm, .deployment, "canary"), attempt: 1)
  static let ledger = LedgerKey(ReportScene.replica, "cluster-require-full-coverage")

  static func entry(_ standing: LedgerEntry.Standing) -> LedgerEntry {
    LedgerEntry(address: Address(host: "10.0.0.2", port: 6379), original: "yes", ours: "no", standing: standing)
  }

  static let cases: [(Record, String?)] = [
    (
      .started(run: "r1", by: wizard, setup: ReportScene.setup),
      "run r1 started by anna@jump1, process 4711: 2 nodes to Redis 7.0.15"
    ),
    (.resumed(by: wizard), "run resumed by anna@jump1, process 4711"),
    (.planAccepted([PlannedStep(key: stop.step, consentClass: .reversible)]), "plan accepted: 1 steps"),
    (.asked(question), "waiting for your answer: Hand over s1 (hand-over:s1)"),
    (.answered(Answer(question.name, "s1", source: .operatorInPerson), granted: true), "hand-over:s1: yes"),
    (.answered(Answer(question.name, "no", source: .beforehand), granted: false), "hand-over:s1: no, beforehand"),
    (
      .ledger(ledger, entry(.open)),
      "to be put back at the end: cluster-require-full-coverage on 10.0.0.2:6379, now yes"
    ),
    (.ledger(ledger, entry(.closed)), "put back: cluster-require-full-coverage on 10.0.0.2:6379 is yes"),
    (.ledger(ledger, entry(.left)), "left as somebody else set it: cluster-require-full-coverage on 10.0.0.2:6379"),
    (
      .intent(stop, .shutDown(ReportScene.replica, save: true), command: ["redis-cli SHUTDOWN"], evidence: ["x"]),
      "stop 10.0.0.2:6379: redis-cli SHUTDOWN"
    ),
    (
      .intent(mode, .configure(ReportScene.replica, []), command: ["A", "B", "C"], evidence: []),
      "enter upgrade mode 10.0.0.2:6379, attempt 2: A and 2 more"
    ),
    (.intent(canary, .confirm(.canary), command: [], evidence: []), nil),
    (.outcome(stop, Outcome(.done)), nil),
    (.outcome(stop, Outcome(.done, "gone after 0.2 s")), "stop 10.0.0.2:6379: gone after 0.2 s"),
    (.outcome(stop, Outcome(.failed, "exit status 7")), "stop 10.0.0.2:6379: failed: exit status 7"),
    (.outcome(stop, Outcome(.unknown)), "stop 10.0.0.2:6379: unknown"),
    (.settled(stop, .achieved([:])), "stop 10.0.0.2:6379: done, read back"),
    (.settled(canary, .achieved([:])), nil),
    (.settled(stop, .failed("it still answers")), "stop 10.0.0.2:6379: failed: it still answers"),
    (.settled(stop, .lapsed), "stop 10.0.0.2:6379: did not happen, and cannot any more"),
    (.late(stop, Outcome(.done)), "stop 10.0.0.2:6379: done, too late to count"),
    (
      .problem(Problem(name: "node-down", object: .deployment, what: "It is down.", risk: "", choices: [])),
      "stopped, node-down: It is down."
    ),
    (.chosen(.waitLonger, learnt: [:], source: .operatorInPerson), "chosen: wait"),
    (.chosen(.stopHere, learnt: [:], source: .beforehand), "chosen: stop, beforehand"),
    (
      .measured(
        ClientMeasure(
          acknowledged: 900, errors: ["MOVED-LOOP": 1, "CLUSTERDOWN": 2], lost: 0, longestStall: 43, resolution: 10,
          stalls: [:])),
      "clients: 900 writes acknowledged, 3 errors (2 CLUSTERDOWN, 1 MOVED-LOOP), 0 lost, longest stall 43 ms, "
        + "measured every 10 ms"
    ),
    (.noted("a soft gate gave way"), "a soft gate gave way"),
    (
      .ended(Ending(.woundDown, name: "wound-down", sentence: "1 of 2 nodes.", everyShardServed: true)),
      "run wound-down: 1 of 2 nodes."
    ),
  ]

  @Test(arguments: cases.indices)
  func aRecordIsASentence(_ index: Int) {
    let (record, sentence) = Self.cases[index]
    #expect(record.sentence(in: ReportScene.setup) == sentence)
  }

  @Test func withoutASetupObjectsAreNamedAsTheJournalSpellsThem() {
    #expect(Record.settled(Self.stop, .lapsed).sentence(in: nil)?.hasPrefix("stop node:b2: ") == true)
  }
}
