// `rladmin status` and `rladmin info cluster` as pictures, one for each dialect and look.

import Testing
import TrainingLab

@Suite struct StatusPictureTests {
  private func picture(
    _ cluster: Simulator.Cluster, on node: Int = 1, _ section: Simulator.StatusReport.Section? = nil,
    colored: Bool = false, _ change: (inout Simulator.StatusReport) -> Void = { _ in }
  ) -> String {
    var report = Simulator.StatusReport(cluster, on: node)
    change(&report)
    // The blanks at the ends are there, as with the real one; a picture cannot show them.
    return report.lines(section, colored: colored)
      .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  @Test func theWholeStatusOfSeven() {
    #expect(
      picture(.sample(), on: 3) { $0.extras = Set(Simulator.Extra.allCases) } == """
        CLUSTER:
        OK. Cluster master: 1 (198.51.100.2)
        Cluster health: OK, [0.0, 0.0, 0.0]
        failures/minute - avg1 0.00, avg15 0.00, avg60 0.00.

        CLUSTER NODES:
        NODE:ID ROLE   ADDRESS      EXTERNAL_ADDRESS HOSTNAME  MASTERS SLAVES OVERBOOKING_DEPTH SHARDS CORES \
        FREE_RAM        PROVISIONAL_RAM VERSION  SHA    RACK-ID STATUS
        node:1  master 198.51.100.2                  rs-node-1 2       0      11.4GB            2/100  6     \
        14.91GB/19.54GB 11.4GB/16.02GB  7.2.4-92 627092 -       OK
        node:2  slave  198.51.100.3                  rs-node-2 2       1      11.4GB            3/100  6     \
        14.91GB/19.54GB 11.4GB/16.02GB  7.2.4-92 627092 -       OK
        *node:3 slave  198.51.100.4                  rs-node-3 1       1      11.4GB            2/100  6     \
        14.91GB/19.54GB 11.4GB/16.02GB  7.2.4-92 627092 -       OK

        DATABASES:
        DB:ID NAME     TYPE  STATUS SHARDS PLACEMENT REPLICATION PERSISTENCE ENDPOINT                        \
        EXEC_STATE EXEC_STATE_MACHINE BACKUP_PROGRESS MISSING_BACKUP_TIME REDIS_VERSION
        db:1  sessions redis active 2      dense     enabled     aof         redis-12001.cluster.local:12001 N/A    \
            N/A                N/A             N/A                 7.2.4
        db:2  orders   redis active 1      dense     disabled    aof         redis-12002.cluster.local:12002 N/A    \
            N/A                N/A             N/A                 7.2.4
        db:3  catalog  redis active 1      dense     disabled    snapshot    redis-12003.cluster.local:12003 N/A    \
            N/A                N/A             N/A                 7.2.4
        db:4  cache    redis active 1      dense     disabled    disabled    redis-12004.cluster.local:12004 N/A    \
            N/A                N/A             N/A                 7.2.4

        ENDPOINTS:
        DB:ID     NAME         ID               NODE       ROLE          SSL     WATCHDOG_STATUS
        db:1      sessions     endpoint:1:1     node:1     all-nodes     No      OK
        db:1      sessions     endpoint:1:2     node:2     all-nodes     No      OK
        db:1      sessions     endpoint:1:3     node:3     all-nodes     No      OK
        db:2      orders       endpoint:2:1     node:1     single        No      OK
        db:3      catalog      endpoint:3:1     node:2     single        No      OK
        db:4      cache        endpoint:4:1     node:3     single        No      OK

        SHARDS:
        DB:ID NAME     ID      NODE   ROLE   SLOTS      USED_MEMORY BACKUP_PROGRESS RAM_FRAG WATCHDOG_STATUS STATUS
        db:1  sessions redis:1 node:1 master 0-8191     2.08MB      N/A             4.63MB   OK              OK
        db:1  sessions redis:2 node:2 slave  0-8191     2.08MB      N/A             4.63MB   OK              OK
        db:1  sessions redis:3 node:2 master 8192-16383 2.08MB      N/A             4.63MB   OK              OK
        db:1  sessions redis:4 node:3 slave  8192-16383 2.08MB      N/A             4.63MB   OK              OK
        db:2  orders   redis:5 node:1 master 0-16383    2.08MB      N/A             4.63MB   OK              OK
        db:3  catalog  redis:6 node:2 master 0-16383    2.08MB      N/A             4.63MB   OK              OK
        db:4  cache    redis:7 node:3 master 0-16383    2.08MB      N/A             4.63MB   OK              OK
        """)
  }

