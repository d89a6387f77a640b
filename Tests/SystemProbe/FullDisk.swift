// Fills a journal until its disk is full, and says what could still be recorded.

import Glibc
import SystemIO

enum FullDisk {
  /// Appends pieces of 4 KiB until one is refused, then one more that may use the reserve, then ordinary ones after
  /// something else on the disk was removed.
  ///
  /// Options: `limit=BYTES` sets RLIMIT_FSIZE, `second-file` keeps the reserve in one, `filler=PATH` names a file to
  /// remove at the end.
  static func run(_ path: String, _ options: [String]) throws(SystemError) {
    var filler: String?
    var kind = AppendFile.ReserveKind.blocks
    for option in options {
      let parts = option.split(separator: "=", maxSplits: 1)
      switch parts.first {
      case "limit":
        var limit = rlimit(rlim_cur: rlim_t(parts[1]) ?? 0, rlim_max: rlim_t(parts[1]) ?? 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      case "second-file": kind = .secondFile
      case "filler": filler = String(parts[1])
      default: Probe.say("unknown option: \(option)")
      }
    }
    let file = try AppendFile(creating: path, reserve: 1 << 16, kind: kind)
    let pieces = fill(file)
    Probe.say("pieces \(pieces) length \(file.length) on-disk \(try Files.size(path))")
    do throws(SystemError) {
      try file.append(Array("last word\n".utf8), usingReserve: true)
      Probe.say("last word recorded")
    } catch {
      Probe.say("last word lost: \(error)")
    }
    if let filler {
      try Files.remove(filler)
      try file.append([UInt8](repeating: 0x2B, count: 4096))
      Probe.say("goes on, reserve \(file.reserved >= 1 << 16 ? "whole" : "short")")
    }
    Probe.say("length \(file.length) on-disk \(try Files.size(path))")
  }

  private static func fill(_ file: AppendFile) -> Int {
    let piece = [UInt8](repeating: 0x2E, count: 4096)
    for count in 0..<10_000 {
      do throws(SystemError) {
        try file.append(piece)
      } catch {
        Probe.say("refused: \(error.code.name), reserve \(file.reserved >= 1 << 16 ? "whole" : "short")")
        return count
      }
    }
    return 10_000
  }
}
