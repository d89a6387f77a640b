// A run's folder, lock and journal, as the wizard wants them.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Writes records, and tells the wizard about each that is durable.
final class JournalSink: RecordSink {
  private let journal: Journal
  private let recorded: @Sendable ([Record], Int64) async -> Void

  init(_ journal: Journal, recorded: @escaping @Sendable ([Record], Int64) async -> Void) {
    self.journal = journal
    self.recorded = recorded
  }

  func append(_ records: [Record], wallMilliseconds: Int64) async -> String? {
    do throws(JournalError) {
      try await journal.append(records, at: WallTime(milliseconds: wallMilliseconds))
    } catch {
      return error.description
    }
    await recorded(records, wallMilliseconds)
    return nil
  }
}

extension RunDirectory {
  /// The report in all its forms, kept beside the journal.
  func keepReport(_ picture: RunPicture) {
    guard let reading = try? read() else { return }
    // The same numbers as on the screen, which are newer by a moment than the last ones in the journal.
    let report = RunReport(
      of: picture.state, times: reading.times, finish: picture.finish, clients: picture.health.clients,
      snapshot: picture.snapshot)
    let text = ReportText(report)
    // A report that cannot be written can be made again from the journal.
    try? Files.writeAtomically(reportText, Array(text.markdown.utf8))
    try? Files.writeAtomically(reportLines, Array((text.lines.joined(separator: "\n") + "\n").utf8))
    try? Files.writeAtomically(reportJSON, Array((text.json.text + "\n").utf8))
  }

  /// Keeps inventories without holding the loop up.
  func keeper(on loop: EventLoop) -> @Sendable ([NodeID: Inventory]) async throws(JournalError) -> Void {
    { inventories throws(JournalError) in
      let outcome = try? await loop.blocking { () throws(SystemError) -> Result<Void, JournalError> in
        Result { () throws(JournalError) in try keep(inventories) }
      }
      try outcome?.get()
    }
  }

  var reportLines: String { "\(path)/report.txt" }

  /// What runs the commands of a site; `links` where it is reached by ssh.
  func host(_ site: Site, _ links: SSHLinks?, on loop: EventLoop) -> any HostRunner {
    switch site.reach {
    case .local: return LocalHost(loop: loop, program: "/proc/self/exe", folder: output)
    case .manual: return ManualHost()
    case .ssh:
      guard let links, let remote = site.remote else { return ManualHost() }
      return RemoteHost(loop: loop, links: links, folder: output, run: id.text, hosts: remote.hosts)
    }
  }
}
