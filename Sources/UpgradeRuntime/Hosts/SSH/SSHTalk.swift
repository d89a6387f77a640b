// One script run over a connection that is there: what it printed, what it said, how it ended.

import SystemIO

/// What came of one script on a host.
struct SSHTalk: Sendable {
  /// The lines that the script itself said, in words.
  var said: [[String]] = []
  /// What ssh and login scripts said besides, the last lines of it.
  var complaints: [String] = []
  /// nil: it was still at work when its time was up, and is not listened to any more.
  var status: ExitStatus?
  /// How many bytes it printed.
  var printed = 0

  func says(_ word: String) -> Bool { said.contains { $0.first == word } }
}

extension SSHTalk {
  /// Gives a script to a child that runs `ssh`, and hears it to its end.
  ///
  /// - Parameter output: hears what the script prints, after its mark.
  static func hold(
    with child: ChildProcess, _ script: SupervisorScript, within bound: Duration,
    output: @escaping @Sendable ([UInt8]) -> Void
  ) async -> SSHTalk {
    async let fed: Void = feed(script, to: child)
    async let printed = print(from: child, after: script.mark, output)
    async let heard = listen(to: child, script.mark)
    let status = await child.exit(within: bound)
    if status == nil {
      // Only our own end of it: what it follows on the host goes on.
      _ = try? child.send(.kill)
      _ = await Task { await child.exit(within: .seconds(2)) }.value
    }
    child.endOutput()
    var talk = await heard
    talk.printed = await printed
    await fed
    child.closeStreams()
    talk.status = status
    return talk
  }

  private static func feed(_ script: SupervisorScript, to child: ChildProcess) async {
    try? await child.write(Array(script.text.utf8))
    child.closeInput()
  }

  private static func print(
    from child: ChildProcess, after mark: String, _ output: @Sendable ([UInt8]) -> Void
  ) async -> Int {
    var gate = MarkGate(mark)
    var count = 0
    while let bytes = try? await child.read(upTo: 64 << 10), !bytes.isEmpty {
      let passed = gate.pass(bytes)
      guard !passed.isEmpty else { continue }
      count += passed.count
      output(passed)
    }
    return count
  }

  private static func listen(to child: ChildProcess, _ mark: String) async -> SSHTalk {
    var talk = SSHTalk()
    var lines = LineSplitter()
    while let bytes = try? await child.readError(upTo: 16 << 10), !bytes.isEmpty {
      for line in lines.take(bytes) { talk.hear(line, mark) }
    }
    for line in lines.rest { talk.hear(line, mark) }
    return talk
  }

  mutating func hear(_ line: String, _ mark: String) {
    let words = line.split(separator: " ").map(String.init)
    if words.first == mark {
      said.append(Array(words.dropFirst()))
    } else {
      complaints.append(line)
      if complaints.count > 40 { complaints.removeFirst() }
    }
  }
}

/// Lets bytes pass once a line has gone by that is the mark.
struct MarkGate {
  private let mark: [UInt8]
  private var held: [UInt8]? = []

  init(_ mark: String) { self.mark = Array((mark + "\n").utf8) }

  mutating func pass(_ bytes: [UInt8]) -> [UInt8] {
    guard var all = held else { return bytes }
    all += bytes
    if let found = all.firstRange(of: mark) {
      held = nil
      return Array(all[found.upperBound...])
    }
    // What cannot be the beginning of the mark any more is noise.
    held = Array(all.suffix(mark.count - 1))
    return []
  }
}

/// Lines out of pieces; control codes taken out, since they go to a screen.
struct LineSplitter {
  private var unfinished: [UInt8] = []

  mutating func take(_ bytes: [UInt8]) -> [String] {
    unfinished += bytes
    var lines: [String] = []
    while let end = unfinished.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(OutputTail.plain(unfinished[..<end]))
      unfinished.removeSubrange(...end)
    }
    if unfinished.count > 4096 { unfinished.removeFirst(unfinished.count - 4096) }
    return lines
  }

  var rest: [String] { unfinished.isEmpty ? [] : [OutputTail.plain(unfinished[...])] }
}
