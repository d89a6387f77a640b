// A face of lines in front of a rehearsed run: what it prints and sends, as one transcript.
import SystemIO

@testable import UpgradeCore
@testable import WizardUI

/// Drives a `LineModel` the way `LineFace` does, without a clock.
struct LineScript {
  var run: Rehearsal
  var model: LineModel
  var time = MonotonicTime(nanoseconds: 0)
  var fixed: RunPicture?
  /// Lines as printed; a prompt stands at the end of its own line.
  var printed: [String] = []
  var sent: [WizardCommand] = []
  var code: Int32?
  /// What the driver does with commands that the rehearsal has no part for.
  var onLeave: Conclusion? = Conclusion(exitCode: 130, lines: ["Nothing was changed."])
  private let isJSON: Bool

  init(
    _ run: Rehearsal, answers: [String: String] = [:], hasPerson: Bool = false, isJSON: Bool = false,
    fixed: RunPicture? = nil
  ) {
    self.run = run
    self.isJSON = isJSON
    self.fixed = fixed
    model = LineModel(
      hasPerson: hasPerson, healthEvery: .seconds(5), saysHealthAlways: isJSON,
      prepared: { name in
        (answers[name.description] ?? answers[name.kind.rawValue]).map { Answer(name, $0, source: .beforehand) }
      })
  }

  var picture: RunPicture { fixed ?? run.picture }

  mutating func tell(_ event: LineInputEvent) {
    guard code == nil else { return }
    for effect in model.update(event, picture, at: time) {
      switch effect {
      case .say(let saying):
        printed += isJSON ? JSONVoice().lines(saying, picture) : PlainVoice().lines(saying, picture)
      case .prompt(let prompt): printed.append(PlainVoice().prompt(prompt, picture))
      case .send(let command):
        sent.append(command)
        let reason = carryOut(command)
        tell(reason.map { .refused(command, $0) } ?? .taken(command))
      case .end(let code):
        self.code = code
        return
      }
    }
  }

  /// A line that a person types after having read what was printed.
  mutating func type(_ line: String) {
    time = time + .seconds(1)
    tell(.line(line))
    goOn()
  }

  /// The run goes on by itself until it waits, and the face is told.
  mutating func goOn() {
    run.run()
    time = time + .seconds(1)
    tell(.pictured)
  }

  /// Goes on until the face has ended or nobody does anything any more.
  mutating func goToEnd() {
    for _ in 0..<300 where code == nil {
      let before = run.state.sequence
      goOn()
      if run.state.sequence == before, code == nil, run.state.ended == nil { tell(.pictured) }
    }
  }

  private mutating func carryOut(_ command: WizardCommand) -> String? {
    switch command {
    case .answer(let name, let text, let source): return run.decide(.answer(Answer(name, text, source: source)))
    case .choose(let choice, let typed, let source):
      return run.decide(.choose(choice, typed: typed, source: source))
    case .order(let shards): return run.decide(.order(shards))
    case .pause(let isPaused):
      run.isPaused = isPaused
      return nil
    case .recheck, .proceed, .showOutput, .attach, .detach: return nil
    case .leave:
      var left = picture
      left.conclusion = onLeave
      fixed = left
      return nil
    }
  }
}
