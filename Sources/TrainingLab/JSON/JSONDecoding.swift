import UpgradeCore
import UpgradeRuntime

/// Reads `Decodable` values out of JSON; the counterpart of `JSONEncoding`.
enum JSONDecoding {
  static func read<Value: Decodable>(_ type: Value.Type = Value.self, from bytes: [UInt8]) throws -> Value {
    try JSONPlaceDecoder(value: try JSONParser.read(bytes), codingPath: []).read(type)
  }
}

private struct JSONPlaceDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let members = value.members else { throw mismatch([String: Any].self, "an object") }
    return KeyedDecodingContainer(
      Members<Key>(
        values: Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let items = value.array else { throw mismatch([Any].self, "an array") }
    return Items(values: items, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

  func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    guard let plain = plain(type) else { return try Value(from: self) }
    guard let found = plain as? Value else { throw mismatch(type, "a \(type)") }
    return found
  }

  /// What JSON has a word for, or a JSON value that cannot be one; nil for types that are made of others.
  private func plain(_ type: any Decodable.Type) -> Any? {
    switch type {
    case is String.Type: value.string ?? value
    case is Bool.Type: value.bool ?? value
    case is Double.Type:
      switch value {
      case .double(let number): number
      case .integer(let number): Double(number)
      default: value
      }
    case let type as any (FixedWidthInteger & Decodable).Type: whole(type) ?? value
    default: nil
    }
  }

  private func whole<Number: FixedWidthInteger>(_ type: Number.Type) -> Any? {
    switch value {
    case .integer(let number): Number(exactly: number)
    case .double(let number): Number(exactly: number)
    default: nil
    }
  }

  private func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    .typeMismatch(type, DecodingError.Context(codingPath: codingPath, debugDescription: "this is not \(wanted)"))
  }

  private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let values: [String: JSONValue]
    let codingPath: [any CodingKey]
    var allKeys: [Key] { values.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { values[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try decoder(key).read(type) }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> {
      try decoder(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try decoder(key).unkeyedContainer()
    }
    func superDecoder() -> any Decoder { JSONPlaceDecoder(value: values["super"] ?? .null, codingPath: codingPath) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> JSONPlaceDecoder {
      guard let value = values[key.stringValue] else {
        throw DecodingError.keyNotFound(
          key, DecodingError.Context(codingPath: codingPath, debugDescription: "\(key.stringValue) is missing"))
      }
      return JSONPlaceDecoder(value: value, codingPath: codingPath + [key])
    }
  }

  private struct Items: UnkeyedDecodingContainer {
    let values: [JSONValue]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(values: [JSONValue], codingPath: [any CodingKey]) {
      self.values = values
      self.codingPath = codingPath
    }

    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex >= values.count }

    mutating func decodeNil() throws -> Bool {
      guard !isAtEnd, values[currentIndex] == .null else { return false }
      currentIndex += 1
      return true
    }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().read(type) }
    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) throws -> KeyedDecodingContainer<Inner> {
      try next().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }

    private mutating func next() throws -> JSONPlaceDecoder {
      guard !isAtEnd else {
        throw DecodingError.valueNotFound(
          Any.self, DecodingError.Context(codingPath: codingPath, debugDescription: "the array ends here"))
      }
      defer { currentIndex += 1 }
      return JSONPlaceDecoder(value: values[currentIndex], codingPath: codingPath)
    }
  }

  private struct Single: SingleValueDecodingContainer {
    let decoder: JSONPlaceDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    func decodeNil() -> Bool { decoder.value == .null }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.read(type) }
  }
}
