// Follows somebody else's run by its folder: the journal, the lock, the report. It only reads; nothing there changes.

import SystemIO
package import UpgradeCore

/// What one look at the folder of a run came to.
struct RunLook: Sendable {
  /// What was added to the journal since the last look.
  var entries: [JournalEntry] = []
  /// Who drives the run.
  var driver = Watching.Driver.unknown("nothing was read yet")
  /// Why the journal cannot be followed, or not all of it: a sentence.
  var obstacle: String?
  /// What the wizard kept at the end of the run.
  var kept: KeptReport?
}

/// Looks at one run again and again. Every look blocks, and belongs on a thread for that.
struct RunFollower: Sendable {
  let directory: RunDirectory
  /// The host that we are on: a lock of another one does not show here.
  let host: String
  private var journal: JournalFollower

  init(_ directory: RunDirectory, host: String) {
    self.directory = directory
    self.host = host
    journal = JournalFollower(directory.journal)
  }

  mutating func look() -> RunLook {
    var look = RunLook()
    // The lock comes first: whoever let it go has written all that it will write.
    let holding = holding
    do throws(SystemError) {
      look.entries = try journal.next()
    } catch {
      look.obstacle =
        error.code == .noSuchFile
        ? "The folder of this run is gone; what is shown is what was known before."
        : "The journal cannot be read: \(error). What is shown is what was known before."
    }
    guard let reading = journal.latest else { return look }
    look.driver = driver(holding, reading)
    if let sentence = reading.sentences(isWritten: holding == .held) { look.obstacle = look.obstacle ?? sentence }
    if reading.state.ended != nil { look.kept = KeptReport(of: reading, in: directory) }
    return look
  }

  private enum Holding: Hashable { case held, free, hidden }

  private var holding: Holding {
    guard let isHeld = try? FileLock.isHeld(directory.lock) else { return .hidden }
    return isHeld ? .held : .free
  }

  private func driver(_ holding: Holding, _ reading: JournalReading) -> Watching.Driver {
    let wizard = reading.state.wizard
    let name = wizard?.name ?? "an unknown wizard"
    switch holding {
    case .held: return .drives(name)
    case .hidden: return .unknown("the lock of the run cannot be looked at")
    case .free:
      if let wizard, wizard.host != host { return .unknown("it was driven from \(wizard.host), and this is \(host)") }
      return .gone(name, crash: directory.crash(reading)?.words)
    }
  }
}

extension JournalReading {
  /// What has to be known of the journal itself; the end of a line that is just being written is nothing to tell.
  fileprivate func sentences(isWritten: Bool) -> String? {
    isWritten && limit == nil && damage == nil ? nil : sentences.last
  }
}

extension RunCatalogue {
  /// The newest run that somebody drives at this moment on any of these nodes. Blocks; touches no lock.
  package func underWay(on nodes: Set<NodeID>) -> RunDirectory? {
    let runs = (try? runs()) ?? []
    return runs.first { directory in
      guard (try? FileLock.isHeld(directory.lock)) == true,
        let content = try? Files.read(directory.lock, limit: 1 << 16),
        let holder = DeploymentLock.Holder(content: content)
      else { return false }
      return holder.isOn(nodes)
    }
  }
}

/// What a wizard read back after the last step, as it kept it beside the journal.
struct KeptReport: Hashable, Sendable {
  let finish: FinishReport
  let clients: ClientMeasure?

  /// nil where no report is there, or one of an earlier end of the same run.
  init?(of reading: JournalReading, in directory: RunDirectory) {
    guard let bytes = try? Files.read(directory.reportJSON, limit: 1 << 22) else { return nil }
    self.init(bytes, of: reading.state, reading.times)
  }

  init?(_ bytes: [UInt8], of state: State, _ times: RunTimes) {
    guard let json = try? JSONParser.read(bytes), json["run"]?.string == state.run,
      json["result"]?.string == RunReport.Result(state.ended).rawValue,
      let ended = times.ended, json["ended"]?.string == WallTime(milliseconds: ended).text
    else { return nil }
    let lines = (json["read_back"]?.array ?? []).compactMap { line -> FinishReport.Line? in
      guard let mark = line["mark"]?.string.flatMap(FinishReport.Line.Mark.init(rawValue:)),
        let topic = line["topic"]?.string, let text = line["text"]?.string
      else { return nil }
      return FinishReport.Line(mark, topic, text)
    }
    finish = FinishReport(lines: lines, byHand: (json["by_hand"]?.array ?? []).compactMap(\.string))
    clients = json["clients"].flatMap { ClientMeasure($0, stalls: state.measures.last?.stalls ?? [:]) }
  }
}

extension ClientMeasure {
  fileprivate init?(_ json: JSONValue, stalls: [ShardID: Int]) {
    guard json["measured"]?.bool == true, let acknowledged = json["acknowledged"]?.integer,
      let lost = json["lost"]?.integer, let stall = json["longest_stall_ms"]?.integer,
      let resolution = json["resolution_ms"]?.integer
    else { return nil }
    let errors = (json["errors_by_code"]?.members ?? []).compactMap { member in
      member.value.integer.map { (member.key, $0) }
    }
    self.init(
      acknowledged: acknowledged, errors: Dictionary(errors, uniquingKeysWith: { first, _ in first }), lost: lost,
      longestStall: stall, resolution: resolution, stalls: stalls, unmeasured: json["unmeasured_ms"]?.integer ?? 0)
    databases = (try? json.optional("databases")) ?? []
  }
}
