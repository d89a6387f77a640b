// A paste at every kind of prompt: `y`, Enter, names of shards, the very words that are asked for. Nothing is answered,
// nothing is asked for, and what was asked is asked still.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct PasteTests {
  struct Place: Sendable {
    var name: String
    var prompt: String
    var script: @Sendable () -> ScreenScript
  }

  /// The run stands at a question of that class.
  private static func asked(_ consent: ConsentClass, _ kind: QuestionKind = .handOver) -> ScreenScript {
    var picture = RunScene.handOver.picture
    picture.state.asked = Question(
      name: QuestionName(kind, kind.takesObject ? "s1" : nil), consentClass: consent, title: "Do it",
      lines: ["Why     to see"], step: nil, word: Question.word(consent, object: "s1"))
    return ScreenScript(RunScene.handOver, fixed: picture)
  }

  private static func after(_ keys: String, _ run: Rehearsal) -> ScreenScript {
    var script = ScreenScript(run)
    script.press(keys)
    return script
  }

  private static func ssh(_ kind: AccessQuestion.Kind) -> ScreenScript {
    var script = ScreenScript(RunScene.secondNode)
    script.tell(.asked(AccessQuestion(number: 1, kind: kind, text: "It is asked (yes/no)?")))
    script.settle()
    return script
  }

  private static func held() -> ScreenScript {
    var run = RunScene.secondNode
    run.isPaused = true
    var script = ScreenScript(run)
    script.press("p")
    return script
  }

  /// The digit of the first choice of that kind at a gate that does not hold.
  private static func digit(_ isWanted: (Choice) -> Bool) -> String {
    let offers = RunScene.redGate.picture.offers
    return offers.first { isWanted($0.offer.choice) }?.number.map(String.init) ?? "0"
  }

  static let places: [Place] =
    [ConsentClass.reversible, .visible, .outage, .noReturn, .loss, .override].map { consent in
      Place(name: "\(consent)", prompt: "question") { asked(consent) }
    } + [
      Place(name: "the start", prompt: "question") { ScreenScript(RunScene.plan) },
      Place(name: "a node", prompt: "question") { ScreenScript(RunScene.secondNode) },
      Place(name: "a node, from the journal", prompt: "question") { after("l", RunScene.secondNode) },
      Place(name: "a problem", prompt: "problem") { ScreenScript(RunScene.redGate) },
      Place(name: "a choice", prompt: "choice") { after(digit { !$0.isHarmless && $0.word == nil }, RunScene.redGate) },
      Place(name: "a rule", prompt: "override") { after(digit { $0.word != nil }, RunScene.redGate) },
      Place(name: "hold", prompt: "hold") { after("<C-c>", RunScene.stopping) },
      Place(name: "go on", prompt: "go on") { held() },
      Place(name: "leave", prompt: "leave") { after("q", RunScene.secondNode) },
      Place(name: "leave in a small window", prompt: "leave") {
        var script = ScreenScript(RunScene.secondNode, columns: 44, rows: 9)
        script.press("q")
        return script
      },
      Place(name: "a password", prompt: "access") { ssh(.secret) },
      Place(name: "the key of a host", prompt: "access") { ssh(.hostKey) },
      Place(name: "a touch", prompt: "access") { ssh(.notice) },
    ]

  @Test(arguments: places.indices)
  func answersNothingAndAsksForNothing(_ index: Int) {
    let place = Self.places[index]
    var script = place.script()
    let before = script.frame.prompt
    #expect(before?.hasPrefix(place.prompt) == true, "\(place.name): \(before ?? "no prompt")")
    let word = script.model.dialog.map { $0.field.prompt.string } ?? ""
    let words = word.dropLast().split(separator: " ").drop { $0 != "type" }.dropFirst().joined(separator: " ")
    for text in [
      "y", "y\n", "\n", "Y\nY\n", "n\n", "1\n2\n", "s1\ns2\ns3\n", "yes\n", "q\n", "qy", "p", "\u{3}", words + "\n",
    ] {
      script.time = script.time + .seconds(2)
      for scalar in text.unicodeScalars {
        let key: Key = scalar == "\n" ? .enter : scalar == "\u{3}" ? .control("c") : .character(scalar)
        script.pressNow(key, isPasted: true, isAlone: false)
        script.settle()
      }
      #expect(script.sent.isEmpty && script.effects.isEmpty, "\(place.name): \(text.debugDescription)")
      #expect(script.frame.prompt == before, "\(place.name): \(text.debugDescription)")
    }
    // What is typed into a password may be pasted; it goes nowhere before somebody presses Enter.
    if place.name != "a password" { #expect(script.model.dialog?.field.text ?? "" == "") }
  }
}
