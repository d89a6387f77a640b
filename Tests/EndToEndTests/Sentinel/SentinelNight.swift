// What nights under Sentinels have in common: what each of three of them says, and how one is frozen.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One night with servers over which Sentinels watch.
struct SentinelNight {
  static let name = SentinelConfiguration.groupName

  let servers: ReplicationNight
  let sentinels: [Address]
  /// What the servers' default user is asked for, and what the Sentinels ask for; nil for none.
  var password: String?
  var sentinelPassword: String?

  var night: Night { servers.night }
  var target: String { servers.target }
  var site: [String] { servers.site }

  /// Everything that is answered beforehand, and nothing that is waited for without need.
  func words(to: Release) -> [String] { [target, "--to", to.description, "--plain", "--settle", "0"] + site }

  func ask(_ sentinel: Address, _ words: [String]) async throws -> ForeignReply {
    try await servers.send(words, to: sentinel, password: sentinelPassword)
  }

  /// What a Sentinel says of the group, by name.
  func group(_ sentinel: Address) async throws -> [String: String] {
    Self.fields(try await ask(sentinel, ["SENTINEL", "MASTER", Self.name]))
  }

  static func fields(_ reply: ForeignReply) -> [String: String] {
    let texts = (reply.elements ?? []).map { $0.text ?? "" }
    return Dictionary(
      stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }, uniquingKeysWith: { $1 })
  }

  /// The address of the primary, as each Sentinel says it.
  func said() async throws -> Set<Address> {
    var all: Set<Address> = []
    for sentinel in sentinels {
      let group = try await group(sentinel)
      all.insert(Address(host: group["ip"] ?? "", port: Int(group["port"] ?? "") ?? 0))
    }
    return all
  }

  func priorities() async throws -> [String] {
    var all: [String] = []
    for address in servers.lab.addresses {
      let reply = try await servers.send(
        ["CONFIG", "GET", "replica-priority"], to: address, password: password)
      all.append(reply.elements?.last?.text ?? "")
    }
    return all
  }

  /// What the configuration files of the servers say.
  func writtenPriorities() throws -> [String] {
    try servers.lab.nodes.map { node in
      let path = "\(servers.lab.record.directory(of: node))/\(ServerConfiguration.fileName)"
      let text = try String(decoding: Files.read(path, limit: 1 << 20), as: UTF8.self)
      return text.split(separator: "\n").last { $0.hasPrefix("replica-priority ") }.map { String($0.dropFirst(17)) }
        ?? "100"
    }
  }

  func releases() async throws -> [Release?] {
    var all: [Release?] = []
    for sentinel in sentinels {
      let info = try await ask(sentinel, ["INFO", "server"]).text ?? ""
      func value(_ name: String) -> String? {
        info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }.map {
          String($0.dropFirst(name.count + 1))
        }
      }
      let product: Product = value("valkey_version") == nil ? .redis : .valkey
      all.append(
        (value("valkey_version") ?? value("redis_version")).flatMap { Version($0) }.map { Release(product, $0) })
    }
    return all
  }

  /// All is as an operator wants to find it in the morning.
  func isWell(on release: Release) async throws {
    #expect(try await releases().allSatisfy { $0 == release })
    let primaries = try await servers.primaries(password: password)
    let primary = try #require(primaries.first)
    #expect(primaries.count == 1)
    #expect(try await said() == [primary])
    for sentinel in sentinels {
      let group = try await group(sentinel)
      #expect(group["flags"] == "master" && group["num-other-sentinels"] == "2" && group["num-slaves"] == "2")
      let quorum = try await ask(sentinel, ["SENTINEL", "CKQUORUM", Self.name]).text ?? ""
      #expect(quorum.hasPrefix("OK 3 usable Sentinels"), "\(quorum)")
    }
    #expect(try await priorities() == ["100", "100", "100"])
    #expect(try writtenPriorities() == ["100", "100", "100"])
  }

  func process(_ sentinel: Address) throws -> Int32 {
    let bytes = try Files.read("\(servers.lab.directory)/\(sentinel.port)/\(ServerConfiguration.pidFileName)")
    let text = String(decoding: bytes, as: UTF8.self).filter(\.isNumber)
    return try #require(Int32(text))
  }

  func signal(_ sentinel: Address, _ word: String) async throws {
    try await kill(try process(sentinel), word)
  }

  func kill(_ pid: Int32, _ word: String) async throws {
    _ = try await ChildProcess.run(
      ChildCommand("/bin/kill", ["-\(word)", String(pid)]), on: servers.loop, within: .seconds(5))
  }
}

/// A primary with two replicas, and three Sentinels on the same version that know all of them.
func withSentinels(
  _ request: TrainingLab.LabRequest, switches: Bool = false,
  _ body: @escaping @Sendable (SentinelNight) async throws -> Void
) async throws {
  var request = request
  request.sentinels = 3
  try await withReplication(request, switches: switches) { [request] servers in
    let sentinels = try #require(servers.lab.record.sentinels).map(\.address)
    try await body(
      SentinelNight(
        servers: servers, sentinels: sentinels, password: request.password,
        sentinelPassword: request.sentinelPassword ?? request.password))
  }
}
