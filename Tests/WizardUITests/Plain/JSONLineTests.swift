// JSON lines: every one parses, carries its kind, its time and its run, and the fields that scripts rely on.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct JSONLineTests {
  static let run: [ReadJSON] = {
    var script = LineScript(RunScene.plan, answers: PlainTranscriptTests.everything, isJSON: true)
    script.goToEnd()
    return script.printed.compactMap { ReadJSON($0) }
  }()

  static func records(_ kind: String) -> [ReadJSON] { run.filter { $0["record"]?.text == kind } }

  @Test func everyLineParsesAndSaysWhatWhenAndWhere() {
    var script = LineScript(RunScene.plan, answers: PlainTranscriptTests.everything, isJSON: true)
    script.goToEnd()
    #expect(script.code == 0)
    for line in script.printed {
      let record = ReadJSON(line)
      #expect(record != nil, "\(line)")
      #expect(record?["record"]?.text?.isEmpty == false)
      #expect(record?["run"]?.text == "2026-11-20-1")
      let at = record?["at"]?.text ?? ""
      #expect(at.hasPrefix("2026-11-20T09:0") && at.hasSuffix("Z") && at.count == 24, "\(at)")
    }
  }

  @Test func recordsComeInTheOrderInWhichTheyHappened() {
    let kinds = Self.run.compactMap { $0["record"]?.text }.filter { $0 != "health" }
    #expect(kinds.prefix(5) == ["started", "question", "plan", "answer", "plan-accepted"])
    #expect(kinds.suffix(3) == ["ended", "report", "end"])
    #expect(kinds.count { $0 == "question" } == 15)
    #expect(kinds.count { $0 == "answer" } == 15)
    let intents = Self.records("intent").compactMap { $0["step"]?.text }
    let settled = Self.records("settled").compactMap { $0["step"]?.text }
    #expect(intents == settled)
  }

  @Test func aQuestionNamesItsClassAndTheWordThatSaysGoOn() {
    let question = Self.records("question").first { $0["name"]?.text == "hand-over:s1" }
    #expect(question?["consent"]?.text == "no-return")
    #expect(question?["answer"]?.text == "no-return s1")
    #expect(question?["lines"]?.count ?? 0 > 3)
  }

  @Test func anIntentCarriesItsCommandAndTheEvidence() {
    let intent = Self.records("intent").first { $0["step"]?.text?.hasPrefix("hand-over/shard:s1/") == true }
    #expect(intent?["command"]?[0]?.text == "redis-cli -h 10.0.3.11 -p 6379 CLUSTER FAILOVER")
    #expect(intent?["attempt"] == .number(1))
    #expect(intent?["evidence"]?[0]?.text?.hasPrefix("cluster-ok the cluster:") == true)
  }

  @Test func theReportHasTheFieldsOfTheContract() {
    let report = Self.records("report").first
    #expect(report?["result"]?.text == "done")
    #expect(report?["from"]?.text == "redis-6.2.14")
    #expect(report?["to"]?.text == "redis-7.0.15")
    #expect(report?["nodes"]?.count == 6)
    #expect(report?["nodes"]?[0]?["address"]?.text == "10.0.3.10:6379")
    #expect(report?["nodes"]?[0]?["to"]?.text == "redis-7.0.15")
    guard case .number(let seconds)? = report?["nodes"]?[0]?["seconds"] else {
      Issue.record("no seconds")
      return
    }
    #expect(seconds > 6 && seconds < 8)
    #expect(report?["handovers"]?.count == 3)
    #expect(report?["handovers"]?[0]?["shard"]?.text == "s1")
    #expect(report?["handovers"]?[0]?["stall_ms"] == .number(43))
    #expect(report?["clients"]?["measured"] == .bool(true))
    #expect(report?["clients"]?["acknowledged"] == .number(4210))
    #expect(report?["clients"]?["errors"] == .number(0))
    #expect(report?["clients"]?["longest_stall_ms"] == .number(43))
    #expect(report?["clients"]?["resolution_ms"] == .number(10))
    #expect(report?["overrides"]?.count == 0)
    #expect(report?["left_over"]?.count == 0)
  }

  @Test func clientsThatNobodyMeasuredAreNullAndNotZero() {
    let json = ReadJSON(ReportText.json(nil).text)
    #expect(json?["measured"] == .bool(false))
    #expect(json?["errors"] == .null)
    #expect(json?["lost"] == .null)
  }

  @Test func healthComesEveryFewSecondsWhetherItChangesOrNot() {
    var script = LineScript(RunScene.stopping, isJSON: true)
    for _ in 0..<21 {
      script.tell(.pictured)
      script.run.now = script.run.now + .seconds(1)
    }
    let health = script.printed.compactMap { ReadJSON($0) }.filter { $0["record"]?.text == "health" }
    #expect(health.count == 5)
    #expect(health[0]["shards"]?[1]?["lag_bytes"] == .number(24))
    #expect(health[0]["nodes_up"] == .number(6))
  }

  @Test func theChecksAndAProblem() {
    var script = LineScript(Rehearsal(), isJSON: true, fixed: CheckScene.picture(CheckScene.failing))
    script.tell(.pictured)
    let checks = script.printed.compactMap { ReadJSON($0) }.first { $0["record"]?.text == "checks" }
    #expect(checks?["checks"]?.count == 14)
    #expect(checks?["checks"]?[11]?["result"]?.text == "fail")
    #expect(checks?["checks"]?[11]?["object"]?.text == "10.0.3.14:6379")
    #expect(script.code == 1)

    script = LineScript(RunScene.failedInstall, isJSON: true)
    script.tell(.pictured)
    let problem = script.printed.compactMap { ReadJSON($0) }.first { $0["record"]?.text == "problem" }
    #expect(problem?["name"]?.text == "step-failed")
    #expect(problem?["object"]?.text == "10.0.3.10:6379")
    #expect(problem?["choices"]?[0]?["name"]?.text == "stop")
    #expect(problem?["choices"]?[2]?["number"] == .null)
    #expect(problem?["choices"]?[2]?["not_offered"]?.text?.isEmpty == false)
  }

  @Test func hostileTextStaysTextOnOneLine() {
    let value = JSONValue.fields([(HostileScreenTests.evil, .string(HostileScreenTests.evil + "\"\\\u{0}\u{2028}"))])
    #expect(!value.text.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" })
    #expect(
      ReadJSON(value.text)
        == .object([HostileScreenTests.evil: .string(HostileScreenTests.evil + "\"\\\u{0}\u{2028}")]))
  }
}
