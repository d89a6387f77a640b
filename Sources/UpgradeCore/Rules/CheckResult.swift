// What one rule said of one object before the start, in words for a row and for the card below it.

/// One row of the checks.
package struct CheckResult: Hashable, Sendable {
  package enum Result: String, Hashable, Sendable, CaseIterable {
    case pass, note, warn, fail, skip, unknown
  }
  package var name: RuleName
  package var objectID: ObjectID
  /// The object as a person names it: an address, a shard's name, `the cluster`.
  package var object: String
  package var result: Result
  package var severity: Severity
  /// What holds when the rule holds, in one sentence.
  package var title: String
  package var why: String
  package var saw: String
  /// What would clear it; a command to paste where there is one. Empty where nothing has to be.
  package var fix: String
  package var after: String

  package init(
    name: RuleName, objectID: ObjectID, object: String, result: Result, severity: Severity, title: String, why: String,
    saw: String, fix: String, after: String
  ) {
    self.name = name
    self.objectID = objectID
    self.object = object
    self.result = result
    self.severity = severity
    self.title = title
    self.why = why
    self.saw = saw
    self.fix = fix
    self.after = after
  }

  /// Only a failed or undecided blocking rule refuses the start.
  package var refuses: Bool { severity == .blocking && (result == .fail || result == .unknown) }
}

extension CheckResult {
  /// What a rule says of one object of a scene.
  init(_ rule: any Rule, _ objectID: ObjectID, in scene: Scene) {
    self.init(
      name: rule.name, objectID: objectID, object: scene.name(objectID), result: .pass,
      severity: rule.severity(of: objectID, in: scene), title: rule.title, why: rule.why, saw: "", fix: "", after: "")
    switch rule.evaluate(objectID, in: scene) {
    case .holds(let saw): self.saw = saw
    case .notApplicable(let why):
      result = .skip
      saw = why
    case .unknown(let why):
      result = .unknown
      saw = why
      after = rule.after
    case .broken(let saw, let fix) where rule.expectedInLab && scene.setup.site.isLab:
      result = .note
      self.saw = "\(saw) (expected in a lab)"
      self.fix = fix
    case .broken(let saw, let fix):
      self.saw = saw
      self.fix = fix
      after = rule.after
      switch severity {
      case .blocking: result = .fail
      case .warning: result = .warn
      case .note: result = .note
      }
    }
  }
}
