// What `check`, `plan`, `status` and `report` print, as text, Markdown and JSON.
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct PrintedTextTests {
  @Test func checksAsText() {
    #expect(
      CheckText(CheckScene.failing).lines == [
        "PASS reachable  6 of 6  every node answers",
        "PASS cluster-ok  the cluster  the cluster is ok, every slot is served",
        "FAIL last-save-ok  10.0.3.14:6379  rdb_last_bgsave_status:err",
        "     why: a restart would load a dump that is two hours old",
        "     fix: free space in the data directory, then: redis-cli -h 10.0.3.14 -p 6379 BGSAVE",
        "     after: Run this check again.",
        "PASS last-save-ok  5 of 6  the last save succeeded",
        "WARN hosts-apart  the cluster  6 nodes on 3 hosts",
        "     why: a restart would load a dump that is two hours old",
        "Checks: 12 pass  1 warn  1 FAIL.",
        "The start is refused by 1 of them. Nothing has been changed on any node.",
      ])
  }

  @Test func thePlanAsJSON() {
    let run = RunScene.plan
    let json = ReadJSON(PlanText(run.picture.plan, setup: run.setup).json.text)
    let steps = run.picture.plan?.steps ?? []
    #expect(json?["steps"]?.count == steps.count)
    let stop = (0..<steps.count).compactMap { json?["steps"]?[$0] }.first { $0["id"]?.text?.hasPrefix("stop/") == true }
    #expect(stop?["subject"]?.text == "10.0.3.11:6379")
    #expect(stop?["title"]?.text == "Stop 10.0.3.11:6379 (replica of s1)")
    #expect(stop?["command"]?[0]?.text == "ssh 10.0.3.11 sudo systemctl stop redis")
    #expect(stop?["consent"]?.text == "reversible")
    #expect(stop?["undo"]?.text?.isEmpty == false)
    let questions = (0..<(json?["questions"]?.count ?? 0)).compactMap { json?["questions"]?[$0] }
    #expect(questions.first?["name"]?.text == "start")
    #expect(questions.first?["answer"]?.text == "yes")
    let handOver = questions.first { $0["name"]?.text == "hand-over:s1" }
    #expect(handOver?["consent"]?.text == "no-return")
    #expect(handOver?["answer"]?.text == "no-return s1")
    #expect(questions.count == 15)
  }

  @Test func everyQuestionOfThePlanAnswersTheRun() {
    // The words that `plan --json` names are exactly those that a run takes.
    let run = RunScene.plan
    let json = ReadJSON(PlanText(run.picture.plan, setup: run.setup).json.text)
    var answers: [String: String] = [:]
    for index in 0..<(json?["questions"]?.count ?? 0) {
      let question = json?["questions"]?[index]
      answers[question?["name"]?.text ?? ""] = question?["answer"]?.text
    }
    var script = LineScript(run, answers: answers)
    script.goToEnd()
    #expect(script.code == 0)
  }

  @Test func aLossHasNoAnswerBeforehand() {
    var plan = RunScene.plan.picture.plan
    plan?.steps[0].consent = Consent(QuestionName(.handOver, "s9"), .loss)
    let json = ReadJSON(PlanText(plan, setup: RunScene.plan.setup).json.text)
    #expect(json?["questions"]?[1]?["name"]?.text == "hand-over:s9")
    #expect(json?["questions"]?[1]?["answer"] == .null)
  }

  @Test func aPlanThatDoesNotReachItsEndSaysSo() {
    let problem = Problem(name: "node-down", object: .deployment, what: "It is down.", risk: "", choices: [])
    let text = PlanText(Plan(steps: [], ending: .problem(problem)), setup: RunScene.plan.setup)
    #expect(text.lines.last == "The plan ends there: It is down.")
    #expect(ReadJSON(text.json.text)?["ending"]?["problem"]?.text == "node-down")
  }

  @Test func whatIsToBeKnownStandsBeforeTheSteps() throws {
    let run = RunScene.plan
    let briefing = try BriefingScene.make()
    let text = PlanText(run.picture.plan, setup: run.setup, briefing: briefing)
    #expect(
      Array(text.lines.prefix(18)) == [
        "Plan for redis://10.0.3.10:6379: 6 nodes to Redis 7.0.15, 3 hand-overs, 52 steps.",
        "A node may take 15 min to answer after its start, and 15 min more to be in sync: as you said (--back-within).",
        "1. you: 3 points to know; clients notice: nothing",
        "     channels-reset: Users whose line in the configuration or ACL file says nothing about channels may use none, "
          + "since acl-pubsub-default becomes resetchannels. That goes for the user default as well.",
        "       seen: 10.0.3.10:6379: user app\\x1b[2J",
        "       do: Before the upgrade write the channels down: CONFIG REWRITE, or ACL SAVE with an ACL file, on 6.2 "
          + "(which writes &* for them); or put acl-pubsub-default allchannels into the new version's configuration.",
        "       source: redis 7.0 release notes; redis/redis#10181",
        "     new-commands: Commands that only the new version knows reach old replicas as errors, and their data is "
          + "not there.",
        "       do: Leave new commands and functions alone until every node is done.",
        "       source: redis src/replication.c: unexpected_error_replies",
        "     protected-commands: MODULE LOAD, and CONFIG SET of dir or dbfilename, are refused by default "
          + "(enable-module-command, enable-protected-configs).",
        "       perhaps: no server counts them",
        "       do: Where a tool needs them: yes or local in the new version's configuration.",
        "       source: redis 7.0 release notes; redis/redis#9920",
        "     Calls are counted since each node's start, the latest 5 min ago.",
        "     All that is known about this way: redis-upgrade explain redis-6.2.14 redis-7.0.15",
        "2. you: asked: run a client probe?; clients notice: test keys",
        "     Run a client probe?  [asks client-probe, reversible]",
      ])
    let json = ReadJSON(text.json.text)
    #expect(json?["considerations"]?.count == 3)
    #expect(json?["considerations"]?[0]?["name"]?.text == "channels-reset")
    #expect(json?["considerations"]?[0]?["applies"]?.text == "yes")
    #expect(json?["considerations"]?[0]?["seen"]?[0]?.text == "10.0.3.10:6379: user app\u{1B}[2J")
    #expect(json?["considerations"]?[2]?["applies"]?.text == "not known")
    #expect(json?["calls_counted_seconds"] == .number(300))
    #expect(ReadJSON(PlanText(run.picture.plan, setup: run.setup).json.text)?["considerations"]?.count == 0)
  }

  @Test func theStatusOfARunThatStopped() {
    let run = RunScene.failedInstall
    #expect(
      StatusText(run.state, times: run.times).lines.prefix(6) == [
        "Run 2026-11-20-1: problem. install on 10.0.3.10:6379 did not work: exit status 100",
        "Target redis://10.0.3.10:6379: 3 of 6 nodes on redis-7.0.15",
        "Driven by anna@jump1, process 4711",
        "Began 2026-11-20T09:00:00.000Z",
        "Out of service by this run: 10.0.3.10:6379",
        "To be put back: cluster-allow-replica-migration on 10.0.3.10:6379 is no, was yes",
      ])
    let json = ReadJSON(StatusText(run.state, times: run.times).json.text)
    #expect(json?["standing"]?.text == "problem")
    #expect(json?["problem"]?.text == "step-failed")
    #expect(json?["nodes_done"] == .number(3))
    #expect(json?["left_over"]?.count == 12)
  }

  @Test(arguments: [
    (RunScene.plan, "asking"), (RunScene.stopping, "running"), (RunScene.failedInstall, "problem"),
    (RunScene.done, "done"),
  ])
  func whereARunStandsIsOneWord(run: Rehearsal, word: String) {
    #expect(ReadJSON(StatusText(run.state, times: run.times).json.text)?["standing"]?.text == word)
  }

  @Test func theReportAsText() {
    let report = RunScene.done.picture.report
    #expect(
      ReportText(report).lines == [
        "Result: done. 6 of 6 nodes run Redis 7.0.15.",
        "Run: 2026-11-20-1 on redis://10.0.3.10:6379, redis-6.2.14 -> redis-7.0.15, "
          + "began 2026-11-20T09:00:00.000Z, ended 2026-11-20T09:00:47.600Z",
        "Clients: 4210 writes acknowledged, 0 errors, 0 lost, longest stall 43 ms, measured every 10 ms",
        "Node 10.0.3.10:6379: redis-6.2.14 -> redis-7.0.15, out for 6.9 s",
        "Node 10.0.3.11:6379: redis-6.2.14 -> redis-7.0.15, out for 6.9 s",
        "Node 10.0.3.12:6379: redis-6.2.14 -> redis-7.0.15, out for 6.9 s",
        "Node 10.0.3.13:6379: redis-6.2.14 -> redis-7.0.15, out for 6.9 s",
        "Node 10.0.3.14:6379: redis-6.2.14 -> redis-7.0.15, out for 6.9 s",
        "Node 10.0.3.15:6379: redis-6.2.14 -> redis-7.0.15, out for 6.9 s",
        "Hand-over s1: 10.0.3.10:6379 -> 10.0.3.11:6379, longest stall 43 ms",
        "Hand-over s2: 10.0.3.12:6379 -> 10.0.3.13:6379, longest stall 43 ms",
        "Hand-over s3: 10.0.3.14:6379 -> 10.0.3.15:6379, longest stall 43 ms",
        "Left over: nothing",
      ])
  }

  @Test func theReportAsMarkdown() {
    var report = RunScene.done.picture.report
    report.lines = [.init(.notVerified, "keys", "a | b <script>")]
    report.byHand = ["remove the backup"]
    let text = ReportText(report).markdown
    #expect(text.hasPrefix("# done: redis://10.0.3.10:6379\n\n6 of 6 nodes run Redis 7.0.15.\n"))
    #expect(text.contains("| 10.0.3.10:6379 | redis-6.2.14 | redis-7.0.15 | 6.9 s |"))
    #expect(text.contains("| s1 | 10.0.3.10:6379 | 10.0.3.11:6379 | 43 ms |"))
    #expect(text.contains("| ?? | keys | a \\| b \\<script\\> |"))
    #expect(text.contains("## Do by hand\n\n- [ ] remove the backup"))
  }
}

/// Something that was seen, something that is about everybody, and something that cannot be told.
enum BriefingScene {
  static func make() throws -> Briefing {
    func point(_ id: String, _ use: Use) throws -> AppliedConsideration {
      AppliedConsideration(try #require(Considerations.named(id), "\(id)"), use)
    }
    return Briefing(
      points: [
        try point("channels-reset", .seen(["10.0.3.10:6379: user app\u{1B}[2J"])),
        try point("new-commands", .seen([])),
        try point("protected-commands", .notKnown("no server counts them")),
      ], countedSeconds: 300, hops: ["redis-6.2.14 redis-7.0.15"])
  }
}
