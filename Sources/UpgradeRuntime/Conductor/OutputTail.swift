// The last lines of a running command for faces without a pane: control codes out, carriage returns honoured.

import UpgradeCore

/// Collects the end of a command's output.
struct OutputTail {
  private var job: HostJob?
  private var lines: [String] = []
  private var unfinished: [UInt8] = []
  private var result: HostResult?
  private static let limit = 200

  mutating func take(_ job: HostJob, _ news: HostNews) {
    if self.job?.id != job.id { self = OutputTail(job: job) }
    switch news {
    case .began: break
    case .printed(let bytes): append(bytes)
    case .ended(let result): self.result = result
    }
  }

  /// Of very many lines at once only the last are looked at: a command that prints a lot must not keep the loop.
  private mutating func append(_ bytes: [UInt8]) {
    let all = unfinished + bytes
    let end = all.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    var begin = end
    var found = 0
    while begin > 0, found <= OutputTail.limit {
      begin -= 1
      if all[begin] == UInt8(ascii: "\n") { found += 1 }
    }
    if found > OutputTail.limit { begin += 1 }
    lines += all[begin..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
      .map(OutputTail.plain)
    unfinished = Array(all[end...].suffix(4096))
    if lines.count > OutputTail.limit { lines.removeFirst(lines.count - OutputTail.limit) }
  }

  /// The lines of a piece of output.
  static func lines(of bytes: some Sequence<UInt8>) -> [String] {
    var text: [String] = []
    for line in Array(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      text.append(OutputTail.plain(line))
    }
    return text
  }

  func isRunning(_ command: EffectID) -> Bool { job?.id == command && result == nil }

  func isOf(_ job: HostJob) -> Bool { self.job?.id == job.id }

  func output(address: (NodeID) -> String) -> CommandOutput? {
    guard let job else { return nil }
    let rest = OutputTail.plain(unfinished[...])
    var output = CommandOutput(
      command: job.text, node: address(job.node), lines: rest.isEmpty ? lines : lines + [rest],
      status: result?.kind.words, path: result?.outputPath ?? "")
    output.id = job.id
    output.isUnfinished = !rest.isEmpty
    return output
  }

  /// What is left of a line after its last carriage return, without escape sequences.
  static func plain(_ line: ArraySlice<UInt8>) -> String {
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if let back = line.lastIndex(of: UInt8(ascii: "\r")) { line = line[(back + 1)...] }
    var kept: [UInt8] = []
    var index = line.startIndex
    while index < line.endIndex {
      let byte = line[index]
      index += 1
      if byte == 0x1b {
        guard index < line.endIndex else { break }
        let kind = line[index]
        index += 1
        guard kind == UInt8(ascii: "[") else { continue }
        while index < line.endIndex, !(0x40...0x7e).contains(line[index]) { index += 1 }
        if index < line.endIndex { index += 1 }
      } else if byte >= 0x20 || byte == 0x09 {
        kept.append(byte)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
