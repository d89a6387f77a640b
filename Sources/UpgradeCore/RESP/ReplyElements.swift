// The values inside an aggregate: by number, in order, in pairs, by name.

extension Reply {
  /// How many values an aggregate holds, two for each pair of a map; 0 for everything else.
  package var count: Int {
    kind.isAggregate ? token.length : 0
  }

  /// The value at a place, null beyond the end. Quick where all values are scalars, else it steps over them.
  package subscript(_ place: Int) -> Reply {
    guard place >= 0, place < count else { return .null }
    let first = index + 1
    if Int(token.extent) == count + 1 { return Reply(storage: storage, index: first + place) }
    var next = first
    for _ in 0..<place { next += Int(storage.tape[next].extent) }
    return Reply(storage: storage, index: next)
  }

  /// The value under a name, in a map or in the flat array that stands for it in RESP2.
  package subscript(_ name: String) -> Reply? {
    for (key, value) in pairs where key.isText(name) { return value }
    return nil
  }

  /// Names and values of a map, or of the flat array that stands for it in RESP2; a name left alone at the end is
  /// dropped.
  package var pairs: Pairs { Pairs(elements: makeIterator()) }

  package struct Pairs: Sequence, IteratorProtocol {
    fileprivate var elements: Iterator

    package mutating func next() -> (key: Reply, value: Reply)? {
      guard let key = elements.next(), let value = elements.next() else { return nil }
      return (key, value)
    }
  }
}

extension Reply: Sequence {
  package var underestimatedCount: Int { count }

  package func makeIterator() -> Iterator {
    Iterator(storage: storage, index: index + 1, remaining: count)
  }

  package struct Iterator: IteratorProtocol {
    fileprivate let storage: ReplyStorage
    fileprivate var index: Int
    fileprivate var remaining: Int

    package mutating func next() -> Reply? {
      guard remaining > 0 else { return nil }
      let reply = Reply(storage: storage, index: index)
      remaining -= 1
      index += Int(storage.tape[index].extent)
      return reply
    }
  }
}

extension Reply: Equatable {
  /// Equal in kind and content, wherever the bytes stand.
  package static func == (left: Reply, right: Reply) -> Bool {
    guard left.kind == right.kind else { return false }
    switch left.kind {
    case .integer, .boolean: return left.token.value == right.token.value
    case .null: return true
    case .array, .map, .set, .push: return left.count == right.count && left.elementsEqual(right)
    case .simple, .bulk, .verbatim, .double, .bigNumber, .error:
      return left.bytes == right.bytes
    }
  }
}

extension Reply: CustomStringConvertible {
  /// One line for logs and test failures, safe to print: control characters are escaped.
  package var description: String {
    switch kind {
    case .simple: escaped
    case .bulk, .verbatim: "\"" + escaped + "\""
    case .error: "(error) " + escaped
    case .integer, .double, .boolean, .bigNumber: text ?? ""
    case .null: "(nil)"
    case .array: "[" + map(\.description).joined(separator: ", ") + "]"
    case .set: "{" + map(\.description).joined(separator: ", ") + "}"
    case .push: ">[" + map(\.description).joined(separator: ", ") + "]"
    case .map: "{" + pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    }
  }

  private var escaped: String { PrintableBytes.escape(bytes, limit: .max) }
}
