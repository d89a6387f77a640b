// The wizard on a terminal: hands events to the model, pictures to the frame, and commands to the event loop.

import Synchronization
package import SystemIO
package import UpgradeCore

/// Where the ssh program asks for what a person has to type, and is answered.
package protocol AccessPort: Sendable {
  /// The question in sight.
  var pending: AccessQuestion? { get }
  /// Says that it may be another one; for one listener.
  var changes: AsyncStream<Void> { get }
  /// nil refuses.
  func answer(_ number: Int, _ text: HiddenText?)
}

/// Takes what the operator types into the command that the keyboard is attached to.
package protocol KeyboardPort: Sendable {
  /// From any thread; never waits.
  func type(_ text: HiddenText)
}

/// The full-screen face of a run.
///
/// It lives on the initial thread and never waits: commands are sent by tasks of the event loop, and what comes of
/// them comes back as an event.
package struct WizardFace: Face {
  private let driver: any WizardDriver & PictureSource
  private let loop: EventLoop
  private let wakeUp: WakeUp
  /// Where the screen is written to when the run has no directory yet.
  private let directory: String
  private let prepared: @Sendable (QuestionName) -> Answer?
  private let letters = Letters()
  /// Where ssh asks for passwords; nil where no ssh is used.
  private let desk: (any AccessPort)?
  private let keyboard: (any KeyboardPort)?
  private let hasClipboard: Bool

  private var model: WizardModel
  private var picture: RunPicture
  /// Questions whose prepared answer was not taken: the operator is asked.
  private var refusedBeforehand: Set<QuestionName> = []
  /// The code to end with, once the face has answered `leave`.
  package private(set) var exitCode: Int32?

  /// - Parameters:
  ///   - size: that of the terminal now.
  ///   - directory: for pictures of the screen while the run has no directory of its own.
  ///   - hasClipboard: whether the terminal takes what is copied.
  ///   - opening: a sentence for the first screen.
  ///   - prepared: answers given beforehand; they are used without a question to the operator.
  package init(
    driver: any WizardDriver & PictureSource, size: Size, loop: EventLoop, wakeUp: WakeUp, directory: String = ".",
    opening: String? = nil, desk: (any AccessPort)? = nil, keyboard: (any KeyboardPort)? = nil,
    hasClipboard: Bool = false,
    prepared: @escaping @Sendable (QuestionName) -> Answer? = { _ in nil }
  ) {
    self.driver = driver
    self.loop = loop
    self.wakeUp = wakeUp
    self.directory = directory
    self.prepared = prepared
    self.desk = desk
    self.keyboard = keyboard
    self.hasClipboard = hasClipboard
    model = WizardModel(size: size)
    model.status = opening
    picture = driver.picture
    let pictures = driver.pictures
    _ = loop.task { for await _ in pictures { wakeUp.signal() } }
    if let desk { _ = loop.task { for await _ in desk.changes { wakeUp.signal() } } }
    if let pane = OutputScreen.terminalSize(in: size) { send(.showOutput(pane)) }
  }

  // MARK: - Face

  package mutating func handle(_ event: FaceEvent, at now: MonotonicTime) -> FaceAnswer {
    // What a letter tells of is in the picture by then.
    let messages = letters.take()
    picture = driver.picture
    var answer = FaceAnswer.goOn
    for message in messages {
      if case .refused(.answer(let name, _, .beforehand), _) = message { refusedBeforehand.insert(name) }
      answer = carryOut(model.update(message, picture, at: now), answer)
    }
    if let desk, desk.pending != model.access {
      answer = carryOut(model.update(.asked(desk.pending), picture, at: now), answer)
    }
    let message: WizardMessage =
      switch event {
      case .key(let press): .press(press)
      case .resized(let size): .resized(size)
      case .appeared(let prompt): .appeared(prompt)
      case .woken, .timeCame: .pictured
      case .signal, .hangUp: .endWanted
      }
    answer = carryOut(model.update(message, picture, at: now), answer)
    return carryOut(answerBeforehand(), answer)
  }

  package func frame(_ size: Size, glyphs: Glyphs, at now: MonotonicTime) -> Frame {
    // Ages grow also while no newer picture comes: a run that hangs has to show.
    var shown = picture
    shown.now = max(shown.now, Instant(nanoseconds: now.nanoseconds))
    return model.frame(shown, size, glyphs: glyphs, at: now)
  }

  // MARK: - Effects

  private mutating func carryOut(_ effects: [WizardEffect], _ answer: FaceAnswer) -> FaceAnswer {
    var answer = answer
    for effect in effects {
      switch effect {
      case .send(let command): send(command)
      case .hand(let number, let text): desk?.answer(number, text)
      case .type(let text): keyboard?.type(text)
      case .discard: if answer == .goOn { answer = .discard }
      case .write(let page): write(page, saying: "Written:")
      case .copy(let page): if answer == .goOn { answer = copy(page) }
      case .redraw: if answer != .leave { answer = .redraw }
      case .suspend: if answer != .leave { answer = .suspend }
      case .end(let code):
        exitCode = code
        answer = .leave
      }
    }
    return answer
  }

  private func send(_ command: WizardCommand) {
    _ = loop.task { [driver, letters, wakeUp] in
      let reason = await driver.send(command)
      letters.add(reason.map { .refused(command, $0) } ?? .taken(command))
      wakeUp.signal()
    }
  }

  /// A question that was answered beforehand is not put to the operator, once its gates hold.
  private mutating func answerBeforehand() -> [WizardEffect] {
    guard case .question(let name)? = model.prompt, !refusedBeforehand.contains(name),
      let question = picture.state.asked, question.name == name, question.consentClass.canBeAnsweredBeforehand,
      question.step == nil || picture.posture.gates.allSatisfy(\.isGreen), let answer = prepared(name)
    else { return [] }
    return model.send(.answer(name, answer.text, .beforehand), picture)
  }

  /// To the terminal's clipboard, and to a file in any case: a terminal does not say whether it took it.
  private func copy(_ page: PageText?) -> FaceAnswer {
    let text = lines(of: page).joined(separator: "\n") + "\n"
    let isSent = hasClipboard && text.utf8.count <= TerminalModes.mostCopied
    write(page, saying: isSent ? "Copied, also to" : "Copied only to")
    return isSent ? .copy(text) : .goOn
  }

  private func lines(of page: PageText?) -> [String] {
    page?.lines ?? model.frame(picture, model.size, at: .now).canvas.lines
  }

  private func write(_ page: PageText?, saying words: String) {
    let size = model.size
    let rows = lines(of: page)
    let journal = picture.paths.journal
    let folder = journal.isEmpty ? directory : Files.directory(of: journal)
    let clock = WallTime(milliseconds: picture.wallMilliseconds).clock.filter { $0 != ":" }
    let path = "\(folder)/\(page?.name ?? "screen")-\(clock).txt"
    // Where nothing is asked there are two rows for it.
    let room = (size.columns - 2) * (model.prompt == nil ? 2 : 1) - words.displayColumns - 1
    let name = RunFile(path: path, paths: picture.paths).words(columns: room)
    _ = loop.task { [loop, letters, wakeUp] in
      do {
        try await loop.blocking { () throws(SystemError) in
          try Files.writeAtomically(path, Array((rows.joined(separator: "\n") + "\n").utf8))
        }
        letters.add(.said("\(words) \(name)"))
      } catch {
        letters.add(.said("Not written: \(error)"))
      }
      wakeUp.signal()
    }
  }
}

/// What tasks have to tell the face; it takes them when it is woken.
private final class Letters: Sendable {
  private let messages = Mutex<[WizardMessage]>([])

  func add(_ message: WizardMessage) { messages.withLock { $0.append(message) } }

  func take() -> [WizardMessage] {
    messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
