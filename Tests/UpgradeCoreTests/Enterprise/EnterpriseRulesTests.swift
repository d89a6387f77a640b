// Rules about a cluster's health, its nodes and what goes on in it, as transcripts over report texts.

import Testing

@testable import UpgradeCore

@Suite struct EnterpriseRulesTests {
  private static let health: [EnterpriseCase] = [
    EnterpriseCase("cluster-is-ok", .deployment, "holds: 3 nodes and 4 databases are OK"),
    EnterpriseCase(
      "cluster-is-ok", .deployment,
      "broken: node:2 is DOWN, and 1 more -> rladmin status issues_only, and mend what it names"
    ) {
      $0.node(2, "STATUS", "DOWN")
      $0.shard(2, "STATUS", "LOADING")
    },
    EnterpriseCase("cluster-is-ok", .deployment, "holds: 3 nodes and 4 databases are OK") {
      $0.node(2, "STATUS", "DOWN")
      $0.shard(2, "STATUS", "LOADING")
      $0.ignoring = [2]
    },
    EnterpriseCase(
      "cluster-is-ok", .deployment,
      "unknown: the cluster has not been read, or not since the last change to it"
    ) { $0.isRead = false },
    EnterpriseCase("node-is-ok", .member(2), "holds: OK, 2 tests passed, all services run"),
    EnterpriseCase(
      "node-is-ok", .member(2),
      "broken: rlcheck on node:2: verify_port_range: FAIL: 20001 is taken; node:2: cnm_http is FATAL -> on node:2: "
        + "rlcheck --continue-on-error; supervisorctl status; rladmin status issues_only"
    ) {
      $0.checks[2] = EnterpriseScene.passed.replacing("\tPASS\nSummary", with: "\tFAIL: 20001 is taken\nSummary")
      $0.services[2] = "alert_mgr RUNNING pid 1\ncnm_http FATAL Exited too quickly\n"
    },
    EnterpriseCase("node-is-ok", .member(3), "unknown: node:3 has not been asked itself, or not since") {
      $0.unasked = [3]
    },
    EnterpriseCase("node-is-ok", .member(3), "unknown: rlcheck on node:3 gave no report") { $0.checks[3] = nil },
    EnterpriseCase("node-is-ok", .member(3), "unknown: supervisorctl status on node:3 was not read") {
      $0.services[3] = nil
    },
    EnterpriseCase("node-is-ok", .member(7), "unknown: the cluster's report does not list node:7"),
    EnterpriseCase(
      "node-is-ok", .member(1),
      "broken: node:1: process alert_mgr is not running -> on node:1: rlcheck --continue-on-error; supervisorctl "
        + "status; rladmin status issues_only"
    ) { try $0.asksREST { $0.failedChecks = ["node:1: process alert_mgr is not running"] } },
    EnterpriseCase(
      "cluster-check", .deployment, "unknown: not checked: no credentials for the REST API were given"),
    EnterpriseCase(
      "cluster-check", .deployment,
      "unknown: not checked: the REST API could not be read: 401 from 10.0.0.1"
    ) { $0.restTrouble = "401 from 10.0.0.1" },
    EnterpriseCase("cluster-check", .deployment, "holds: no node has a failed check") { try $0.asksREST() },
    EnterpriseCase(
      "cluster-check", .deployment,
      "broken: node:3: services -> on that node: rlcheck --continue-on-error, and mend what it names"
    ) { try $0.asksREST { $0.failedChecks = ["node:3: services"] } },
    EnterpriseCase("databases-active", .deployment, "holds: 4 databases: active"),
    EnterpriseCase("endpoints-answer", .database(1), "unknown: not checked: nobody called its proxies"),
    EnterpriseCase("endpoints-answer", .database(1), "holds: 1 proxy, 7 keys") {
      $0.clients = { _ in .serves(keys: 7, version: "7.2.4") }
    },
    EnterpriseCase("endpoints-answer", .database(1), "unknown: not checked: it wants a login") {
      $0.clients = { _ in .closed("it wants a login") }
    },
    EnterpriseCase(
      "endpoints-answer", .database(1),
      "broken: db:1 sessions does not answer at 10.0.0.1:1 (node:1): refused -> see to that proxy; where only this "
        + "host cannot reach it, nothing is measured of its clients"
    ) { $0.clients = { _ in .fails("refused") } },
    EnterpriseCase(
      "endpoints-answer", .database(2),
      "broken: db:2 orders at 10.0.0.1:2 (node:1): it says Redis 7.4.1, and rladmin says 7.2.4 -> find out which of the "
        + "two is right"
    ) { $0.clients = { _ in .serves(keys: nil, version: "7.4.1") } },
    EnterpriseCase(
      "databases-active", .deployment,
      "broken: db:3 catalog is import-pending -> wait until it is active: rladmin status databases extra all"
    ) { $0.database(3, "STATUS", "import-pending") },
    EnterpriseCase("database-active", .database(2), "holds: active") { $0.database(3, "STATUS", "import-pending") },
    EnterpriseCase("database-active", .database(9), "unknown: the cluster's report does not list db:9"),
    EnterpriseCase(
      "database-active", .database(2),
      "broken: db:2 orders is active, but its clients do not get it (bdb_unavailable_port_unbound) -> see its "
        + "shards and endpoints: rladmin status extra all db db:2"
    ) {
      try $0.asksREST {
        $0.databases[1].isAvailable = false
        $0.databases[1].unavailability = "bdb_unavailable_port_unbound"
      }
    },
    EnterpriseCase(
      "database-active", .database(2),
      "broken: db:2 orders is active in rladmin, and recovery in the REST API -> wait until both say active"
    ) { try $0.asksREST { $0.databases[1].status = "recovery" } },
    EnterpriseCase("reports-agree", .deployment, "unknown: not checked: no credentials for the REST API were given"),
    EnterpriseCase("reports-agree", .deployment, "holds: the same 3 nodes, 4 databases and 6 shards") {
      try $0.asksREST()
    },
    EnterpriseCase(
      "reports-agree", .deployment,
      "broken: node:2's version is 7.2.4-92 in rladmin, and 7.2.4-86 in the REST API; and 5 more -> wait a moment "
        + "and read again; then see that both are asked of the same cluster"
    ) {
      try $0.asksREST {
        $0.nodes[1].version = Enterprise.BuildVersion("7.2.4-86")
        $0.nodes[2].isMaster = true
        $0.databases[0].isReplicated = false
        $0.databases.removeLast()
        $0.shards[0].isPrimary = false
        $0.cluster?.upgradeMode = true
      }
    },
  ]
  @Test(arguments: health) func rulesOfHealth(row: EnterpriseCase) throws { try row.check() }

