// A round over the REST API of a simulated cluster: all of it read, or the sentence that says why not.

import Synchronization
import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(2))) struct RestRoundTests {
  /// Runs a body with a node that answers as this cluster would, but for what `lie` says otherwise.
  private func withNode(
    _ cluster: Simulator.Cluster = .sample(), on host: String = "127.0.0.1",
    lie: @escaping @Sendable (Simulator.HTTPRequest) -> RestStandIn.Reply? = { _ in nil },
    _ body: (Scratch, RestStandIn) async throws -> Void
  ) async throws {
    try await withScratch { scratch in
      let certificate = try await RestStandIn.certificate("cluster", in: scratch)
      let node = try RestStandIn.start(in: scratch, on: host, certificate: certificate) { request in
        lie(request) ?? .answer(Simulator.RestAPI(cluster, on: 1).answer(request))
      }
      defer { node.close() }
      try await body(scratch, node)
    }
  }

  private func failure(
    of access: RestAccess, from hosts: [String] = ["127.0.0.1"], in scratch: Scratch,
    within bound: Duration = .seconds(20)
  ) async -> RestFailure? {
    do throws(RestFailure) {
      _ = try await RestReader(access, on: scratch.loop).read(from: hosts, within: bound)
      return nil
    } catch {
      return error
    }
  }

  private func bytes(_ head: String, _ body: String = "", length: Int? = nil) -> [UInt8] {
    Array("HTTP/1.1 \(head)\r\nContent-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)".utf8)
  }

  // MARK: - All of it

  @Test func everythingThatTheModelHasIsRead() async throws {
    var cluster = Simulator.Cluster.sample()
    cluster.upgradeMode = true
    cluster.change(node: 2) { $0.failedServices = ["alert_mgr"] }
    cluster.change(database: 3) { $0.isReplicaOf = [1, 2] }
    var action = Simulator.Action(id: "a1", name: "SMUpgradeBDB", database: 2, created: 1_700_000_000_000)
    action.status = .active
    cluster.actions = [action]
    let model = cluster
    try await withNode(model) { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(from: ["127.0.0.1"])
      #expect(view.troubles == [])
      #expect(view.cluster?.name == "cluster.local" && view.cluster?.upgradeMode == true)
      #expect(view.nodes.map(\.id) == [1, 2, 3] && view.nodes.map(\.isMaster) == [true, false, false])
      #expect(view.nodes.map(\.address) == model.nodes.map(\.address))
      #expect(view.nodes.allSatisfy { $0.version?.description == "7.2.4-92" && $0.isInMaintenance == false })
      #expect(view.nodes.first?.systemFamily == model.nodes.first?.host.family)
      #expect(view.databases.map(\.name) == model.databases.map(\.name))
      #expect(view.databases.map { $0.persistence?.rawValue } == model.databases.map(\.persistence.rawValue))
      #expect(view.databases.map(\.isReplicated) == [true, false, false, false])
      #expect(view.databases.map(\.isAvailable) == [true, true, true, true])
      #expect(view.databases.map { view.sources(of: $0) } == [[], [], [1, 2], []])
      #expect(view.shards.map(\.id) == model.shards.map(\.id) && view.shards.map(\.node) == model.shards.map(\.node))
      #expect(view.license?.isExpired == false && view.license?.isInstalled == true)
      #expect(view.actions == ["SMUpgradeBDB of bdb:2 is active"])
      #expect(view.failedChecks?.count == 1 && view.failedChecks?.first?.hasPrefix("node:2: process alert_mgr") == true)
      #expect(view.policy?.defaultVersion?.description == "7.2")
      #expect(view.cluster?.usesRoleLDAP == false)
      // Passwords that the API has for us are neither asked for nor kept.
      #expect(!"\(view)".contains("simulated-secret"))
      #expect(node.requests.allSatisfy { $0.method == "GET" })
      #expect(node.requests.first { $0.path == "/v1/bdbs" }?.query["fields"]?.contains("authentication") == false)
      // One question after the other over few connections.
      #expect(node.requests.count == 14 && node.connections <= 4, "\(node.requests.count), \(node.connections)")
    }
  }

  @Test func oldVersionsHaveLess() async throws {
    let old = ["/v1/nodes/status", "/v1/cluster/check", "/v1/actions", "/v1/cluster/policy", "/v1/license"]
    try await withNode(lie: { request in
      old.contains(request.path) || request.path.hasSuffix("/availability")
        ? .answer(.error(404, "not_found", "no such resource")) : nil
    }) { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(from: ["127.0.0.1"])
      #expect(view.troubles == [] && view.nodes.count == 3)
      #expect(view.failedChecks == nil && view.actions == nil && view.policy == nil)
      #expect(view.nodes.allSatisfy { $0.isMaster == nil && $0.isInMaintenance == nil })
      #expect(view.databases.allSatisfy { $0.isAvailable == nil })
      #expect(view.license?.isInstalled == false)
    }
  }

  /// Where a database is Active-Active, the API says which protocol it speaks.
  @Test func activeActiveDatabasesSayTheirProtocol() async throws {
    let crdbs = #"[{"guid": "g-1", "protocol_version": 0, "featureset_version": 7}, {"guid": "g-2"}]"#
    let databases = #"[{"uid": 1, "name": "a", "type": "redis", "crdt": true, "crdt_guid": "g-1"}]"#
    try await withNode(lie: { request in
      let text = ["/v1/bdbs": databases, "/v1/crdbs": crdbs][request.path]
      return text.flatMap { try? JSONParser.read(Array($0.utf8)) }.map { .answer(Simulator.HTTPAnswer(200, $0)) }
    }) { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(from: ["127.0.0.1"])
      #expect(view.troubles == [])
      #expect(view.databases.map(\.isActiveActive) == [true])
      #expect(view.databases.map(\.protocolVersion) == [0] && view.databases.map(\.featuresetVersion) == [7])
    }
  }

  @Test func aPieceThatFailsIsNotTheWhole() async throws {
    try await withNode(lie: { request in
      switch request.path {
      case "/v1/cluster/check": .answer(Simulator.HTTPAnswer(403))
      // Not every role that may look at the rest may see it.
      case "/v1/cluster/ldap": .answer(Simulator.HTTPAnswer(403))
      case "/v1/license": .answer(.error(500, "internal\u{1B}[31m", "it \"broke\""))
      case "/v1/actions": .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"act".utf8))
      case "/v1/bdbs/2/availability": .answer(.error(503, "bdb_unavailable_shard_unreachable", "x"))
      case "/v1/bdbs/3/availability": .answer(.error(406, "", ""))
      default: nil
      }
    }) { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(from: ["127.0.0.1"])
      let place = "127.0.0.1:\(node.port)"
      #expect(view.databases.map(\.isAvailable) == [true, false, nil, true])
      #expect(view.databases[1].unavailability == "bdb_unavailable_shard_unreachable")
      #expect(view.failedChecks == nil && view.license == nil && view.actions == nil)
      #expect(
        Set(view.troubles) == [
          "the user of rest in the profile may not ask GET /v1/cluster/check at \(place): give it the role "
            + "cluster_viewer, cluster_member or admin; the roles db_viewer, db_member and none do not do",
          "\(place) answers 500 to GET /v1/license (\"internal\\u{1b}[31m\", \"it \"broke\"\"): the node is not in the "
            + "cluster, or the cluster has no quorum; look at `rladmin status`",
          "\(place) ended the connection in the middle of an answer: ask again, and look whether its services run",
          "\(place) answers 406 to GET /v1/bdbs/3/availability",
        ])
    }
  }

  @Test func overIPv6AndByChunks() async throws {
    let cluster = Simulator.Cluster.sample()
    try await withNode(
      on: "::1",
      lie: { request in
        guard let body = Simulator.RestAPI(cluster, on: 1).answer(request).body?.text else { return nil }
        let chunks = body.unicodeScalars.map { "1\r\n\($0)\r\n" }.joined()
        guard body.utf8.count < 4000 else { return nil }
        return .bytes(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n".utf8))
      }
    ) { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(from: ["::1"])
      #expect(view.nodes.count == 3 && view.troubles == [])
      #expect(node.requests.first?.headers["host"] == "[::1]:\(node.port)")
    }
  }

  // MARK: - Who it is, and who we are

  @Test func aWrongPasswordIsTriedOnce() async throws {
    try await withNode { scratch, node in
      let access = try node.access(password: "wrong-hunter2")
      let failure = await failure(of: access, from: ["127.0.0.1", "127.0.0.1"], in: scratch)
      #expect(failure?.code == .unauthorized)
      #expect(
        failure?.description
          == "127.0.0.1:\(node.port) does not know the login of rest in the profile: the user or the password is wrong. "
          + "It was not tried on another node")
      #expect(node.requests.count == 1)
    }
  }

  @Test func aUserWithoutARoleForIt() async throws {
    try await withNode(lie: { $0.path == "/v1/nodes" ? .answer(Simulator.HTTPAnswer(403)) : nil }) { scratch, node in
      let failure = await failure(of: try node.access(), in: scratch)
      #expect(
        failure?.description
          == "the user of rest in the profile may not ask GET /v1/nodes at 127.0.0.1:\(node.port): give it the role "
          + "cluster_viewer, cluster_member or admin; the roles db_viewer, db_member and none do not do")
    }
  }

  @Test func theCertificateOfAnotherCluster() async throws {
    try await withNode { scratch, node in
      let other = try await RestStandIn.certificate("other", in: scratch)
      let failure = await failure(of: try node.access(pinned: other), from: ["127.0.0.1", "127.0.0.1"], in: scratch)
      #expect(failure?.code == .certificate)
      let words = failure?.description ?? ""
      #expect(
        words.hasPrefix("the certificate of 127.0.0.1:\(node.port) is not the one in \(other): expected SHA-256 "))
      #expect(words.contains(", seen SHA-256 ") && words.contains("Nothing was sent."))
      #expect(node.requests == [] && node.connections == 1)
    }
  }

  @Test func anAuthorityHoldsTheName() async throws {
    try await withScratch { scratch in
      let good = try await RestStandIn.certificate("good", in: scratch, names: "IP:127.0.0.1")
      let bad = try await RestStandIn.certificate("bad", in: scratch, names: "DNS:elsewhere")
      for (certificate, ca, code, words) in [
        (good, good, nil, ""),
        (bad, bad, RestFailure.Code.certificate, "is for other names, and a file `ca` asks for the name"),
        (good, bad, .certificate, "is signed by itself alone: give the certificate itself with `certificate: FILE`"),
      ] {
        let node = try RestStandIn.start(in: scratch, certificate: certificate) { request in
          .answer(Simulator.RestAPI(.sample(), on: 1).answer(request))
        }
        let access = RestAccess(
          user: Simulator.RestAccess.user, password: Secret(RestStandIn.password),
          tls: try TLSContext(TLSSettings(authorities: ca)), port: node.port)
        let failure = await failure(of: access, in: scratch)
        #expect(failure?.code == code)
        #expect(failure?.description.contains(words) ?? words.isEmpty, "\(failure?.description ?? "")")
        #expect(failure?.description.contains("--") != true)
        node.close()
      }
    }
  }

  // MARK: - Where

  @Test func anotherNodeAnswersForOneThatIsAway() async throws {
    try await withNode { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(from: ["127.0.0.9", "127.0.0.1"])
      #expect(view.nodes.count == 3)
      node.close()
      let failure = await failure(of: try node.access(), from: ["127.0.0.9", "127.0.0.1"], in: scratch)
      #expect(failure?.code == .unreachable)
      #expect(failure?.description.hasPrefix("cannot connect to 127.0.0.9:\(node.port): ") == true, "\(failure as Any)")
      #expect(await self.failure(of: try node.access(), from: [], in: scratch)?.code == .unreachable)
    }
  }

  @Test func aClusterWithoutQuorum() async throws {
    var cluster = Simulator.Cluster.sample()
    cluster.set(.quorumLost, on: 1, to: true)
    try await withNode(cluster) { scratch, node in
      let failure = await failure(of: try node.access(), in: scratch)
      #expect(
        failure?.description
          == "127.0.0.1:\(node.port) answers 503 to GET /v1/cluster (\"no_quorum\", \"no quorum\"): the node is not in "
          + "the cluster, or the cluster has no quorum; look at `rladmin status`")
    }
  }

  @Test func theMasterIsGoneTo() async throws {
    try await withScratch { scratch in
      let certificate = try await RestStandIn.certificate("cluster", in: scratch)
      let master = try RestStandIn.start(in: scratch, on: "127.0.0.2", certificate: certificate) { request in
        .answer(Simulator.RestAPI(.sample(), on: 1).answer(request))
      }
      let port = master.port
      let follower = try RestStandIn.start(in: scratch, port: port, certificate: certificate) { [bytes] request in
        let query = request.query["fields"].map { "?fields=\($0)" } ?? ""
        return .bytes(
          bytes("307 Temporary Redirect\r\nLocation: https://127.0.0.2:\(port)\(request.path)\(query)", "", nil))
      }
      defer {
        master.close()
        follower.close()
      }
      let view = try await RestReader(try master.access(), on: scratch.loop).read(from: ["127.0.0.1", "127.0.0.2"])
      #expect(view.nodes.count == 3 && view.databases.count == 4 && view.troubles == [])
      // Each connection stays where it was sent to.
      #expect(follower.requests.count <= 4 && master.requests.count == 14)
      // Where the master is not known to be of the cluster, it gets nothing.
      let before = master.connections
      let failure = await failure(of: try master.access(), in: scratch)
      #expect(failure?.code == .astray && master.connections == before)
    }
  }

  @Test(arguments: [
    "https://10.0.0.66:PORT/v1/cluster", "http://127.0.0.1:PORT/v1/cluster", "https://127.0.0.1/v1/cluster",
    "https://127.0.0.1:1/v1/cluster", "https://127.0.0.1:PORT@evil:PORT/v1/cluster", "//evil/v1/cluster", "",
    "https://127.0.0.1:PORT", "https://127.0.0.1.evil:PORT/v1/cluster", "ftp://x", "https://[::1]:PORT/v1/cluster",
    "https://u:p@127.0.0.1:PORT/v1/cluster", "/v1/clus\u{7F}ter x",
  ])
  func astray(_ location: String) async throws {
    let port = PortOfTest()
    try await withNode(lie: { [bytes] _ in
      .bytes(bytes("302 Found\r\nLocation: \(location.replacing("PORT", with: "\(port.number)"))", "", nil))
    }) { scratch, node in
      port.number = node.port
      let failure = await failure(of: try node.access(), in: scratch)
      let isHTTP = !location.unicodeScalars.contains("\u{7F}")
      #expect(failure?.code == (isHTTP ? .astray : .malformed), "\(failure as Any)")
      #expect(node.requests.count == 1)
      if isHTTP {
        let words = "which is no address of this cluster's nodes at port \(node.port), or not encrypted"
        #expect(failure?.description.contains(words) == true)
      }
    }
  }

  @Test func aCircle() async throws {
    try await withNode(lie: { [bytes] request in .bytes(bytes("301 X\r\nLocation: \(request.path)/", "", nil)) }) {
      scratch, node in
      let failure = await failure(of: try node.access(), in: scratch)
      #expect(failure?.code == .astray && failure?.description.contains("in a circle") == true)
      #expect(node.requests.count == 4)
    }
  }

  // MARK: - Lies

  struct Lie: Sendable, CustomTestStringConvertible {
    var name: String
    var reply: RestStandIn.Reply
    var code: RestFailure.Code
    var words: String
    var testDescription: String { name }
  }

  private static func ok(_ length: Int, _ body: String) -> RestStandIn.Reply {
    .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(body)".utf8))
  }
  private static let nothing = "Nothing is concluded from it; look whether that is the REST API of a cluster"
  private static let big = String(repeating: " ", count: 20 << 20)
  static let lies = [
    Lie(
      name: "a body that is cut", reply: ok(50, #"{"name": "cluster.local""#), code: .cut,
      words: "PLACE ended the connection in the middle of an answer: ask again, and look whether its services run"),
    Lie(
      name: "no answer at all", reply: .bytes([]), code: .cut,
      words: "PLACE ended the connection in the middle of an answer: ask again, and look whether its services run"),
    Lie(
      name: "a length that is too small", reply: ok(10, #"{"name": "cluster.local"}"#), code: .malformed,
      words: "what PLACE answers to GET /v1/cluster goes on behind the length that it announced. \(nothing)"),
    Lie(
      name: "20 MB that are announced", reply: ok(20 << 20, "{"), code: .malformed,
      words: "what PLACE answers to GET /v1/cluster is longer than 16 MiB. \(nothing)"),
    Lie(
      name: "20 MB in one chunk after the other",
      reply: .bytes(
        Array(
          ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + String(repeating: "100000\r\n\(big.prefix(1 << 20))\r\n", count: 20) + "0\r\n\r\n").utf8)),
      code: .malformed, words: "what PLACE answers to GET /v1/cluster is longer than 16 MiB. \(nothing)"),
    Lie(
      name: "no JSON", reply: ok(6, "<html>"), code: .malformed,
      words: "what PLACE answers to GET /v1/cluster is no JSON (no value starts like this at byte 0). \(nothing)"),
    Lie(
      name: "nothing in it", reply: ok(0, ""), code: .malformed,
      words: "what PLACE answers to GET /v1/cluster is empty. \(nothing)"),
    Lie(
      name: "another kind of JSON", reply: ok(2, "[]"), code: .malformed,
      words:
        "PLACE: the reply to GET /v1/cluster has the reply = \"(a list)\", which this program does not know. Nothing "
        + "is concluded from it; run the command by hand and compare, or ask again."),
    Lie(
      name: "no HTTP", reply: .bytes(Array("220 mail.example ESMTP\r\n".utf8)), code: .malformed,
      words: "what PLACE answers to GET /v1/cluster is no HTTP. \(nothing)"),
    Lie(
      name: "no REST API", reply: .answer(Simulator.HTTPAnswer(404)), code: .missing,
      words: "PLACE has no GET /v1/cluster: look whether that is the REST API of a cluster, port 9443"),
    Lie(
      name: "a code that nobody knows", reply: .answer(Simulator.HTTPAnswer(418)), code: .refused,
      words: "PLACE answers 418 to GET /v1/cluster"),
  ]

  @Test(arguments: lies) func aNodeThatLies(_ lie: Lie) async throws {
    try await withNode(lie: { _ in lie.reply }) { scratch, node in
      let failure = await failure(of: try node.access(), in: scratch)
      #expect(failure?.code == lie.code)
      #expect(failure?.description.replacing("127.0.0.1:\(node.port)", with: "PLACE") == lie.words)
    }
  }

  @Test func aNodeThatHangs() async throws {
    try await withNode(lie: { _ in .silence }) { scratch, node in
      let failure = await failure(of: try node.access(), in: scratch, within: .milliseconds(400))
      #expect(failure?.code == .silent)
      #expect(
        failure?.description == "127.0.0.1:\(node.port) did not answer in time: look whether its services run "
          + "(supervisorctl status)")
    }
    // Whatever comes, the time is over.
    try await withNode(lie: { _ in .endless }) { scratch, node in
      let failure = await failure(of: try node.access(), in: scratch, within: .milliseconds(400))
      #expect(failure?.code == .silent)
    }
    // One piece that hangs does not take the others along.
    try await withNode(lie: { $0.path == "/v1/license" ? .silence : nil }) { scratch, node in
      let view = try await RestReader(try node.access(), on: scratch.loop).read(
        from: ["127.0.0.1"], within: .milliseconds(1500))
      #expect(view.nodes.count == 3 && view.license == nil)
      #expect(view.troubles.contains { $0.hasPrefix("127.0.0.1:\(node.port) did not answer in time") })
    }
  }

  @Test func aPortWithoutTLS() async throws {
    try await withScratch { scratch in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: scratch.loop)
      guard case .tcp(_, let port) = listener.endpoint else { return }
      let serving = scratch.loop.task {
        while let peer = try? await listener.accept() {
          _ = try? await peer.read(upTo: 4096)
          try? await peer.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        }
      }
      let certificate = try await RestStandIn.certificate("cluster", in: scratch)
      let access = RestAccess(
        user: "u", password: Secret("p"), tls: try TLSContext(TLSSettings(pinned: certificate)), port: port)
      let failure = await failure(of: access, in: scratch)
      #expect(
        failure?.description
          == "what answers at 127.0.0.1:\(port) does not speak TLS: `port` under rest is not that of the "
          + "REST API, 9443")
      listener.close()
      await serving.value
    }
  }

  // MARK: - The lab

  /// The simulated cluster as it runs for training: its own certificate, its own password, its own processes.
  @Test func aClusterOfTheLab() async throws {
    try await SimulatedLab.with { it in
      let cluster = try it.cluster
      let access = try RestAccess(
        Profile.Rest(
          user: Simulator.RestAccess.user, password: .file(it.store.passwordFile),
          trust: .certificate(it.store.certificate), port: cluster.restPort))
      let reader = RestReader(access, on: it.loop)
      let hosts = cluster.nodes.map(\.address)
      let view = try await reader.read(from: hosts)
      #expect(view.troubles == [] && view.nodes.map(\.address) == hosts)
      #expect(view.databases.map(\.isAvailable) == [true, true, true, true] && view.failedChecks == [])
      // Its certificate names all of its nodes, so that it is an authority for itself as well.
      let trusting = RestAccess(
        user: Simulator.RestAccess.user, password: Secret(try it.store.password(in: it.store.passwordFile)),
        tls: try TLSContext(TLSSettings(authorities: it.store.certificate)), port: cluster.restPort)
      #expect(try await RestReader(trusting, on: it.loop).read(from: [hosts[2]]).nodes.count == 3)
    }
  }
}

/// Known only when the server stands.
private final class PortOfTest: Sendable {
  private let kept = Mutex(0)
  var number: Int {
    get { kept.withLock { $0 } }
    set { kept.withLock { $0 = newValue } }
  }
}
