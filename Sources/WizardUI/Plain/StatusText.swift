// Where a run stands, from its journal alone: what `status` prints.

package import UpgradeCore

/// The state of a run as text and as JSON.
package struct StatusText: Sendable {
  private let state: State
  private let times: RunTimes

  package init(_ state: State, times: RunTimes) {
    self.state = state
    self.times = times
  }

  private var report: RunReport { RunReport(of: state, times: times) }

  /// One word of what it is doing: `done`, `stopped`, `wound-down`, `not-started`, `problem`, `asking`, `running`,
  /// `ready`.
  private var standing: String {
    if state.ended != nil { return report.result.rawValue }
    if state.problem != nil { return "problem" }
    if state.asked != nil { return "asking" }
    return state.inFlight == nil ? "ready" : "running"
  }

  private var sentence: String {
    if let ended = state.ended { return ended.sentence }
    if let problem = state.problem { return problem.what }
    if let asked = state.asked { return asked.title }
    return state.inFlight?.effect.step.sentence(in: state.setup) ?? ""
  }

  private var out: [String] {
    state.facts.out.sorted().map { state.setup?.address($0) ?? $0.text }
  }

  private var done: Int {
    state.setup?.nodes.count { state.expected[$0.id]?.release == state.setup?.to } ?? 0
  }

  /// The same in a few words: `stopped, 3 of 6 nodes on 7.0.15, redis://10.0.3.10:6379`.
  package var summary: String {
    guard let setup = state.setup else { return standing }
    return "\(standing), \(done) of \(setup.nodes.count) nodes on \(setup.to), \(setup.target)".madeVisible
  }

  package var lines: [String] {
    let count = state.setup?.nodes.count ?? 0
    var lines = ["Run \(state.run): \(standing)" + (sentence.isEmpty ? "" : ". \(sentence)")]
    if let setup = state.setup { lines.append("Target \(setup.target): \(done) of \(count) nodes on \(setup.to)") }
    if let wizard = state.wizard { lines.append("Driven by \(wizard.name)") }
    if let began = times.began { lines.append("Began \(WallTime(milliseconds: began).text)") }
    lines += out.map { "Out of service by this run: \($0)" }
    lines += report.leftOver.map { "To be put back: \($0)" }
    if let problem = state.problem {
      lines.append("Problem \(problem.name). At risk: \(problem.risk)")
    }
    if state.ended?.kind != .done { lines.append("Go on with: redis-upgrade resume \(state.run)") }
    return lines.map(\.madeVisible)
  }

  /// `{run, standing, sentence, target, to, nodes, nodes_done, out[], left_over[], problem, question, driver, began}`.
  package var json: JSONValue {
    .fields([
      ("run", .string(state.run)), ("standing", .string(standing)), ("sentence", .string(sentence)),
      ("target", .text(state.setup?.target)), ("to", .text(state.setup?.to.description)),
      ("nodes", .integer(state.setup?.nodes.count ?? 0)), ("nodes_done", .integer(done)),
      ("out", .array(out.map(JSONValue.string))),
      ("left_over", .array(report.leftOver.map(JSONValue.string))),
      ("problem", .text(state.problem?.name)), ("question", .text(state.asked?.name.description)),
      ("driver", .text(state.wizard?.name)),
      ("began", .text(times.began.map { WallTime(milliseconds: $0).text })),
    ])
  }
}