  private static let nodes: [EnterpriseCase] = [
    EnterpriseCase("tools-run", .member(1), "holds: they have answered"),
    EnterpriseCase(
      "tools-run", .member(1),
      "broken: our login on node:1 cannot run rlcheck -> log in there as root or as a user of the group redislabs; "
        + "or name their folder in the profile"
    ) {
      $0.checks[1] = nil
      $0.host(1, "programs", "programs : rladmin supervisorctl")
    },
    EnterpriseCase("tools-run", .member(1), "unknown: not checked: the host of node:1 was not read") {
      $0.checks[1] = nil
      $0.hosts[1] = nil
    },
    EnterpriseCase("no-maintenance", .deployment, "holds: 3 nodes: off"),
    EnterpriseCase(
      "no-maintenance", .deployment,
      "broken: node:3 is in maintenance mode: it has room for no shard (1/0) -> rladmin node 3 maintenance_mode "
        + "off; look again afterwards: activations stack, and each takes one off"
    ) { $0.node(3, "SHARDS", "1/0") },
    EnterpriseCase(
      "no-maintenance", .member(2),
      "broken: node:2 is in maintenance mode: a snapshot of its shards is kept -> rladmin node 2 maintenance_mode "
        + "off; look again afterwards: activations stack, and each takes one off"
    ) { try $0.asksREST { $0.nodes[1].isInMaintenance = true } },
    EnterpriseCase(
      "no-maintenance", .member(3),
      "holds: node:3 takes no shards, but no maintenance is open: it is there for the quorum"
    ) {
      $0.node(3, "SHARDS", "1/0")
      try $0.asksREST()
    },
    EnterpriseCase(
      "quorum-kept", .deployment, "holds: 2 of 3 nodes are there without one, and 2 are needed"),
    EnterpriseCase(
      "quorum-kept", .deployment,
      "broken: 1 of 3 nodes are there without one, and 2 are needed -> rladmin status nodes, and bring back those "
        + "that are down"
    ) { $0.node(3, "STATUS", "DOWN") },
    EnterpriseCase("quorum-kept", .member(3), "holds: 2 of 3 nodes are there without one, and 2 are needed") {
      $0.node(3, "STATUS", "DOWN")
    },
    EnterpriseCase(
      "quorum-kept", .deployment, "holds: 2 of 3 nodes are there without one, and 2 are needed"
    ) {
      $0.node(3, "STATUS", "DOWN")
      $0.ignoring = [3]
    },
    EnterpriseCase(
      "quorum-kept", .deployment, "n/a: 2 nodes: there is no quorum that could outlive one of them", leaveThird),
    EnterpriseCase("enough-nodes", .deployment, "holds: 3 nodes"),
    EnterpriseCase(
      "enough-nodes", .deployment,
      "broken: 2 nodes: while one is upgraded there is no quorum, and nothing fails over -> plan a time in which the "
        + "databases may be away, or add nodes first", leaveThird),
    EnterpriseCase("master-is-newest", .deployment, "holds: node:1 on 7.2.4-92"),
    EnterpriseCase("master-is-newest", .deployment, "holds: node:1 on 7.22.0-250") {
      $0.versions("7.22.0-250", "7.2.4-92", "7.2.4-92")
    },
    EnterpriseCase(
      "master-is-newest", .deployment,
      "broken: node:1 leads on 7.2.4-92, and node:2 run 7.22.0-250 -> rladmin cluster master set 2"
    ) { $0.versions("7.2.4-92", "7.22.0-250", "7.2.4-92") },
    EnterpriseCase(
      "master-is-newest", .deployment,
      "unknown: the report names node:2 and node:1 as master: it is changing hands"
    ) { $0.head[1] = "OK. Cluster master: 2 (10.0.0.2)" },
    EnterpriseCase(
      "master-is-newest", .deployment, "unknown: no node has the role master: it is changing hands"
    ) { $0.node(1, "ROLE", "slave") },
  ]
  @Test(arguments: nodes) func rulesOfNodes(row: EnterpriseCase) throws { try row.check() }

