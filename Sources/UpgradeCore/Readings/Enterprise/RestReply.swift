// One JSON reply of the REST API, looked into field by field: what is not there is nil, what is of another kind an error.

/// An object of a reply, with the words that say where it stands.
struct RestReply {
  /// `GET /v1/nodes`.
  let request: String
  /// `node 1: `, empty for the reply itself.
  let place: String
  private let members: [JSONValue.Member]

  init(_ value: JSONValue, _ request: String, at place: String = "") throws(ReadingError) {
    guard let members = value.members else {
      throw ReadingError(request, place.isEmpty ? "the reply" : place, .unexpected(Self.shown(value)))
    }
    self.request = request
    self.place = place
    self.members = members
  }

  /// The objects of a list, each called by `name` and its place in it, or by the identity that it has under `identity`.
  static func list(
    _ value: JSONValue, _ request: String, _ name: String, identity: String = "uid"
  ) throws(ReadingError) -> [RestReply] {
    guard let items = value.array else {
      throw ReadingError(request, "a list of \(name)s", .unexpected(Self.shown(value)))
    }
    var replies: [RestReply] = []
    for (index, item) in items.enumerated() {
      let known = item[identity].flatMap { $0.string ?? $0.integer.map(String.init) }
      replies.append(try RestReply(item, request, at: "\(name) \(known ?? "at place \(index + 1)")"))
    }
    return replies
  }

  /// nil where it is not there, or null.
  subscript(_ key: String) -> JSONValue? {
    members.first { $0.key == key }.flatMap { $0.value == .null ? nil : $0.value }
  }

  func error(_ key: String, _ problem: ReadingError.Problem) -> ReadingError {
    ReadingError(request, place.isEmpty ? key : "\(place): \(key)", problem)
  }

  func text(_ key: String) throws(ReadingError) -> String? {
    guard let value = self[key] else { return nil }
    guard let text = value.string else { throw error(key, .unexpected(Self.shown(value))) }
    return text
  }

  /// A number, which some releases write as text: `1`, `"1"`.
  func number(_ key: String) throws(ReadingError) -> Int? {
    guard let value = self[key] else { return nil }
    guard let number = value.integer ?? value.string.flatMap(Self.number) else {
      throw error(key, .unexpected(Self.shown(value)))
    }
    return number
  }

  func flag(_ key: String) throws(ReadingError) -> Bool? {
    guard let value = self[key] else { return nil }
    guard let flag = value.bool else { throw error(key, .unexpected(Self.shown(value))) }
    return flag
  }

  /// A moment, as text or as a number of seconds.
  func moment(_ key: String) throws(ReadingError) -> String? {
    guard let value = self[key] else { return nil }
    guard let text = value.string ?? value.integer.map(String.init) else {
      throw error(key, .unexpected(Self.shown(value)))
    }
    return text.isEmpty ? nil : text
  }

  /// Empty where it is not there.
  func list(_ key: String, _ name: String) throws(ReadingError) -> [RestReply] {
    guard let value = self[key] else { return [] }
    return try Self.list(value, request, place.isEmpty ? name : "\(place): \(name)")
  }

  /// A list of texts; empty where it is not there.
  func texts(_ key: String) throws(ReadingError) -> [String] {
    guard let value = self[key] else { return [] }
    let texts = value.array?.compactMap(\.string)
    guard let texts, texts.count == value.array?.count else { throw error(key, .unexpected(Self.shown(value))) }
    return texts
  }

  func needed<Value>(_ key: String, _ value: Value?) throws(ReadingError) -> Value {
    guard let value else { throw error(key, .missing) }
    return value
  }

  /// A list or an object is not repeated: it may hold what nobody is to read.
  private static func shown(_ value: JSONValue) -> String {
    value.array != nil ? "(a list)" : value.members != nil ? "(an object)" : value.text
  }

  private static func number(_ text: String) -> Int? {
    !text.isEmpty && text.utf8.count <= 18 && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }
}
