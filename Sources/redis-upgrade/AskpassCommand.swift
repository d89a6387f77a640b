// The program as the helper of ssh: started by ssh with its question as the only word, never by a person.

import SystemIO
import UpgradeRuntime

enum AskpassCommand {
  /// Puts the question to the wizard, and prints the answer for ssh alone; 1 where it is refused.
  static func run(_ words: [String], at socket: String) -> Int32 {
    guard (try? Secrecy.forbidCoreFiles()) != nil, (try? Signals.prepareProcess()) != nil,
      let loop = try? EventLoop(name: "askpass")
    else { return 1 }
    let hint = Host.environment[Askpass.hint]
    let text = words.joined(separator: " ")
    let answer = try? loop.runAndWait { await Askpass.ask(text, hint: hint, at: socket, on: loop) }
    guard let answer = answer.flatMap({ $0 }).flatMap({ $0 }) else { return 1 }
    var bytes = answer.take()
    bytes.append(10)
    defer { Secrecy.erase(&bytes) }
    return (try? Files.write(bytes, to: 1, path: "ssh")) == nil ? 1 : 0
  }
}
