// How a value is spelled in the journal and read back: the two protocols, and the plain values that all others are of.
import UpgradeCore

/// Why a line of the journal cannot be understood, though it is whole: `setup.nodes[2].role is "x"`.
struct CodingFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// From the record down to the value.
  var path: [String]
  let what: String

  init(_ what: String) {
    path = []
    self.what = what
  }

  func under(_ key: String) -> CodingFault {
    var fault = self
    fault.path.insert(key, at: 0)
    return fault
  }

  var description: String {
    var text = ""
    for part in path { text += part.hasPrefix("[") || text.isEmpty ? part : ".\(part)" }
    return text.isEmpty ? what : "\(text) \(what)"
  }
}

/// A value that the journal can hold; reading is the exact inverse of writing.
protocol JournalCoded {
  var json: JSONValue { get }
  init(json: JSONValue) throws(CodingFault)
}

/// A value with a text form of its own; where that form does not lead back to the value, its parts are written.
protocol JournalSpelled: JournalCoded, Equatable {
  var spelling: String { get }
  init?(spelling: String)
  var parts: [JSONValue] { get }
  init(parts: [JSONValue]) throws(CodingFault)
}

extension JournalSpelled {
  var json: JSONValue {
    Self(spelling: spelling) == self ? .string(spelling) : .array(parts)
  }

  init(json: JSONValue) throws(CodingFault) {
    switch json {
    case .string(let text):
      guard let value = Self(spelling: text) else { throw CodingFault("is \(json.text)") }
      self = value
    case .array(let parts): try self.init(parts: parts)
    default: throw CodingFault("is not text")
    }
  }
}

extension JournalCoded where Self: RawRepresentable, RawValue == String {
  var json: JSONValue { .string(rawValue) }

  init(json: JSONValue) throws(CodingFault) {
    guard let text = json.string else { throw CodingFault("is not text") }
    guard let value = Self(rawValue: text) else { throw CodingFault("is \(json.text)") }
    self = value
  }
}

extension String: JournalCoded {
  var json: JSONValue { .string(self) }
  init(json: JSONValue) throws(CodingFault) {
    guard let text = json.string else { throw CodingFault("is not text") }
    self = text
  }
}

extension Int: JournalCoded {
  var json: JSONValue { .integer(self) }
  init(json: JSONValue) throws(CodingFault) {
    guard let number = json.integer else { throw CodingFault("is not a whole number") }
    self = number
  }
}

extension Bool: JournalCoded {
  var json: JSONValue { .bool(self) }
  init(json: JSONValue) throws(CodingFault) {
    guard let bool = json.bool else { throw CodingFault("is not true or false") }
    self = bool
  }
}

extension Array: JournalCoded where Element: JournalCoded {
  var json: JSONValue { .array(map(\.json)) }
  init(json: JSONValue) throws(CodingFault) {
    guard let items = json.array else { throw CodingFault("is not a list") }
    self = []
    for (index, item) in items.enumerated() {
      do throws(CodingFault) {
        append(try Element(json: item))
      } catch {
        throw error.under("[\(index)]")
      }
    }
  }
}

/// `10s`, `0.25s`: seconds in decimal, exact to the last attosecond.
extension Duration: JournalCoded {
  var json: JSONValue {
    let (seconds, attoseconds) = components
    let isNegative = seconds < 0 || attoseconds < 0
    var fraction = String(attoseconds.magnitude)
    fraction = String(repeating: "0", count: 18 - fraction.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let dot = fraction.isEmpty ? "" : "."
    return .string("\(isNegative ? "-" : "")\(seconds.magnitude)\(dot)\(fraction)s")
  }

  init(json: JSONValue) throws(CodingFault) {
    guard let text = json.string, text.hasSuffix("s") else { throw CodingFault("is not a time such as 10s") }
    let isNegative = text.hasPrefix("-")
    let parts = text.dropFirst(isNegative ? 1 : 0).dropLast().split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    let padded = fraction + String(repeating: "0", count: max(0, 18 - fraction.count))
    guard (1...2).contains(parts.count), fraction.count <= 18, parts.count == 1 || !fraction.isEmpty,
      let seconds = UInt64(parts[0]).flatMap({ Int64(exactly: $0) }), let attoseconds = UInt64(padded)
    else { throw CodingFault("is not a time such as 10s") }
    let time = Duration(secondsComponent: seconds, attosecondsComponent: Int64(attoseconds))
    self = isNegative ? .zero - time : time
  }
}

extension JSONValue {
  /// The member of that name, which must be there.
  func field<Value: JournalCoded>(_ key: String, as type: Value.Type = Value.self) throws(CodingFault) -> Value {
    guard let value: Value = try optional(key) else { throw CodingFault("is missing").under(key) }
    return value
  }

  /// The member of that name; nil where there is none.
  func optional<Value: JournalCoded>(_ key: String, as type: Value.Type = Value.self) throws(CodingFault) -> Value? {
    guard members != nil else { throw CodingFault("is not an object") }
    guard let json = self[key], json != .null else { return nil }
    do throws(CodingFault) {
      return try Value(json: json)
    } catch {
      throw error.under(key)
    }
  }

  /// An object whose keys are spelled values, as a dictionary.
  func table<Key: JournalKey, Value: JournalCoded>(_ key: String) throws(CodingFault) -> [Key: Value] {
    guard let members = self[key]?.members else { throw CodingFault("is missing").under(key) }
    var table: [Key: Value] = [:]
    for member in members {
      guard let name = Key(keyText: member.key) else {
        throw CodingFault("has the key \(JSONValue.string(member.key).text)").under(key)
      }
      do throws(CodingFault) {
        table[name] = try Value(json: member.value)
      } catch {
        throw error.under(member.key).under(key)
      }
    }
    return table
  }

  /// A dictionary as an object, sorted by key, so that equal dictionaries are equal bytes.
  static func table<Key: JournalKey, Value: JournalCoded>(_ table: [Key: Value]) -> JSONValue {
    .object(table.map { Member($0.key.keyText, $0.value.json) }.sorted { $0.key < $1.key })
  }

  /// The only member of an object that stands for a case of an enumeration.
  func soleMember() throws(CodingFault) -> Member {
    guard let members, members.count == 1 else { throw CodingFault("is not an object with one key") }
    return members[0]
  }
}

/// A value that can be the key of an object; its text leads back to it.
protocol JournalKey: Hashable {
  var keyText: String { get }
  init?(keyText: String)
}

extension String: JournalKey {
  var keyText: String { self }
  init?(keyText: String) { self = keyText }
}
