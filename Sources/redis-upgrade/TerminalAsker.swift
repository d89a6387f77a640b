// Where no screen is up: what ssh asks for is asked on the terminal, one question after the other.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Asks on the controlling terminal, whatever standard input and output are.
struct TerminalAsker: Sendable {
  let desk: AccessDesk
  let loop: EventLoop
  /// Keeps the reader of typed lines away meanwhile.
  let gate: LineGate?

  /// Serves the desk until it is closed; the terminal is as it was before when this returns.
  func serve() async {
    var current: (number: Int, stop: WakeUp, task: Task<Void, Never>)?
    for await _ in desk.changes {
      let pending = desk.pending
      if let asked = current, asked.number != pending?.number {
        asked.stop.signal()
        await asked.task.value
        current = nil
      }
      guard current == nil, let pending, let stop = try? WakeUp() else { continue }
      current = (pending.number, stop, loop.task { await ask(pending, stop) })
    }
    current?.stop.signal()
    await current?.task.value
  }

  private func ask(_ question: AccessQuestion, _ stop: WakeUp) async {
    let lines = question.lines.map(\.madeVisible)
    let text: String
    switch question.kind {
    case .notice:
      // It is withdrawn when ssh goes on.
      for line in lines { complain(line) }
      return
    case .secret: text = lines.joined(separator: "\n") + (lines.last?.hasSuffix(" ") == true ? "" : " ")
    case .hostKey: text = lines.joined(separator: "\n") + "\nType yes to trust this key; anything else refuses: "
    }
    gate?.close()
    defer { gate?.open() }
    let isShown = question.kind == .hostKey
    let answer = try? await loop.blocking { () throws(SystemError) in
      try HiddenPrompt.ask(text, isShown: isShown, stop: stop)
    }
    guard case .line(var bytes)? = answer else { return desk.answer(question.number, nil) }
    let isRefused = isShown && bytes != Array("yes".utf8)
    let typed = HiddenText(taking: &bytes)
    desk.answer(question.number, isRefused ? nil : typed)
  }
}

extension AccessDesk: AccessPort {}

/// And what is typed into a running command goes through the wizard behind it.
extension Wizard: KeyboardPort {}

/// What ssh needs of one call of the program: its connections, and somebody to ask.
struct Access: Sendable {
  /// nil where no ssh is used.
  let links: SSHLinks?
  /// nil where nobody is there who could be asked.
  let desk: AccessDesk?
}

extension Program {
  /// Connections to hosts, made as they are needed; where standard input is no terminal, ssh asks nothing.
  func access(_ remote: Site.Remote?) -> Access {
    guard let remote else { return Access(links: nil, desk: nil) }
    let desk = Terminal.isTerminal(0) ? AccessDesk() : nil
    return Access(links: SSHLinks(SSHLogin(remote), desk: desk, on: loop), desk: desk)
  }

  /// Ends connections to hosts; what was begun there goes on.
  func end(_ access: Access) {
    _ = wait { await access.links?.close() }
  }

  /// Does something while what ssh asks for is asked on the terminal.
  func asking<Value>(_ desk: AccessDesk?, gate: LineGate? = nil, _ body: () -> Value) -> Value {
    guard let desk else { return body() }
    let serving = loop.task { [loop] in await TerminalAsker(desk: desk, loop: loop, gate: gate).serve() }
    let value = body()
    desk.close()
    _ = wait { await serving.value }
    return value
  }
}
