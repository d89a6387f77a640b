// What travels: a client's commands, a server's replies, HTTP, and the fields of the REST API.

import Testing
import TrainingLab
import UpgradeCore

@Suite struct WireTests {
  private func commands(_ pieces: [String]) throws -> [Simulator.ClientCommand] {
    var buffer = Simulator.CommandBuffer()
    var found: [Simulator.ClientCommand] = []
    for piece in pieces {
      buffer.append(Array(piece.utf8))
      while let command = try buffer.next() { found.append(command) }
    }
    return found
  }

  private func words(_ text: String...) -> Simulator.ClientCommand {
    Simulator.ClientCommand(words: text.map { Array($0.utf8) })
  }

  @Test func commandsComeInPieces() throws {
    let text = "*2\r\n$3\r\nGET\r\n$5\r\na\r\nbc\r\nPING\r\n\r\n*1\r\n$4\r\nping\r\n"
    let whole = try commands([text])
    #expect(whole == [words("GET", "a\r\nbc"), words("PING"), words("ping")])
    #expect(try commands(text.map { String($0) }) == whole)
    #expect(whole[0].bytes == Array("*2\r\n$3\r\nGET\r\n$5\r\na\r\nbc\r\n".utf8))
    for wrong in ["*x\r\n", "*1\r\n:3\r\n", "*1\r\n$-1\r\n", "*99999999999\r\n"] {
      #expect(throws: Simulator.CommandBuffer.Violation.self, "\(wrong)") { try commands([wrong]) }
    }
  }

  @Test func keysDecideTheShard() {
    #expect(words("get", "a").keys == ["a"] && words("SET", "a", "1").keys == ["a"])
    #expect(words("MSET", "a", "1", "b", "2").keys == ["a", "b"])
    #expect(words("EVAL", "return 1", "2", "a", "b", "c").keys == ["a", "b"])
    #expect(words("PING", "a").keys == [] && words("INFO").keys == [])
  }

