// One round of readings of a cluster of Redis Enterprise Software: the vendor's own programs, asked on its hosts.

package import UpgradeCore

/// How much of a cluster is read.
package enum SurveyDepth: Hashable, Sendable {
  /// What one node says of all.
  case report
  /// That, and what every node says of itself: `rlcheck` takes a while.
  case nodes
  /// All of that, the modules, what clients see, and what the hosts are like: before the start, and after the end.
  case everything
}

/// Asks one node for the report, each for its own word.
package actor EnterpriseReader {
  private let shell: SiteShell
  private let constants: Enterprise.Constants
  private let nodes: [NodeID]
  private let rest: RestReader?
  private let clients: ProxyReader?
  /// The node that gave the last report: asked first.
  private var speaker: NodeID?

  package init(
    _ shell: SiteShell, _ constants: Enterprise.Constants, nodes: [NodeID], rest: RestReader? = nil,
    clients: ProxyReader? = nil
  ) {
    self.rest = rest
    self.clients = clients
    self.shell = shell
    self.constants = constants
    self.nodes = nodes
  }

  /// A report takes a second or two where all is well; a node that has lost its cluster answers late or never.
  private static let reportBound = Duration.seconds(15)
  private static let checkBound = Duration.seconds(60)

  package func read(_ depth: SurveyDepth) async -> Result<Enterprise.Survey, ReadingFailure> {
    async let own = depth == .report ? [:] : ownWords(withHosts: depth == .everything)
    var survey: Enterprise.Survey
    switch await report(withModules: depth == .everything) {
    case .success(let read): survey = read
    case .failure(let failure):
      _ = await own
      return .failure(failure)
    }
    survey.nodes = await own
    if depth != .report { await ask(rest, &survey) }
    if depth == .everything { survey.clients = await clients?.read(survey.status) }
    return .success(survey)
  }

  /// The same over the API, of the node that leads first.
  private func ask(_ rest: RestReader?, _ survey: inout Enterprise.Survey) async {
    guard let rest else { return }
    let rows = survey.status.nodes.filter { $0.role == .master } + survey.status.nodes.filter { $0.role != .master }
    let hosts = rows.map(\.address) + rows.compactMap(\.externalAddress)
    do throws(RestFailure) {
      survey.rest = try await rest.read(from: hosts)
    } catch {
      survey.restTrouble = error.description
    }
  }

  /// Counts the keys of a database, through its proxies in turn as the cluster lists them now; nil where none tells.
  func keys(ofDatabase number: Int) async -> Int? {
    guard let clients, case .success(let survey) = await report(withModules: false) else { return nil }
    let name = survey.status.databases.first { $0.id == number }?.name ?? ""
    for proxy in survey.status.proxies where proxy.database == number {
      if case .serves(let keys?, _) = await clients.read(proxy, named: name).answer { return keys }
    }
    return nil
  }

  // MARK: - The report

  private func report(withModules: Bool) async -> Result<Enterprise.Survey, ReadingFailure> {
    let first = speaker ?? nodes.first
    var complaints: [String] = []
    if let first {
      switch await report(of: first, withModules) {
      case .success(let survey): return .success(survey)
      case .failure(let failure): complaints.append("node:\(first): \(failure.sentence)")
      }
    }
    let shell = shell
    let constants = constants
    let others = nodes.filter { $0 != first }
    let answers = await withTaskGroup(of: (NodeID, Result<Enterprise.Survey, ReadingFailure>).self) { group in
      for node in others { group.addTask { (node, await Self.report(of: node, withModules, constants, shell)) } }
      var all: [NodeID: Result<Enterprise.Survey, ReadingFailure>] = [:]
      for await (node, answer) in group { all[node] = answer }
      return all
    }
    for node in others {
      switch answers[node] {
      case .success(let survey)?:
        speaker = node
        return .success(survey)
      case .failure(let failure)?: complaints.append("node:\(node): \(failure.sentence)")
      case nil: continue
      }
    }
    return .failure(ReadingFailure(.other, complaints.joined(separator: "; ")))
  }

  private func report(of node: NodeID, _ withModules: Bool) async -> Result<Enterprise.Survey, ReadingFailure> {
    let answer = await Self.report(of: node, withModules, constants, shell)
    if case .success = answer { speaker = node }
    return answer
  }

  private static func report(
    of node: NodeID, _ withModules: Bool, _ constants: Enterprise.Constants, _ shell: SiteShell
  ) async -> Result<Enterprise.Survey, ReadingFailure> {
    let folder = constants.folder(on: node)
    let script = AskedPrograms(
      [
        ("status", "\(folder)/rladmin status extra all"), ("settings", "\(folder)/rladmin info cluster"),
        ("actions", "\(folder)/rladmin cluster running_actions"),
      ] + (withModules ? [("modules", "\(folder)/rladmin status modules extra all")] : []))
    guard let answer = await shell.ask(script.text, on: node, within: reportBound) else {
      return .failure(ReadingFailure(.mute, "no report within \(Int(reportBound.seconds)) s"))
    }
    return read(script.answers(in: answer.output), complaint: answer.complaint)
  }

  /// The report out of what the programs printed.
  package static func read(
    _ answers: [String: AskedPrograms.Answer], complaint: String? = nil
  ) -> Result<Enterprise.Survey, ReadingFailure> {
    guard let status = answers["status"], status.code == 0 else {
      let said = answers["status"]?.text.split(separator: "\n").last { !$0.isEmpty }.map(String.init)
      return .failure(ReadingFailure(.other, said ?? complaint ?? "rladmin gave no report"))
    }
    do throws(ReadingError) {
      var survey = Enterprise.Survey(status: try Reader.clusterStatus(status.text))
      if let settings = answers["settings"], settings.code == 0 {
        survey.settings = try Reader.clusterSettings(settings.text)
      }
      if let actions = answers["actions"], actions.code == 0 {
        survey.actions = try Reader.runningActions(actions.text)
      }
      if let modules = answers["modules"], modules.code == 0 {
        survey.modules = try? Reader.databaseModules(modules.text)
      }
      return .success(survey)
    } catch {
      return .failure(ReadingFailure(.other, error.description))
    }
  }

  // MARK: - Each node's own word

  private func ownWords(withHosts: Bool) async -> [Int: Enterprise.NodeReport] {
    let shell = shell
    let constants = constants
    return await withTaskGroup(of: (Int, Enterprise.NodeReport)?.self) { group in
      for node in nodes {
        guard let number = Int(node.text) else { continue }
        group.addTask { (number, await Self.ownWord(of: node, withHost: withHosts, constants, shell)) }
      }
      var all: [Int: Enterprise.NodeReport] = [:]
      for await answer in group {
        if let (number, report) = answer { all[number] = report }
      }
      return all
    }
  }

  private static func ownWord(
    of node: NodeID, withHost: Bool, _ constants: Enterprise.Constants, _ shell: SiteShell
  ) async -> Enterprise.NodeReport {
    let folder = constants.folder(on: node)
    let script = AskedPrograms(
      [("check", "\(folder)/rlcheck --continue-on-error"), ("services", "\(folder)/supervisorctl status")]
        + (withHost ? [("host", hostScript(folder))] : []))
    guard let answer = await shell.ask(script.text, on: node, within: checkBound) else {
      return Enterprise.NodeReport(trouble: "its host gave no answer within \(Int(checkBound.seconds)) s")
    }
    let answers = script.answers(in: answer.output)
    var report = Enterprise.NodeReport()
    var troubles: [String] = []
    do throws(ReadingError) {
      report.check = try Reader.checkReport(answers["check"]?.text ?? "")
    } catch {
      troubles.append(troubleText(answers["check"], error, answer.complaint))
    }
    do throws(ReadingError) {
      report.stoppedServices = try Reader.stoppedServices(answers["services"]?.text ?? "")
    } catch {
      troubles.append(troubleText(answers["services"], error, answer.complaint))
    }
    if let said = answers["host"] {
      var host = Enterprise.HostReport()
      for line in said.text.split(separator: "\n") { host.hear(line.split(separator: " ").map(String.init)) }
      report.host = host
    }
    report.trouble = troubles.isEmpty ? nil : troubles.joined(separator: "; ")
    return report
  }

  private static func hostScript(_ folder: String) -> String {
    "(\nsay() { printf '%s\\n' \"$*\"; }\n\(Enterprise.HostScript.text(programs: folder)))"
  }

  private static func troubleText(
    _ answer: AskedPrograms.Answer?, _ error: ReadingError, _ complaint: String?
  ) -> String {
    guard let answer, answer.code == 0 || !answer.text.isEmpty else { return complaint ?? error.description }
    let last = answer.text.split(separator: "\n").last { !$0.isEmpty }.map { ": \($0)" } ?? ""
    return "\(error.description)\(last)"
  }
}

