// Answers given beforehand: which question each one answers, and the sentence for those that answer none.
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct AnswersTests {
  static func answers(_ file: String, _ flags: [(String, String)] = []) throws(UsageError) -> Answers {
    let lines = try Answers.file(yaml: Array(file.utf8), file: "night.yaml")
    return try Answers(file: lines, flags: flags.map { GivenAnswer(name: $0.0, value: $0.1) })
  }

  @Test func theSpecificNameWinsOverTheGenericOneAndTheFlagOverTheFile() throws {
    let answers = try Self.answers(
      """
      # for the night of the 20th
      canary: yes
      client-probe: "no"
      hand-over: y
      hand-over:s2: s2
      hand-over:s3: no-return s3
      upgrade-node:10.0.0.1:6379: no
      upgrade-node:[::1]:7001: outage [::1]:7001
      """, [("canary", "no"), ("upgrade-node", "yes")])
    func said(_ name: String) -> String? {
      QuestionName(name).flatMap { answers.answer(to: $0) }.map { "\($0.question) \($0.text) \($0.source.rawValue)" }
    }
    #expect(said("canary") == "canary no beforehand")
    #expect(said("client-probe") == "client-probe no beforehand")
    #expect(said("hand-over:s1") == "hand-over:s1 yes beforehand")
    #expect(said("hand-over:s2") == "hand-over:s2 s2 beforehand")
    #expect(said("hand-over:s3") == "hand-over:s3 no-return s3 beforehand")
    #expect(said("upgrade-node:10.0.0.1:6379") == "upgrade-node:10.0.0.1:6379 no beforehand")
    #expect(said("upgrade-node:10.0.0.2:6379") == "upgrade-node:10.0.0.2:6379 yes beforehand")
    #expect(said("upgrade-node:[::1]:7001") == "upgrade-node:[::1]:7001 outage [::1]:7001 beforehand")
    #expect(said("start") == nil)
    #expect(said("first-promotion") == nil)
  }

  @Test func everyQuestionOfAPlanTakesTheWordThatItsDialogAsksFor() throws {
    for pattern in QuestionPattern.all {
      for consent in pattern.classes where consent.canBeAnsweredBeforehand {
        let object = pattern.takesObject ? "s1" : ""
        let name = pattern.takesObject ? "\(pattern.name):s1" : pattern.name
        let word = pattern.takesObject ? Question.word(consent, object: object) : "yes"
        #expect(try Self.answers("", [(name, word)]).names == [name])
      }
    }
  }

  @Test func anEmptyFileAnswersNothing() throws {
    #expect(try Self.answers("# nothing yet\n").names.isEmpty)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var file = ""
    var flags: [[String]] = []
    var sentence: String
    var testDescription: String { sentence }
  }

  static let all =
    "start, client-probe, configuration-files, enable-upgrade-mode, disable-upgrade-mode, upgrade-node, upgrade-host, "
    + "canary, first-promotion, hand-over, "
    + "return-primary, plan-change, upgrade-database, upgrade-policy, default-version and installer-prompt"

  @Test(arguments: [
    Bad(
      file: "a: yes\n",
      sentence: "night.yaml:1: no question is called \"a\". The questions are \(all)."),
    Bad(
      file: "canary: yes\nhandover: yes\n",
      sentence: "night.yaml:2: no question is called \"handover\". "
        + "The nearest is hand-over; `redis-upgrade plan` lists those of a run."),
    Bad(
      flags: [["upgrade-nodes", "yes"]],
      sentence: "no question is called \"upgrade-nodes\". "
        + "The nearest is upgrade-node or upgrade-host; `redis-upgrade plan` lists those of a run."),
    Bad(
      file: "canary:s1: yes\n",
      sentence: "night.yaml:1: canary is asked once, and not for an object. Write canary alone."),
    Bad(
      flags: [["hand-over:", "yes"]],
      sentence: "hand-over: names no object. Write hand-over for all of them, or hand-over:OBJECT for one."),
    Bad(
      file: "canary: maybe\n",
      sentence: "night.yaml:1: \"maybe\" is no answer to canary. Write yes or no."),
    Bad(
      file: "hand-over: s1\n",
      sentence: "night.yaml:1: \"s1\" is no answer to hand-over. Write yes or no."),
    Bad(
      file: "hand-over:s1: s2\n",
      sentence: "night.yaml:1: \"s2\" is no answer to hand-over:s1. Write yes, no, s1 or no-return s1."),
    Bad(
      file: "canary:\n",
      sentence: "night.yaml:1: the answer to \"canary\" is no value, not a word. "
        + "Write `name: answer`, such as `canary: yes`."),
    Bad(
      file: "canary: [yes]\n",
      sentence: "night.yaml:1: the answer to \"canary\" is a list, not a word. "
        + "Write `name: answer`, such as `canary: yes`."),
    Bad(
      file: "- canary\n",
      sentence: "night.yaml:1: the answers are a list, not a group of keys. "
        + "Write one `name: answer` a line, such as `canary: yes`."),
    Bad(
      file: "canary: yes\ncanary: no\n",
      sentence: "night.yaml:2: the key \"canary\" stands here again, first on line 1. Keep one of the two."),
    Bad(
      flags: [["canary", "yes"], ["canary", "no"]],
      sentence: "--answer gives \"canary\" twice. Keep one of the two."),
  ])
  func aBadAnswerIsOneSentence(_ bad: Bad) {
    #expect(
      sentence { () throws(UsageError) in _ = try Self.answers(bad.file, bad.flags.map { ($0[0], $0[1]) }) }
        == bad.sentence)
  }

  @Test func lossAndOverrideAreNeverAnsweredBeforehand() {
    let patterns = [
      QuestionPattern("drop-backup", takesObject: true, classes: [.loss]),
      QuestionPattern("override", takesObject: true, classes: [.override]),
    ]
    for name in ["drop-backup", "override:s1"] {
      let said = sentence { () throws(UsageError) in
        _ = try Answers(file: [], flags: [GivenAnswer(name: name, value: "yes")], patterns: patterns)
      }
      #expect(
        said == "\(name.prefix { $0 != ":" }) cannot be answered beforehand. "
          + "It is about losing data or setting a rule aside; a person has to type it when it is asked.")
    }
    // Where a question can be one or the other, the dangerous words are not among those it takes.
    let mixed = [QuestionPattern("go", takesObject: true, classes: [.reversible, .loss])]
    let said = sentence { () throws(UsageError) in
      _ = try Answers(file: [], flags: [GivenAnswer(name: "go:s1", value: "lose s1")], patterns: mixed)
    }
    #expect(said == "\"lose s1\" is no answer to go:s1. Write yes or no.")
  }
}
