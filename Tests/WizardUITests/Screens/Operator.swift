// One person in front of any of the three faces: decides by what the run asks, and says it as that face takes it.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

/// What an operator does next.
enum Act: Hashable {
  /// Says go on to what is asked, with the word that it wants.
  case agree
  case refuse
  case choose(String)
  case hold
  case goOn
  case leave
}

/// The same deeds on a face of its own.
protocol FaceUnderTest {
  var run: Rehearsal { get set }
  mutating func perform(_ act: Act)
  mutating func goOn()
  /// What the face has said of the journal's facts, in its own words.
  var said: [String] { get }
  /// The same facts as this face ought to say them.
  func expected(_ events: [Event]) -> [String]
}

extension FaceUnderTest {
  /// Acts until there is nothing more to do; the plan may also change the world that the run meets.
  mutating func follow(_ plan: (inout Rehearsal, Int) -> Act?) {
    for turn in 0..<40 {
      goOn()
      // Longer than any step waits, and than a hand-over can still act when it has failed.
      for _ in 0..<130 where run.state.isWaiting && !run.isPaused { run.tick(.seconds(1)) }
      guard let act = plan(&run, turn) else { return goOn() }
      // What has changed meanwhile is seen before anything is done.
      goOn()
      perform(act)
    }
    Issue.record("the operator is still acting after 40 turns")
  }

  var offers: [NumberedOffer] { run.state.problem.map { NumberedOffer.all(of: $0) } ?? [] }
}

// MARK: - The screen

struct OnScreen: FaceUnderTest {
  var script: ScreenScript
  /// The rows of the journal page so far; it keeps the last 200.
  private var rows: [Int: String] = [:]

  init(_ run: Rehearsal) { script = ScreenScript(run) }

  var run: Rehearsal {
    get { script.run }
    set { script.run = newValue }
  }

  mutating func goOn() {
    script.goOn()
    let shown = script.picture.events.filter { !$0.text.isEmpty }
    let lines = JournalScreen(script.picture, script.model).written?.lines ?? []
    for (event, line) in zip(shown, lines) { rows[event.number] = String(line.dropFirst("09:00:00 ".count)) }
  }

  mutating func perform(_ act: Act) {
    switch act {
    case .agree:
      guard let question = run.state.asked, question.isTyped else { return script.press("y") }
      script.press("\(question.word.replacing("<", with: "<lt>"))<Enter>")
    case .refuse: script.press(run.state.asked?.isTyped == true ? "<Esc>n" : "n")
    case .choose(let name):
      guard let offer = offers.first(where: { $0.offer.choice.name == name && $0.number != nil }) else { return }
      script.press("\(offer.number ?? 0)")
      if let word = offer.offer.choice.word {
        script.press("\(word)<Enter>")
      } else if !offer.offer.choice.isHarmless {
        script.press("y")
      }
    case .hold: script.press("p")
    case .goOn: script.press("py")
    case .leave: script.press("qy")
    }
  }

  var said: [String] { rows.sorted { $0.key < $1.key }.map(\.value) }
  func expected(_ events: [Event]) -> [String] { events.map(\.text).filter { !$0.isEmpty } }
}

// MARK: - Lines

struct InLines: FaceUnderTest {
  var script: LineScript
  private let isJSON: Bool

  init(_ run: Rehearsal, isJSON: Bool) {
    script = LineScript(run, hasPerson: true, isJSON: isJSON)
    self.isJSON = isJSON
  }

  var run: Rehearsal {
    get { script.run }
    set { script.run = newValue }
  }

  mutating func goOn() { script.goOn() }

  mutating func perform(_ act: Act) {
    script.time = script.time + .seconds(1)
    switch act {
    case .agree: say(run.state.asked?.word ?? "yes")
    case .refuse: say("no")
    case .choose(let name):
      say(name)
      if let word = offers.first(where: { $0.offer.choice.name == name })?.offer.choice.word { say(word) }
    case .hold: say("pause")
    case .goOn:
      say("continue")
      say("yes")
    case .leave: say("leave")
    }
  }

  private mutating func say(_ line: String) {
    script.time = script.time + .seconds(1)
    script.tell(.line(line))
  }

