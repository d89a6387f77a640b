// Answers over HTTP/1.1: whole ones however they come, and the words for each that is not what it says.
import Testing
import UpgradeRuntime

@Suite struct HTTPResponseTests {
  struct Whole: Sendable, CustomTestStringConvertible {
    var text: String
    var code: Int
    var body: String
    var keepsOpen = true
    init(_ text: String, _ code: Int, _ body: String, keepsOpen: Bool = true) {
      (self.text, self.code, self.body, self.keepsOpen) = (text, code, body, keepsOpen)
    }
    var testDescription: String { text.debugDescription }
  }

  @Test(arguments: [
    Whole("HTTP/1.1 200 OK\r\nServer: envoy\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
    Whole("HTTP/1.1 200\r\ncontent-length:\t0 \r\n\r\n", 200, ""),
    Whole("HTTP/1.1 200 OK\r\nConnection: keep-alive, Close\r\nContent-Length: 1\r\n\r\nx", 200, "x", keepsOpen: false),
    Whole("HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404, "no", keepsOpen: false),
    Whole("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
    Whole("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", 304, ""),
    Whole(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0A;name=value\r\n, everyone\r\n0\r\n\r\n",
      200,
      "hello, everyone"),
    Whole("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n000\r\nTrailer: x\r\n\r\n", 200, "\n"),
  ])
  func howeverItComes(_ whole: Whole) throws {
    let bytes = Array(whole.text.utf8)
    for size in [1, 2, 3, 7, bytes.count] {
      var parser = HTTPResponseParser(limit: 1 << 10)
      #expect(parser.isIdle)
      var response: HTTPResponse?
      for start in stride(from: 0, to: bytes.count, by: size) {
        #expect(response == nil)
        response = try parser.take(Array(bytes[start..<min(start + size, bytes.count)]))
        if response == nil { #expect(!parser.isIdle) }
      }
      #expect(response?.code == whole.code && response?.keepsOpen == whole.keepsOpen)
      #expect(response.map { String(decoding: $0.body, as: UTF8.self) } == whole.body)
      // The next answer on the same connection is read like the first.
      #expect(parser.isIdle)
      #expect(try parser.take(bytes) == response)
    }
  }

  private static let ok = "HTTP/1.1 200 OK\r\n"

  @Test(arguments: [
    ("SSH-2.0-OpenSSH_9.2\r\n", "is no HTTP"),
    ("HTTP/2 200\r\n", "is no HTTP"),
    ("HTTP/1.1 20 OK\r\n", "is no HTTP"),
    ("HTTP/1.1 2000 OK\r\n", "is no HTTP"),
    ("HTTP/1.1 200OK\r\n", "is no HTTP"),
    ("HTTP/1.1 200 OK\n\n", "is no HTTP"),
    ("HTTP/1.1 100 Continue\r\n\r\n", "is an interim one, which nobody asked for"),
    (ok + "a header\r\n", "is no HTTP"),
    (ok + " folded: x\r\n", "is no HTTP"),
    (ok + "Content-Length : 1\r\n", "is no HTTP"),
    (ok + "X: a\u{1}b\r\n", "is no HTTP"),
    (ok + "\r\nhello", "does not say how long it is"),
    (ok + "Content-Length: 5\r\ncontent-length: 6\r\n", "says twice how long it is"),
    (ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "says twice how long it is"),
    (ok + "Content-Length: -1\r\n\r\n", "announces a length that is no number"),
    (ok + "Content-Length: +1\r\n\r\n", "announces a length that is no number"),
    (ok + "Content-Length: 9999999999999999\r\n\r\n", "announces a length that is no number"),
    (ok + "Content-Length: 2097153\r\n\r\n", "is longer than 2 MiB"),
    (ok + "Content-Length: 2\r\n\r\nhello", "goes on behind the length that it announced"),
    (ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", "comes in a way that nobody asked for"),
    (ok + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\n", "is encoded, which nobody asked for"),
    (ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "has a chunk without a size"),
    (ok + "Transfer-Encoding: chunked\r\n\r\n\r\n", "has a chunk without a size"),
    (ok + "Transfer-Encoding: chunked\r\n\r\n123456789\r\n", "has a chunk without a size"),
    (ok + "Transfer-Encoding: chunked\r\n\r\n200001\r\n", "is longer than 2 MiB"),
    (ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n", "has a chunk that is longer than it says"),
    (ok + "X: " + String(repeating: "x", count: 70_000), "has an endless head"),
    (ok + String(repeating: "X: y\r\n", count: 20_000), "has an endless head"),
  ])
  func whatIsNotWhatItSays(_ text: String, _ words: String) {
    let bytes = Array(text.utf8)
    for size in [1, bytes.count] {
      // Byte by byte, what stands behind an answer is the beginning of the next one.
      if size == 1, words.hasPrefix("goes on") { continue }
      var parser = HTTPResponseParser(limit: 2 << 20)
      do throws(HTTPViolation) {
        for start in stride(from: 0, to: bytes.count, by: size) {
          _ = try parser.take(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        Issue.record("\(text.debugDescription.prefix(100)) was taken")
      } catch {
        #expect(error.description == words, "\(text.debugDescription.prefix(100))")
      }
    }
  }

  @Test func manyChunksAreNotMoreThanTheLimit() {
    let piece = Array("10000\r\n\(String(repeating: "x", count: 65536))\r\n".utf8)
    var parser = HTTPResponseParser(limit: 1 << 20)
    var taken = 0
    #expect(throws: HTTPViolation.self) {
      _ = try parser.take(Array((Self.ok + "Transfer-Encoding: chunked\r\n\r\n").utf8))
      while taken < 100 {
        _ = try parser.take(piece)
        taken += 1
      }
    }
    #expect(taken == 16)
  }
}
