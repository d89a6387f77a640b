// The vendor's programs at work: the installer at its terminal, and what `rladmin` is told to do.

import SystemIO
import UpgradeCore

extension Performer {
  /// The installer on a node; what it asks is answered while it runs, by whoever hears its output.
  func runInstaller(_ effect: Effect, _ node: NodeID) async -> Outcome {
    guard let text = setup.site.command(.install, node) else {
      return Outcome(.failed, "the profile has no command for install")
    }
    let result = await hold(effect, node, text)
    let outcome = Self.judge(result)
    guard outcome.kind == .failed else { return outcome }
    if let why = Self.endedBeforeAnyChange(result) { return Outcome(.lapsed, why, evidence: outcome.evidence) }
    return await withEvidence(outcome, result, node)
  }

  /// What `rladmin` is told; its end is not believed by itself, the cluster's own report decides.
  func run(_ errand: Enterprise.Errand, on node: NodeID, _ effect: Effect) async -> Outcome {
    guard let text = setup.enterprise?.command(errand, on: node) else {
      return Outcome(.failed, "this is no cluster of Redis Enterprise Software")
    }
    guard case .upgradeDatabase(let number, _, let losesData) = errand else {
      return Self.judge(await hold(effect, node, text))
    }
    // Counted by an earlier wizard where its command is found again: then the count from before the run has to do.
    let counted = effect.isReattachment ? nil : await cluster?.keys(ofDatabase: number)
    let outcome = Self.judge(await hold(effect, node, text))
    guard outcome.kind == .done else { return outcome }
    return await compared(
      outcome, of: number, before: counted ?? setup.enterprise?.database(number)?.keys, losesData: losesData)
  }

  /// Whether a database came back with its keys: what lost more than half of them is not called done, whatever the
  /// command says. Some go by themselves, because they expire.
  private func compared(
    _ outcome: Outcome, of number: Int, before: Int?, losesData: Bool
  ) async -> Outcome {
    guard let cluster, let before else { return outcome }
    let deadline = timekeeper.now + Duration.seconds(30).boundedNanoseconds
    var after = await cluster.keys(ofDatabase: number)
    while after == nil, timekeeper.now < deadline {
      do throws(CancellationError) { try await timekeeper.sleep(for: .milliseconds(500)) } catch { return outcome }
      after = await cluster.keys(ofDatabase: number)
    }
    var outcome = outcome
    outcome.evidence["keys_before"] = String(before)
    guard let after else {
      outcome.sentence = "\(before) keys before; nobody could count them afterwards"
      return outcome
    }
    outcome.evidence["keys_after"] = String(after)
    outcome.sentence = "\(before) keys before, \(after) after"
    if !losesData, after * 2 < before {
      outcome.kind = .failed
      outcome.sentence = "it came back short of keys: " + outcome.sentence
    }
    return outcome
  }

  private func hold(_ effect: Effect, _ node: NodeID, _ text: String) async -> HostResult {
    await hold(HostJob(id: effect.id, node: node, text: text, bound: effect.action.bound(in: setup)), effect)
  }

  /// The installer was told no to what is waited for; nil where it ended over something else.
  private static func endedBeforeAnyChange(_ result: HostResult) -> String? {
    for line in result.tail.reversed() where !line.isEmpty {
      if let why = Enterprise.InstallerPrompts.waiting(line) { return why }
    }
    return nil
  }

  /// What the node says of itself after a failure goes to a file of the run's folder, and is shown.
  private func withEvidence(_ outcome: Outcome, _ result: HostResult, _ node: NodeID) async -> Outcome {
    guard let enterprise = setup.enterprise else { return outcome }
    let folder = ShellQuoting.word(enterprise.folder(on: node))
    let script = """
      for c in "rlcheck --continue-on-error" "rladmin status issues_only" "rladmin status extra all" "supervisorctl status"; do
        printf '\\n$ %s\\n' "$c"; \(folder)/$c 2>&1; printf '(exit %s)\\n' "$?"
      done
      """
    guard let answer = await shell?.ask(script, on: node, within: .seconds(60))?.output, !answer.isEmpty else {
      return outcome
    }
    var outcome = outcome
    let path = result.outputPath + ".evidence"
    if (try? await blocking({ () throws(SystemError) in try Files.writeAtomically(path, answer) })) != nil {
      outcome.evidence["evidence"] = path
      outcome.sentence += "; what the node says of itself is in \(path)"
    }
    return outcome
  }
}
