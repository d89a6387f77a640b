import UpgradeCore
import UpgradeRuntime

/// Writes `Encodable` values as JSON, with what this program reads and writes JSON with anyway: Foundation's coders
/// would make up an eighth of the whole program.
enum JSONEncoding {
  /// A value's JSON, the keys of its objects in order.
  static func value(of value: some Encodable) throws -> JSONValue {
    let place = Place()
    try place.take(value, at: [])
    return place.value
  }

  /// On one line.
  static func line(_ value: some Encodable) throws -> String { try self.value(of: value).text }

  /// For a person to read, a line a value.
  static func lines(_ value: some Encodable) throws -> String { try self.value(of: value).indented() }

  /// What was written so far at one place of the text.
  final class Place {
    private enum Content {
      case single(JSONValue)
      case items([Place])
      case members([String: Place])
    }

    private var content = Content.single(.object([]))

    var value: JSONValue {
      switch content {
      case .single(let value): value
      case .items(let items): .array(items.map(\.value))
      case .members(let members):
        .object(members.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value.value) })
      }
    }

    var count: Int { if case .items(let items) = content { items.count } else { 0 } }

    func beginItems() { if case .items = content {} else { content = .items([]) } }
    func beginMembers() { if case .members = content {} else { content = .members([:]) } }

    func item() -> Place {
      guard case .items(var items) = content else { return Place() }
      let place = Place()
      items.append(place)
      content = .items(items)
      return place
    }

    func member(_ key: String) -> Place {
      guard case .members(var members) = content else { return Place() }
      let place = Place()
      members[key] = place
      content = .members(members)
      return place
    }

    func take(_ value: some Encodable, at path: [any CodingKey]) throws {
      if let plain = try Self.plain(value, at: path) {
        content = .single(plain)
      } else {
        try value.encode(to: JSONPlaceEncoder(place: self, codingPath: path))
      }
    }

    func takeNothing() { content = .single(.null) }

    /// What JSON has a word for; nil for what is made of other values.
    private static func plain(_ value: some Encodable, at path: [any CodingKey]) throws -> JSONValue? {
      switch value {
      case let text as String: return .string(text)
      case let flag as Bool: return .bool(flag)
      case let number as Double: return .double(number)
      case let number as any BinaryInteger:
        if let whole = Int(exactly: number) { return .integer(whole) }
        throw EncodingError.invalidValue(
          value, EncodingError.Context(codingPath: path, debugDescription: "\(number) is too large"))
      default: return nil
      }
    }
  }
}

private struct JSONPlaceEncoder: Encoder {
  let place: JSONEncoding.Place
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    place.beginMembers()
    return KeyedEncodingContainer(Members<Key>(place: place, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    place.beginItems()
    return Items(place: place, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(place: place, codingPath: codingPath) }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: JSONEncoding.Place
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { place.member(key.stringValue).takeNothing() }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
      try place.member(key.stringValue).take(value, at: codingPath + [key])
    }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
      encoder(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { JSONPlaceEncoder(place: place.member("super"), codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
    private func encoder(_ key: Key) -> JSONPlaceEncoder {
      JSONPlaceEncoder(place: place.member(key.stringValue), codingPath: codingPath + [key])
    }
  }

  private struct Items: UnkeyedEncodingContainer {
    let place: JSONEncoding.Place
    let codingPath: [any CodingKey]
    var count: Int { place.count }

    func encodeNil() { place.item().takeNothing() }
    func encode<Value: Encodable>(_ value: Value) throws { try place.item().take(value, at: codingPath) }
    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
      encoder().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }
    private func encoder() -> JSONPlaceEncoder { JSONPlaceEncoder(place: place.item(), codingPath: codingPath) }
  }

  private struct Single: SingleValueEncodingContainer {
    let place: JSONEncoding.Place
    let codingPath: [any CodingKey]
    func encodeNil() { place.takeNothing() }
    func encode<Value: Encodable>(_ value: Value) throws { try place.take(value, at: codingPath) }
  }
}

extension JSONValue {
  /// Text with a line for every value.
  fileprivate func indented(by depth: Int = 0) -> String {
    let margin = String(repeating: "  ", count: depth + 1)
    let end = "\n" + String(repeating: "  ", count: depth)
    switch self {
    case .array(let items) where !items.isEmpty:
      return "[\n" + items.map { margin + $0.indented(by: depth + 1) }.joined(separator: ",\n") + end + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { "\(margin)\(JSONValue.string($0.key).text) : \($0.value.indented(by: depth + 1))" }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    default: return text
    }
  }
}
