// A healthy cluster of three nodes and four databases as report texts, to be damaged cell by cell.

import Testing

@testable import UpgradeCore

/// A table of `rladmin status`, cells by heading; printed with every column as wide as it has to be.
struct ReportTable {
  var title: String
  var headings: [String]
  var rows: [[String: String]]

  init(_ title: String, _ headings: String, _ rows: [String]) {
    self.title = title
    self.headings = headings.split(separator: " ").map(String.init)
    let names = self.headings
    self.rows = rows.map { row in
      Dictionary(uniqueKeysWithValues: zip(names, row.split(separator: " ").map(String.init)))
    }
  }

  var text: String {
    let lines = [Dictionary(uniqueKeysWithValues: headings.map { ($0, $0) })] + rows
    let widths = headings.map { name in lines.map { $0[name, default: ""].count }.max() ?? 0 }
    let printed = lines.map { line in
      zip(headings, widths).map { name, width in
        line[name, default: ""] + String(repeating: " ", count: width - line[name, default: ""].count)
      }.joined(separator: " ")
    }
    return ([title] + printed).joined(separator: "\n")
  }
}

/// What there is to read of a cluster: 7.2.4-92 on its way to 7.22.0-250, node 1 leads.
struct EnterpriseScene {
  var head = ["CLUSTER:", "OK. Cluster master: 1 (10.0.0.1)", "Cluster health: OK, [0, 0.0, 0.0]"]
  var nodes = ReportTable(
    "CLUSTER NODES:", "NODE:ID ROLE ADDRESS HOSTNAME SHARDS CORES VERSION STATUS",
    [
      "*node:1 master 10.0.0.1 a 3/100 6 7.2.4-92 OK", "node:2 slave 10.0.0.2 b 2/100 6 7.2.4-92 OK",
      "node:3 slave 10.0.0.3 c 1/100 6 7.2.4-92 OK",
    ])
  var databases = ReportTable(
    "DATABASES:",
    "DB:ID NAME TYPE STATUS SHARDS REPLICATION PERSISTENCE ENDPOINT EXEC_STATE_MACHINE REDIS_VERSION",
    [
      "db:1 sessions redis active 1 enabled aof e:1 N/A 7.2.4", "db:2 orders redis active 1 disabled aof e:2 N/A 7.2.4",
      "db:3 catalog redis active 1 disabled snapshot e:3 N/A 7.2.4",
      "db:4 cache redis active 1 disabled disabled e:4 N/A 7.2.4",
    ])
  var endpoints = ReportTable(
    "ENDPOINTS:", "DB:ID NAME ID NODE ROLE SSL WATCHDOG_STATUS",
    [
      "db:1 sessions endpoint:1:1 node:1 single No OK", "db:2 orders endpoint:2:1 node:1 single No OK",
      "db:3 catalog endpoint:3:1 node:2 single No OK", "db:4 cache endpoint:4:1 node:3 single No OK",
    ])
  var shards = ReportTable(
    "SHARDS:", "DB:ID NAME ID NODE ROLE SLOTS USED_MEMORY WATCHDOG_STATUS STATUS",
    [
      "db:1 sessions redis:1 node:1 master 0-16383 2MB OK OK", "db:1 sessions redis:2 node:2 slave 0-16383 2MB OK OK",
      "db:2 orders redis:3 node:1 master 0-16383 2MB OK OK", "db:3 catalog redis:4 node:2 master 0-16383 2MB OK OK",
      "db:4 cache redis:5 node:3 master 0-16383 2MB OK OK", "db:4 cache redis:6 node:1 master 0-16383 2MB OK OK",
    ])
  var settings: String? =
    "Cluster configuration:\n    parallel_shards_upgrade: 0\n    upgrade mode: disabled\n"
  var actions: String? = "Got 0 tasks:\n"
  var modules: String? = "CLUSTER MODULES:\nMODULE VERSION ID\n\nDATABASE MODULES:\nDB:ID MODULE VERSION\n"
  var checks: [Int: String] = [:]
  var services: [Int: String] = [:]
  /// What the script of facts says on the host of each node, a line each.
  var hosts: [Int: [String]] = [:]
  /// Nodes that were not asked themselves.
  var unasked: Set<Int> = []
  var rest: Enterprise.RestView?
  var restTrouble: String?
  /// What a look through every proxy told; nil where nobody looked.
  var clients: ((Enterprise.Proxy) -> Enterprise.ProxyReading.Answer)?
  var to = "7.22.0-250"
  var install = "./install.sh"
  var ignoring: Set<Int> = []
  var isRead = true
  var isLab = false

  static let passed =
    "Running test: verify_services\n\tPASS\nRunning test: verify_port_range\n\tPASS\n"
    + "Summary:\n-------\nALL TESTS PASSED.\n"
  static let running = "alert_mgr RUNNING pid 1, uptime 1:00:00\ncnm_http RUNNING pid 2, uptime 1:00:00\n"
  static let host = [
    "system ubuntu 22.04", "memory 16000000", "available 9000000", "swap 0", "ports 30000 65535", "time chronyd",
    "listening", "listen 8443 nginx", "listen 22 sshd", "dns pdns_server", "openssl 3.0.13",
    "programs : rladmin rlcheck supervisorctl", "room 50000000 ext4 root:root /opt/redislabs",
    "room 50000000 ext4 redislabs:redislabs /var/opt/redislabs",
    "room 50000000 ext4 redislabs:redislabs /var/opt/redislabs/persist",
    "room 50000000 ext4 redislabs:redislabs /var/opt/redislabs/tmp",
  ]

  init() {
    for number in 1...3 {
      checks[number] = Self.passed
      services[number] = Self.running
      hosts[number] = Self.host
    }
  }

