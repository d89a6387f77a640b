// The disk under the journal: full at times, torn where the wizard dies in the middle of a write.

import UpgradeCore
import UpgradeRuntime

/// What of the journal survives a wizard: the bytes that the program itself writes, and reads back.
final class SimulatedDisk {
  /// The journal's file; empty in worlds that keep records as values, which is a good deal faster.
  private(set) var bytes: [UInt8] = []
  private(set) var isFull = false
  private let keepsBytes: Bool
  private let lies: Bool
  private var chain: JournalChain
  private var values: [Record] = []
  /// With a disk that lies: how many records it only says to have.
  private var unsafe = 0

  init(run: String, keepsBytes: Bool, lies: Bool) {
    self.keepsBytes = keepsBytes
    self.lies = lies
    chain = JournalChain(run: run)
  }

  func fill(_ isFull: Bool) { self.isFull = isFull }

  func append(_ batch: [Record], at now: Instant) {
    values += batch
    unsafe = lies ? batch.count : 0
    guard keepsBytes else { return }
    for record in batch { bytes += chain.line(record, at: World.wallTime(now)) }
  }

  /// A write that was cut off: whole lines, and a piece of the next one. Returns how many records are whole.
  func tear(_ batch: [Record], at now: Instant, _ random: inout Randomness) -> Int {
    guard keepsBytes else {
      let whole = random.number(0...batch.count - 1)
      values += batch.prefix(whole)
      return whole
    }
    var lines = chain
    let whole = batch.flatMap { lines.line($0, at: World.wallTime(now)) }
    bytes += whole.prefix(random.number(0...whole.count - 1))
    let before = values.count
    let kept = JournalReading(bytes).entries.count - before
    values += batch.prefix(kept)
    return kept
  }

  /// The wizard has died: what the next one finds. What was not on disk is gone, a torn line is cut off.
  func recover() -> [Record] {
    values.removeLast(min(unsafe, values.count))
    unsafe = 0
    guard keepsBytes, !lies else { return values }
    let reading = JournalReading(bytes)
    bytes.removeLast(bytes.count - reading.length)
    if let end = reading.chain { chain = end }
    return reading.entries.map(\.record)
  }

  /// All records that are on disk, as they were given.
  var records: [Record] { values }
}
