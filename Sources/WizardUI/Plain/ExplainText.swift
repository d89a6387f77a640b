// An explanation as lines of at most 80 columns and as JSON, both of the same facts.

package import UpgradeCore

/// What `explain` prints.
package struct ExplainText: Sendable {
  private static let width = 80
  private static let indent = 14

  private let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  // MARK: - Lines

  package var lines: [String] {
    var lines = wrapped(explanation.title, indent: 0)
    // A release or a hop is called by its title already.
    if ![.overview, .list, .release, .hop].contains(explanation.kind) {
      lines.insert("\(explanation.name)  (\(explanation.kind.rawValue))", at: 0)
    }
    lines.append("")
    for fact in explanation.facts { lines += self.lines(fact) }
    return lines.map(\.madeVisible)
  }

  private func lines(_ fact: Explanation.Fact) -> [String] {
    switch fact.value {
    case .text(let text): row(fact.label, text)
    case .names(let names): row(fact.label, names.joined(separator: ", "))
    case .texts(let texts):
      row(fact.label, texts.first.map { "1. \($0)" } ?? "", hanging: 3)
        + texts.enumerated().dropFirst().flatMap { number, text in row("", "\(number + 1). \(text)", hanging: 3) }
    case .entries(let entries):
      // A list that stands for itself needs no heading.
      (explanation.kind == .list ? [] : ["\(fact.label):"]) + entries.flatMap { self.lines($0) }
    }
  }

  private func lines(_ entry: Explanation.Entry) -> [String] {
    var lines = ["  \(entry.name)"] + wrapped(entry.text, indent: 6)
    for fact in entry.facts {
      guard case .text(let text) = fact.value else { continue }
      lines += wrapped("\(fact.label): \(text)", indent: 6, hanging: 2)
    }
    return lines
  }

  private func row(_ label: String, _ text: String, hanging: Int = 0) -> [String] {
    var lines = wrapped(text, indent: Self.indent, hanging: hanging)
    guard let first = lines.first else { return [label] }
    let gap = String(repeating: " ", count: max(1, Self.indent - label.count))
    lines[0] = label + gap + first.dropFirst(Self.indent)
    return lines
  }

  /// The text in lines that start `indent` columns in, all but the first `hanging` more; a longer word stays whole.
  private func wrapped(_ text: String, indent: Int, hanging: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(repeating: " ", count: indent + (lines.isEmpty ? 0 : hanging)) + word
      } else if line.count + 1 + word.count <= Self.width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(repeating: " ", count: indent + hanging) + word
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  // MARK: - JSON

  /// `{kind, name, title, ...}` with a member for each fact: a text, a list of texts, or a list of
  /// `{name, text, ...}`.
  package var json: JSONValue {
    .fields(
      [
        ("kind", .string(explanation.kind.rawValue)), ("name", .string(explanation.name)),
        ("title", .string(explanation.title)),
      ] + explanation.facts.map(member))
  }

  private func member(_ fact: Explanation.Fact) -> (String, JSONValue) {
    switch fact.value {
    case .text(let text): (fact.key, .string(text))
    case .texts(let texts), .names(let texts): (fact.key, .array(texts.map(JSONValue.string)))
    case .entries(let entries):
      (
        fact.key,
        .array(
          entries.map { entry in
            .fields([("name", .string(entry.name)), ("text", .string(entry.text))] + entry.facts.map(member))
          })
      )
    }
  }
}

/// All rules as a table of Markdown, which the README carries.
package enum RuleTable {
  package static var markdown: [String] {
    ["| rule | severity | what holds |", "|---|---|---|"]
      + (Rulebook.all + Rulebook.onlyPlain + Rulebook.onlySentinel).map { rule in
        "| `\(rule.name)` | \(rule.weight)\(rule.isCheck ? "" : "; around steps only") | \(rule.title) |"
      }
  }
}
