// A strict reader of JSON for the tests, so that what is written is judged by something else than its writer.

/// JSON as it was read.
enum ReadJSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([ReadJSON])
  case object([String: ReadJSON])

  subscript(name: String) -> ReadJSON? {
    if case .object(let members) = self { members[name] } else { nil }
  }
  subscript(index: Int) -> ReadJSON? {
    if case .array(let values) = self, values.indices.contains(index) { values[index] } else { nil }
  }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var amount: Double? { if case .number(let number) = self { number } else { nil } }
  var count: Int? { if case .array(let values) = self { values.count } else { nil } }

  /// nil for anything that is not exactly one JSON text (RFC 8259).
  init?(_ text: String) {
    var reader = Reader(rest: Array(text.unicodeScalars)[...])
    guard let value = reader.value(), reader.rest.isEmpty else { return nil }
    self = value
  }

  private struct Reader {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func take(_ text: String) -> Bool {
      guard rest.starts(with: text.unicodeScalars) else { return false }
      rest = rest.dropFirst(text.unicodeScalars.count)
      return true
    }

    mutating func value() -> ReadJSON? {
      switch rest.first {
      case "{": object()
      case "[": array()
      case "\"": string().map(ReadJSON.string)
      case "t": take("true") ? .bool(true) : nil
      case "f": take("false") ? .bool(false) : nil
      case "n": take("null") ? .null : nil
      default: number()
      }
    }

    private mutating func object() -> ReadJSON? {
      guard take("{") else { return nil }
      var members: [String: ReadJSON] = [:]
      if take("}") { return .object(members) }
      repeat {
        guard let name = string(), take(":"), let value = value(), members[name] == nil else { return nil }
        members[name] = value
      } while take(",")
      return take("}") ? .object(members) : nil
    }

    private mutating func array() -> ReadJSON? {
      guard take("[") else { return nil }
      var values: [ReadJSON] = []
      if take("]") { return .array(values) }
      repeat {
        guard let value = value() else { return nil }
        values.append(value)
      } while take(",")
      return take("]") ? .array(values) : nil
    }

    private mutating func string() -> String? {
      guard take("\"") else { return nil }
      var text = String.UnicodeScalarView()
      while let scalar = rest.popFirst() {
        if scalar == "\"" { return String(text) }
        guard scalar.value >= 0x20 else { return nil }
        guard scalar == "\\" else {
          text.append(scalar)
          continue
        }
        switch rest.popFirst() {
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "t": text.append("\t")
        case "\"": text.append("\"")
        case "\\": text.append("\\")
        case "u":
          let digits = String(String.UnicodeScalarView(rest.prefix(4)))
          rest = rest.dropFirst(4)
          guard digits.count == 4, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
            return nil
          }
          text.append(scalar)
        default: return nil
        }
      }
      return nil
    }

    private mutating func number() -> ReadJSON? {
      let digits = rest.prefix { "-+.eE0123456789".unicodeScalars.contains($0) }
      let text = String(String.UnicodeScalarView(digits))
      guard let number = Double(text), !text.hasPrefix("+"), !text.hasPrefix(".") else { return nil }
      rest = rest.dropFirst(digits.count)
      return .number(number)
    }
  }
}