  @Test(arguments: [
    ("+OK\r\n", 5), (":12\r\n", 5), ("$3\r\nabc\r\n", 9), ("$-1\r\n", 5), ("*2\r\n+a\r\n$1\r\nb\r\n", 15),
    ("*-1\r\n", 5), ("*0\r\n", 4), ("%1\r\n+a\r\n:1\r\n", 12), ("_\r\n", 3), ("*1\r\n%1\r\n+a\r\n*1\r\n:1\r\n", 20),
    ("-ERR no\r\n", 9),
  ])
  func aReplyEndsWhereItEnds(_ text: String, _ length: Int) {
    let bytes = Array(text.utf8)
    #expect(Simulator.ReplyFrame.length(of: bytes + Array("+next\r\n".utf8)) == length)
    for count in 0..<bytes.count { #expect(Simulator.ReplyFrame.length(of: Array(bytes[..<count])) == nil, "\(count)") }
  }

  @Test func requestsComeInPieces() throws {
    var buffer: [UInt8] = []
    var found: [Simulator.HTTPRequest] = []
    let text =
      "GET /v1/bdbs?fields=uid,name HTTP/1.1\r\nHost: a\r\nAuthorization: Basic \(Simulator.Base64.encoded("u:p"))\r\n\r\n"
      + "POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
    for byte in text.utf8 {
      buffer.append(byte)
      while let request = try Simulator.HTTPRequest.take(from: &buffer) { found.append(request) }
    }
    #expect(found.count == 2 && buffer.isEmpty)
    #expect(found.first?.path == "/v1/bdbs" && found.first?.query == ["fields": "uid,name"])
    #expect(found.first?.isFrom(user: "u", password: "p") == true)
    #expect(found.first?.isFrom(user: "u", password: "q") == false)
    #expect(found.last?.method == "POST" && found.last?.body == Array("hi".utf8))
    var bad = Array("nonsense\r\n\r\n".utf8)
    #expect(throws: Simulator.HTTPFault.self) { try Simulator.HTTPRequest.take(from: &bad) }
  }

  @Test func base64AsInItsStandard() {
    let rows = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "foobar": "Zm9vYmFy"]
    for (text, encoded) in rows { #expect(Simulator.Base64.encoded(text) == encoded) }
  }

  // MARK: - REST

  private func ask(_ cluster: Simulator.Cluster, _ path: String, on node: Int = 1) -> Simulator.HTTPAnswer {
    Simulator.RestAPI(cluster, on: node).answer(Simulator.HTTPRequest(method: "GET", path: path))
  }

  @Test func nodesAndTheirChecks() {
    var cluster = Simulator.Cluster.sample()
    cluster.stopped(node: 3, at: 1)
    cluster.change(node: 2) { $0.failedServices = ["alert_mgr"] }
    let nodes = ask(cluster, "/v1/nodes").body?.array ?? []
    #expect(nodes.map { $0["uid"]?.integer } == [1, 2, 3])
    #expect(nodes.map { $0["status"]?.string } == ["active", "active", "down"])
    #expect(nodes.first?["software_version"]?.string == "7.2.4-92")
    #expect(
      nodes.first?["supported_database_versions"]?.array?.map { $0["version"]?.string } == [
        "6.0.16", "6.2.13", "7.2.4",
      ])
    #expect(ask(cluster, "/v1/nodes/status").body?["1"]?["role"]?.string == "master")
    #expect(ask(cluster, "/v1/nodes/9").code == 404)
    // The identity is a number in one place and a text in the other.
    let check = ask(cluster, "/v1/nodes/check/2").body
    #expect(check?["node_uid"]?.integer == 2 && check?["result"]?.bool == false)
    #expect(
      check?["error"]?.string
        == "process alert_mgr is not running or not responding ([Errno 111] Connection refused)")
    let all = ask(cluster, "/v1/cluster/check").body
    #expect(all?["cluster_test_result"]?.bool == false)
    #expect(all?["nodes"]?.array?.map { $0["node_uid"]?.string } == ["1", "2", "3"])
  }

  @Test func databasesAndTheirAvailability() {
    var cluster = Simulator.Cluster.sample()
    #expect(ask(cluster, "/v1/bdbs/2").body?["data_persistence"]?.string == "aof")
    #expect(ask(cluster, "/v1/bdbs").body?.array?.count == 4)
    #expect(ask(cluster, "/v1/shards").body?.array?.first?["sync"]?["status"]?.string == "idle")
    #expect(ask(cluster, "/v1/bdbs/2/availability").code == 200)
    cluster.stopped(node: 1, at: 1)
    let answer = ask(cluster, "/v1/bdbs/2/availability", on: 2)
    #expect(answer.code == 503 && answer.body?["error_code"]?.string == "bdb_unavailable_shard_unreachable")
    #expect(ask(cluster, "/v1/bdbs/7/availability", on: 2).body?["error_code"]?.string == "db_not_found")
    cluster.set(.quorumLost, on: 2, to: true)
    #expect(ask(cluster, "/v1/bdbs/3/availability", on: 2).body?["error_code"]?.string == "no_quorum")
    #expect(ask(cluster, "/v1/local/node/master_healthcheck", on: 2).body?["status"]?.string == "inactive")
  }

  @Test func upgradeModeLicenseAndActions() {
    var cluster = Simulator.Cluster.sample()
    cluster.upgradeMode = true
    #expect(ask(cluster, "/v1/cluster").body?["upgrade_mode"]?.bool == true)
    #expect(ask(cluster, "/v1/license").body?["expired"]?.bool == false)
    cluster.license = nil
    #expect(ask(cluster, "/v1/license").code == 404)
    var action = Simulator.Action(id: "a1", name: "SMUpgradeBDB", database: 2, created: 1_700_000_000_000)
    action.status = .active
    cluster.actions = [action]
    #expect(ask(cluster, "/v1/actions").body?["state-machines"]?.array?.first?["status"]?.string == "active")
    #expect(ask(cluster, "/v2/actions").body?.array?.first?["status"]?.string == "running")
    #expect(ask(cluster, "/v1/actions/none").code == 404)
    #expect(ask(cluster, "/v4/cluster/health").code == 404)
    #expect(ask(.sample("8.0.2-17"), "/v4/cluster/health").body?["status"]?.string == "ok")
  }

  @Test func aTimeOfTheClock() {
    #expect(Simulator.RestAPI.time(1_704_997_537_000) == "2024-01-11 18:25:37")
    #expect(Simulator.RestAPI.time(951_782_400_000) == "2000-02-29 00:00:00")
  }
}
