// What the vendor's programs print, as its documentation shows it, read into values or refused.
import Testing

@testable import UpgradeCore

@Suite struct EnterpriseReadingTests {
  /// redis/docs, rladmin status (values as in its example, one database of four shards).
  private static let status = """
    CLUSTER:
    OK. Cluster master: 1 (198.51.100.2)
    Cluster health: OK, [1, 0.13333333333333333, 0.03333333333333333]
    failures/minute - avg1 1.00, avg15 0.13, avg60 0.03.

    CLUSTER NODES:
    NODE:ID ROLE   ADDRESS      EXTERNAL_ADDRESS HOSTNAME     SHARDS CORES FREE_RAM        VERSION   STATUS
    node:1  master 198.51.100.2                  3d99db1fdf4b 2/100  6     14.91GB/19.54GB 6.2.12-37 OK
    *node:2 slave  198.51.100.3                  fc7a3d332458 0/100  6     14.91GB/19.54GB 6.2.12-37 OK

    DATABASES:
    DB:ID NAME      TYPE  STATUS SHARDS PLACEMENT REPLICATION PERSISTENCE ENDPOINT                        REDIS_VERSION
    db:3  database3 redis active 2      dense     disabled    disabled    redis-11103.cluster.local:11103 6.0.16

    ENDPOINTS:
    DB:ID     NAME             ID                    NODE       ROLE       SSL        WATCHDOG_STATUS
    db:3      database3        endpoint:3:1          node:1     single     No         OK

    SHARDS:
    DB:ID NAME      ID      NODE   ROLE   SLOTS      USED_MEMORY WATCHDOG_STATUS STATUS
    db:3  database3 redis:4 node:1 master 0-8191     2.08MB      OK              OK, OLD REDIS VERSION
    db:3  database3 redis:5 node:1 master 8192-16383 2.08MB      OK              OK

    """

  @Test func theDocumentedReport() throws {
    let status = try Reader.clusterStatus(Self.status)
    #expect(status.complaints == [])
    #expect(status.headline?.master == 1 && status.master?.address == "198.51.100.2")
    #expect(status.nodes.map(\.isLocal) == [false, true])
    #expect(status.versions.map(\.description) == ["6.2.12-37"])
    #expect(status.databases.first?.persistence == .disabled && status.databases.first?.version == "6.0.16")
    #expect(status.shards.map(\.status.remark) == ["OLD REDIS VERSION", nil])
  }

  @Test(arguments: [
    ("Cluster health: OK", "Cluster health: FAIL", "the cluster says \"OK. Cluster master: 1 (198.51.100.2)\""),
    ("6.2.12-37 OK\n*", "6.2.12-37 DOWN\n*", "node:1 is DOWN"),
    ("6.2.12-37 OK\n*", "6.2.12-37 OK, BUT NOT QUITE\n*", "node:1 is OK, BUT NOT QUITE"),
    ("redis active 2", "redis import-pending 2", nil),
    ("No         OK", "No         ERROR", "endpoint:3:1 is ERROR"),
    (
      "2.08MB      OK              OK\n", "2.08MB      OK              LOADING\n",
      "redis:5 of db:3 on node:1 is LOADING"
    ),
  ])
  func trouble(old: String, new: String, complaint: String?) {
    let text = Self.status.replacing(old, with: new)
    #expect(text != Self.status)
    let read = try? Reader.clusterStatus(text)
    // A longer word pushes the rest of its row out of its columns: then nothing is concluded.
    #expect(read?.complaints == complaint.map { [$0] })
  }

