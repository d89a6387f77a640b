// What the rules about a cluster of Redis Enterprise Software share.

/// A rule that rests on what the cluster says of itself; without that, nothing is decided.
protocol EnterpriseRule: Rule {
  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict
}

extension EnterpriseRule {
  package func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard scene.setup.enterprise != nil else {
      return .notApplicable(why: "this is no cluster of Redis Enterprise Software")
    }
    guard let survey = scene.snapshot.enterprise else {
      return .unknown(why: "the cluster has not been read, or not since the last change to it")
    }
    return judge(object, survey, in: scene)
  }

  package func objects(in scene: Scene) -> [ObjectID] { [.deployment] }
}

/// A rule that not every site can have decided: what it finds broken counts as its severity says, and what it cannot
/// see is warned of, because `rladmin` and `rlcheck` alone do not tell it.
protocol ExtraSightRule: EnterpriseRule {}

extension ExtraSightRule {
  package var severityVaries: String { "a warning where nothing tells it" }

  package func severity(of object: ObjectID, in scene: Scene) -> Severity {
    if case .unknown = evaluate(object, in: scene) { .warning } else { severity }
  }
}

/// A rule about one node at a time; asked about something larger, it asks all of its nodes.
///
/// A node that a gate names is always judged; `scene.ignoring` is left out only where a larger object is judged.
protocol MemberRule: EnterpriseRule {
  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict
}

extension MemberRule {
  package func objects(in scene: Scene) -> [ObjectID] { scene.numberedMembers.map(ObjectID.node) }

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    func verdict(_ id: NodeID) -> Verdict {
      guard let node = scene.snapshot.member(id) else {
        return .unknown(why: "the cluster's report does not list \(scene.name(id))")
      }
      return judge(node, survey, in: scene)
    }
    switch object {
    case .node(let id): return verdict(id)
    case .deployment, .database, .shard:
      let nodes = scene.numberedMembers.filter { !scene.ignoring.contains($0) }
      return Verdict.together(nodes.map(verdict), of: "node")
    case .host: return scene.together(object, verdict)
    }
  }
}

/// A rule about one database at a time; asked about something larger, it asks all databases.
protocol DatabaseRule: EnterpriseRule {
  func judge(_ database: Enterprise.Database, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict
}

extension DatabaseRule {
  package func objects(in scene: Scene) -> [ObjectID] {
    scene.snapshot.enterprise?.status.databases.map { .database($0.id) } ?? [.deployment]
  }

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    if case .database(let number) = object {
      guard let database = survey.database(number) else {
        return .unknown(why: "the cluster's report does not list db:\(number)")
      }
      return judge(database, survey, in: scene)
    }
    let databases = survey.status.databases
    guard !databases.isEmpty else { return .notApplicable(why: "the cluster has no database") }
    return Verdict.together(databases.map { judge($0, survey, in: scene) }, of: "database")
  }
}

/// What nothing but a person can see to: it is never green, and never in the way.
protocol AcknowledgedRule: EnterpriseRule {}

extension AcknowledgedRule {
  package var after: String { "Nothing has to be run again: this is for you to know." }
}

extension Scene {
  /// The nodes of the setup and of the cluster's report, by their numbers.
  var numberedMembers: [NodeID] {
    let listed = snapshot.enterprise?.status.nodes.map { NodeID(String($0.id)) } ?? []
    return Set(members).union(listed).sorted { (Int($0.text) ?? .max, $0) < (Int($1.text) ?? .max, $1) }
  }

  /// The version that is wanted; nil where the setup names none of this product, which no setup does.
  var wanted: Enterprise.BuildVersion? { setup.to.enterprise }

  func isIgnoring(_ number: Int) -> Bool { ignoring.contains(NodeID(String(number))) }
}

extension Enterprise.Survey {
  func node(_ number: Int) -> Enterprise.Node? { status.nodes.first { $0.id == number } }
  func database(_ number: Int) -> Enterprise.Database? { status.databases.first { $0.id == number } }

  var oldest: Enterprise.BuildVersion? { status.nodes.map(\.version).min() }
  var newest: Enterprise.BuildVersion? { status.nodes.map(\.version).max() }

  /// Why the REST API says nothing.
  var withoutREST: String {
    restTrouble.map { "not checked: the REST API could not be read: \($0)" }
      ?? "not checked: no credentials for the REST API were given"
  }

  /// Why a node's host says nothing.
  func withoutHost(_ number: Int) -> String {
    "not checked: the host of node:\(number) was not read"
      + (nodes[number]?.trouble.map { ": \($0)" } ?? "")
  }
}

extension Enterprise.Node {
  var name: String { "node:\(id)" }
}

extension Enterprise.Database {
  /// `db:3 catalog`.
  var title: String { "db:\(id) \(name)" }
}
