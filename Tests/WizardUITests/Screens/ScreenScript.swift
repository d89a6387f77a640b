// A key script against the model: presses keys, hands over pictures, carries out commands on the rehearsed run.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

/// An operator in front of a rehearsed run, with a terminal and a clock on paper.
struct ScreenScript {
  var run: Rehearsal
  var model: WizardModel
  var size: Size
  var time = MonotonicTime(nanoseconds: 0)
  /// A picture that is shown in place of the run's own.
  var fixed: RunPicture?
  /// Everything that the model wanted done and the script does not do itself.
  var effects: [WizardEffect] = []
  /// Commands that the driver was sent.
  var sent: [WizardCommand] = []
  private var shownPrompt: String?

  init(_ run: Rehearsal = Rehearsal(), columns: Int = 80, rows: Int = 24, fixed: RunPicture? = nil) {
    self.run = run
    size = Size(columns: columns, rows: rows)
    model = WizardModel(size: size)
    self.fixed = fixed
    tell(.pictured)
    settle()
  }

  var picture: RunPicture { fixed ?? run.picture }
  var frame: Frame { model.frame(picture, size, at: time) }
  var canvas: Canvas { frame.canvas }
  /// The rows of the screen as one text.
  var text: String { canvas.lines.joined(separator: "\n") }

  /// Types the keys of a script such as `jj<Enter>`, each alone and half a second after the last.
  mutating func press(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) {
    guard let keys = Key.script(script) else {
      Issue.record("no key script: \(script)", sourceLocation: sourceLocation)
      return
    }
    for key in keys {
      settle()
      time = time + .milliseconds(600)
      tell(.press(KeyPress(key)))
    }
    settle()
  }

  /// One key at this very moment.
  mutating func pressNow(_ key: Key, isPasted: Bool = false, isAlone: Bool = true) {
    tell(.press(KeyPress(key, isPasted: isPasted, isAlone: isAlone)))
  }

  mutating func resize(_ columns: Int, _ rows: Int) {
    size = Size(columns: columns, rows: rows)
    tell(.resized(size))
    settle()
  }

  /// Shows the frame as the loop would: a prompt that is new appears now.
  mutating func settle() {
    let prompt = frame.prompt
    if let prompt, prompt != shownPrompt { tell(.appeared(prompt)) }
    shownPrompt = prompt
  }

  /// The run goes on by itself, and the newest picture is handed over.
  mutating func goOn() {
    run.run()
    tell(.pictured)
    settle()
  }

  mutating func tell(_ message: WizardMessage) {
    for effect in model.update(message, picture, at: time) {
      guard case .send(let command) = effect else {
        effects.append(effect)
        continue
      }
      sent.append(command)
      let reason = carryOut(command)
      tell(reason.map { .refused(command, $0) } ?? .taken(command))
    }
  }

  private mutating func carryOut(_ command: WizardCommand) -> String? {
    switch command {
    case .answer(let name, let text, let source): run.decide(.answer(Answer(name, text, source: source)))
    case .choose(let choice, let typed, let source):
      run.decide(.choose(choice, typed: typed, source: source))
    case .order(let shards): run.decide(.order(shards))
    case .pause(let isPaused):
      setPaused(isPaused)
    case .recheck, .proceed, .leave, .showOutput, .attach, .detach: nil
    }
  }

  private mutating func setPaused(_ isPaused: Bool) -> String? {
    run.isPaused = isPaused
    return nil
  }
}
