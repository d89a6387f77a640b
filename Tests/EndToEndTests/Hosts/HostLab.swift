// Hosts of their own for one test: each a Debian with an address, a sshd, an init script and packages, in namespaces.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// Some hosts on a bridge of this machine, with a server of Redis 6.0 on each.
///
/// A host's processes, mounts and network end with it, and all hosts end with their keeper, whose input this process
/// holds: they are gone also where this process is killed.
struct HostLab {
  let loop: EventLoop
  let folder: String
  /// `198.18.7`: host 1 is `198.18.7.1`.
  let network: String
  let count: Int
  private let keeper: ChildProcess
  private let said: KeeperWords

  /// The operator's own configuration of the ssh program.
  var configuration: String { "\(folder)/ssh_config" }
  var hosts: ClosedRange<Int> { 1...count }
  func name(_ host: Int) -> String { "\(network).\(host)" }
  func address(_ host: Int) -> Address { Address(host: name(host), port: 6379) }
  var addresses: [Address] { hosts.map(address) }
  /// The files of a host, as this machine sees them.
  func tree(_ host: Int) -> String { "\(folder)/host-\(host)" }

  // MARK: - Where it is possible

  /// What CI sets, so that there it is a failure not to have hosts.
  static let isRequired = Host.environment["REDIS_UPGRADE_HOSTS"] == "required"
  static let isPossible = isRequired || obstacle == nil
  /// What keeps this machine from having hosts; nil where nothing does.
  static let obstacle: String? = {
    guard Host.effectiveUserID == 0 else { return "namespaces and bridges need root" }
    let places = (Host.environment["PATH"] ?? "").split(separator: ":")
    for tool in ["debootstrap", "ip", "unshare", "flock", "chroot", "ssh", "ssh-keygen", "shuf"]
    where !places.contains(where: { Files.exists("\($0)/\(tool)") }) {
      return "\(tool) is missing"
    }
    return nil
  }()

  // MARK: - From start to end

