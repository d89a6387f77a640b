// `keys`: what every key of the screen asks for, as the configuration file has it. It talks to no server.

import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Prints the keys in force.
struct KeysCommand {
  let program: Program
  let request: FaceRequest

  func run() -> Int32 {
    let text = KeysText(program.keys)
    if request.face == .json { print(text.json.text) } else { for line in text.lines { print(line) } }
    return ExitCode.done.rawValue
  }
}
