// Trials of the wanted version on the hosts of nodes: one a host at a time, so that no two need memory together.

import SystemIO
import UpgradeCore

extension SiteShell {
  /// Runs a script of the house where a node is; nil where its host is not reached.
  func talk(_ script: SupervisorScript, on node: NodeID, within bound: Duration) async -> SSHTalk? {
    switch reach {
    case .manual: return nil
    case .ssh:
      guard let host = hosts[node], let links else { return nil }
      do throws(SSHFailure) {
        let link = try await links.link(host)
        _ = try await link.open()
        return try await link.talk(script, within: bound)
      } catch {
        var talk = SSHTalk()
        talk.complaints = [error.description]
        return talk
      }
    case .local:
      var talk = SSHTalk()
      do throws(SystemError) {
        let outcome = try await ChildProcess.run(
          ChildCommand("sh", ["-s"]), on: loop, within: bound, input: Array(script.text.utf8))
        for line in OutputTail.lines(of: outcome.errorOutput) { talk.hear(line, script.mark) }
        talk.status = outcome.status
      } catch {
        talk.complaints = ["\(error)"]
      }
      return talk
    }
  }

  /// Tries the wanted version on a node's host; the script bounds itself, and is given up a minute later.
  func tryOut(_ request: TrialRequest, on node: NodeID) async -> Trial {
    let bound = request.bound * 2 + .seconds(60) + Trial.findingBound
    guard let talk = await talk(.trial(request), on: node, within: bound) else {
      var trial = Trial()
      trial.standing = .notTried("its host is not reached from here")
      return trial
    }
    var trial = Trial()
    for said in talk.said { trial.hear(said) }
    if case .notTried("it was not begun") = trial.standing {
      let last = talk.complaints.last { !$0.isEmpty } ?? "its script did not come to its end"
      trial.standing = .notTried(last)
    }
    return trial
  }
}

extension Trial {
  /// How long the profile's command that finds the program may take.
  static let findingBound = Duration.seconds(300)

  /// How long reading so many bytes may take a slow host: 10 MB a second.
  static func bound(for bytes: Int) -> Duration { .seconds(60 + max(0, bytes) / 10_000_000) }
}

extension TrialRequest {
  /// A trial of a node's configuration alone, or with its backup.
  init?(_ node: NodeSetup, _ site: Site, dump: String? = nil, used: Int = 0, countsDatabases: Bool = false) {
    guard site.reach != .manual, let program = site.command(.program, node.id) else { return nil }
    self.init(
      program: program, key: "\(node.address.port)", configFile: node.configFile, directory: node.directory,
      processID: node.processID, dump: dump, memory: Trial.memory(for: used), bound: Trial.bound(for: used),
      countsDatabases: countsDatabases)
  }
}