  @Test func theStatusOfFiveHasItsOldColumns() {
    #expect(
      picture(.sample("5.4.0-19")) == """
        CLUSTER NODES:
        NODE:ID ROLE   ADDRESS      EXTERNAL_ADDRESS HOSTNAME  SHARDS CORES RAM             AVAILABLE_RAM  VERSION  \
        STATUS
        *node:1 master 198.51.100.2                  rs-node-1 2/100  6     14.91GB/19.54GB 11.4GB/16.02GB 5.4.0-19 OK
        node:2  slave  198.51.100.3                  rs-node-2 3/100  6     14.91GB/19.54GB 11.4GB/16.02GB 5.4.0-19 OK
        node:3  slave  198.51.100.4                  rs-node-3 2/100  6     14.91GB/19.54GB 11.4GB/16.02GB 5.4.0-19 OK

        DATABASES:
        DB:ID NAME     TYPE  STATUS SHARDS PLACEMENT REPLICATION PERSISTENCE ENDPOINT
        db:1  sessions redis active 2      dense     enabled     aof         redis-12001.cluster.local:12001
        db:2  orders   redis active 1      dense     disabled    aof         redis-12002.cluster.local:12002
        db:3  catalog  redis active 1      dense     disabled    snapshot    redis-12003.cluster.local:12003
        db:4  cache    redis active 1      dense     disabled    disabled    redis-12004.cluster.local:12004

        ENDPOINTS:
        DB:ID     NAME         ID               NODE       ROLE          SSL
        db:1      sessions     endpoint:1:1     node:1     all-nodes     No
        db:1      sessions     endpoint:1:2     node:2     all-nodes     No
        db:1      sessions     endpoint:1:3     node:3     all-nodes     No
        db:2      orders       endpoint:2:1     node:1     single        No
        db:3      catalog      endpoint:3:1     node:2     single        No
        db:4      cache        endpoint:4:1     node:3     single        No

        SHARDS:
        DB:ID     NAME         ID          NODE       ROLE       SLOTS          USED_MEMORY     STATUS
        db:1      sessions     redis:1     node:1     master     0-8191         2.08MB          OK
        db:1      sessions     redis:2     node:2     slave      0-8191         2.08MB          OK
        db:1      sessions     redis:3     node:2     master     8192-16383     2.08MB          OK
        db:1      sessions     redis:4     node:3     slave      8192-16383     2.08MB          OK
        db:2      orders       redis:5     node:1     master     0-16383        2.08MB          OK
        db:3      catalog      redis:6     node:2     master     0-16383        2.08MB          OK
        db:4      cache        redis:7     node:3     master     0-16383        2.08MB          OK
        """)
  }

  @Test func theStatusOfEightNamesModulesAndKeepsItsEndpointsTogether() {
    var cluster = Simulator.Cluster.sample("8.0.2-17")
    var module = Simulator.Module(
      name: "search", version: "8.0.1", oldestDatabase: "8.0", id: "dd9a75710db528afa691767e9310ac6f")
    module.usedBy = [2]
    cluster.modules = [module]
    #expect(
      picture(cluster, on: 2) == """
        CLUSTER NODES:
        NODE:ID ROLE   ADDRESS      EXTERNAL_ADDRESS HOSTNAME  SHARDS CORES FREE_RAM        PROVISIONAL_RAM VERSION \
         STATUS
        node:1  master 198.51.100.2                  rs-node-1 2/100  6     14.91GB/19.54GB 11.4GB/16.02GB  \
        8.0.2-17 OK
        *node:2 slave  198.51.100.3                  rs-node-2 3/100  6     14.91GB/19.54GB 11.4GB/16.02GB  \
        8.0.2-17 OK
        node:3  slave  198.51.100.4                  rs-node-3 2/100  6     14.91GB/19.54GB 11.4GB/16.02GB  \
        8.0.2-17 OK

        DATABASES:
        DB:ID NAME     TYPE  MODULE STATUS SHARDS PLACEMENT REPLICATION PERSISTENCE ENDPOINT
        db:1  sessions redis        active 2      dense     enabled     aof         redis-12001.cluster.local:12001
        db:2  orders   redis search active 1      dense     disabled    aof         redis-12002.cluster.local:12002
        db:3  catalog  redis        active 1      dense     disabled    snapshot    redis-12003.cluster.local:12003
        db:4  cache    redis        active 1      dense     disabled    disabled    redis-12004.cluster.local:12004

        ENDPOINTS:
        DB:ID NAME     ID           NODE   ROLE      SSL
        db:1  sessions endpoint:1:1 node:1 all-nodes No
        db:1  sessions endpoint:1:2 node:2 all-nodes No
        db:1  sessions endpoint:1:3 node:3 all-nodes No
        db:2  orders   endpoint:2:1 node:1 single    No
        db:3  catalog  endpoint:3:1 node:2 single    No
        db:4  cache    endpoint:4:1 node:3 single    No

        SHARDS:
        DB:ID NAME     ID      NODE   ROLE   SLOTS      USED_MEMORY STATUS
        db:1  sessions redis:1 node:1 master 0-8191     2.08MB      OK
        db:1  sessions redis:2 node:2 slave  0-8191     2.08MB      OK
        db:1  sessions redis:3 node:2 master 8192-16383 2.08MB      OK
        db:1  sessions redis:4 node:3 slave  8192-16383 2.08MB      OK
        db:2  orders   redis:5 node:1 master 0-16383    2.08MB      OK
        db:3  catalog  redis:6 node:2 master 0-16383    2.08MB      OK
        db:4  cache    redis:7 node:3 master 0-16383    2.08MB      OK
        """)
    #expect(
      picture(cluster, .modules) { $0.extras = Set(Simulator.Extra.allCases) } == """
        CLUSTER MODULES:
        MODULE VERSION MIN_REDIS_VERSION ID
        search 8.0.1   8.0               dd9a75710db528afa691767e9310ac6f

        DATABASE MODULES:
        DB:ID NAME   MODULE VERSION ARGS STATUS
        db:2  orders search 8.0.1        OK
        """)
  }

  @Test func aNodeThatIsDownAndOneInMaintenance() {
    var cluster = Simulator.Cluster.sample()
    cluster.stopped(node: 1, at: 1_000_000)
    cluster.change(node: 3) {
      $0.maintenance = [Simulator.Snapshot(name: "one", taken: 0, shards: [], primaries: [], endpoints: [])]
    }
    #expect(
      picture(cluster, on: 2, .nodes) { $0.now = 1_033_500 } == """
        CLUSTER NODES:
        NODE:ID     ROLE       ADDRESS          EXTERNAL_ADDRESS     HOSTNAME      SHARDS     CORES     FREE_RAM    \
                PROVISIONAL_RAM     VERSION      STATUS
        node:1      slave      198.51.100.2                          rs-node-1     2/100      6         -/19.54GB   \
                -/16.02GB           7.2.4-92     DOWN, last seen 33s ago
        *node:2     master     198.51.100.3                          rs-node-2     3/100      6         \
        14.91GB/19.54GB     11.4GB/16.02GB      7.2.4-92     OK
        node:3      slave      198.51.100.4                          rs-node-3     2/0        6         \
        14.91GB/19.54GB     0KB/0KB             7.2.4-92     OK
        """)
    #expect(
      picture(cluster, on: 2) { $0.isIssuesOnly = true } == """
        CLUSTER NODES:
        NODE:ID ROLE  ADDRESS      EXTERNAL_ADDRESS HOSTNAME  SHARDS CORES FREE_RAM  PROVISIONAL_RAM VERSION  STATUS
        node:1  slave 198.51.100.2                  rs-node-1 2/100  6     -/19.54GB -/16.02GB       7.2.4-92 DOWN, \
        last seen 0s ago

        DATABASES:
        DB:ID NAME TYPE STATUS SHARDS PLACEMENT REPLICATION PERSISTENCE ENDPOINT

        ENDPOINTS:
        DB:ID     NAME       ID               NODE       ROLE       SSL
        db:2      orders     endpoint:2:1     node:1     single     No

        SHARDS:
        DB:ID NAME     ID      NODE   ROLE   SLOTS   USED_MEMORY STATUS
        db:1  sessions redis:1 node:1 master 0-8191  2.08MB      DOWN
        db:2  orders   redis:5 node:1 master 0-16383 2.08MB      DOWN
        """)
  }

  @Test func coloursMoveNoColumn() {
    let cluster = Simulator.Cluster.sample()
    let plain = Simulator.StatusReport(cluster, on: 1).lines(.shards, colored: false)
    let colored = Simulator.StatusReport(cluster, on: 1).lines(.shards, colored: true)
    #expect(colored[2].hasSuffix("\u{1B}[32mOK\u{1B}[0m    "))
    #expect(colored.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") } == plain)
  }

  @Test func afterTheNodesTheDatabasesAreOld() {
    var cluster = Simulator.Cluster.sample()
    let target = cluster.target
    for id in 1...3 {
      #expect(!Simulator.StatusReport(cluster, on: 1).shards.rows.contains { $0.last?.text != "OK" })
      cluster.change(node: id) { $0.version = target }
    }
    #expect(
      Simulator.StatusReport(cluster, on: 1).shards.rows.allSatisfy {
        $0.last == Simulator.Cell("OK, OLD REDIS VERSION", .yellow)
      })
  }

  @Test func sizesAsTheyArePrinted() {
    let sizes = [0, 16_009_691_136, 12_240_656_794, 2_181_038, 573_310_000, 1 << 30, 4_852_449]
    #expect(
      sizes.map(Simulator.StatusReport.size) == ["0KB", "14.91GB", "11.4GB", "2.08MB", "546.75MB", "1GB", "4.63MB"])
  }

  @Test func informationHasTheUpgradeMode() {
    var cluster = Simulator.Cluster.sample()
    #expect(cluster.information.contains("    upgrade mode: disabled"))
    cluster.upgradeMode = true
    cluster.policy.parallelShards = -1
    #expect(cluster.information.contains("    upgrade mode: enabled"))
    #expect(cluster.information.contains("    parallel_shards_upgrade: all"))
    #expect(cluster.information.contains("    redis_upgrade_policy: major"))
    #expect(!Simulator.Cluster.sample("5.4.0-19").information.contains { $0.contains("upgrade_policy") })
  }
}