  private static let leaveThird: @Sendable (inout EnterpriseScene) throws -> Void = {
    $0.nodes.rows.removeLast()
    $0.shards.rows.remove(at: 4)
  }

  private static let work: [EnterpriseCase] = [
    EnterpriseCase("no-running-action", .deployment, "holds: none"),
    EnterpriseCase(
      "no-running-action", .deployment,
      "broken: 1) Task: maintenance_on (ce39) Node: 1 Status: running; SMUpgradeBDB works on db:2 orders -> wait "
        + "until they are done: rladmin cluster running_actions"
    ) {
      $0.actions = "Got 1 tasks:\n1) Task: maintenance_on (ce39) Node: 1 Status: running\n"
      $0.database(2, "EXEC_STATE_MACHINE", "SMUpgradeBDB")
    },
    EnterpriseCase("no-running-action", .deployment, "unknown: rladmin cluster running_actions was not read") {
      $0.actions = nil
    },
    EnterpriseCase(
      "no-running-action", .deployment,
      "broken: SMCreateBDB of bdb:1 is active -> wait until they are done: rladmin cluster running_actions"
    ) { try $0.asksREST { $0.actions = ["SMCreateBDB of bdb:1 is active"] } },
    EnterpriseCase(
      "no-shard-syncing", .deployment,
      "holds: 6 shards OK in rladmin status; the REST API, which says more of a sync, was not asked"),
    EnterpriseCase("no-shard-syncing", .deployment, "holds: 6 shards idle") { try $0.asksREST() },
    EnterpriseCase(
      "no-shard-syncing", .deployment,
      "broken: redis:2 of db:1 on node:2: its sync is in_progress -> wait until it is in sync: rladmin status "
        + "shards extra all"
    ) { try $0.asksREST { $0.shards[1].sync = "in_progress" } },
    EnterpriseCase("no-shard-syncing", .member(3), "holds: 2 shards idle") {
      try $0.asksREST { $0.shards[1].sync = "in_progress" }
    },
    EnterpriseCase(
      "no-shard-syncing", .database(1),
      "broken: redis:2 of db:1 on node:2 is SYNCING -> wait until it is in sync: rladmin status shards extra all"
    ) { $0.shard(2, "STATUS", "SYNCING") },
    EnterpriseCase(
      "no-shard-syncing", .deployment,
      "broken: db:2 orders is active-change-pending -> wait until it is in sync: rladmin status shards extra all"
    ) { $0.database(2, "STATUS", "active-change-pending") },
    EnterpriseCase("upgrade-mode-off", .deployment, "holds: off"),
    EnterpriseCase(
      "upgrade-mode-off", .deployment,
      "broken: it is on, and nodes run 7.2.4-92 and 7.22.0-250: an upgrade was interrupted -> resume it: the "
        + "installer of 7.22.0-250 may be run again on the nodes that are left; the run takes the others as done"
    ) {
      $0.versions("7.22.0-250", "7.2.4-92", "7.2.4-92")
      $0.settings = "Cluster configuration:\n    upgrade mode: enabled\n"
    },
    EnterpriseCase(
      "upgrade-mode-off", .deployment,
      "broken: it is on, and nodes run 5.4.14-7 and 6.0.20-69: an upgrade was interrupted -> resume it: the "
        + "installer of 6.0.20-69 is older than 6.4.2-30, and may refuse to be run again on the nodes that are "
        + "left; the run takes the others as done"
    ) {
      $0.to = "6.0.20-69"
      $0.versions("6.0.20-69", "5.4.14-7", "5.4.14-7")
      $0.settings = "Cluster configuration:\n    upgrade mode: enabled\n"
    },
    EnterpriseCase(
      "upgrade-mode-off", .deployment,
      "broken: it is on, and all nodes run 7.2.4-92: an upgrade was interrupted, or its end was -> go on: the run "
        + "asks before it switches it off; or rladmin cluster config upgrade_mode disabled"
    ) { $0.settings = "Cluster configuration:\n    upgrade mode: enabled\n" },
    EnterpriseCase(
      "upgrade-mode-off", .deployment,
      "unknown: neither rladmin info cluster nor the REST API says whether it is on"
    ) { $0.settings = nil },
    EnterpriseCase(
      "upgrade-mode-off", .deployment, "unknown: rladmin says that it is off, the REST API that it is on"
    ) { try $0.asksREST { $0.cluster?.upgradeMode = true } },
  ]
  @Test(arguments: work) func rulesOfWork(row: EnterpriseCase) throws { try row.check() }
}
