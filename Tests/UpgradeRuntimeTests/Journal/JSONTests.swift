// JSON as the journal writes and reads it: what comes out, what is refused, and that one leads back to the other.
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct JSONTests {
  struct Text: Sendable, CustomTestStringConvertible {
    var text: String
    var value: JSONValue
    init(_ text: String, _ value: JSONValue) {
      self.text = text
      self.value = value
    }
    var testDescription: String { text }
  }

  @Test(arguments: [
    Text("null", .null),
    Text("true", true),
    Text("false", false),
    Text("0", 0),
    Text("-12", -12),
    Text("9223372036854775807", .integer(.max)),
    Text("-9223372036854775808", .integer(.min)),
    Text("0.25", .double(0.25)),
    Text("1e-07", .double(1e-7)),
    Text("\"\"", ""),
    Text(#""a\"b\\c\n\r\t""#, "a\"b\\c\n\r\t"),
    Text(#""é 語 🙂""#, "é 語 🙂"),
    // Nothing that acts on a terminal, or hides on it, is written as it is.
    Text(#""\u001b[2J\u0000\u007f\u0085\u202e\u2028\ufeff""#, "\u{1b}[2J\u{0}\u{7f}\u{85}\u{202e}\u{2028}\u{feff}"),
    Text(#""\udb40\udc01""#, "\u{e0001}"),
    Text("[]", .array([])),
    Text("[1,[2,\"3\"]]", .array([1, .array([2, "3"])])),
    Text("{}", .object([JSONValue.Member]())),
    Text(#"{"z":1,"a":{"":null}}"#, .object(["z": 1, "a": .object([.init("", .null)])])),
  ])
  func isWrittenAndReadBack(_ text: Text) throws {
    #expect(text.value.text == text.text)
    #expect(try JSONParser.read(Array(text.text.utf8)) == text.value)
  }

  @Test(arguments: [
    Text(" \t\r\n [ 1 , 2 ] ", .array([1, 2])),
    Text(#"{ "a" : 1 }"#, .object(["a": 1])),
    Text(#""\u0041\/\b\f\uD83D\uDE42""#, "A/\u{8}\u{c}🙂"),
    Text("-0", 0),
    Text("1.50E+2", .double(150)),
    Text("9223372036854775808", .double(9_223_372_036_854_775_808)),
  ])
  func otherSpellingsAreReadToo(_ text: Text) throws {
    #expect(try JSONParser.read(Array(text.text.utf8)) == text.value)
  }

  @Test(arguments: [
    ("", "the text ends where a value is expected at byte 0"),
    ("  ", "the text ends where a value is expected at byte 2"),
    ("nul", "no value starts like this at byte 0"),
    ("+1", "no value starts like this at byte 0"),
    ("01", "a number starts with 0 at byte 2"),
    ("-", "no value starts like this at byte 1"),
    ("1.", "a number ends without a digit at byte 2"),
    ("1e", "a number ends without a digit at byte 2"),
    ("1e999", "a number is too large at byte 5"),
    ("1 2", "something stands behind the value at byte 2"),
    ("[1", "a comma or ] is missing at byte 2"),
    ("[1,]", "no value starts like this at byte 3"),
    ("[1 2]", "a comma or ] is missing at byte 3"),
    ("{\"a\"}", "a colon is missing at byte 4"),
    ("{a:1}", "a key is missing at byte 1"),
    ("{\"a\":1,}", "a key is missing at byte 7"),
    ("{\"a\":1,\"a\":2}", "a key stands twice at byte 10"),
    ("\"a", "the text ends inside a string at byte 2"),
    ("\"\n\"", "a control character stands in a string at byte 1"),
    ("\"\\x\"", "no such escape at byte 3"),
    ("\"\\u12\"", "an escape has less than four digits at byte 5"),
    ("\"\\ud800\"", "half a character is escaped at byte 7"),
    ("\"\\udc00\\ud800\"", "half a character is escaped at byte 7"),
    ("// a", "no value starts like this at byte 0"),
  ])
  func whatIsNoJSONIsRefused(text: String, said: String) {
    do throws(JSONParser.Failure) {
      Issue.record("read as \(try JSONParser.read(Array(text.utf8)))")
    } catch {
      #expect(error.description == said)
    }
  }

  @Test func depthAndEncodingAreBounded() throws {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try JSONParser.read(Array(deepest.utf8)).array?.count == 1)
    #expect(throws: JSONParser.Failure.self) { try JSONParser.read(Array("[\(deepest)]".utf8)) }
    #expect(throws: JSONParser.Failure.self) { try JSONParser.read([0x22, 0xFF, 0x22]) }
    #expect(throws: JSONParser.Failure.self) { try JSONParser.read([0x22, 0xC0, 0x80, 0x22]) }
  }

  @Test(arguments: [21, 22, 23, 24] as [UInt64])
  func anyValueIsReadBackAsItWas(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let value = randomValue(depth: 4, &generator)
      #expect(try JSONParser.read(value.bytes) == value)
      // Noise in a text is refused or read, and never ends the program.
      var bytes = value.bytes
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
      _ = try? JSONParser.read(bytes)
    }
  }

  private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .integer(.random(in: .min ... .max, using: &generator))
    case 3: return .double(Double(Int.random(in: -99...99, using: &generator)) + 0.125)
    case 4: return .string(randomText(&generator))
    case 5:
      var items: [JSONValue] = []
      for _ in 0..<Int.random(in: 0..<4, using: &generator) { items.append(randomValue(depth: depth - 1, &generator)) }
      return .array(items)
    default:
      var members: [JSONValue.Member] = []
      for index in 0..<Int.random(in: 0..<4, using: &generator) {
        members.append(.init("\(index)\(randomText(&generator))", randomValue(depth: depth - 1, &generator)))
      }
      return .object(members)
    }
  }
}

/// A short text of anything: plain, quoted, hostile.
func randomText(_ generator: inout SeededGenerator) -> String {
  var text = ""
  for _ in 0..<Int.random(in: 0..<8, using: &generator) {
    let scalar: UInt32 =
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: .random(in: 0...0x7F, using: &generator)
      case 1: .random(in: 0x80...0xD7FF, using: &generator)
      case 2: .random(in: 0xE000...0x10_FFFF, using: &generator)
      default: .random(in: 0x61...0x7A, using: &generator)
      }
    text.unicodeScalars.append(Unicode.Scalar(scalar) ?? "?")
  }
  return text
}

@Suite struct SHA256Tests {
  /// From FIPS 180-4's examples, and the lengths at which the padding changes its form.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
    (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (String(repeating: "a", count: 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
  ])
  func hashesTheExamples(text: String, digest: String) {
    #expect(SHA256.hexadecimal(text.utf8) == digest)
    var pieces = SHA256()
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: 63) { pieces.update(bytes[start..<min(start + 63, bytes.count)]) }
    #expect(pieces.finished == digest)
  }
}
