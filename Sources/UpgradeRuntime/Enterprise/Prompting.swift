// Questions of the running installer: seen in its output, recorded, and answered at its terminal.

import SystemIO
import UpgradeCore

/// The end of a command's output, as far as it may ask something.
struct Prompting {
  private(set) var command: EffectID?
  private var unfinished: [UInt8] = []
  private var lines = 0
  /// The line that was taken for a question already.
  private var askedLine: Int?
  /// The question that the operator is asked in the command's place.
  var question: Question?
  /// Looks once more when nothing has come for a while.
  var pause: Task<Void, Never>?

  mutating func begin(_ command: EffectID) {
    pause?.cancel()
    self = Prompting()
    self.command = command
  }

  /// Whether the command went on after what it had asked.
  mutating func take(_ bytes: [UInt8]) -> Bool {
    var wentOn = false
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      if askedLine == lines {
        askedLine = nil
        wentOn = true
      }
      lines += 1
      unfinished = []
      rest = rest[(end + 1)...]
    }
    unfinished = Array((unfinished + rest).suffix(4096))
    return wentOn
  }

  /// What the last line asks, where that has not been taken up yet.
  func prompt(isQuiet: Bool) -> Enterprise.Prompt? {
    guard askedLine != lines else { return nil }
    return Enterprise.InstallerPrompts.read(OutputTail.plain(unfinished[...]), isQuiet: isQuiet)
  }

  mutating func markAsked() { askedLine = lines }
  /// The answer did not get there: the line is looked at again.
  mutating func askAgain() { askedLine = nil }
}

extension Wizard {
  /// How long nothing has to come before a line that nobody knows is taken for a question.
  private static let quiet = Duration.seconds(3)

  func watchPrompts(_ job: HostJob, _ news: HostNews) {
    guard picture.setup?.enterprise != nil else { return }
    switch news {
    case .began: prompting.begin(job.id)
    case .ended:
      if prompting.command == job.id { prompting.begin(job.id) }
    case .printed(let bytes):
      guard prompting.command == job.id else { return }
      let wentOn = prompting.take(bytes)
      if wentOn, prompting.question != nil {
        prompting.question = nil
        _ = parts.loop.task { [weak self] in _ = await self?.session?.input(.promptGone(job.id)) }
      }
      lookForPrompt(isQuiet: false)
    }
  }

  private func lookForPrompt(isQuiet: Bool) {
    prompting.pause?.cancel()
    prompting.pause = nil
    guard let command = prompting.command else { return }
    if let prompt = prompting.prompt(isQuiet: isQuiet) {
      prompting.markAsked()
      _ = parts.loop.task { [weak self] in
        if await self?.session?.input(.prompted(command, prompt)) != nil { await self?.promptNotTaken(command) }
      }
    } else if !isQuiet {
      lookLater()
    }
  }

  /// Looks once more when nothing has come for a while.
  private func lookLater() {
    prompting.pause?.cancel()
    prompting.pause = parts.loop.task { [weak self, loop = parts.loop] in
      do throws(CancellationError) { try await loop.sleep(for: Self.quiet) } catch { return }
      await self?.lookForPrompt(isQuiet: true)
    }
  }

  /// Another question was open, or the command is just over. An installer that waits prints nothing more by which it
  /// would be looked at again.
  private func promptNotTaken(_ command: EffectID) {
    guard prompting.command == command else { return }
    prompting.askAgain()
    lookLater()
  }

  /// Types what was decided, once that is durable.
  func answerPrompts(_ records: [Record]) async {
    for record in records {
      switch record {
      case .prompted(let effect, _, .replied(let reply)): await type(reply, into: effect)
      case .asked(let question) where question.isOfCommand: prompting.question = question
      case .answered(let answer, let granted):
        guard let question = prompting.question, question.name == answer.question, let command = prompting.command
        else { continue }
        prompting.question = nil
        if let reply = question.typed(granted: granted) { await type(reply, into: command) }
      default: break
      }
    }
  }

  private func type(_ reply: String, into command: EffectID) async {
    guard let open else { return }
    do throws(HostFailure) {
      let line = try await open.host.keyboards.line(to: command) { _ in }
      do throws(HostFailure) {
        try await line.type(Array("\(reply)\n".utf8))
        await line.close()
      } catch {
        await line.close()
        throw error
      }
    } catch {
      note("The answer \(reply) did not get to the installer: \(error.description)")
      prompting.askAgain()
      lookForPrompt(isQuiet: false)
    }
  }
}