  @Test(arguments: [
    ("fewer shards than the nodes count", "2/100", "3/100", "ends early: all 3 shards of node:1 is missing"),
    ("a role that nobody documents", "slave  198", "maybe  198", "CLUSTER NODES: row 2: ROLE = \"maybe\""),
    ("a version without its build", "6.2.12-37 OK\n*", "6.2.12    OK\n*", "CLUSTER NODES: row 1: VERSION = \"6.2.12\""),
    ("no table of shards", "SHARDS:\n", "OTHERS:\n", "has tables = \"OTHERS:\""),
    ("no heading", "PERSISTENCE", "WHATEVER   ", "has no field DATABASES: row 1: PERSISTENCE"),
  ])
  func whatIsRefused(name: String, old: String, new: String, says: String) {
    let text = Self.status.replacing(old, with: new)
    #expect(text != Self.status)
    let error = #expect(throws: ReadingError.self) { try Reader.clusterStatus(text) }
    #expect(error?.description.contains(says) == true, "\(name): \(error?.description ?? "")")
  }

  /// redislabs-docs, installing the setup package; redis/docs, rlcheck.
  @Test func checksOfOldAndNew() throws {
    let old = """
      saving to file: /var/opt/redislabs/log/rlcheck.log
      ##### Welcome to RedisLabs Enterprise Cluster settings verification utility ####
      Skipping test: verify_bootstrap_status
      Running test: verify_dmcproxy
      Verifying dmcproxy process...
      PASS
      Running test: verify_port_range
      Verifying local port range...
      PASS
      Summary:
      -------
      ALL TESTS PASSED.

      """
    let report = try Reader.checkReport(old)
    #expect(report.isPassed && report.tests.map(\.name) == ["verify_dmcproxy", "verify_port_range"])
    let failing = old.replacing("local port range...\nPASS", with: "local port range...\nFAIL: 20001 is taken")
    #expect(try Reader.checkReport(failing).isPassed == false)
    #expect(try Reader.checkReport(failing).failures == ["verify_port_range: FAIL: 20001 is taken"])
    let cut = old.replacing("PASS\nSummary:\n-------\nALL TESTS PASSED.\n", with: "")
    #expect(throws: ReadingError.self) { try Reader.checkReport(cut) }
    #expect(try Reader.checkReport(old.replacing("ALL TESTS PASSED.", with: "")).isPassed == false)
    #expect(throws: ReadingError.self) { try Reader.checkReport("rlcheck: command not found\n") }
  }

  @Test func settingsActionsAndServices() throws {
    let info =
      "Cluster configuration:\n    redis_upgrade_policy: major\n    upgrade mode: disabled\n    cm_port: 8443\n"
    let settings = try Reader.clusterSettings(info)
    #expect(settings["redis_upgrade_policy"] == "major")
    #expect(try Reader.upgradeMode(settings) == false)
    #expect(try Reader.upgradeMode(["cm_port": "8443"]) == nil)
    #expect(throws: ReadingError.self) { try Reader.upgradeMode(["upgrade mode": "perhaps"]) }
    let running = "Got 1 tasks:\n1) Task: maintenance_on (ce391d81-0000) Node: 1 Status: running\n"
    #expect(try Reader.runningActions(running) == ["1) Task: maintenance_on (ce391d81-0000) Node: 1 Status: running"])
    #expect(throws: ReadingError.self) { try Reader.runningActions("Got 2 tasks:\n1) Task: a\n") }
    let services = "alert_mgr     RUNNING   pid 1, uptime 0:01:00\ncnm_http      FATAL     Exited too quickly\n"
    #expect(try Reader.stoppedServices(services) == ["cnm_http is FATAL"])
    #expect(throws: ReadingError.self) { try Reader.stoppedServices("unix:///tmp/supervisor.sock no such file\n") }
  }

  @Test(arguments: [
    (".active - SMUpgradeBDB prepare", "active SMUpgradeBDB prepare"),
    ("oactive - SMUpgradeBDB start_wd", "active SMUpgradeBDB start_wd"),
    ("completed - SMUpgradeBDB", "completed SMUpgradeBDB -"), ("Done", nil), ("Monitoring e39c8e87-75f9", nil),
    ("perhaps - SMUpgradeBDB", nil),
  ])
  func linesOfTheStateMachine(line: String, read: String?) {
    let progress = Reader.machineProgress(line)
    #expect(progress.map { "\($0.standing.rawValue) \($0.machine) \($0.state ?? "-")" } == read)
  }
}
