// What the lab writes for servers and for the wizard: nodes.conf, redis.conf, profile.yaml.

import Testing
import TrainingLab
import UpgradeCore

@Suite struct LabTextTests {
  private static let six = Release(.redis, Version(6, 2, 14))
  private static let seven = Release(.redis, Version(7, 0, 15))
  private static let eight = Release(.redis, Version(8, 0, 2))

  @Test func nodesFileOfAReplica() {
    let shape = ClusterShape(replicas: [1, 1, 1], port: 17000, seed: 1)
    let names = shape.nodes.map(\.name)
    #expect(
      shape.nodesFile(of: shape.nodes[4]) == """
        \(names[0]) 127.0.0.1:17000@27000 master - 0 0 1 connected 0-5460
        \(names[1]) 127.0.0.1:17001@27001 master - 0 0 2 connected 5461-10922
        \(names[2]) 127.0.0.1:17002@27002 master - 0 0 3 connected 10923-16383
        \(names[3]) 127.0.0.1:17003@27003 slave \(names[0]) 0 0 1 connected
        \(names[4]) 127.0.0.1:17004@27004 myself,slave \(names[1]) 0 0 2 connected
        \(names[5]) 127.0.0.1:17005@27005 slave \(names[2]) 0 0 3 connected
        vars currentEpoch 3 lastVoteEpoch 0

        """)
  }

  @Test func namesAreFortyHexadecimalDigitsAndTheSameForTheSameSeed() {
    let first = ClusterShape(replicas: [2, 2, 2, 2], port: 17000, seed: 7).nodes.map(\.name)
    #expect(first == ClusterShape(replicas: [2, 2, 2, 2], port: 18000, seed: 7).nodes.map(\.name))
    #expect(Set(first + ClusterShape(replicas: [2, 2, 2, 2], port: 17000, seed: 8).nodes.map(\.name)).count == 24)
    for name in first {
      #expect(name.count == 40)
      #expect(name.allSatisfy { "0123456789abcdef".contains($0) })
    }
  }

  @Test(arguments: 1...20)
  func slotsAreCoveredOnce(shards: Int) {
    let shape = ClusterShape(replicas: Array(repeating: 0, count: shards), port: 17000, seed: 1)
    let slots = (0..<shards).flatMap { Array(shape.slots(ofShard: $0)) }
    #expect(slots == Array(0..<16384))
  }

  @Test func aShardMayHaveNoReplicaAndAnotherTwo() {
    let shape = ClusterShape(replicas: [2, 0, 1], port: 17000, seed: 1)
    #expect(shape.nodes.map(\.shard) == [0, 1, 2, 0, 2, 0])
    #expect(shape.nodes.map(\.isPrimary) == [true, true, true, false, false, false])
  }

  @Test func configurationThatBothReleasesRead() {
    let shape = ClusterShape(replicas: [0], port: 17000, seed: 1)
    let request = LabRequest(from: Self.six, to: Self.seven, primaries: 1, replicasPerPrimary: 0)
    #expect(
      ServerConfiguration.text(for: shape.nodes[0], of: request, directory: "/lab a/17000") == """
        port 17000
        bind 127.0.0.1
        daemonize no
        dir "/lab a/17000"
        pidfile "/lab a/17000/server.pid"
        logfile "/lab a/17000/server.log"
        appendonly no
        save 3600 1
        save 300 100
        save 60 10000
        cluster-enabled yes
        cluster-config-file nodes.conf
        cluster-node-timeout 2000
        repl-diskless-sync-delay 0

        """)
  }

  @Test func nothingButTLS() {
    let shape = ClusterShape(replicas: [0], port: 17000, seed: 1)
    let certificates = LabCertificates(of: "/lab")
    let text = ServerConfiguration.text(
      for: shape.nodes[0], of: LabRequest(from: Self.seven, primaries: 1, replicasPerPrimary: 0),
      directory: "/lab/17000", certificates: certificates)
    #expect(
      text.split(separator: "\n").prefix(8).joined(separator: "\n") == """
        port 0
        tls-port 17000
        tls-cluster yes
        tls-replication yes
        tls-auth-clients yes
        tls-cert-file "/lab/tls/server.pem"
        tls-key-file "/lab/tls/server.key"
        tls-ca-cert-file "/lab/tls/authority.pem"
        """)
  }

  @Test(arguments: [
    (six, seven, false), (six, nil, false), (seven, six, false), (seven, nil, true), (seven, eight, true),
  ])
  func debugIsAllowedOnlyWhereNoOlderServerReadsIt(from: Release, to: Release?, allowed: Bool) {
    let shape = ClusterShape(replicas: [0], port: 17000, seed: 1)
    let text = ServerConfiguration.text(for: shape.nodes[0], of: LabRequest(from: from, to: to), directory: "/lab")
    #expect(text.contains("enable-debug-command local\n") == allowed)
  }

  @Test func passwordsUsersAndLinesOfOneNode() {
    let shape = ClusterShape(replicas: [1], port: 17000, seed: 1)
    var request = LabRequest(from: Self.six, primaries: 1)
    request.password = "a \"b\" \\ é"
    request.users = [LabUser(name: "wizard", password: "pa ss", rules: "~* +@all -cluster")]
    request.configuration = ["maxmemory 100mb"]
    request.nodeConfiguration = [1: ["replica-priority 50"]]
    let texts = shape.nodes.map { ServerConfiguration.text(for: $0, of: request, directory: "/lab") }
    #expect(texts[0].contains("requirepass \"a \\\"b\\\" \\\\ \\xc3\\xa9\"\n"))
    #expect(texts[0].contains("masterauth \"a \\\"b\\\" \\\\ \\xc3\\xa9\"\n"))
    #expect(texts[0].contains("user wizard on \">pa ss\" ~* +@all -cluster\n"))
    #expect(texts.allSatisfy { $0.contains("maxmemory 100mb\n") })
    #expect(texts.map { $0.contains("replica-priority 50\n") } == [false, true])
  }

  @Test func profile() {
    #expect(
      LabProfile.text(directory: "/tmp/it's", store: "/store") == #"""
        # A throw-away deployment, made by `redis-upgrade lab up` and gone with it.
        reach: local
        software:
          stage: 'server=''/store''/{product}-{version}/{product}-server; "$server" --version'
          install: 'server=''/store''/{product}-{version}/{product}-server && test -x "$server" && ln -sfn "$server" ''/tmp/it''\''''s''/{port}/next && mv -fT ''/tmp/it''\''''s''/{port}/next ''/tmp/it''\''''s''/{port}/server'
          start: 'cd ''/tmp/it''\''''s''/{port} && nohup setsid -f ./server redis.conf </dev/null >>server.out 2>&1'
          rollback: 'for product in {product} redis valkey; do server=''/store''/$product-{from_version}/$product-server; if test -x "$server"; then ln -sfn "$server" ''/tmp/it''\''''s''/{port}/next && mv -fT ''/tmp/it''\''''s''/{port}/next ''/tmp/it''\''''s''/{port}/server; exit; fi; done; exit 1'

        """#)
  }

  @Test func profileThatFetchesWhatTheStoreLacks() {
    let lines = LabProfile.text(directory: "/lab", store: "/store", program: "/usr/bin/redis-upgrade")
      .split(separator: "\n")
    #expect(
      lines.first { $0.contains("stage:") } == #"""
          stage: 'server=''/store''/{product}-{version}/{product}-server; test -x "$server" || REDIS_UPGRADE_SERVERS=''/store'' ''/usr/bin/redis-upgrade'' lab fetch {product}-{version} && "$server" --version'
        """#)
  }

  private static let refusals: [(change: @Sendable (inout LabRequest) -> Void, what: String)] = [
    ({ $0.port = 22_700 }, "Base port 22700 is outside 1024-22695"),
    ({ $0.port = 80 }, "Base port 80 is outside 1024-22695"),
    ({ $0.replicas = [] }, "A lab has at least one primary and at most 60 nodes, not 0"),
    ({ $0.replicas = Array(repeating: 9, count: 9) }, "A lab has at least one primary and at most 60 nodes, not 90"),
    ({ $0.nodeTimeout = 5 }, "A node timeout of 5 ms is outside 100-60000"),
    ({ $0.keysPerShard = -1 }, "-1 keys of 100 bytes a shard cannot be loaded"),
    ({ $0.password = "a\nport 1" }, "A line of configuration, a user or a password contains a line break"),
  ]

  @Test(arguments: refusals.indices)
  func refusedRequests(index: Int) {
    var request = LabRequest(from: Self.six)
    Self.refusals[index].change(&request)
    let error = #expect(throws: LabError.self) { try request.validated() }
    #expect(error?.what == Self.refusals[index].what)
    #expect(error?.code == .badRequest)
  }
}
