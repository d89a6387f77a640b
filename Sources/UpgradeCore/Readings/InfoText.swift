// The text of `INFO` and `CLUSTER INFO`, taken apart once into sections and fields.

/// `name:value` lines under `# Section` headings, found by name.
///
/// One pass over the bytes; values stay slices of the text. A line without a colon is passed over, the first of two
/// equal names counts, and what lies beyond `limit` is not read: a reply of any size or content is survived.
package struct InfoText {
  /// Bytes of a reply that are looked at; a real `INFO everything` has some 20 kB.
  package static let limit = 4 << 20
  /// Numbers beyond this, in either direction, are not believed: so no sum of a rule can overflow.
  static let largestNumber = 1 << 53

  package let command: String
  /// Headings in lower case.
  package private(set) var sections: Set<String> = []
  /// In the server's order.
  package private(set) var fields: [(name: Substring, value: Substring)] = []
  private var places: [Substring: Int] = [:]
  /// The only field that a server prints several times under one name.
  private var moduleLines: [Substring] = []

  package init(_ text: String, command: String = "INFO") {
    self.command = command
    let bytes = text.utf8
    var start = bytes.startIndex
    let end = bytes.index(start, offsetBy: Self.limit, limitedBy: bytes.endIndex) ?? bytes.endIndex
    places.reserveCapacity(256)
    fields.reserveCapacity(256)
    while start < end {
      let feed = bytes[start..<end].firstIndex(of: UInt8(ascii: "\n"))
      // Beyond the limit a line may be cut in two: an unfinished one counts only where the text itself ends.
      if feed == nil, end != bytes.endIndex { break }
      var stop = feed ?? end
      let next = feed.map { bytes.index(after: $0) } ?? end
      if stop > start, bytes[bytes.index(before: stop)] == UInt8(ascii: "\r") { stop = bytes.index(before: stop) }
      add(text[start..<stop])
      start = next
    }
  }

  private mutating func add(_ line: Substring) {
    if line.utf8.first == UInt8(ascii: "#") {
      sections.insert(line.drop { $0 == "#" || $0 == " " }.lowercased())
      return
    }
    guard let (name, value) = line.cut(at: ":") else { return }
    if name == "module" { moduleLines.append(value) }
    guard places[name] == nil else { return }
    places[name] = fields.count
    fields.append((name, value))
  }

  package subscript(name: String) -> Substring? { places[name[...]].map { fields[$0].value } }

  /// The value of a field that must be there.
  package func text(_ name: String) throws(ReadingError) -> String {
    guard let value = self[name] else { throw ReadingError(command, name, .missing) }
    return String(value)
  }

  /// A whole number that must be there.
  package func number(_ name: String) throws(ReadingError) -> Int {
    guard let value = self[name] else { throw ReadingError(command, name, .missing) }
    guard let number = Self.number(value) else { throw ReadingError(command, name, .unexpected(String(value))) }
    return number
  }

  /// The names of the lines `module:name=...`, of which there is one for each module; sorted.
  var modules: [String] {
    moduleLines.compactMap { InfoParts($0)["name"].map(String.init) }.sorted()
  }

  static func number(_ text: Substring) -> Int? {
    guard let number = Int(text), (-largestNumber...largestNumber).contains(number) else { return nil }
    return number
  }

  /// A whole number, nil where the server does not print it; a value that is no number is still an error.
  package func numberIfPrinted(_ name: String) throws(ReadingError) -> Int? {
    self[name] == nil ? nil : try number(name)
  }

  /// `0` or `1`.
  package func flag(_ name: String) throws(ReadingError) -> Bool {
    switch self[name] {
    case "1": true
    case "0": false
    case nil: throw ReadingError(command, name, .missing)
    case .some(let value): throw ReadingError(command, name, .unexpected(String(value)))
    }
  }

  /// `ok` or `err`.
  package func succeeded(_ name: String) throws(ReadingError) -> Bool {
    switch self[name] {
    case "ok": true
    case "err": false
    case nil: throw ReadingError(command, name, .missing)
    case .some(let value): throw ReadingError(command, name, .unexpected(String(value)))
    }
  }
}

/// The parts of `name=value,name=value`, as in `slave0:` and `db0:`; the first of two equal names counts.
struct InfoParts {
  private let parts: [Substring: Substring]

  init(_ value: Substring) {
    var parts: [Substring: Substring] = [:]
    for part in value.parts(between: ",") {
      guard let (name, value) = part.cut(at: "=") else { continue }
      if parts[name] == nil { parts[name] = value }
    }
    self.parts = parts
  }

  subscript(name: String) -> Substring? { parts[name[...]] }
  func number(_ name: String) -> Int? { self[name].flatMap { InfoText.number($0) } }
}
