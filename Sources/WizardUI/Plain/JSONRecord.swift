// A record of the journal as a JSON record of the face: its kind and its fields.

import UpgradeCore

/// One record on its way to JSON; `setup` names the objects.
struct JSONRecord {
  private let record: Record
  private let setup: Setup?

  init(_ record: Record, _ setup: Setup?) {
    self.record = record
    self.setup = setup
  }

  typealias Fields = [(String, JSONValue)]

  var kindAndFields: (String, Fields) {
    switch record {
    case .started(_, let wizard, let setup): ("started", started(wizard, setup))
    case .resumed(let wizard, _): ("resumed", [("by", .string(wizard.name))])
    case .ordered(let shards): ("ordered", [("shards", strings(shards.map(\.description)))])
    case .planAccepted(let steps): ("plan-accepted", [("steps", planned(steps))])
    case .asked(let question): ("question", asked(question))
    case .answered(let answer, let granted): ("answer", answered(answer, granted))
    case .ledger(let key, let entry): ("ledger", ledger(key, entry))
    case .intent(let effect, _, let command, let evidence):
      ("intent", self.effect(effect) + [("command", strings(command)), ("evidence", strings(evidence))])
    case .outcome(let effect, let outcome): ("outcome", self.effect(effect) + fields(outcome))
    case .settled(let effect, let settled): ("settled", self.effect(effect) + fields(settled))
    case .late(let effect, let outcome): ("late", self.effect(effect) + fields(outcome))
    case .prompted(let effect, let text, let fate):
      ("prompted", self.effect(effect) + [("text", .string(text))] + fields(fate))
    case .problem(let problem): ("problem", fields(problem))
    case .chosen(let choice, _, let source):
      ("chosen", [("choice", .string(choice.name)), ("source", .string(source.rawValue))])
    case .measured(let measure): ("measured", [("clients", ReportText.json(measure))])
    case .windowClosed(let text): ("window-closed", [("text", .string(text))])
    case .noted(let text): ("noted", [("text", .string(text))])
    case .ended(let ending): ("ended", fields(ending))
    }
  }

  private func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

  private func started(_ wizard: WizardIdentity, _ setup: Setup) -> Fields {
    [
      ("by", .string(wizard.name)), ("target", .string(setup.target)), ("to", .string(setup.to.description)),
      (
        "nodes",
        .array(
          setup.nodesByAddress.map { node in
            .fields([
              ("address", .string(node.address.description)), ("release", .string(node.release.description)),
              ("role", .string(node.role.rawValue)), ("shard", .text(setup.shard(of: node.id)?.id.description)),
            ])
          })
      ),
    ]
  }

  private func planned(_ steps: Set<PlannedStep>) -> JSONValue {
    .array(
      steps.map { ($0.key.description, $0.consentClass?.rawValue) }.sorted { $0.0 < $1.0 }.map { step in
        .fields([("id", .string(step.0)), ("consent", .text(step.1))])
      })
  }

  private func asked(_ question: Question) -> Fields {
    [
      ("name", .string(question.name.description)), ("consent", .string(question.consentClass.rawValue)),
      ("title", .string(question.title)), ("lines", strings(question.lines)),
      ("step", .text(question.step?.description)),
      ("answer", question.consentClass.canBeAnsweredBeforehand ? .string(question.word) : .null),
    ]
  }

  private func answered(_ answer: Answer, _ granted: Bool) -> Fields {
    [
      ("question", .string(answer.question.description)), ("text", .string(answer.text)),
      ("source", .string(answer.source.rawValue)), ("granted", .bool(granted)),
    ]
  }

  private func ledger(_ key: LedgerKey, _ entry: LedgerEntry) -> Fields {
    [
      ("address", .string(entry.address.description)), ("directive", .string(key.directive)),
      ("original", .string(entry.original)), ("ours", .string(entry.ours)),
      ("standing", .string(entry.standing.rawValue)),
    ]
  }

  private func effect(_ effect: EffectID) -> Fields {
    [
      ("step", .string(effect.step.description)), ("subject", .string(effect.step.sentence(in: setup))),
      ("attempt", .integer(effect.attempt)),
    ]
  }

  private func fields(_ outcome: Outcome) -> Fields {
    [
      ("result", .string(outcome.kind.rawValue)), ("sentence", .string(outcome.sentence)),
      ("evidence", .fields(outcome.evidence.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) })),
    ]
  }

  private func fields(_ fate: PromptFate) -> Fields {
    switch fate {
    case .replied(let reply): [("fate", .string("replied")), ("reply", .string(reply))]
    case .asked: [("fate", .string("asked"))]
    case .answeredThere: [("fate", .string("answered-there"))]
    }
  }

  private func fields(_ settled: Settled) -> Fields {
    switch settled {
    case .achieved: [("result", .string("achieved")), ("sentence", .string(""))]
    case .failed(let text): [("result", .string("failed")), ("sentence", .string(text))]
    case .lapsed: [("result", .string("lapsed")), ("sentence", .string(""))]
    }
  }

  private func fields(_ problem: Problem) -> Fields {
    let choices = NumberedOffer.all(of: problem).map { numbered in
      JSONValue.fields([
        ("name", .string(numbered.offer.choice.name)), ("number", numbered.number.map(JSONValue.integer) ?? .null),
        ("text", .string(numbered.offer.text)), ("not_offered", .text(numbered.offer.notOffered)),
      ])
    }
    return [
      ("name", .string(problem.name)), ("object", .string(setup?.name(problem.object) ?? problem.object.description)),
      ("step", .text(problem.step?.description)), ("what", .string(problem.what)), ("risk", .string(problem.risk)),
      ("guess", .text(problem.guess)), ("choices", .array(choices)),
    ]
  }

  private func fields(_ ending: Ending) -> Fields {
    [
      ("result", .string(ending.kind.rawValue)), ("name", .string(ending.name)),
      ("sentence", .string(ending.sentence)),
      ("every_shard_served", ending.everyShardServed.map(JSONValue.bool) ?? .null),
    ]
  }
}
