// A plan as text and as JSON: every step with its commands, the way back, and every question with the word that says go on.

package import UpgradeCore

/// What `plan` prints.
package struct PlanText: Sendable {
  private let plan: Plan?
  private let setup: Setup?
  private let briefing: Briefing?

  package init(_ plan: Plan?, setup: Setup?, briefing: Briefing? = nil) {
    self.plan = plan
    self.setup = setup
    self.briefing = briefing
  }

  package var lines: [String] {
    guard let plan, let setup else { return ["There is no plan yet."] }
    let rows = PlanRows(plan, setup: setup, briefing: briefing)
    var lines = [
      "Plan for \(setup.target): \(rows.nodesInWords) to \(setup.to.title), \(rows.others(setup)), "
        + "\(plan.steps.count) steps."
    ]
    lines += setup.site.remote?.remarks ?? []
    if setup.enterprise == nil { lines.append(setup.options.backWithinWords) }
    for (index, row) in rows.rows.enumerated() {
      if let line = row.line { lines.append("---- \(line.text)") }
      let place =
        if case .database = row.kind {
          [row.subject, "(data kept by: \(row.shard))"]
        } else {
          [row.subject, row.role, row.shard == row.subject ? "" : row.shard].filter { !$0.isEmpty && $0 != "-" }
        }
      lines.append("\(index + 1). \(place.joined(separator: " ")): \(row.what); clients notice: \(row.clients)")
      if row.kind == .briefing { lines += briefing.map { BriefingText($0).lines } ?? [] }
      for step in row.steps {
        let consent = step.consent.map { "  [asks \($0.question), \($0.consentClass.rawValue)]" } ?? ""
        lines.append("     \(step.title)\(consent)")
        lines += step.action.commands(in: setup).map { "       $ \($0)" }
      }
    }
    switch plan.ending {
    case .done: break
    case .problem(let problem): lines.append("The plan ends there: \(problem.what)")
    case .endless: lines.append("The plan has no end: this is a defect of this program.")
    }
    return lines.map(\.madeVisible)
  }

  /// `{"steps": [{id, subject, title, command, undo, consent}], "questions": [{name, consent, answer}],
  /// "considerations": [{name, kind, title, text, applies, seen, do, source}], "remarks": [...],
  /// "calls_counted_seconds"}`.
  ///
  /// `applies` is `yes` or `not known`, and then `seen` says why that is so.
  ///
  /// `command` is a list of lines; `consent` is the class or null; `answer` is the word that says go on, null for
  /// `loss` and `override`.
  package var json: JSONValue {
    let steps = plan?.steps ?? []
    return .fields([
      ("target", .text(setup?.target)), ("to", .text(setup?.to.description)),
      ("ending", ending), ("steps", .array(steps.map(step))), ("questions", .array(questions.map(question))),
      ("considerations", .array((briefing?.points ?? []).map(BriefingText.json))),
      ("remarks", .array((setup?.site.remote?.remarks ?? []).map(JSONValue.string))),
      ("back_within_seconds", setup.map { .integer(Int($0.options.backWithin.seconds)) } ?? .null),
      ("back_within_bytes", setup?.options.backWithinData.map(JSONValue.integer) ?? .null),
      ("calls_counted_seconds", briefing?.countedSeconds.map(JSONValue.integer) ?? .null),
    ])
  }

  private var ending: JSONValue {
    switch plan?.ending {
    case .done: .string("done")
    case .problem(let problem): .fields([("problem", .string(problem.name)), ("what", .string(problem.what))])
    case .endless: .string("endless")
    case nil: .null
    }
  }

  private func step(_ step: Step) -> JSONValue {
    .fields([
      ("id", .string(step.key.description)),
      ("subject", .string(setup?.name(step.key.object) ?? step.key.object.description)),
      ("title", .string(step.title)),
      ("command", .array((setup.map { step.action.commands(in: $0) } ?? []).map(JSONValue.string))),
      ("undo", .string(step.undo)), ("consent", .text(step.consent?.consentClass.rawValue)),
      ("question", .text(step.consent?.question.description)), ("clients", .string(step.impact)),
    ])
  }

  /// Every question of the plan once, the one about the plan itself first, each with the gravest class it carries.
  private var questions: [Consent] {
    var questions = [Consent(QuestionName(.start), .reversible)]
    for consent in (plan?.steps ?? []).compactMap(\.consent) {
      guard let place = questions.firstIndex(where: { $0.question == consent.question }) else {
        questions.append(consent)
        continue
      }
      questions[place].consentClass = max(questions[place].consentClass, consent.consentClass)
    }
    return questions
  }

  private func question(_ consent: Consent) -> JSONValue {
    let object = consent.question.object ?? ""
    let word = Question.word(consent.consentClass, object: object)
    return .fields([
      ("name", .string(consent.question.description)), ("consent", .string(consent.consentClass.rawValue)),
      ("answer", consent.consentClass.canBeAnsweredBeforehand ? .string(word) : .null),
    ])
  }
}

/// The graver class is the greater one.
private func max(_ left: ConsentClass, _ right: ConsentClass) -> ConsentClass {
  let order = ConsentClass.allCases
  let places = (order.firstIndex(of: left) ?? 0, order.firstIndex(of: right) ?? 0)
  return places.0 >= places.1 ? left : right
}
