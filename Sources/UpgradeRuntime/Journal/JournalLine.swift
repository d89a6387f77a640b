// One line of the journal: a record in its frame of version, number, time, run and checksums.
package import UpgradeCore

/// A record as the journal keeps it.
package struct JournalEntry: Hashable, Sendable {
  package let number: RecordNumber
  package let at: WallTime
  package let record: Record

  package init(number: RecordNumber, at: WallTime, record: Record) {
    self.number = number
    self.at = at
    self.record = record
  }

  /// The members of the entry as `--json` prints them: kind, time, run, then what the record says.
  package func members(run: String) -> [JSONValue.Member] {
    [.init("record", .string(record.kind)), .init("at", .string(at.text)), .init("run", .string(run))]
      + record.payload
  }
}

/// The end of a chain of lines, to which the next one is linked.
///
/// Each line carries its number, the sum of the line before it and its own sum, so that a line that was changed, lost
/// or put elsewhere is seen. See ``SHA256`` for what that does not protect against.
package struct JournalChain: Hashable, Sendable {
  package static let version = 1

  package let run: String
  /// The number of the last line; 0 before the first.
  package private(set) var number: RecordNumber = 0
  /// The sum of the last line.
  package private(set) var sum: String

  /// The chain of a journal in which nothing stands yet.
  package init(run: String) {
    self.run = run
    sum = String(repeating: "0", count: JournalFrame.sumLength)
  }

  /// The next line, with its line feed; the chain then ends in it.
  package mutating func line(_ record: Record, at time: WallTime) -> [UInt8] {
    let entry = JournalEntry(number: number + 1, at: time, record: record)
    let members: [JSONValue.Member] =
      [.init("v", .integer(Self.version)), .init("n", entry.number.json)]
      + entry.members(run: run) + [.init("prev", .string(sum))]
    let body = Array(JSONValue.object(members).bytes.dropLast())
    follow(number: entry.number, sum: JournalFrame.sum(of: body))
    return body + JournalFrame.ending(sum: sum) + [UInt8(ascii: "\n")]
  }

  /// Takes over the end of a line that was read.
  mutating func follow(number: RecordNumber, sum: String) {
    self.number = number
    self.sum = sum
  }
}

/// What surrounds a record on its line, taken apart and checked.
struct JournalFrame {
  /// Hexadecimal digits of a sum: half of a SHA-256, which is plenty against accidents.
  static let sumLength = 32

  let version: Int
  let number: RecordNumber
  let at: WallTime
  let run: String
  let kind: String
  let previous: String
  let sum: String
  let json: JSONValue

  /// Why a line is none, for a sentence that names the line.
  struct Damage: Error, Hashable {
    let what: String
    init(_ what: String) { self.what = what }
  }

  /// Takes a line without its line feed apart; its sum is checked, its place in the chain is not.
  init(_ bytes: [UInt8], in range: Range<Int>) throws(Damage) {
    let json: JSONValue
    do throws(JSONParser.Failure) {
      json = try JSONParser.read(bytes, in: range)
    } catch {
      throw Damage("is not JSON: \(error.what)")
    }
    guard let version = json["v"]?.integer, let kind = json["record"]?.string else {
      throw Damage("is no line of a journal")
    }
    self.version = version
    self.kind = kind
    self.json = json
    number = json["n"]?.integer ?? 0
    at = json["at"]?.string.flatMap { WallTime(rfc3339: $0) } ?? WallTime(milliseconds: 0)
    run = json["run"]?.string ?? ""
    previous = json["prev"]?.string ?? ""
    sum = json["sum"]?.string ?? ""
    // How a later version checks its lines is not known here.
    guard version == JournalChain.version else { return }
    let ending = Self.ending(sum: sum)
    guard sum.utf8.count == Self.sumLength, bytes[range].suffix(ending.count).elementsEqual(ending),
      Self.sum(of: bytes[range].dropLast(ending.count)) == sum
    else { throw Damage("does not match its checksum") }
    guard json["n"]?.integer != nil, json["at"]?.string.flatMap({ WallTime(rfc3339: $0) }) != nil else {
      throw Damage("has no number or no time")
    }
  }

  static func sum(of body: some Sequence<UInt8>) -> String {
    String(SHA256.hexadecimal(body).prefix(sumLength))
  }

  static func ending(sum: String) -> [UInt8] { Array(",\"sum\":\"\(sum)\"}".utf8) }
}

extension WallTime {
  /// Reads what ``text`` writes: RFC 3339 in UTC with milliseconds.
  package init?(rfc3339 text: String) {
    let shape = Array("0000-00-00T00:00:00.000Z".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == shape.count else { return nil }
    for (byte, expected) in zip(bytes, shape) {
      guard expected == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == expected else { return nil }
    }
    func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) } }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60 else { return nil }
    // Days since 1970, counted in years that start on 1 March, so that the leap day is the last of its year.
    let shifted = month <= 2 ? year - 1 : year
    let monthsFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthsFromMarch + 2) / 5 + day - 1
    let leapDays = shifted / 4 - shifted / 100 + shifted / 400
    let days = shifted * 365 + leapDays + dayOfYear - 719_468
    self.init(milliseconds: ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + number(20..<23))
    // 30 February is no day.
    guard self.text == text else { return nil }
  }
}
