// What a wizard that crashed could still say: which process, on which signal, and when.

package import SystemIO
package import UpgradeCore

/// One crash, as its handler left it in the run's folder.
package struct CrashReport: Hashable, Sendable {
  package let processID: Int
  package let signal: Signal
  package let at: WallTime

  /// Reads one line of the file: `4711 4 1795302471042`.
  package init?(_ line: some StringProtocol) {
    let numbers = line.split(separator: " ", omittingEmptySubsequences: false).map { Int64($0) }
    guard numbers.count == 3, let process = numbers[0].flatMap(Int.init(exactly:)),
      let signal = numbers[1].flatMap(Int32.init(exactly:)), let at = numbers[2], at > 0, signal > 0
    else { return nil }
    processID = process
    self.signal = Signal(signal)
    self.at = WallTime(milliseconds: at)
  }

  /// `crashed on SIGILL`
  package var words: String { "crashed on \(signal)" }

  /// One sentence without its full stop, for the journal and for whoever calls next.
  package var sentence: String { "the wizard of process \(processID) \(words) at \(at.text)" }
}

extension RunDirectory {
  /// Where a wizard that crashes writes it down.
  package var crashes: String { "\(path)/crashes" }

  /// How the wizard that drove the run last crashed; nil where it did not, or another has gone on since.
  package func crash(_ reading: JournalReading) -> CrashReport? {
    guard let bytes = try? Files.read(crashes, limit: 1 << 16) else { return nil }
    // A line that was not finished says nothing for certain.
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast()
    let driven = reading.entries.last { entry in
      switch entry.record {
      case .started, .resumed: true
      default: false
      }
    }
    guard let last = lines.compactMap({ CrashReport($0) }).last, last.at.milliseconds >= (driven?.at.milliseconds ?? 0)
    else { return nil }
    return last
  }

  /// What is to be said of it first of all.
  package func crashSentence(_ reading: JournalReading) -> String? {
    crash(reading).map { crash in
      "\(crash.sentence.prefix(1).uppercased())\(crash.sentence.dropFirst()). Nothing of the run is lost by that: "
        + "what it had begun is in the journal, and commands on hosts went on without it."
    }
  }
}
