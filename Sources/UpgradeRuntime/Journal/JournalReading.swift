package import UpgradeCore

/// What a journal says: its entries, the state that they fold to, and how far it can be trusted.
package struct JournalReading: Sendable {
  /// Something about one line; lines count from 1.
  package struct Remark: Hashable, Sendable {
    package let line: Int
    package let what: String
  }

  /// Everything that was understood, in order, up to the damage if there is any.
  package private(set) var entries: [JournalEntry] = []
  /// The fold of the entries.
  package private(set) var state = State()
  package private(set) var times = RunTimes()
  /// The last word on each temporary change, from every ledger line that is whole, wherever it stands.
  package private(set) var ledger: [LedgerKey: LedgerEntry] = [:]
  /// The end that a next line is linked to; nil where nothing stands in the journal.
  package private(set) var chain: JournalChain?
  /// How many bytes are whole lines; what lies behind is a torn last line.
  package private(set) var length = 0
  /// How many bytes a writer that was killed, or a power failure, left unfinished at the end.
  package private(set) var tornBytes = 0
  /// The first line that a later version wrote, or that says something unknown.
  package private(set) var limit: Remark?
  private var isChainBroken = false
  /// The line at which the journal was changed after it had been written.
  package private(set) var damage: Remark?

  /// Whether the state is certain to be the run's: else there is a status and a cleanup, but no resume.
  package var canResume: Bool { !entries.isEmpty && limit == nil && damage == nil }

  /// What an operator should know about the journal itself.
  package var sentences: [String] {
    var sentences: [String] = []
    if tornBytes > 0 {
      sentences.append(
        "The last line of the journal was not finished (\(tornBytes) bytes, left by a crash) and is left out.")
    }
    if let limit {
      sentences.append(
        "Line \(limit.line) of the journal \(limit.what): a newer redis-upgrade wrote it. Status and cleanup work; "
          + "to resume, use that version.")
    }
    if let damage {
      sentences.append(
        "Line \(damage.line) of the journal \(damage.what): it was changed after it had been written. "
          + "Only what stands above it is taken; status and cleanup work, resume does not.")
    }
    return sentences
  }

  /// Reads the bytes of a journal.
  package init(_ bytes: [UInt8]) {
    var start = 0
    var line = 0
    while damage == nil, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      line += 1
      do throws(JournalFrame.Damage) {
        try take(try JournalFrame(bytes, in: start..<end), line: line)
        start = end + 1
        length = start
      } catch {
        if Self.isTorn(bytes, from: start) { break }
        damage = Remark(line: line, what: error.what)
      }
    }
    if damage == nil { tornBytes = bytes.count - length }
    ledger = state.facts.ledger.entries
    if damage != nil || limit != nil { takeLedgerLines(bytes) }
  }

  private mutating func take(_ frame: JournalFrame, line: Int) throws(JournalFrame.Damage) {
    guard frame.version == JournalChain.version else {
      limitFrom(line, "has the format \(frame.version)")
      state.sequence += 1
      isChainBroken = true
      return
    }
    // Behind a line of another version the chain cannot be followed, but begins anew.
    if isChainBroken {
      isChainBroken = false
    } else if let chain {
      guard frame.run == chain.run else { throw JournalFrame.Damage("belongs to the run \(frame.run.json.text)") }
      guard frame.number == chain.number + 1, frame.previous == chain.sum else {
        throw JournalFrame.Damage("does not follow the line above it")
      }
    } else {
      let start = JournalChain(run: frame.run)
      guard frame.number == 1, frame.previous == start.sum else {
        throw JournalFrame.Damage("is not the first line of a run")
      }
    }
    var next = JournalChain(run: frame.run)
    next.follow(number: frame.number, sum: frame.sum)
    chain = next
    do throws(CodingFault) {
      guard let record = try Record(kind: frame.kind, run: frame.run, json: frame.json) else {
        limitFrom(line, "is a record of the unknown kind \(frame.kind.json.text)")
        state.sequence += 1
        return
      }
      entries.append(JournalEntry(number: frame.number, at: frame.at, record: record))
      state.apply(record)
      times.apply(record, at: frame.at.milliseconds)
    } catch {
      limitFrom(line, "cannot be understood, \(error)")
      state.sequence += 1
    }
  }

  private mutating func limitFrom(_ line: Int, _ what: String) {
    if limit == nil { limit = Remark(line: line, what: what) }
  }

  /// Ledger lines have one form for ever, so that they count wherever they stand.
  private mutating func takeLedgerLines(_ bytes: [UInt8]) {
    var start = length
    if limit != nil { start = 0 }
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let frame = try? JournalFrame(bytes, in: start..<end), frame.kind == "ledger",
        let line = try? LedgerLine(json: frame.json), frame.version != JournalChain.version || start >= length
      {
        ledger[line.key] = line.entry
      }
      start = end + 1
    }
  }

  /// Whether what starts here was never finished, so that nobody was told that it is on disk.
  ///
  /// A writer that was killed leaves the beginning of a line. A power failure may leave the room for one, as zeros. But
  /// a whole line that does not match its checksum was changed later, and so was one with whole lines behind it.
  private static func isTorn(_ bytes: [UInt8], from start: Int) -> Bool {
    var start = start
    var isFirst = true
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let hasHole = bytes[start..<end].contains(0)
      if isFirst, !hasHole { return false }
      if !isFirst, (try? JournalFrame(bytes, in: start..<end)) != nil { return false }
      isFirst = false
      start = end + 1
    }
    return true
  }
}
