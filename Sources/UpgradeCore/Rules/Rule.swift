// A rule is one named predicate over a snapshot, with three uses: a check before the start, a gate around a step, a line of the report.

/// A rule's stable name, such as `replica-in-sync`; scripts and tests rely on it.
package struct RuleName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  package let text: String
  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }
  package var description: String { text }
}

/// What a broken rule does to a start.
package enum Severity: Hashable, Sendable {
  /// A failure refuses the start; as a gate it holds the run.
  case blocking
  case warning
  case note

  package var word: String {
    switch self {
    case .blocking: "blocking"
    case .warning: "warning"
    case .note: "note"
    }
  }
}

/// What a rule says of one object.
package enum Verdict: Hashable, Sendable {
  /// `saw`: the values that it rests on.
  case holds(saw: String)
  /// `fix`: what would clear it, as something that a person can do or paste.
  case broken(saw: String, fix: String)
  /// Not decided: something is unread, stale or not permitted. Never healthy.
  case unknown(why: String)
  /// The rule does not speak about this object in its present state.
  case notApplicable(why: String)

  package var holds: Bool {
    switch self {
    case .holds, .notApplicable: true
    case .broken, .unknown: false
    }
  }
}

/// All that a rule may look at.
package struct Scene: Sendable {
  package var snapshot: Snapshot
  package var setup: Setup
  /// Nodes whose sickness this run is just about to cure, or is working on: health rules leave them out.
  package var ignoring: Set<NodeID>
  /// An earlier snapshot and how long before, for rules about rates; nil where there is none yet.
  package var earlier: Earlier?
  /// Facts about hosts by host name, where the profile reaches them.
  package var hosts: [String: HostFacts]
  /// The folder under which backups of this run will lie, here; nil where it is not known.
  package var backups: String?
  /// Whether anybody listens where a temporary server is to; nil where nobody looked.
  package var temporary: Reading?
  /// Our own name, so that we are not mistaken for a second operator.
  package var ownName: WizardName?
  /// Which process each node is expected to be by now; a node that is not named is still the one of the setup.
  package var identities: [NodeID: Identity]

  package struct Earlier: Sendable {
    package var snapshot: Snapshot
    package var before: Duration
    package init(snapshot: Snapshot, before: Duration) {
      self.snapshot = snapshot
      self.before = before
    }
  }

  package init(
    snapshot: Snapshot, setup: Setup, ignoring: Set<NodeID> = [], earlier: Earlier? = nil,
    hosts: [String: HostFacts] = [:], ownName: WizardName? = nil, identities: [NodeID: Identity] = [:]
  ) {
    self.snapshot = snapshot
    self.setup = setup
    self.ignoring = ignoring
    self.earlier = earlier
    self.hosts = hosts
    self.ownName = ownName
    self.identities = identities
  }
}

/// One rule of the house.
package protocol Rule: Sendable {
  var name: RuleName { get }
  var severity: Severity { get }
  /// One sentence: what holds when the rule holds.
  var title: String { get }
  /// Why it matters, for somebody who has not met it before.
  var why: String { get }
  /// What it looks at: commands and their fields, files, tables.
  var reads: String { get }
  /// How it is mended in general; a verdict says it for the object that it is about.
  var remedy: String { get }
  /// Where it is known from: public documentation, source or issues.
  var source: String { get }
  /// When it weighs less than its severity says; empty where it never does.
  var severityVaries: String { get }
  /// What to do once it is mended.
  var after: String { get }
  /// Whom the rule is about.
  func objects(in scene: Scene) -> [ObjectID]
  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict
  /// Whether a lab's own doing breaks it: then it is a note there, "expected in a lab".
  var expectedInLab: Bool { get }
  /// Whether it is asked before the start; the others are gates only.
  var isCheck: Bool { get }
  /// What a break means for this object, where that differs from object to object.
  func severity(of object: ObjectID, in scene: Scene) -> Severity
}

extension Rule {
  package var after: String { "Run this check again." }
  package var severityVaries: String { "" }
  package var expectedInLab: Bool { false }
  package var isCheck: Bool { true }
  package func severity(of object: ObjectID, in scene: Scene) -> Severity { severity }
}
