package import UpgradeCore

/// The answers that were given beforehand, each checked to be one that a question takes.
package struct Answers: Equatable, Sendable {
  /// By the name as it was written: `canary`, `hand-over`, `hand-over:s1`.
  private var texts: [String: String] = [:]

  package init() {}

  /// The names that are answered, sorted.
  package var names: [String] { texts.keys.sorted() }

  /// Takes the lines of a file, then the flags, which are stronger; `patterns` is every question there is.
  package init(
    file: [GivenAnswer], flags: [GivenAnswer], patterns: [QuestionPattern] = QuestionPattern.all
  ) throws(UsageError) {
    for given in file { texts[given.name] = try Self.checked(given, patterns) }
    var seen: Set<String> = []
    for given in flags {
      guard seen.insert(given.name).inserted else {
        throw UsageError(
          .repeatedFlag, "--answer gives \(Quotation.quoted(given.name)) twice", remedy: "Keep one of the two.")
      }
      texts[given.name] = try Self.checked(given, patterns)
    }
  }

  /// The answer to one question: the specific one, or else the generic one; nil where the run has to stop and ask.
  package func answer(to question: QuestionName) -> Answer? {
    let text = texts[question.description] ?? texts[question.kind.rawValue]
    return text.map { Answer(question, $0, source: .beforehand) }
  }

  /// Reads a YAML file of `name: answer`; every line is kept with its place.
  package static func file(yaml bytes: [UInt8], file: String) throws(UsageError) -> [GivenAnswer] {
    guard let root = try YAMLReader.read(bytes, file: file) else { return [] }
    guard case .mapping(let entries) = root.content else {
      throw UsageError(
        .wrongType, at: .init(file: file, line: root.line), "the answers are \(root.kind), not a group of keys",
        remedy: "Write one `name: answer` a line, such as `canary: yes`.")
    }
    var answers: [GivenAnswer] = []
    for entry in entries {
      let place = UsageError.Place(file: file, line: entry.keyLine)
      guard case .scalar(let text, _) = entry.node.content, !entry.node.isMissing, !text.isEmpty else {
        throw UsageError(
          .wrongType, at: place, "the answer to \(Quotation.quoted(entry.key)) is \(entry.node.kind), not a word",
          remedy: "Write `name: answer`, such as `canary: yes`.")
      }
      answers.append(GivenAnswer(name: entry.key, value: text, place: place))
    }
    return answers
  }

  /// The answer's text as the run takes it, or why it cannot be one.
  private static func checked(_ given: GivenAnswer, _ patterns: [QuestionPattern]) throws(UsageError) -> String {
    let parts = given.name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let pattern = patterns.first(where: { $0.name == parts.first }) else {
      let nearest = NearestNames.of(parts.first ?? "", among: patterns.map(\.name))
      throw UsageError(
        .unknownQuestion, at: given.place, "no question is called \(Quotation.quoted(given.name))",
        remedy: nearest.isEmpty
          ? "The questions are \(Quotation.list(patterns.map(\.name), last: "and"))."
          : "The nearest is \(Quotation.list(nearest)); `redis-upgrade plan` lists those of a run.")
    }
    let object = parts.count == 2 ? parts[1] : nil
    if object != nil, !pattern.takesObject {
      throw UsageError(
        .unknownQuestion, at: given.place, "\(pattern.name) is asked once, and not for an object",
        remedy: "Write \(pattern.name) alone.")
    }
    if object?.isEmpty == true {
      throw UsageError(
        .unknownQuestion, at: given.place, "\(pattern.name): names no object",
        remedy: "Write \(pattern.name) for all of them, or \(pattern.name):OBJECT for one.")
    }
    guard pattern.canBeAnsweredBeforehand else {
      throw UsageError(
        .answer, at: given.place, "\(pattern.name) cannot be answered beforehand",
        remedy: "It is about losing data or setting a rule aside; a person has to type it when it is asked.")
    }
    let text = ["y": "yes", "n": "no"][given.value] ?? given.value
    let words = pattern.words(object: object)
    guard words.contains(text) else {
      throw UsageError(
        .answer, at: given.place, "\(Quotation.quoted(given.value)) is no answer to \(Quotation.escaped(given.name))",
        remedy: "Write \(Quotation.list(words.map(Quotation.escaped))).")
    }
    return text
  }
}