  /// Puts another line of facts in the place of one, on one host.
  mutating func host(_ number: Int, _ old: String, _ new: String?) {
    guard let place = hosts[number]?.firstIndex(where: { $0.hasPrefix(old) }) else { return hosts[number] = ["wrong"] }
    hosts[number]?[place] = new ?? ""
  }

  mutating func node(_ number: Int, _ heading: String, _ value: String) { nodes.rows[number - 1][heading] = value }
  mutating func database(_ number: Int, _ heading: String, _ value: String) {
    databases.rows[number - 1][heading] = value
  }
  mutating func shard(_ number: Int, _ heading: String, _ value: String) { shards.rows[number - 1][heading] = value }

  mutating func versions(_ first: String, _ second: String, _ third: String) {
    for (number, version) in zip(1..., [first, second, third]) { node(number, "VERSION", version) }
  }

  /// The REST API says the same as the tables.
  mutating func asksREST(_ change: (inout Enterprise.RestView) -> Void = { _ in }) throws {
    let status = try status()
    var view = Enterprise.RestView(
      nodes: status.nodes.map { node in
        var own = Enterprise.RestNode(id: node.id, address: node.address)
        own.version = node.version
        own.status = "active"
        own.isMaster = node.role == .master
        own.isInMaintenance = false
        own.systemFamily = "ubuntu"
        own.systemVersion = "22.04"
        return own
      },
      databases: status.databases.map { database in
        var own = Enterprise.RestDatabase(id: database.id, name: database.name)
        own.status = database.status
        own.version = database.version.flatMap { Enterprise.DatabaseVersion($0) }
        own.isReplicated = database.isReplicated
        own.persistence = database.persistence
        own.isActiveActive = false
        own.isAvailable = true
        return own
      },
      shards: status.shards.map { shard in
        var own = Enterprise.RestShard(
          id: shard.id, database: shard.database, node: shard.node, isPrimary: shard.isPrimary)
        own.status = "active"
        own.sync = "idle"
        return own
      })
    view.cluster = Enterprise.RestCluster(name: "cluster.local", upgradeMode: false)
    view.cluster?.usesOldLDAP = false
    view.cluster?.usesRoleLDAP = false
    view.actions = []
    view.failedChecks = []
    view.license = Enterprise.License()
    view.license?.isExpired = false
    view.license?.expires = "2027-01-01T00:00:00Z"
    change(&view)
    rest = view
  }

  private func status() throws -> Enterprise.ClusterStatus {
    try Reader.clusterStatus(
      ([head.joined(separator: "\n")] + [nodes, databases, endpoints, shards].map(\.text)).joined(separator: "\n\n")
        + "\n")
  }

  func scene() throws -> Scene {
    let status = try status()
    var reports: [Int: Enterprise.NodeReport] = [:]
    for node in status.nodes where !unasked.contains(node.id) {
      reports[node.id] = Enterprise.NodeReport(
        check: try checks[node.id].map { try Reader.checkReport($0) },
        stoppedServices: try services[node.id].map { try Reader.stoppedServices($0) },
        host: hosts[node.id].map { lines in
          var report = Enterprise.HostReport()
          for line in lines { report.hear(line.split(separator: " ").map(String.init)) }
          return report
        })
    }
    var survey = Enterprise.Survey(
      status: status, settings: try settings.map { try Reader.clusterSettings($0) },
      actions: try actions.map { try Reader.runningActions($0) }, nodes: reports, rest: rest, restTrouble: restTrouble)
    survey.clients = clients.map { answer in status.proxies.map { Enterprise.ProxyReading($0, answer($0)) } }
    survey.modules = try modules.map { try Reader.databaseModules($0) }
    let release = Release(try #require(Enterprise.BuildVersion(to)))
    let ids = status.nodes.map { NodeID(String($0.id)) }
    let setup = Setup(
      target: "enterprise://10.0.0.1", to: release,
      nodes: status.nodes.map { node in
        NodeSetup(
          id: NodeID(String(node.id)), address: Address(host: node.address, port: 9443), release: Release(node.version),
          role: .primary, runID: "", processID: 0, configFile: "", directory: "", appendOnly: false, settings: [:])
      }, shards: [], nodeTimeout: .seconds(15), wayBackNarrows: false,
      site: Site(
        reach: .ssh, commands: [.install: Dictionary(uniqueKeysWithValues: ids.map { ($0, install) })], bounds: [:],
        isLab: isLab),
      options: Options(), enterprise: Enterprise.Constants(databases: []))
    return Scene(
      snapshot: Snapshot(nodes: [:], shards: [], addresses: [:], enterprise: isRead ? survey : nil), setup: setup,
      ignoring: Set(ignoring.map { NodeID(String($0)) }))
  }
}

/// One line of a transcript: what a rule says of one object of a cluster that was changed.
struct EnterpriseCase: Sendable, CustomStringConvertible {
  let rule: RuleName
  let object: ObjectID
  let line: String
  let change: @Sendable (inout EnterpriseScene) throws -> Void

  init(
    _ rule: RuleName, _ object: ObjectID = .deployment, _ line: String,
    _ change: @escaping @Sendable (inout EnterpriseScene) throws -> Void = { _ in }
  ) {
    self.rule = rule
    self.object = object
    self.line = line
    self.change = change
  }

  var description: String { "\(rule) \(object): \(line.prefix(60))" }

  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    var scene = EnterpriseScene()
    try change(&scene)
    let found = transcript(Rulebook.evaluate(rule, object, in: try scene.scene()))
    #expect(found == line, "\(rule) on \(object)", sourceLocation: sourceLocation)
  }
}

extension ObjectID {
  static func member(_ number: Int) -> ObjectID { .node(NodeID(String(number))) }
}
