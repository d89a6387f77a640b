// The faces that print lines: they listen to pictures and to a person, and carry out what the model decides.

import Synchronization
import SystemIO
package import UpgradeCore

/// Lines of words.
package struct PlainFace: Sendable {
  /// Health that has changed is said no more often than this.
  private let healthEvery: Duration

  package init(healthEvery: Duration = .seconds(5)) { self.healthEvery = healthEvery }

  /// Shows the run until it is over; answers the code to end with.
  package func run(
    driver: any WizardDriver & PictureSource, answers: AnswerSource, output: any LineOutput
  ) async -> Int32 {
    let model = LineModel(
      hasPerson: answers.lines != nil, healthEvery: healthEvery, saysHealthAlways: false, prepared: answers.prepared)
    let voice = PlainVoice()
    return await LineFace(
      driver: driver, output: output, lines: voice.lines, prompt: { voice.prompt($0, $1) }
    ).run(model, answers.lines)
  }
}

/// Lines of JSON, one record a line; see `JSONVoice` for the fields.
package struct JSONFace: Sendable {
  private let healthEvery: Duration

  package init(healthEvery: Duration = .seconds(5)) { self.healthEvery = healthEvery }

  /// Shows the run until it is over; answers the code to end with.
  package func run(
    driver: any WizardDriver & PictureSource, answers: AnswerSource, output: any LineOutput
  ) async -> Int32 {
    let model = LineModel(
      hasPerson: answers.lines != nil, healthEvery: healthEvery, saysHealthAlways: true, prepared: answers.prepared)
    return await LineFace(driver: driver, output: output, lines: JSONVoice().lines, prompt: { _, _ in "" })
      .run(model, answers.lines)
  }
}

/// What both have in common.
private struct LineFace: Sendable {
  let driver: any WizardDriver & PictureSource
  let output: any LineOutput
  let lines: @Sendable (Saying, RunPicture) -> [String]
  let prompt: @Sendable (LinePrompt, RunPicture) -> String

  func run(_ start: LineModel, _ typed: AsyncStream<String>?) async -> Int32 {
    let inbox = LineInbox()
    return await withTaskGroup(of: Void.self) { group in
      group.addTask { [pictures = driver.pictures] in
        for await _ in pictures { inbox.add(.pictured) }
      }
      if let typed {
        group.addTask {
          for await line in typed { inbox.add(.line(line)) }
          inbox.add(.inputEnded)
        }
      }
      var model = start
      inbox.add(.pictured)
      for await _ in inbox.bell {
        while let event = inbox.next() {
          if let code = await take(event, &model, inbox, &group) {
            group.cancelAll()
            inbox.close()
            return code
          }
        }
      }
      // Whoever runs this face was cancelled.
      return LeaveForecast(driver.picture).exitCode
    }
  }

  /// Carries out what one event leads to; answers the code when that is the end.
  private func take(
    _ event: LineInputEvent, _ model: inout LineModel, _ inbox: LineInbox, _ group: inout TaskGroup<Void>
  ) async -> Int32? {
    let picture = driver.picture
    for effect in model.update(event, picture, at: .now) {
      switch effect {
      case .say(let saying):
        for line in lines(saying, picture) where await !output.write(line + "\n") { inbox.add(.endWanted) }
      case .prompt(let wanted):
        let text = prompt(wanted, picture)
        if !text.isEmpty, await !output.write(text) { inbox.add(.endWanted) }
      case .send(let command):
        group.addTask { [driver] in
          let reason = await driver.send(command)
          inbox.add(reason.map { .refused(command, $0) } ?? .taken(command))
        }
      case .end(let code): return code
      }
    }
    return nil
  }
}

/// Events in their order; pictures are only counted as "there is one", since the newest is asked for when it is shown.
private final class LineInbox: Sendable {
  let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation
  private let waiting = Mutex<[LineInputEvent]>([])

  init() {
    (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  func add(_ event: LineInputEvent) {
    waiting.withLock { waiting in
      if event == .pictured || event == .endWanted, waiting.contains(event) { return }
      waiting.append(event)
    }
    ring.yield()
  }

  func next() -> LineInputEvent? {
    waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  func close() { ring.finish() }
}
