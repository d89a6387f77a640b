// As much of HTTP/1.1 as it takes to read one answer after the other from one server, and no more (RFC 9112).

/// A whole answer.
package struct HTTPResponse: Equatable, Sendable {
  package var code: Int
  /// By their names in small letters; of a name that stands twice the last.
  package var headers: [String: String]
  package var body: [UInt8]
  /// Whether the connection can be asked again.
  package var keepsOpen: Bool
}

/// An answer that is not HTTP, or not what it says it is; the words follow "the answer".
package struct HTTPViolation: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

/// Takes bytes as they come and makes an answer of them.
///
/// A body has an announced length or comes in chunks; anything else is refused, since its end could not be told from a
/// connection that was cut.
package struct HTTPResponseParser: Sendable {
  /// The most bytes of a head, and of what stands behind the last chunk.
  static let longestHead = 64 << 10

  private enum State: Equatable {
    case status
    case headers
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd
    case trailers
  }

  /// The most bytes of a body.
  private let limit: Int
  private var state = State.status
  private var buffer: [UInt8] = []
  /// What was read of the buffer.
  private var place = 0
  /// How far no end of a line was found, so that a line in many pieces is not searched again and again.
  private var searched = 0
  private var headLength = 0
  private var isNewest = true
  private var response = HTTPResponse(code: 0, headers: [:], body: [], keepsOpen: false)

  package init(limit: Int) { self.limit = limit }

  /// Nothing was received of the next answer yet.
  package var isIdle: Bool { state == .status && buffer.isEmpty }

  /// Takes what has arrived; an answer, once it is whole.
  package mutating func take(_ bytes: [UInt8]) throws(HTTPViolation) -> HTTPResponse? {
    buffer += bytes
    defer {
      buffer.removeFirst(place)
      searched = max(0, searched - place)
      place = 0
    }
    while try step() {}
    guard state == .status, response.code > 0 else { return nil }
    guard place == buffer.count else { throw HTTPViolation("goes on behind the length that it announced") }
    let whole = response
    response = HTTPResponse(code: 0, headers: [:], body: [], keepsOpen: false)
    headLength = 0
    return whole
  }

  /// One step ahead; false where more bytes are needed, or the answer is whole.
  private mutating func step() throws(HTTPViolation) -> Bool {
    switch state {
    case .status:
      guard response.code == 0, let line = try line() else { return false }
      try readStatus(line)
      state = .headers
    case .headers:
      guard let line = try line() else { return false }
      if !line.isEmpty { try readHeader(line) } else { state = try stateOfBody() }
    case .body(let left):
      let taken = takeBody(left)
      state = taken == left ? .status : .body(left: left - taken)
      return taken == left
    case .chunkSize:
      guard let line = try line() else { return false }
      let size = try Self.chunkSize(line)
      guard response.body.count + size <= limit else { throw tooLarge }
      state = size == 0 ? .trailers : .chunk(left: size)
    case .chunk(let left):
      let taken = takeBody(left)
      state = taken == left ? .chunkEnd : .chunk(left: left - taken)
      return taken == left
    case .chunkEnd:
      guard let line = try line() else { return false }
      guard line.isEmpty else { throw HTTPViolation("has a chunk that is longer than it says") }
      headLength = 0
      state = .chunkSize
    case .trailers:
      guard let line = try line() else { return false }
      if line.isEmpty { state = .status }
    }
    return true
  }

  /// Takes the next line, without its end; nil while it is incomplete.
  private mutating func line() throws(HTTPViolation) -> Substring? {
    guard let end = buffer[max(place, searched)...].firstIndex(of: 0x0A) else {
      searched = buffer.count
      guard headLength + buffer.count - place <= Self.longestHead else { throw HTTPViolation("has an endless head") }
      return nil
    }
    headLength += end + 1 - place
    guard headLength <= Self.longestHead else { throw HTTPViolation("has an endless head") }
    guard end > place, buffer[end - 1] == 0x0D else { throw HTTPViolation("is no HTTP") }
    let bytes = buffer[place..<(end - 1)]
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw HTTPViolation("is no HTTP") }
    place = end + 1
    return Substring(String(decoding: bytes, as: UTF8.self))
  }

  private mutating func takeBody(_ left: Int) -> Int {
    let count = min(left, buffer.count - place)
    response.body += buffer[place..<(place + count)]
    place += count
    return count
  }

  private var tooLarge: HTTPViolation { HTTPViolation("is longer than \(limit >> 20) MiB") }

  // MARK: - The head

  private mutating func readStatus(_ line: Substring) throws(HTTPViolation) {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, ["HTTP/1.1", "HTTP/1.0"].contains(parts[0]), parts[1].utf8.count == 3,
      let code = Self.number(parts[1], most: 3), (100...599).contains(code)
    else { throw HTTPViolation("is no HTTP") }
    guard code >= 200 else { throw HTTPViolation("is an interim one, which nobody asked for") }
    response.code = code
    isNewest = parts[0] == "HTTP/1.1"
  }

  private mutating func readHeader(_ line: Substring) throws(HTTPViolation) {
    guard let colon = line.firstIndex(of: ":") else { throw HTTPViolation("is no HTTP") }
    let name = line[..<colon].lowercased()
    // A blank before the colon, or at the beginning of a line, has been used to smuggle headers past a proxy.
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw HTTPViolation("is no HTTP") }
    var value = line[line.index(after: colon)...]
    while let first = value.first, first == " " || first == "\t" { value.removeFirst() }
    while let last = value.last, last == " " || last == "\t" { value.removeLast() }
    if ["content-length", "transfer-encoding"].contains(name), response.headers[name] != nil {
      throw HTTPViolation("says twice how long it is")
    }
    response.headers[name] = String(value)
  }

  private mutating func stateOfBody() throws(HTTPViolation) -> State {
    let tokens = (response.headers["connection"] ?? "").lowercased().split { $0 == "," || $0 == " " }
    response.keepsOpen = isNewest && !tokens.contains("close")
    if response.code == 204 || response.code == 304 { return .status }
    if let encoding = response.headers["content-encoding"], encoding.lowercased() != "identity" {
      throw HTTPViolation("is encoded, which nobody asked for")
    }
    switch (response.headers["content-length"], response.headers["transfer-encoding"]) {
    case (let length?, nil):
      guard let length = Self.number(Substring(length), most: 15) else {
        throw HTTPViolation("announces a length that is no number")
      }
      guard length <= limit else { throw tooLarge }
      return length == 0 ? .status : .body(left: length)
    case (nil, let coding?):
      guard coding.lowercased() == "chunked" else { throw HTTPViolation("comes in a way that nobody asked for") }
      headLength = 0
      return .chunkSize
    case (nil, nil): throw HTTPViolation("does not say how long it is")
    case (_?, _?): throw HTTPViolation("says twice how long it is")
    }
  }

  /// What stands behind a semicolon is for others.
  private static func chunkSize(_ line: Substring) throws(HTTPViolation) -> Int {
    let digits = line.prefix { $0 != ";" && $0 != " " }
    guard (1...8).contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit), let size = Int(digits, radix: 16) else {
      throw HTTPViolation("has a chunk without a size")
    }
    return size
  }

  private static func number(_ text: Substring, most: Int) -> Int? {
    !text.isEmpty && text.utf8.count <= most && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }
}
