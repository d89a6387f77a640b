// Whether a known limitation is about a deployment: what readings tell, and what they leave open.

extension Scene {
  /// The databases that are instances of Active-Active ones, by number; nil where only the REST API could tell.
  var activeActive: [Int]? {
    guard let survey = snapshot.enterprise else { return nil }
    var found = Set(setup.enterprise?.databases.filter(\.isActiveActive).map(\.id) ?? [])
    let said = survey.rest?.databases
    found.formUnion(said?.filter { $0.isActiveActive == true }.map(\.id) ?? [])
    let isAnswered = said.map { !$0.contains { $0.isActiveActive == nil } } ?? false
    return isAnswered || !found.isEmpty || survey.status.databases.isEmpty ? found.sorted() : nil
  }

  /// Whether a limitation is about this cluster; nil where that cannot be told.
  func isMet(_ condition: Enterprise.Limitation.Condition) -> Bool? {
    guard let survey = snapshot.enterprise else { return nil }
    let modules = survey.modulesInUse
    switch condition {
    case .always: return true
    case .anyModule: return modules.map { !$0.isEmpty }
    case .moduleBefore(let kind, let version):
      guard let own = modules?.filter({ $0.kind == kind }) else { return nil }
      if own.contains(where: { $0.version.map { $0 < version } == true }) { return true }
      return own.contains { $0.version == nil } ? nil : false
    case .searchInParallel:
      guard let own = modules else { return nil }
      guard own.contains(where: { $0.kind == .search }) else { return false }
      return survey.settings?["parallel_shards_upgrade"].map { $0 != "0" }
    case .activeActive(let withModules):
      guard let databases = activeActive else { return nil }
      guard withModules, !databases.isEmpty else { return !databases.isEmpty }
      return modules.map { $0.contains { databases.contains($0.database) } }
    case .activeActiveUpTo(let version):
      guard let databases = activeActive else { return nil }
      guard !databases.isEmpty else { return false }
      guard let modules else { return nil }
      let own = databases.filter { number in modules.contains { $0.database == number } }
      if own.contains(where: { survey.version(ofDatabase: $0).map { $0 <= version } == true }) { return true }
      return own.contains { survey.version(ofDatabase: $0) == nil } ? nil : false
    case .roleLDAP: return survey.rest?.cluster?.usesRoleLDAP
    case .system(let family, let version):
      let systems = survey.status.nodes.map { survey.system(of: $0.id) }
      let isFound = systems.contains { system in
        system.map { Enterprise.SystemFamily($0.name) == family && $0.version.hasPrefix(version) } == true
      }
      return isFound ? true : systems.contains { $0 == nil } ? nil : false
    case .singleNode: return survey.status.nodes.count == 1
    case .asked: return nil
    }
  }
}

extension Enterprise.DatabaseModule {
  var kind: Enterprise.ModuleKind? { Enterprise.ModuleKind(named: name) }
}

extension Enterprise.Survey {
  /// The modules of the databases, from `rladmin` or else from the REST API; nil where neither said.
  var modulesInUse: [Enterprise.DatabaseModule]? {
    if let modules { return modules }
    return rest?.databases.flatMap { database in
      database.modules.map { text in
        let (name, version) = Substring(text).cut(atLast: " ") ?? (Substring(text), "")
        return Enterprise.DatabaseModule(database: database.id, name: String(name), version: Version(version))
      }
    }
  }

  /// What a database runs: as `rladmin` shows it, else as the REST API says.
  func version(ofDatabase number: Int) -> Enterprise.DatabaseVersion? {
    if let text = database(number)?.version { return Enterprise.DatabaseVersion(text) }
    return rest?.databases.first { $0.id == number }?.version
  }

  /// The operating system of a node: as the vendor's own software sees it, else as its host says.
  func system(of number: Int) -> Enterprise.SystemSeen? {
    if let node = rest?.nodes.first(where: { $0.id == number }), let family = node.systemFamily,
      let version = node.systemVersion
    {
      return Enterprise.SystemSeen(name: family, version: version)
    }
    guard let host = nodes[number]?.host, let name = host.system, let version = host.systemVersion else { return nil }
    return Enterprise.SystemSeen(name: name, version: version)
  }
}

extension Enterprise {
  struct SystemSeen: Hashable {
    var name: String
    var version: String
    var words: String { "\(name) \(version)" }
  }
}