  var said: [String] { isJSON ? records : sentences }
  func expected(_ events: [Event]) -> [String] {
    isJSON ? events.compactMap(\.record).map(Fact.of) : events.compactMap(Self.sentence)
  }

  // MARK: Words

  /// What is asked and what went wrong is a block of its own; its first line carries the title or the sentence.
  private static func sentence(_ event: Event) -> String? {
    switch event.record {
    case .asked(let question): "asked: \(question.title)"
    case .problem(let problem): "STOPPED \(problem.name)"
    default: event.text.isEmpty ? nil : event.text
    }
  }

  /// Lines with a time of day, but for those that no record stands behind, and for what is asked once more.
  private var sentences: [String] {
    let all: [String] = script.printed.compactMap { line in
      guard line.count > 9, line.prefix(8).allSatisfy({ $0.isNumber || $0 == ":" }) else { return nil }
      let text = String(line.dropFirst(9))
      if ["health ", "waiting: ", "what runs is finished"].contains(where: text.hasPrefix) { return nil }
      if text.hasPrefix("asked: ") { return text.split(separator: " (").dropLast().joined(separator: " (") }
      if text.hasPrefix("STOPPED ") { return text.split(separator: " ").prefix(2).joined(separator: " ") }
      return text
    }
    return all.enumerated().filter { index, text in
      index == 0 || text != all[index - 1] || !text.hasPrefix("asked: ")
    }.map(\.element)
  }

  // MARK: JSON

  private static let ofTheFace: Set<String> = [
    "health", "waiting", "plan", "refused", "event", "report", "end", "leaving", "finish",
  ]

  private var records: [String] {
    script.printed.compactMap { ReadJSON($0) }
      .filter { !Self.ofTheFace.contains($0["record"]?.text ?? "") }
      .map(Fact.of)
  }
}

/// A record in a few words, once from the machine and once from the line of JSON that tells of it.
enum Fact {
  static func of(_ json: ReadJSON) -> String {
    let kind = json["record"]?.text ?? "?"
    let fields = ["name", "question", "step", "attempt", "choice", "directive", "text", "result"].compactMap { name in
      switch json[name] {
      case .string(let text): "\(name)=\(text)"
      case .number(let number): "\(name)=\(Int(number))"
      default: nil as String?
      }
    }
    return ([kind] + fields).joined(separator: " ")
  }

  static func of(_ record: Record) -> String {
    func effect(_ id: EffectID) -> String { "step=\(id.step) attempt=\(id.attempt)" }
    return switch record {
    case .started: "started"
    case .resumed: "resumed"
    case .ordered: "ordered"
    case .prompted(let id, let text, _): "prompted \(effect(id)) text=\(text)"
    case .planAccepted: "plan-accepted"
    case .asked(let question): "question name=\(question.name)" + (question.step.map { " step=\($0)" } ?? "")
    case .answered(let answer, _): "answer question=\(answer.question) text=\(answer.text)"
    case .ledger(let key, _): "ledger directive=\(key.directive)"
    case .intent(let id, _, _, _): "intent \(effect(id))"
    case .outcome(let id, let outcome): "outcome \(effect(id)) result=\(outcome.kind.rawValue)"
    case .late(let id, let outcome): "late \(effect(id)) result=\(outcome.kind.rawValue)"
    case .settled(let id, let settled): "settled \(effect(id)) result=\(word(settled))"
    case .problem(let problem): "problem name=\(problem.name)" + (problem.step.map { " step=\($0)" } ?? "")
    case .chosen(let choice, _, _): "chosen choice=\(choice.name)"
    case .measured: "measured"
    case .windowClosed(let text): "window-closed text=\(text)"
    case .noted(let text): "noted text=\(text)"
    case .ended(let ending): "ended name=\(ending.name) result=\(ending.kind.rawValue)"
    }
  }

  private static func word(_ settled: Settled) -> String {
    switch settled {
    case .achieved: "achieved"
    case .failed: "failed"
    case .lapsed: "lapsed"
    }
  }
}

extension State {
  /// Neither over nor at anything that a person decides.
  fileprivate var isWaiting: Bool { asked == nil && problem == nil && ended == nil }
}