/// Several programs asked in one command line, and what each of them printed.
package struct AskedPrograms: Sendable {
  package struct Answer: Hashable, Sendable {
    package var text: String
    package var code: Int32
  }

  /// What the answers are told apart by: nothing that a program prints begins like that.
  private static let mark = "@@redis-upgrade"
  private let programs: [(name: String, line: String)]

  package init(_ programs: [(name: String, line: String)]) { self.programs = programs }

  /// POSIX sh; what a program complains of stands where it printed.
  package var text: String {
    programs.map { program in
      "printf '\\n\(Self.mark) %s\\n' \(program.name); \(program.line) </dev/null 2>&1; "
        + "printf '\\n\(Self.mark) exit %s\\n' \"$?\""
    }.joined(separator: "\n")
  }

  package func answers(in output: [UInt8]) -> [String: Answer] {
    var answers: [String: Answer] = [:]
    var name: String?
    var lines: [Substring] = []
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("\(Self.mark) ") else {
        lines.append(line)
        continue
      }
      let rest = line.dropFirst(Self.mark.count + 1)
      if rest.hasPrefix("exit "), let own = name, let code = Int32(rest.dropFirst(5)) {
        // The line break before the mark is ours.
        if lines.last?.isEmpty == true { lines.removeLast() }
        answers[own] = Answer(text: lines.joined(separator: "\n") + "\n", code: code)
        name = nil
      } else {
        name = String(rest)
      }
      lines = []
    }
    return answers
  }
}
