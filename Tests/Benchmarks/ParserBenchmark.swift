// Our parser against hiredis on the same bytes, alternately in one run: only ratios of one run mean anything.

import CHiredis
import UpgradeCore

/// Replies as servers send them, in RESP2, since Debian's hiredis 0.14 reads no RESP3.
private struct Payload {
  let name: String
  let bytes: [UInt8]
  let replies: Int

  init(_ name: String, replies: Int = 1, _ text: String) {
    self.name = name
    self.replies = replies
    bytes = Array(text.utf8)
  }

  static let all = [
    Payload("10,000 x PONG", replies: 10_000, String(repeating: "+PONG\r\n", count: 10_000)),
    Payload("array of 10,000 integers", integers(10_000)),
    Payload("LRANGE 10,000 x 20 bytes", list(10_000)),
    Payload("SHARDS-like, 500 x 2 nodes", shards(500)),
    Payload("INFO", info),
  ]

  private static func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }

  private static func integers(_ count: Int) -> String {
    "*\(count)\r\n" + (0..<count).map { ":\($0 * 7919)\r\n" }.joined()
  }

  private static func list(_ count: Int) -> String {
    "*\(count)\r\n" + (0..<count).map { bulk("value-of-element-" + String(1000 + $0 % 1000).dropFirst()) }.joined()
  }

  /// The shape of CLUSTER SHARDS (redis 7.0 cluster.c) with two nodes a shard.
  private static func shards(_ count: Int) -> String {
    let one = (0..<count).map { shard -> String in
      let nodes = (0..<2).map { node in
        "*14\r\n" + bulk("id") + bulk(String(repeating: node == 0 ? "a" : "b", count: 40))
          + bulk("port") + ":7000\r\n" + bulk("ip") + bulk("10.0.\(shard % 256).\(node)")
          + bulk("endpoint") + bulk("10.0.\(shard % 256).\(node)")
          + bulk("role") + bulk(node == 0 ? "master" : "replica")
          + bulk("replication-offset") + ":\(shard * 1_000_003)\r\n" + bulk("health") + bulk("online")
      }
      return "*4\r\n" + bulk("slots") + "*2\r\n:\(shard * 32)\r\n:\(shard * 32 + 31)\r\n"
        + bulk("nodes") + "*2\r\n" + nodes.joined()
    }
    return "*\(count)\r\n" + one.joined()
  }

  private static let info = bulk(
    (0..<190).map { "some_field_of_info_\($0):\($0 * 7919)\r\n" }.joined())
}

/// Prints the ratio of medians for each payload; a figure above 1 means that ours is faster.
///
/// - "tokens": our parser over the buffer, against hiredis with no object functions, which builds nothing either.
///   hiredis copies what it is fed, so "owned" adds what our client does beyond tokens: it keeps the bytes.
/// - "16 KiB": both fed in pieces of that size, as they come from a socket.
///
/// All contenders live through the whole run, like connections do, and take turns.
func runParserBenchmark() {
  print("parser: ours / hiredis \(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH) without objects, ratio of medians")
  print(row("reply", "MB/s hiredis", "tokens", "owned", "16 KiB tokens", "16 KiB owned"))
  for payload in Payload.all {
    let rounds = max(1, 300_000 / payload.bytes.count)
    let contenders: [any Contender] = [
      Hiredis(piece: .max), Tokens(piece: .max), Owned(piece: .max),
      Hiredis(piece: 16 << 10), Tokens(piece: 16 << 10), Owned(piece: 16 << 10),
    ]
    guard let medians = compare(payload, rounds, contenders) else {
      print("\(payload.name): a contender did not read it")
      continue
    }
    let rate = Double(payload.bytes.count * rounds) / medians[0] / 1e6
    let ratios = [(0, 1), (0, 2), (3, 4), (3, 5)].map { decimals(medians[$0] / medians[$1], 2) }
    print(row(payload.name, decimals(rate, 0), ratios[0], ratios[1], ratios[2], ratios[3]))
  }
}

/// The median seconds of each contender, taken alternately; nil if one of them does not find all replies.
private func compare(_ payload: Payload, _ rounds: Int, _ contenders: [any Contender]) -> [Double]? {
  var samples = contenders.map { _ in [Double]() }
  let clock = ContinuousClock()
  for sample in 0..<400 {
    for (index, contender) in contenders.enumerated() {
      var replies = 0
      let elapsed = clock.measure {
        for _ in 0..<rounds { replies += contender.read(payload.bytes) }
      }
      guard replies == payload.replies * rounds else { return nil }
      // The first rounds warm caches and allocators up.
      if sample >= 20 { samples[index].append(elapsed / .seconds(1)) }
    }
  }
  return samples.map { $0.sorted()[$0.count / 2] }
}

private protocol Contender: AnyObject {
  /// How many replies there are in these bytes.
  func read(_ bytes: [UInt8]) -> Int
}

private final class Tokens: Contender {
  private let piece: Int
  private var parser = RESPParser()

  init(piece: Int) {
    self.piece = piece
  }

  func read(_ bytes: [UInt8]) -> Int {
    var end = 0
    while end < bytes.count {
      end = min(bytes.count, piece == .max ? .max : end + piece)
      do throws(RESPViolation) { try parser.parse(bytes.span.extracting(0..<end)) } catch { return -1 }
    }
    defer { parser.forget() }
    return parser.completeReplies
  }
}

private final class Owned: Contender {
  private let piece: Int
  private var reader = ReplyReader()

  init(piece: Int) {
    self.piece = piece
  }

  func read(_ bytes: [UInt8]) -> Int {
    var replies = 0
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, piece == .max ? .max : start + piece)
      // What a read brings is a buffer of its own.
      var chunk: [UInt8] = []
      chunk.reserveCapacity(end - start)
      chunk.append(contentsOf: bytes[start..<end])
      replies += reader.read(chunk).count
      start = end
    }
    return replies
  }
}

@safe private final class Hiredis: Contender {
  private let piece: Int
  private let reader: UnsafeMutablePointer<redisReader>?

  init(piece: Int) {
    self.piece = piece
    unsafe reader = redisReaderCreateWithFunctions(nil)
    // Without this it gives its buffer back after each big reply, and would be slower than it can be.
    unsafe reader?.pointee.maxbuf = 0
  }

  deinit {
    unsafe redisReaderFree(reader)
  }

  func read(_ bytes: [UInt8]) -> Int {
    var replies = 0
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, piece == .max ? .max : start + piece)
      let status = unsafe bytes.withUnsafeBytes { raw in
        unsafe redisReaderFeed(reader, raw.baseAddress?.advanced(by: start), end - start)
      }
      guard status == REDIS_OK else { return -1 }
      while true {
        var reply: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &reply) == REDIS_OK else { return -1 }
        if unsafe reply == nil { break }
        replies += 1
      }
      start = end
    }
    return replies
  }
}

private func row(_ name: String, _ columns: String...) -> String {
  let first = name + String(repeating: " ", count: max(0, 30 - name.count))
  return first + columns.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
}

private func decimals(_ value: Double, _ places: Int) -> String {
  let scale = places == 0 ? 1.0 : 100.0
  let rounded = Int((value * scale).rounded())
  guard places > 0 else { return String(rounded) }
  return "\(rounded / 100)." + String(100 + rounded % 100).dropFirst()
}
