/// A mapping whose keys are a closed list, with typed answers to "what stands under this key".
struct YAMLGroup {
  let file: String
  /// What sentences call it: `the profile`, `software`.
  let name: String
  let line: Int
  private let entries: [YAMLNode.Entry]

  /// Refuses anything but a mapping, and every key that is not in `keys`.
  init(_ node: YAMLNode, name: String, keys: [String], file: String) throws(UsageError) {
    self.file = file
    self.name = name
    self.line = node.line
    guard case .mapping(let entries) = node.content else {
      throw UsageError(
        .wrongType, at: .init(file: file, line: node.line), "\(name) is \(node.kind), not a group of keys",
        remedy: "Write `key: value` lines; the keys are \(Quotation.list(keys, last: "and")).")
    }
    self.entries = entries
    for entry in entries where !keys.contains(entry.key) {
      let nearest = NearestNames.of(entry.key, among: keys)
      let hint = nearest.isEmpty ? "" : "; the nearest is \(Quotation.list(nearest))"
      throw UsageError(
        .unknownKey, at: .init(file: file, line: entry.keyLine),
        "\(name) has no key \(Quotation.quoted(entry.key))",
        remedy: "Its keys are \(Quotation.list(keys, last: "and"))\(hint).")
    }
  }

  func entry(_ key: String) -> YAMLNode.Entry? { entries.first { $0.key == key } }

  func place(_ line: Int) -> UsageError.Place { .init(file: file, line: line) }

  /// The text under `key`, trimmed of the line breaks that a block style adds; nil where the key is not there.
  func text(_ key: String) throws(UsageError) -> String? {
    guard let entry = entry(key) else { return nil }
    return try text(of: entry.node, called: key)
  }

  /// The text of a node, never empty, on one line and without control characters.
  func text(of node: YAMLNode, called what: String) throws(UsageError) -> String {
    guard !node.isMissing else {
      throw UsageError(
        .wrongType, at: place(node.line), "\(what) has no value",
        remedy: "Write one after the colon, or take the key out.")
    }
    guard case .scalar(let raw, _) = node.content else {
      throw UsageError(
        .wrongType, at: place(node.line), "\(what) is \(node.kind), not text",
        remedy: "Write one text; one that starts with { or [ must be put in quotes.")
    }
    var text = raw[...]
    while text.last?.isNewline == true { text.removeLast() }
    guard !text.allSatisfy(\.isWhitespace) else {
      throw UsageError(
        .wrongType, at: place(node.line), "\(what) is empty", remedy: "Write a value, or take the key out.")
    }
    guard !text.contains(where: \.isNewline) else {
      throw UsageError(
        .badValue, at: place(node.line), "\(what) holds a line break",
        remedy: "Write it on one line; join commands with && so that a failure stops the line.")
    }
    guard text.unicodeScalars.allSatisfy({ $0 == "\t" || $0.properties.generalCategory != .control }) else {
      throw UsageError(
        .badValue, at: place(node.line), "\(what) holds a control character", remedy: "Take it out.")
    }
    return String(text)
  }

  /// One of a closed list of words.
  func word(_ key: String, of words: [String]) throws(UsageError) -> String? {
    guard let entry = entry(key), let text = try text(key) else { return nil }
    guard words.contains(text) else {
      throw UsageError(
        .badValue, at: place(entry.node.line), "\(key) is \(Quotation.quoted(text))",
        remedy: "Write \(Quotation.list(words)).")
    }
    return text
  }

  /// A whole number within bounds.
  func wholeNumber(_ key: String, in range: ClosedRange<Int>, unit: String) throws(UsageError) -> Int? {
    guard let entry = entry(key), let text = try text(key) else { return nil }
    guard let number = WholeNumber.read(text), range.contains(number) else {
      throw UsageError(
        .badValue, at: place(entry.node.line), "\(key) is \(Quotation.quoted(text))",
        remedy: "Write a whole number of \(unit) from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  /// A list of texts; nil where the key is not there.
  func texts(_ key: String) throws(UsageError) -> [String]? {
    guard let entry = entry(key) else { return nil }
    guard case .sequence(let items) = entry.node.content else {
      throw UsageError(
        .wrongType, at: place(entry.node.line), "\(key) is \(entry.node.kind), not a list",
        remedy: "Write it as [\"first\", \"second\"].")
    }
    var texts: [String] = []
    for item in items { texts.append(try text(of: item, called: "an item of \(key)")) }
    return texts
  }
}
