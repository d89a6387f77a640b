// The only file that knows libyaml: bytes go in, events with text and marks come out.
import CYAML

/// A stream of parse events over one buffer of UTF-8 bytes.
///
/// Owns libyaml's parser and a copy of the bytes: the parser keeps pointers to both.
@safe struct YAMLEvents: ~Copyable {
  /// Where something starts; both count from 1.
  struct Mark: Equatable, Sendable {
    var line: Int
    var column: Int
  }

  /// What stood before a value: an anchor (`&name`) or a tag (`!name`), if any.
  struct Decoration: Equatable, Sendable {
    var anchor: String?
    var tag: String?
  }

  enum Kind: Equatable, Sendable {
    case streamStart, streamEnd, documentStart, documentEnd
    case scalar(String, YAMLNode.Style, Decoration)
    case alias(String)
    case sequenceStart(Decoration), sequenceEnd
    case mappingStart(Decoration), mappingEnd
  }

  struct Event: Equatable, Sendable {
    var kind: Kind
    var mark: Mark
  }

  /// libyaml's own account of why it stopped.
  struct Failure: Error, Equatable, Sendable {
    var problem: String
    var mark: Mark
    var context: String?
    var contextMark: Mark
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let isReady: Bool

  init(_ bytes: [UInt8]) {
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe input = .allocate(capacity: bytes.count)
    _ = unsafe input.initialize(fromContentsOf: bytes)
    isReady = unsafe yaml_parser_initialize(parser) == 1
    guard isReady else { return }
    // Said, not guessed: a byte order mark must not switch the reader to UTF-16.
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deinitialize(count: 1)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event. After ``Kind/streamEnd`` or a failure nothing more is to be asked for.
  mutating func next() throws(Failure) -> Event {
    guard isReady else {
      let start = Mark(line: 1, column: 1)
      throw Failure(problem: "out of memory", mark: start, context: nil, contextMark: start)
    }
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe Self.mark(event.start_mark)
    guard let kind = unsafe Self.kind(event) else {
      throw Failure(problem: "an event of an unknown kind", mark: mark, context: nil, contextMark: mark)
    }
    return Event(kind: kind, mark: mark)
  }

  private func failure() -> Failure {
    let problem = unsafe Self.text(parser.pointee.problem) ?? "out of memory"
    var mark = unsafe Self.mark(parser.pointee.problem_mark)
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      mark = unsafe markOfByte(parser.pointee.problem_offset)
    }
    return unsafe Failure(
      problem: problem, mark: mark, context: Self.text(parser.pointee.context),
      contextMark: Self.mark(parser.pointee.context_mark))
  }

  /// The reader counts bytes where the scanner counts lines.
  private func markOfByte(_ offset: Int) -> Mark {
    var mark = Mark(line: 1, column: 1)
    for index in 0..<min(offset, unsafe input.count) {
      if unsafe input[index] == UInt8(ascii: "\n") {
        mark = Mark(line: mark.line + 1, column: 1)
      } else {
        mark.column += 1
      }
    }
    return mark
  }

  private static func kind(_ event: yaml_event_t) -> Kind? {
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return unsafe .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      return unsafe .sequenceStart(Decoration(anchor: text(start.anchor), tag: text(start.tag)))
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      return unsafe .mappingStart(Decoration(anchor: text(start.anchor), tag: text(start.tag)))
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let decoration = unsafe Decoration(anchor: text(scalar.anchor), tag: text(scalar.tag))
      return unsafe .scalar(String(decoding: bytes, as: UTF8.self), style(scalar.style), decoration)
    default: return nil
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLNode.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private static func mark(_ mark: yaml_mark_t) -> Mark {
    Mark(line: mark.line + 1, column: mark.column + 1)
  }

  private static func text(_ bytes: UnsafePointer<CChar>?) -> String? {
    guard let bytes = unsafe bytes else { return nil }
    return unsafe String(cString: bytes)
  }

  private static func text(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
    guard let bytes = unsafe bytes else { return nil }
    return unsafe String(cString: bytes)
  }
}
