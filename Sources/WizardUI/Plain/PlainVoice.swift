// Everything that is said, as lines of words: no columns to be seen, no colour, a state is a word.

package import UpgradeCore

/// Makes lines of what a face has to say.
package struct PlainVoice: Sendable {
  package init() {}

  /// The lines, hostile text made visible.
  package func lines(_ saying: Saying, _ picture: RunPicture) -> [String] {
    let clock = WallTime(milliseconds: picture.wallMilliseconds).clock
    return switch saying {
    case .checks: CheckText(picture.checks).lines
    case .plan: PlanText(picture.plan, setup: picture.setup, briefing: picture.briefing).lines
    case .event(let event): eventLines(event)
    case .health: block(clock, "health", HealthText(picture).summary.string.replacingPrefix("Health  ", with: ""))
    case .quiet(let output): quietLines(QuietText(output, picture), clock)
    case .waiting: waitingLines(picture, clock)
    case .question(let question): questionLines(question, picture, clock)
    case .problem(let problem): problemLines(problem, picture, clock)
    case .commands(let question): commandLines(question, picture)
    case .refused(let reason): ["Not taken: \(reason).".madeVisible]
    case .unanswered(let question): unanswered(question)
    case .undecided: ["Nobody is here to choose. The run stops; nothing more is changed. resume goes on."]
    case .remark(let text): ["\(clock) \(text)".madeVisible]
    case .leaving: leavingLines(picture)
    case .finish: finishLines(picture)
    case .report: [""] + ReportText(picture.report).lines
    case .concluded(let conclusion): conclusion.lines.map(\.madeVisible)
    }
  }

  /// What stands before the cursor while a person types.
  package func prompt(_ prompt: LinePrompt, _ picture: RunPicture) -> String {
    switch prompt {
    case .question(let question):
      let words = "\(question.word), no, \(order(question, picture))commands, health or pause"
      return "Question \(question.name): \(question.asking) Type \(words): ".madeVisible
    case .problem(let problem):
      return "Problem \(problem.name): type the number or the name of a choice: ".madeVisible
    case .override(let gate):
      let name = picture.setup?.name(gate.object) ?? gate.object.description
      return "To set \(gate.rule) aside on \(name), type override \(gate.rule), or no: ".madeVisible
    case .checks: return "The checks refuse the start. Type recheck or leave: "
    case .goOn: return "Go on? Type yes or no: "
    }
  }

  /// The plan's question takes another order of the shards as well.
  private func order(_ question: Question, _ picture: RunPicture) -> String {
    guard question.name.kind == .start, let setup = picture.setup, setup.obstacleToOrdering == nil else { return "" }
    let turned = setup.shardsInTurn.reversed().map(\.description)
    return "another order (order \(turned.prefix(3).joined(separator: " "))\(turned.count > 3 ? " ..." : "")), "
  }

  // MARK: - Blocks

  private static let margin = "         "

  private func block(_ clock: String, _ label: String, _ text: String) -> [String] {
    ["\(clock) \(label) \(text)".madeVisible]
  }

  private func entry(_ label: String, _ text: String) -> String {
    let padded = label + String(repeating: " ", count: max(0, 10 - label.count))
    return (Self.margin + padded + text).madeVisible
  }

  /// What is asked and what has gone wrong is said in full right after, so its event would say it twice.
  private func eventLines(_ event: Event) -> [String] {
    switch event.record {
    case .asked, .problem: []
    case _ where event.text.isEmpty: []
    default: ["\(WallTime(milliseconds: event.wallMilliseconds).clock) \(event.text)".madeVisible]
    }
  }

  private func quietLines(_ quiet: QuietText, _ clock: String) -> [String] {
    block(clock, "quiet:", quiet.sentence)
      + (quiet.lastLine.isEmpty ? [] : [entry("printed:", quiet.lastLine)]) + [entry("to do:", quiet.remedy)]
  }

  private func waitingLines(_ picture: RunPicture, _ clock: String) -> [String] {
    guard let waiting = WaitingText(picture) else { return [] }
    return block(clock, "waiting:", "\(waiting.subject), for \(Quantity.wholeSeconds(waiting.since)) so far")
      + waiting.reasons.map { entry("for:", $0) }
  }

  private func questionLines(_ question: Question, _ picture: RunPicture, _ clock: String) -> [String] {
    var lines = ["\(clock) asked: \(question.title) (\(question.consentClass.consequence))".madeVisible]
    for line in question.decisionLines {
      lines.append(line.label.isEmpty ? entry("", line.text) : entry(line.label.lowercased() + ":", line.text))
    }
    // What is read beside a run is not what whoever drives it has before him.
    let hasGates = question.step != nil && !picture.isReadOnly
    for red in GateSummary(picture.posture.gates, setup: picture.setup).red where hasGates {
      lines.append(entry("gate:", red.string))
    }
    return lines
  }

  private func commandLines(_ question: Question, _ picture: RunPicture) -> [String] {
    guard let setup = picture.setup, let step = NextCard.step(of: picture) else {
      return [Self.margin + "no commands belong to this question"]
    }
    let commands = step.action.commands(in: setup)
    return commands.isEmpty
      ? [Self.margin + "no command: it only waits"] : commands.map { entry("runs:", $0) }
  }

  private func problemLines(_ problem: Problem, _ picture: RunPicture, _ clock: String) -> [String] {
    let name = picture.setup?.name(problem.object) ?? problem.object.description
    var lines = ["\(clock) STOPPED \(problem.name) on \(name): \(problem.what)".madeVisible]
    let health = HealthText(picture)
    lines.append(entry("clients:", "\(health.clientErrors.string), \(health.clientTotals.string)"))
    lines.append(entry("at risk:", problem.risk))
    if let guess = problem.guess { lines.append(entry("cause?", "a guess: \(guess)")) }
    lines += logLines(name, picture)
    for numbered in NumberedOffer.all(of: problem) {
      let choice = numbered.offer.choice
      let label = "\(numbered.number.map(String.init) ?? "-") \(choice.name)"
      let text = numbered.offer.notOffered.map { "\(numbered.offer.text). Not offered: \($0)" }
      lines.append(entry(label + " ", text ?? "\(numbered.offer.text) [\(choice.costs)]"))
    }
    if !picture.isReadOnly {
      lines.append(entry("leaving", "exit code if you leave now: \(LeaveForecast(picture).codeText)"))
    }
    return lines
  }

  /// What the node's own log says, where that was read.
  private func logLines(_ node: String, _ picture: RunPicture) -> [String] {
    guard let output = picture.output, output.node == node,
      let start = output.lines.lastIndex(where: { $0.hasPrefix("The log of \(node) ") })
    else { return [] }
    return output.lines[start...].prefix(24).map { entry("log:", $0) }
  }

  private func unanswered(_ question: Question) -> [String] {
    guard question.consentClass.canBeAnsweredBeforehand else {
      return [
        "No answer to \(question.name), and nobody to ask. A question of this class is never answered beforehand: "
          + "run it at a terminal."
      ].map(\.madeVisible)
    }
    let generic = question.name.object == nil ? "" : ", or --answer \(question.name.kind.rawValue)=yes for all of them"
    return [
      "No answer to \(question.name), and nobody to ask. --answer '\(question.name)=\(question.word)' would have "
        + "answered it\(generic)."
    ].map(\.madeVisible)
  }

  private func leavingLines(_ picture: RunPicture) -> [String] {
    let forecast = LeaveForecast(picture)
    return ["Leaving: exit code \(forecast.codeText)."] + forecast.lines.map { ($0).madeVisible }
  }

  private func finishLines(_ picture: RunPicture) -> [String] {
    guard let finish = picture.finish else { return [] }
    return finish.lines.map { entry("\($0.mark.word) \($0.topic): ", $0.text) }
      + finish.byHand.map { entry("by hand:", $0) }
  }
}

extension RunPicture {
  /// What the run came to as far as this picture knows.
  package var report: RunReport {
    RunReport(of: state, times: times, finish: finish, clients: health.clients, snapshot: snapshot)
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}