  /// Starts hosts, does something with them, and ends them, also when that failed.
  static func with(
    _ count: Int, _ body: @escaping @Sendable (HostLab) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "hosts")
    defer { loop.stop() }
    let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
    let folder = "/tmp/redis-upgrade-test-\(name)"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    let outcome: Result<Void, any Error> = await Task(executorPreference: loop) {
      do {
        let tree = try await HostTree.path(on: loop)
        let (lab, keeper) = try await start(count, tree, folder, bridge: "ru\(name)".prefix(8).description, on: loop)
        let result: Result<Void, any Error>
        do {
          let lab = try lab.get()
          try await lab.awaitAnswers()
          try await body(lab)
          result = .success(())
        } catch {
          result = .failure(error)
        }
        keeper.closeInput()
        if await keeper.exit(within: .seconds(60)) == nil { throw Trouble("the hosts did not end within a minute") }
        return result
      } catch {
        return .failure(error)
      }
    }.value
    try outcome.get()
  }

  struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private static func start(
    _ count: Int, _ tree: String, _ folder: String, bridge: String, on loop: EventLoop
  ) async throws -> (Result<HostLab, any Error>, ChildProcess) {
    let key = try await ChildProcess.run(
      ChildCommand("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", "\(folder)/id"]), on: loop,
      within: .seconds(30))
    guard key.status.isSuccess else { throw Trouble("ssh-keygen: \(key.status)") }
    let keeper = try ChildProcess.spawn(
      ChildCommand("bash", ["-c", HostScripts.keeper, "hosts", tree, folder, bridge, String(count)]), streams: .pipes,
      newSession: true, on: loop)
    let said = KeeperWords(keeper)
    do {
      let words = try await said.next(within: .seconds(120)).split(separator: " ")
      guard words.count == 2, words[0] == "ready" else { throw Trouble(words.joined(separator: " ")) }
      let lab = HostLab(
        loop: loop, folder: folder, network: String(words[1]), count: count, keeper: keeper, said: said)
      try lab.writeConfiguration(tree)
      return (.success(lab), keeper)
    } catch {
      return (.failure(error), keeper)
    }
  }

  private func writeConfiguration(_ tree: String) throws {
    let key = String(decoding: try Files.read("\(tree)/etc/ssh/ssh_host_ed25519_key.pub"), as: UTF8.self)
    let known = hosts.map { "\(name($0)) \(key)" }.joined()
    try Files.writeAtomically("\(folder)/known_hosts", Array(known.utf8))
    let lines = [
      "Host *", "User root", "IdentityFile \(folder)/id", "IdentitiesOnly yes", "IdentityAgent none",
      "UserKnownHostsFile \(folder)/known_hosts", "GlobalKnownHostsFile /dev/null", "ConnectTimeout 5", "",
    ]
    try Files.writeAtomically(configuration, Array(lines.joined(separator: "\n").utf8))
  }

  /// The power goes: every process of the host ends at once, and its network with them.
  func switchOff(_ host: Int) async throws { try await tell("off \(host)") }

  /// It boots from what its disk holds, and its init script starts the server.
  func switchOn(_ host: Int) async throws { try await tell("on \(host)") }

  private func tell(_ line: String) async throws {
    try await keeper.write(Array("\(line)\n".utf8))
    let answer = try await said.next(within: .seconds(30))
    guard answer == "done" else { throw Trouble("the keeper of the hosts says \(answer)") }
  }

  // MARK: - On a host

  /// Runs a line on a host over ssh, as root.
  @discardableResult
  func run(_ line: String, on host: Int, within bound: Duration = .seconds(60)) async throws -> String {
    let outcome = try await ChildProcess.run(
      ChildCommand("ssh", ["-F", configuration, name(host), line]), on: loop, within: bound)
    guard outcome.status.isSuccess else {
      let complaint = String(decoding: outcome.output.suffix(500) + outcome.errorOutput.suffix(500), as: UTF8.self)
      throw Trouble("\(line) on host \(host): \(outcome.status) \(complaint)")
    }
    return outcome.text
  }

  /// Waits until a host answers over ssh, and its server to a PING.
  func awaitAnswer(_ host: Int) async throws {
    let deadline = loop.now + .seconds(60)
    while true {
      do {
        if try await run("redis-cli ping", on: host, within: .seconds(10)) == "PONG\n" { return }
        throw Trouble("its server does not answer")
      } catch {
        guard loop.now < deadline else {
          let log = (try? Files.read("\(tree(host)).log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
          throw Trouble("host \(host) does not come up: \(error)\n\(log)")
        }
        try await loop.sleep(for: .milliseconds(50))
      }
    }
  }

  private func awaitAnswers() async throws {
    for host in hosts { try await awaitAnswer(host) }
  }

  /// Joins the servers of six hosts to a cluster: the first three are primaries, the others follow one each.
  func makeCluster() async throws {
    let nodes = hosts.map { address($0).description }.joined(separator: " ")
    try await run("redis-cli --cluster create \(nodes) --cluster-replicas 1 --cluster-yes", on: 1)
    let deadline = loop.now + .seconds(60)
    while true {
      var isJoined = true
      for host in hosts {
        let info = try await run("redis-cli cluster info; redis-cli info replication", on: host)
        let lines = Set(info.split(whereSeparator: \.isNewline))
        let isLinked = lines.contains("role:master") || lines.contains("master_link_status:up")
        isJoined =
          isJoined && isLinked && lines.isSuperset(of: ["cluster_state:ok", "cluster_known_nodes:\(count)"])
      }
      if isJoined { return }
      guard loop.now < deadline else { throw Trouble("the hosts do not form a cluster") }
      try await loop.sleep(for: .milliseconds(100))
    }
  }
}

/// What the keeper of hosts prints, line by line.
private actor KeeperWords {
  private let keeper: ChildProcess
  private var rest: [UInt8] = []

  init(_ keeper: ChildProcess) { self.keeper = keeper }

  func next(within bound: Duration) async throws -> String {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest.removeSubrange(...end) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      let bytes = try await keeper.read(upTo: 4096, within: bound)
      guard !bytes.isEmpty else {
        let complaint = (try? await keeper.readError(upTo: 4096, within: .seconds(1))) ?? []
        throw HostLab.Trouble("the hosts ended: \(String(decoding: complaint, as: UTF8.self))")
      }
      rest += bytes
    }
  }
}
