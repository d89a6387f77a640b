// `status`, `report`, `journal` and the closing notice: what the journal of a run says. They talk to no server.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Reads runs.
struct RecordCommands {
  let program: Program
  let request: RecordRequest

  private var isJSON: Bool { request.face.face == .json }

  func status() throws(UsageError) -> Int32 {
    try read { directory, reading in
      let text = StatusText(reading.state, times: reading.times)
      if isJSON {
        print(text.json.text)
        return
      }
      for line in text.lines { print(line) }
      if let holder = DeploymentLock.holder(of: directory) {
        print(
          "Driven by \(holder.wizard.user) on \(holder.wizard.host), process \(holder.wizard.processID), since \(holder.since.text)"
        )
      }
    }
  }

  func report() throws(UsageError) -> Int32 {
    try read { directory, reading in
      let path = isJSON ? directory.reportJSON : request.asMarkdown ? directory.reportText : directory.reportLines
      if let kept = try? Files.read(path, limit: 1 << 20) {
        print(String(decoding: kept, as: UTF8.self), terminator: "")
        return
      }
      let text = ReportText(RunReport(of: reading.state, times: reading.times))
      if isJSON {
        print(text.json.text)
      } else if request.asMarkdown {
        print(text.markdown)
      } else {
        for line in text.lines { print(line) }
      }
    }
  }

  /// The closing message.
  func notice() throws(UsageError) -> Int32 {
    try read { _, reading in
      let text = ClosingNoticeText(RunReport(of: reading.state, times: reading.times))
      if isJSON { print(text.json.text) } else { for line in text.lines { print(line) } }
    }
  }

  func journal() throws(UsageError) -> Int32 {
    try read { directory, reading in
      if isJSON, let bytes = try? Files.read(directory.journal) {
        print(String(decoding: bytes, as: UTF8.self), terminator: "")
        return
      }
      for entry in reading.entries {
        guard let sentence = entry.record.sentence(in: reading.state.setup) else { continue }
        print("\(entry.at.text) \(entry.number) \(sentence)".madeVisible)
      }
    }
  }

  private func read(_ say: (RunDirectory, JournalReading) -> Void) throws(UsageError) -> Int32 {
    let settings = try program.settings(RunningRequest(), request.stateDirectory)
    do throws(JournalError) {
      let (directory, reading) = try RunCatalogue(settings.stateDirectory).find(request.run, for: .reading)
      for sentence in reading.sentences { complain(sentence) }
      if let crash = directory.crashSentence(reading) { complain(crash) }
      say(directory, reading)
      return ExitCode.done.rawValue
    } catch {
      complain(error.description)
      return ExitCode.refused.rawValue
    }
  }
}
