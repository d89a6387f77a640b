// What the run itself needs: permissions, no second operator, and hosts that do not take everything with them.

struct PermissionsGranted: NodeRule {
  let name: RuleName = "permissions"
  let severity = Severity.blocking
  let title = "Our user may do all that the run needs, on every node"
  let why = "A command that is refused half-way stops the run between two versions."
  let reads =
    "ACL DRYRUN of each command from 7.0 on; before, the command with a word that it refuses; the configuration file"
  let remedy =
    "ACL SETUSER <our user> with the rules that are named, then ACL SAVE or CONFIG REWRITE; all of them: "
    + "redis-upgrade plan --permissions."
  let source = "redis.io documentation, ACL DRYRUN; redis 6.2 src/acl.c"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let inventory = view.inventory, let release = view.release else {
      return .unknown(why: "\(scene.name(node)): permissions have not been rehearsed")
    }
    let needed = Permissions.needed(
      for: release, stopsByCommand: scene.setup.site.has(.stop), kind: scene.setup.kind,
      switches: scene.setup.site.has(.switchOver))
    let renamed = Set(needed.compactMap { $0.title.split(separator: " ").first?.lowercased() }).filter {
      inventory.storedDirectives?.contains("rename-command \($0)") == true
    }
    guard renamed.isEmpty else {
      let names = renamed.map { $0.uppercased() }.sorted().joined(separator: ", ")
      return .broken(
        saw: "the file of \(scene.name(node)) renames \(names), or takes it away (rename-command)",
        fix: "this program knows no other names: keep people from it by ACL rules, and take the line out of the file "
          + "before the node is upgraded")
    }
    var denied: [NeededPermission] = []
    var answers: [String] = []
    var unknown: [String] = []
    for permission in needed {
      switch inventory.permissions[permission.key] {
      case .granted: continue
      case .denied(let answer):
        denied.append(permission)
        answers.append("\(permission.title): \(answer)")
      case .unknown(let why): unknown.append("\(permission.title): \(why)")
      case nil: unknown.append("\(permission.title): not rehearsed")
      }
    }
    if !denied.isEmpty {
      return .broken(
        saw: "\(scene.name(node)) does not allow our user \(answers.joined(separator: "; "))",
        fix: scene.paste(node, "ACL SETUSER <our user> \(denied.map(\.aclRule).joined(separator: " "))")
          + ", then ACL SAVE or CONFIG REWRITE")
    }
    guard unknown.isEmpty else { return .unknown(why: "\(scene.name(node)): \(unknown.joined(separator: "; "))") }
    return .holds(saw: Words.count(needed.count, "command"))
  }
}

struct NoOtherOperator: NodeRule {
  let name: RuleName = "no-other-operator"
  let severity = Severity.blocking
  let title = "Nobody else is upgrading this cluster"
  let why = "Two runs at once can take two members of one shard out of service."
  let reads = "CLIENT LIST: the names of connections"
  let remedy = "Ask who that is; wait until that run has ended."
  let source = "redis.io documentation, CLIENT SETNAME"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let inventory = view.inventory else {
      return .unknown(why: "\(scene.name(node)): CLIENT LIST has not been read")
    }
    let others = inventory.otherWizards.filter { $0 != scene.ownName }
    guard others.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)) has connections of "
          + others.prefix(3).map { "run \($0.run) on host \($0.host)" }.joined(separator: ", "),
        fix: "ask who that is, or look on: redis-upgrade watch \(scene.setup.target)")
    }
    return .holds(saw: "no other wizard is connected")
  }

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }
}

struct HostsSpread: Rule {
  let name: RuleName = "hosts-spread"
  let severity = Severity.warning
  let title = "No host holds a whole shard, or half of the primaries"
  let why = "One host that fails then takes a shard's data along, or the majority that could promote a replica."
  let reads = "the addresses of the members"
  let remedy = "Move a replica or a primary to another host when there is time; it does not hinder the upgrade."
  let source = "redis.io documentation, Scale with Redis Cluster"
  let expectedInLab = true

  func objects(in scene: Scene) -> [ObjectID] {
    [.deployment] + scene.setup.shards.filter { $0.members.count > 1 }.map { .shard($0.id) }
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .shard(let id) = object, let shard = scene.setup.shard(id) else { return primaries(in: scene) }
    guard shard.members.count > 1 else { return .notApplicable(why: "\(id) has one member only") }
    let hosts = Set(shard.members.compactMap { scene.address($0)?.host })
    guard hosts.count > 1 else {
      return .broken(
        saw: "all \(shard.members.count) members of \(id) are on \(hosts.first ?? "one host")",
        fix: "move a replica to another host when there is time; it does not hinder the upgrade")
    }
    return .holds(saw: Words.count(hosts.count, "host"))
  }

  private func primaries(in scene: Scene) -> Verdict {
    let primaries = scene.setup.shards.filter { !$0.slots.isEmpty }.compactMap { scene.snapshot.primary(of: $0) }
    guard !primaries.isEmpty else { return .unknown(why: "no primary has been read") }
    let byHost = Dictionary(grouping: primaries) { scene.address($0)?.host ?? "" }
    guard let fullest = byHost.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }),
      fullest.value.count * 2 >= primaries.count, primaries.count > 1
    else {
      return .holds(saw: "\(Words.count(primaries.count, "primary node")) on \(Words.count(byHost.count, "host"))")
    }
    return .broken(
      saw: "\(fullest.value.count) of \(primaries.count) primaries are on \(fullest.key): without it no replica is "
        + "elected",
      fix: "spread them when there is time; it does not hinder the upgrade")
  }
}
