// Which row a rule gets, and in which order rows are read at 3 am.

import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct CheckRowsTests {
  private func text(_ rows: [CheckRow]) -> [String] {
    rows.map { "\($0.word.rawValue) \($0.sentence) | \($0.object)" }
  }

  /// Six nodes: `p` pass, `s` skip, `w` warn, `f` fail, `?` not known, `n` note.
  private func results(_ name: RuleName, _ letters: String) -> [CheckResult] {
    let words: [Character: CheckResult.Result] = [
      "p": .pass, "s": .skip, "w": .warn, "f": .fail, "?": .unknown, "n": .note,
    ]
    return zip(CheckScene.addresses, letters).map { address, letter in
      CheckScene.result(name, address, words[letter] ?? .pass, title: "it holds", saw: "seen there")
    }
  }

  @Test(arguments: [
    ("pppppp", ["PASS it holds | 6 of 6"]),
    // It asks replicas only: of the primaries there is nothing to say.
    ("spspsp", ["PASS it holds | 3 of 3"]),
    ("sssssp", ["PASS it holds | 10.0.3.15:6379"]),
    ("ssssss", ["SKIP a-rule: seen there | all 6"]),
    ("s", ["SKIP a-rule: seen there | 10.0.3.10:6379"]),
    ("p", ["PASS it holds | 10.0.3.10:6379"]),
    ("spfpsp", ["FAIL a-rule: seen there | 10.0.3.12:6379", "PASS it holds | 3 of 4"]),
    ("sfs", ["FAIL a-rule: seen there | 10.0.3.11:6379", "SKIP a-rule: seen there | all 2"]),
  ])
  func oneRule(_ letters: String, _ rows: [String]) {
    #expect(text(CheckRows(results("a-rule", letters)).rows) == rows)
  }

  @Test func theWorstComesFirstAndStaysWhileItIsLookedAtAgain() {
    let all =
      results("all-well", "pp") + results("left-out", "ss") + results("a-note", "pn") + results("a-warning", "wp")
      + results("not-known", "?p") + results("failed", "pf")
    let order: [RuleName] = [
      "failed", "not-known", "a-warning", "a-note", "all-well", "a-note", "a-warning", "not-known", "failed",
      "left-out",
    ]
    #expect(CheckRows(all).worstFirst.map(\.id.rule) == order)
    let again = CheckRows(all, running: ["failed", "all-well"])
    #expect(again.worstFirst.map(\.id.rule) == order)
    #expect(again.worstFirst.filter { $0.word == .running }.count == 3)
    // A rule that nobody has asked yet is neither good nor bad.
    #expect(CheckRows(all, running: ["new"]).worstFirst.map(\.id.rule).firstIndex(of: "new") == 4)
  }
}
