// A walk through the wizard's screens by keys, as a person takes it: read what is asked, wait until it may be answered.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// A question as it stands on the screen.
struct Asked: Hashable, CustomStringConvertible {
  var text: String
  /// The words to type; nil where a key answers.
  var word: String?
  /// Whether it takes an answer by now.
  var isArmed: Bool
  var description: String { text + (word.map { " <\($0)>" } ?? "") }

  func isSame(as other: Asked?) -> Bool { text == other?.text && word == other?.word }
}

extension Console.Picture {
  /// What is asked: in a dialog, or in the rows above the keys.
  var asked: Asked? { typed ?? row }

  private var typed: Asked? {
    guard let row = rows.first(where: { $0.contains("To go on, type ") }),
      let title = rows.first(where: { $0.contains("╔═ ") }),
      let word = row.pieces(between: "To go on, type ", and: ":  ") ?? row.pieces(between: "To go on, type ", and: ": ")
    else { return nil }
    return Asked(
      text: title.pieces(between: "╔═ ", and: " ═") ?? title, word: word,
      isArmed: rows.contains { $0.contains("[ Enter ") } && !contains("(wait)"))
  }

  private var row: Asked? {
    let talk = rows.suffix(5).filter {
      !$0.contains("│") && !$0.contains("║") && !$0.contains("┘") && !$0.contains("╝")
    }
    guard let index = talk.firstIndex(where: { $0.contains("[y] ") }), let keys = talk[index].range(of: "[y] ")
    else { return nil }
    var text = talk[index][..<keys.lowerBound].trimmed
    let isArmed = !text.hasSuffix("(wait)")
    if !isArmed { text = text.dropLast("(wait)".count).trimmed }
    if text.isEmpty, index > talk.startIndex { text = talk[index - 1].trimmed }
    return Asked(text: text, word: nil, isArmed: isArmed)
  }

  /// The steps of the rail, such as `[3 Nodes 2/6]`.
  var rail: String { rows.count > 1 ? rows[1] : "" }
  /// The sentence at its end takes two rows in a narrow window.
  var isAtReport: Bool {
    rail.contains("[5 Report")
      && rows.suffix(5).map(\.trimmed).joined(separator: " ").contains("the program with code ")
  }
  var isStopped: Bool { rail.contains("STOP]") || contains("STOPPED") }

  /// The frames alone: what must not change with the clock.
  var skeleton: [String] {
    rows.map { row in String(row.map { "┌┐└┘├┤┬┴│╔╗╚╝║".contains($0) ? $0 : " " }).trimmedEnd }
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
  fileprivate var trimmedEnd: String { String(reversed().drop { $0 == " " }.reversed()) }

  fileprivate func pieces(between start: String, and end: String) -> String? {
    guard let from = range(of: start)?.upperBound, let to = self[from...].range(of: end)?.lowerBound else { return nil }
    return String(self[from..<to])
  }

  /// Where a text begins in this one, without Foundation.
  func range(of text: String) -> Range<Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}

extension Console {
  /// The next question once it takes an answer; nil at the report.
  func nextQuestion(
    after last: Asked? = nil, within bound: Duration = .seconds(90), _ location: SourceLocation = #_sourceLocation
  ) async throws -> Asked? {
    let picture = try await wait("a question, or the report", within: bound, location) { picture in
      if picture.isStopped || picture.contains("ended with") { throw Failure(description: "stopped:\n\(picture)") }
      if picture.isAtReport { return true }
      guard let asked = picture.asked else { return false }
      return asked.isArmed && !asked.isSame(as: last)
    }
    return picture.isAtReport ? nil : picture.asked
  }

  /// Says "go on" as the question wants it: a key, or words and Enter.
  func agree(to asked: Asked, _ location: SourceLocation = #_sourceLocation) async throws {
    if let word = asked.word {
      try await type(word)
      try await wait("the words in the field", location) { $0.contains("type \(word):  \(word)") }
      try await press("Enter")
    } else {
      try await press("y")
    }
    try await wait("the question to go: \(asked)", location) { !asked.isSame(as: $0.asked) }
  }

  /// Waits for checks that refuse nothing, and goes on to the plan.
  func passChecks() async throws {
    try await wait("the checks to end") { $0.contains("pass") && $0.contains("> next step") }
    try await press(">")
  }

  /// Agrees to all that is asked until the report; `first` sees each question before.
  func walk(
    _ location: SourceLocation = #_sourceLocation, first: (Asked) async throws -> Void = { _ in }
  ) async throws -> [String] {
    var all: [String] = []
    var last: Asked?
    while let asked = try await nextQuestion(after: last, location) {
      all.append(asked.description)
      try await first(asked)
      try await agree(to: asked, location)
      last = asked
    }
    return all
  }

  /// Expects that a question still stands after what was done to it, and that the screen says why.
  func expect(
    _ asked: Asked, stillAskedSaying sentence: String, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let picture = try await wait(for: sentence, location)
    #expect(asked.isSame(as: picture.asked), "\(picture)", sourceLocation: location)
  }
}

/// The questions of a 3+3 cluster from the plan to the end, in their order.
func everyQuestion(_ nodes: [Address], way: String = "no-return") -> [String] {
  let (primaries, replicas) = (nodes.prefix(3), nodes.suffix(3))
  let pairs = Array(zip(primaries, replicas))
  var all = [
    "Start with this plan?", "Run a client probe?", "Do you want to enable upgrade mode now [Y/N]?",
    "Stop \(pairs[0].1) (replica of s1)?", "The first node is done. Go on with the others?",
    "Stop \(pairs[1].1) (replica of s2)?", "Stop \(pairs[2].1) (replica of s3)?",
    "All replicas are done. Begin with the hand-overs?",
  ]
  for (index, pair) in pairs.enumerated() {
    let shard = "s\(index + 1)"
    all += [
      "Hand over \(shard) from \(pair.0) to \(pair.1) <\(way) \(shard)>",
      "Stop \(pair.0) (replica of \(shard)) <\(way) \(pair.0)>",
    ]
  }
  return all + ["Do you want to disable upgrade mode now [Y/N]?"]
}
