/// Reads one YAML document into nodes, within limits, and answers every mistake with a sentence and a line.
///
/// A subset on purpose: what the program reads are small files that a person wrote. Anchors, aliases, tags, several
/// documents and keys that are not text are refused, so that what a reviewer sees is what the program gets.
package struct YAMLReader: ~Copyable {
  /// What a file may cost before anything is built from it.
  package struct Limits: Sendable {
    package var bytes: Int
    package var depth: Int
    package var nodes: Int

    package init(bytes: Int = 1 << 20, depth: Int = 16, nodes: Int = 50_000) {
      self.bytes = bytes
      self.depth = depth
      self.nodes = nodes
    }
  }

  private let file: String
  private let limits: Limits
  private var events: YAMLEvents
  private var nodes = 0

  /// The document in `bytes`, or nil where there is none (an empty file, or one of comments only).
  ///
  /// `file` is only repeated in sentences.
  package static func read(
    _ bytes: [UInt8], file: String, limits: Limits = Limits()
  ) throws(UsageError) -> YAMLNode? {
    guard bytes.count <= limits.bytes else {
      throw UsageError(
        .unreadableFile, at: .init(file: file, line: 1),
        "the file has \(bytes.count) bytes and at most \(limits.bytes) are read",
        remedy: "Give the file that was meant; this one is too large to have been written by hand.")
    }
    var reader = YAMLReader(file: file, limits: limits, events: YAMLEvents(bytes))
    return try reader.document()
  }

  private init(file: String, limits: Limits, events: consuming YAMLEvents) {
    self.file = file
    self.limits = limits
    self.events = events
  }

  private mutating func document() throws(UsageError) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd: return root
      case .streamStart, .documentEnd: continue
      case .documentStart:
        if root != nil {
          throw refusal(
            .malformedYAML, event.mark, "a second document starts here",
            remedy: "Keep one document in the file: take the line --- out, or split the file.")
        }
      default:
        root = try node(from: event, depth: 1)
      }
    }
  }

  private mutating func node(from event: YAMLEvents.Event, depth: Int) throws(UsageError) -> YAMLNode {
    nodes += 1
    guard nodes <= limits.nodes else {
      throw refusal(
        .malformedYAML, event.mark, "the file holds more than \(limits.nodes) values",
        remedy: "Give the file that was meant; this one is too large to have been written by hand.")
    }
    guard depth <= limits.depth else {
      throw refusal(
        .malformedYAML, event.mark, "values are nested more than \(limits.depth) deep",
        remedy: "Nothing that is read here goes deeper than 3; check the brackets and the indentation.")
    }
    let content: YAMLNode.Content
    switch event.kind {
    case .scalar(let text, let style, let decoration):
      try refuse(decoration, at: event.mark)
      guard !text.unicodeScalars.contains("\0") else {
        throw refusal(
          .malformedYAML, event.mark, "a text holds a NUL character",
          remedy: "Take the \\0 out of it; no command and no answer can hold one.")
      }
      content = .scalar(text, style)
    case .sequenceStart(let decoration):
      try refuse(decoration, at: event.mark)
      content = .sequence(try items(depth: depth))
    case .mappingStart(let decoration):
      try refuse(decoration, at: event.mark)
      content = .mapping(try entries(depth: depth))
    case .alias(let name):
      throw refusal(
        .malformedYAML, event.mark, "the alias *\(Quotation.escaped(name)) refers to another place in the file",
        remedy: "Write the value out here; if a * was meant, put the text in quotes.")
    default:
      throw refusal(
        .malformedYAML, event.mark, "no value stands where one is expected",
        remedy: "Check the brackets and the indentation above this line.")
    }
    return YAMLNode(content, line: event.mark.line, column: event.mark.column)
  }

  private mutating func items(depth: Int) throws(UsageError) -> [YAMLNode] {
    var items: [YAMLNode] = []
    while true {
      let event = try next()
      if event.kind == .sequenceEnd { return items }
      items.append(try node(from: event, depth: depth + 1))
    }
  }

  private mutating func entries(depth: Int) throws(UsageError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try next()
      if event.kind == .mappingEnd { return entries }
      let name = try node(from: event, depth: depth + 1)
      guard case .scalar(let key, _) = name.content else {
        throw refusal(
          .malformedYAML, event.mark, "\(name.kind) stands where a key is expected",
          remedy: "A key is a word; a text that starts with { or [ must be put in quotes.")
      }
      if let first = lines[key] {
        throw refusal(
          .duplicateKey, event.mark, "the key \(Quotation.quoted(key)) stands here again, first on line \(first)",
          remedy: "Keep one of the two.")
      }
      lines[key] = event.mark.line
      let value = try node(from: try next(), depth: depth + 1)
      entries.append(YAMLNode.Entry(key: key, keyLine: event.mark.line, node: value))
    }
  }

  private mutating func next() throws(UsageError) -> YAMLEvents.Event {
    do throws(YAMLEvents.Failure) {
      return try events.next()
    } catch {
      throw YAMLProblem.sentence(for: error, file: file)
    }
  }

  private func refuse(_ decoration: YAMLEvents.Decoration, at mark: YAMLEvents.Mark) throws(UsageError) {
    if let anchor = decoration.anchor {
      throw refusal(
        .malformedYAML, mark, "the anchor &\(Quotation.escaped(anchor)) names a value for use elsewhere",
        remedy: "Write each value out where it is used; if an & was meant, put the text in quotes.")
    }
    if let tag = decoration.tag {
      throw refusal(
        .malformedYAML, mark, "the tag \(Quotation.quoted(tag)) gives a value a type",
        remedy: "Take the tag out; if a ! was meant, put the text in quotes.")
    }
  }

  private func refusal(
    _ code: UsageError.Code, _ mark: YAMLEvents.Mark, _ what: String, remedy: String
  ) -> UsageError {
    UsageError(code, at: .init(file: file, line: mark.line), what, remedy: remedy)
  }
}
