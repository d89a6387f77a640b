// Check results as rows: one for a rule that holds everywhere, one for each object where it does not.

package import UpgradeCore

/// One row of the checks.
package struct CheckRow: Hashable, Sendable {
  /// What tells rows apart while checks come and go: the rule, and the object where the row is about one.
  package struct ID: Hashable, Sendable {
    package var rule: RuleName
    package var object: ObjectID?
  }

  package var id: ID
  package var word: CheckWord
  package var text: String
  /// The objects: `6 objects`, `10.0.3.14:6379`.
  package var object: String
  /// One result of the row, for the card below.
  package var result: CheckResult?

  /// What was seen says little without the rule; the rule's own sentence would say that it holds.
  var sentence: String { id.object == nil && word != .skip ? text : "\(id.rule): \(text)" }
}

/// All rows and their counts.
package struct CheckRows: Hashable, Sendable {
  package private(set) var rows: [CheckRow] = []
  private let results: [CheckResult]
  private let running: Set<RuleName>

  package init(_ results: [CheckResult], running: Set<RuleName> = []) {
    self.results = results
    self.running = running
    var names: [RuleName] = []
    for result in results where !names.contains(result.name) { names.append(result.name) }
    for name in names {
      rows += Self.rows(of: name, results.filter { $0.name == name }, isRunning: running.contains(name))
    }
    for name in running.sorted(by: { $0.text < $1.text }) where !names.contains(name) {
      rows.append(CheckRow(id: .init(rule: name), word: .running, text: name.text, object: ""))
    }
  }

  /// A rule that holds everywhere is one row; else each object where it does not has its own, and the others one.
  private static func rows(of name: RuleName, _ results: [CheckResult], isRunning: Bool) -> [CheckRow] {
    let quiet = results.filter { $0.result == .pass || $0.result == .skip }
    var rows = results.filter { $0.result != .pass && $0.result != .skip }.map { result in
      CheckRow(
        id: .init(rule: name, object: result.objectID), word: isRunning ? .running : CheckWord(result.result),
        text: result.saw.isEmpty ? result.title : result.saw, object: result.object,
        result: result)
    }
    // It holds where it applies: a rule about replicas is not left out because there are primaries as well.
    let passed = quiet.filter { $0.result == .pass }
    guard let first = passed.first ?? quiet.first else { return rows }
    let asked = results.count { $0.result != .skip }
    let objects =
      switch passed.isEmpty {
      case true: quiet.count == 1 ? first.object : "all \(quiet.count)"
      case false: asked == 1 ? first.object : "\(passed.count) of \(asked)"
      }
    rows.append(
      CheckRow(
        id: .init(rule: name), word: isRunning ? .running : CheckWord(first.result),
        text: passed.isEmpty ? first.saw : first.title, object: objects, result: first))
    return rows
  }

  /// What refuses the start, then what else is to be read, then the rest; within these in the order of the rules.
  package var worstFirst: [CheckRow] {
    // A row that is looked at again stays where it was until its result is there.
    let order: [CheckResult.Result?] = [.fail, .unknown, .warn, .note, nil, .pass, .skip]
    return order.flatMap { result in rows.filter { $0.result?.result == result } }
  }

  package func count(_ result: CheckResult.Result) -> Int { results.count { $0.result == result } }

  /// Results that refuse the start.
  package var refusing: [CheckResult] { results.filter(\.refuses) }

  package var isRunning: Bool { !running.isEmpty }

  /// `14 pass  2 warn  1 FAIL  1 running`
  package var counts: Line {
    let parts: [(Int, String, Style)] = [
      (count(.pass), "pass", .plain), (count(.note), "note", .plain), (count(.warn), "warn", .attention),
      (count(.fail), "FAIL", .danger), (count(.unknown), "not known", .attention), (count(.skip), "skipped", .plain),
      (running.count, "running", .plain),
    ]
    return parts.filter { $0.0 > 0 }.reduce(Line()) { line, part in
      line + (line.isEmpty ? "" : "  ") + Line("\(part.0) \(part.1)", part.2)
    }
  }
}

extension CheckWord {
  package init(_ result: CheckResult.Result) {
    switch result {
    case .pass: self = .pass
    case .note: self = .note
    case .warn: self = .warn
    case .fail: self = .fail
    case .skip: self = .skip
    case .unknown: self = .unknown
    }
  }
}
