// How a run that is over is called: its exit code, and the last lines on the terminal.

import UpgradeCore

extension RunPicture {
  func exitCode(_ ended: Ending) -> ExitCode {
    switch ended.kind {
    case .done: finish?.lines.contains { $0.mark == .fail } == true ? .needsPerson : .done
    case .woundDown: ended.everyShardServed == true ? .stoppedResumable : .needsPerson
    case .stopped:
      ended.name == EndingName.notStarted ? .refused : ended.everyShardServed == true ? .stoppedResumable : .needsPerson
    }
  }

  func closing(_ ended: Ending) -> [String] {
    switch ended.kind {
    case .done: ["\(ended.sentence) Report: redis-upgrade report \(state.run)"]
    case .woundDown: ["Wound down. \(ended.sentence)"] + state.temporaryLeftOver.map { "Left over: \($0)." }
    case .stopped:
      ended.name == EndingName.notStarted
        ? [ended.sentence]
        : ["Stopped (\(ended.name)): \(ended.sentence)"] + state.temporaryLeftOver.map { "Left over: \($0)." } + [
          "Go on with: redis-upgrade resume \(state.run)"
        ]
    }
  }
}
