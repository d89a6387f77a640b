// A dump as a server sends it to whoever asks for a full sync: told from what comes before and after it.

/// What follows `SYNC`: line feeds while the server saves, a line that says how the dump ends, and the dump.
///
/// `$17` and as many bytes, from a file; or `$EOF:` and a mark of 40 bytes that comes again after the dump, where it is
/// sent as it is made (redis src/replication.c, `readSyncBulkPayload`). What comes after the dump is not looked at.
package struct StreamedDump: Sendable {
  package enum Fault: Error, Hashable, Sendable {
    /// The server refuses, in its own words.
    case refused(String)
    case unexpected(String)
  }

  private enum Phase {
    case line([UInt8])
    case counted(left: Int)
    /// `held`: bytes that may be the beginning of the mark.
    case marked(mark: [UInt8], held: [UInt8])
    case over
  }

  private var phase = Phase.line([])
  /// Bytes that the dump has, where the server says so beforehand.
  package private(set) var announced: Int?

  package init() {}

  package var isOver: Bool { if case .over = phase { true } else { false } }
  /// The dump has begun: the fork that it comes from has happened.
  package var hasBegun: Bool { if case .line = phase { false } else { true } }

  /// Takes what arrived, and answers the bytes of the dump in it.
  package mutating func take(_ bytes: [UInt8]) throws(Fault) -> [UInt8] {
    var dump: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      switch phase {
      case .over: return dump
      case .line(var line):
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
          line += rest
          guard line.count < 4096 else { throw .unexpected("a line without an end") }
          phase = .line(line)
          return dump
        }
        line += rest[..<end]
        rest = rest[(end + 1)...]
        try begin(String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self))
      case .counted(let left):
        let part = rest.prefix(left)
        dump += part
        rest = rest.dropFirst(part.count)
        phase = part.count == left ? .over : .counted(left: left - part.count)
      case .marked(let mark, let held):
        let all = held + rest
        rest = []
        if let found = all.firstRange(of: mark) {
          dump += all[..<found.lowerBound]
          phase = .over
        } else {
          let kept = min(all.count, mark.count - 1)
          dump += all[..<(all.count - kept)]
          phase = .marked(mark: mark, held: Array(all.suffix(kept)))
        }
      }
    }
    return dump
  }

  private mutating func begin(_ line: String) throws(Fault) {
    // It saves, and says that it is still there.
    if line.isEmpty { phase = .line([]); return }
    if line.hasPrefix("-") { throw .refused(String(line.dropFirst())) }
    guard line.hasPrefix("$") else { throw .unexpected(String(line.prefix(100))) }
    if line.hasPrefix("$EOF:") {
      let mark = Array(line.dropFirst(5).utf8)
      guard mark.count == 40 else { throw .unexpected(String(line.prefix(100))) }
      phase = .marked(mark: mark, held: [])
      return
    }
    guard let count = Int(line.dropFirst()), count > 0 else { throw .unexpected(String(line.prefix(100))) }
    announced = count
    phase = .counted(left: count)
  }
}
