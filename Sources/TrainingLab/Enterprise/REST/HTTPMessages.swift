// As much of HTTP/1.1 as a REST API needs: requests read from bytes, answers made into them.

package import UpgradeCore

extension Simulator {
  package struct HTTPRequest: Equatable, Sendable {
    package var method: String
    /// Without its query.
    package var path: String
    package var query: [String: String] = [:]
    /// By their names in small letters.
    package var headers: [String: String] = [:]
    package var body: [UInt8] = []

    package init(method: String, path: String) {
      self.method = method
      self.path = path
    }

    /// Takes the first whole request from the beginning of a buffer; nil while it is incomplete.
    package static func take(from buffer: inout [UInt8]) throws(HTTPFault) -> HTTPRequest? {
      guard let end = headEnd(of: buffer) else {
        if buffer.count > 64 << 10 { throw HTTPFault() }
        return nil
      }
      let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
      let words = lines.first?.split(separator: " ") ?? []
      guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { throw HTTPFault() }
      let parts = words[1].split(separator: "?", maxSplits: 1)
      var request = HTTPRequest(method: String(words[0]), path: parts.first.map(String.init) ?? "/")
      for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
        let sides = pair.split(separator: "=", maxSplits: 1)
        request.query[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
      }
      for line in lines.dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { throw HTTPFault() }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        request.headers[line[..<colon].lowercased()] = String(value)
      }
      let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
      guard (0...1 << 20).contains(length) else { throw HTTPFault() }
      guard buffer.count >= end + 4 + length else { return nil }
      request.body = Array(buffer[(end + 4)..<(end + 4 + length)])
      buffer.removeFirst(end + 4 + length)
      return request
    }

    private static func headEnd(of buffer: [UInt8]) -> Int? {
      guard buffer.count >= 4 else { return nil }
      return (0...(buffer.count - 4)).first { buffer[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }
    }

    /// Whether `Authorization: Basic` names this user and password.
    package func isFrom(user: String, password: String) -> Bool {
      headers["authorization"] == "Basic \(Base64.encoded("\(user):\(password)"))"
    }
  }

  package struct HTTPFault: Error, Equatable {}

  package struct HTTPAnswer: Equatable, Sendable {
    package var code: Int
    package var body: JSONValue?

    package init(_ code: Int, _ body: JSONValue? = nil) {
      self.code = code
      self.body = body
    }

    package static func error(_ code: Int, _ name: String, _ text: String) -> HTTPAnswer {
      HTTPAnswer(code, .object(["error_code": .string(name), "description": .string(text)]))
    }

    package var bytes: [UInt8] {
      let body = self.body?.text ?? ""
      var head = "HTTP/1.1 \(code) \(Self.words[code] ?? "Status")\r\nserver: envoy\r\n"
      head += "content-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n"
      if code == 401 { head += "www-authenticate: Basic realm=\"Login Required\"\r\n" }
      return Array((head + "\r\n" + body).utf8)
    }

    private static let words = [
      200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
      406: "Not Acceptable", 409: "Conflict", 500: "Internal Server Error", 503: "Service Unavailable",
    ]
  }

  /// RFC 4648 section 4.
  package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encoded(_ text: String) -> String {
      let bytes = Array(text.utf8)
      var out: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let piece = bytes[start..<min(start + 3, bytes.count)]
        var number = 0
        for place in 0..<3 { number = number << 8 | (place < piece.count ? Int(piece[start + place]) : 0) }
        for place in 0..<4 {
          out.append(place <= piece.count ? letters[number >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
        }
      }
      return String(decoding: out, as: UTF8.self)
    }
  }
}
