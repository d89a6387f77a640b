// `explain`: what is known about a word, with its sources. It talks to no server and reads no file.

import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Prints what the program knows.
struct ExplainCommand {
  let request: ExplainRequest

  func run() -> Int32 {
    if request.asMarkdown {
      for line in RuleTable.markdown { print(line) }
      return ExitCode.done.rawValue
    }
    let text = ExplainText(request.topic.explanation)
    if request.face.face == .json { print(text.json.text) } else { for line in text.lines { print(line) } }
    return ExitCode.done.rawValue
  }
}
