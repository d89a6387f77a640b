// Somebody in front of the program, with a stop-watch: a terminal of its own, every byte of it counted.

import SystemIO

/// The program on a terminal.
final class Seat {
  /// What the program writes when all is shown.
  static let idle = "\u{1B}]7770;idle\u{07}"

  struct Silence: Error, CustomStringConvertible { var description: String }

  private let child: ChildProcess
  private let loop: EventLoop
  /// How many bytes have come so far.
  private(set) var received = 0
  /// The last of them.
  private var tail = ""

  init(_ words: [String], columns: Int, rows: Int, on loop: EventLoop) throws {
    self.loop = loop
    child = try ChildProcess.spawn(
      ChildCommand(
        words[0], Array(words.dropFirst()),
        environment: .changed([
          "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "REDIS_UPGRADE_SAYS_IDLE": "1",
          "REDIS_UPGRADE_SAYS_TIMES": "1",
        ])), streams: .terminal(rows: rows, columns: columns), on: loop)
  }

  /// Reads until what came last says that it is enough.
  func read(within bound: Duration = .seconds(60), until isThere: (String) -> Bool) async throws {
    let deadline = loop.now + bound
    while !isThere(tail) {
      let bytes = loop.now < deadline ? try? await child.read(upTo: 1 << 16, within: deadline - loop.now) : nil
      guard let bytes, !bytes.isEmpty else {
        throw Silence(description: "waited in vain; the program wrote: \(tail.suffix(2000).debugDescription)")
      }
      take(bytes)
    }
  }

  func read(for span: Duration) async throws {
    let deadline = loop.now + span
    while loop.now < deadline {
      if let bytes = try? await child.read(upTo: 1 << 16, within: deadline - loop.now) { take(bytes) }
    }
  }

  private func take(_ bytes: [UInt8]) {
    received += bytes.count
    tail = String((tail + String(decoding: bytes, as: UTF8.self)).suffix(20_000))
  }

  /// Waits for words on the screen; what is drawn in one go stands there in one piece.
  func show(_ words: String) async throws { try await read { $0.contains(words) && $0.hasSuffix(Seat.idle) } }

  /// Presses a key until words are there: what is asked takes no key in its first half second.
  func type(_ key: String, until words: String) async throws {
    tail = ""
    for _ in 0..<20 {
      try await loop.sleep(for: .milliseconds(600))
      try await child.write(Array(key.utf8))
      do { return try await read(within: .seconds(3)) { $0.contains(words) } } catch is Silence {}
    }
    throw Silence(description: "no \(words) after \(key): \(tail.suffix(3000).debugDescription)")
  }

  /// Presses keys one after the other, each when the last one is seen; milliseconds from each key to its frame.
  func times(of keys: String, _ count: Int) async throws -> [Double] {
    var times: [Double] = []
    let keys = Array(keys.utf8)
    for number in 0..<count {
      tail = ""
      try await child.write([keys[number % keys.count]])
      var time: Double?
      try await read {
        time = Seat.time(in: $0)
        return time != nil
      }
      times.append(time ?? 0)
      // A person does not press the next key in the same moment.
      try await read(for: .milliseconds(7))
    }
    return times
  }

  /// The first mark of a key, `ESC ] 7770 ; key NANOSECONDS BEL`.
  private static func time(in text: String) -> Double? {
    guard let start = text.firstRange(of: "\u{1B}]7770;key "),
      let end = text[start.upperBound...].firstIndex(of: "\u{07}")
    else { return nil }
    return Double(text[start.upperBound..<end]).map { $0 / 1_000_000 }
  }

  /// User and system time of the program so far, seconds (proc(5), fields 14 and 15, in hundredths).
  func processorTime() -> Double {
    let text = (try? Files.read("/proc/\(child.pid)/stat")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count > 12 ? ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / 100 : 0
  }

  /// The terminal goes, and the program with it.
  func leave() async {
    _ = try? child.send(.terminate)
    if await child.exit(within: .seconds(10)) == nil { _ = try? child.send(.kill) }
    _ = await child.exit()
    child.closeStreams()
  }
}
