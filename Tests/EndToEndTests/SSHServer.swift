// A real sshd on a loopback port, with keys of its own and a client configuration that knows it.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

/// One sshd for one test: runs as the user of the tests, touches nothing outside of its folder.
final class SSHServer: Sendable {
  let folder: String
  let port: Int
  private let loop: EventLoop
  private let daemon: Daemon

  /// The present process; it can be ended and started again on the same port.
  private actor Daemon {
    var child: ChildProcess?
    func set(_ child: ChildProcess?) { self.child = child }
  }

  /// Where commands find their home: not the one of whoever runs the tests.
  var home: String { "\(folder)/home" }
  /// The operator's own configuration of the ssh program.
  var configuration: String { "\(folder)/ssh_config" }

  private init(folder: String, port: Int, loop: EventLoop) {
    self.folder = folder
    self.port = port
    self.loop = loop
    daemon = Daemon()
  }

  /// - Parameter settings: more lines for the server's configuration.
  static func start(in folder: String, on loop: EventLoop, settings: [String] = []) async throws -> SSHServer {
    let server = SSHServer(folder: folder, port: try freePort(loop), loop: loop)
    try Files.makeDirectories(server.home)
    // Where sshd runs as root it wants this directory, which a machine without an ssh service does not have.
    if Host.effectiveUserID == 0 { try Files.makeDirectories("/run/sshd", mode: 0o755) }
    try await server.makeKey("host_key")
    try await server.makeKey("id")
    try await server.makeKey("other_id")
    try Files.writeAtomically("\(folder)/authorized", try Files.read("\(folder)/id.pub"))
    let lines =
      settings + [
        "ListenAddress 127.0.0.1:\(server.port)", "HostKey \(folder)/host_key", "PidFile none",
        "AuthorizedKeysFile \(folder)/authorized", "UsePAM no", "StrictModes no", "MaxStartups 100",
        "PasswordAuthentication no", "SetEnv HOME=\(server.home)",
      ]
    try server.write("sshd_config", lines)
    try server.write(
      "ssh_config",
      [
        "Host *", "Port \(server.port)", "IdentityFile \(folder)/id", "IdentitiesOnly yes", "IdentityAgent none",
        "UserKnownHostsFile \(folder)/known_hosts", "GlobalKnownHostsFile /dev/null",
      ])
    try server.write("known_hosts", [try server.knownHost("host_key")])
    try await server.begin()
    return server
  }

  private static func freePort(_ loop: EventLoop) throws -> Int {
    for port in (22_200...22_690).shuffled() {
      guard let listener = try? Listener.listen(on: .tcp(host: "127.0.0.1", port: port), loop: loop) else { continue }
      listener.close()
      return port
    }
    throw Missing(what: "a free port")
  }

  struct Missing: Error { var what: String }

  func write(_ name: String, _ lines: [String]) throws {
    try Files.writeAtomically("\(folder)/\(name)", Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  func makeKey(_ name: String, passphrase: String = "") async throws {
    _ = try? Files.remove("\(folder)/\(name)")
    _ = try? Files.remove("\(folder)/\(name).pub")
    let outcome = try await ChildProcess.run(
      ChildCommand("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", "\(folder)/\(name)"]),
      on: loop, within: .seconds(30))
    try #require(outcome.status.isSuccess, "\(String(decoding: outcome.errorOutput, as: UTF8.self))")
  }

  /// The fingerprint of a key, as ssh says it.
  func fingerprint(_ key: String) async throws -> String {
    let outcome = try await ChildProcess.run(
      ChildCommand("ssh-keygen", ["-l", "-f", "\(folder)/\(key).pub"]), on: loop, within: .seconds(30))
    let words = String(decoding: outcome.output, as: UTF8.self).split(separator: " ")
    return String(try #require(words.first { $0.hasPrefix("SHA256:") }))
  }

  func knownHost(_ key: String) throws -> String {
    let words = String(decoding: try Files.read("\(folder)/\(key).pub"), as: UTF8.self).split(separator: " ")
    return "[127.0.0.1]:\(port) \(words[0]) \(words[1])"
  }

  /// Starts the daemon, and waits until it lets somebody in.
  func begin() async throws {
    let child = try ChildProcess.spawn(
      ChildCommand("/usr/sbin/sshd", ["-D", "-e", "-f", "\(folder)/sshd_config"]),
      streams: .files(input: nil, output: "\(folder)/sshd.log", error: "\(folder)/sshd.log"), newSession: true,
      on: loop)
    await daemon.set(child)
    let deadline = loop.now + .seconds(20)
    while true {
      if let connection = try? await Connection.connect(
        to: .tcp(host: "127.0.0.1", port: port), on: loop, within: .seconds(1))
      {
        connection.close()
        return
      }
      guard loop.now < deadline, child.exitStatus == nil else {
        let log = (try? Files.read("\(folder)/sshd.log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        throw Missing(what: "sshd: \(log)")
      }
      try await loop.sleep(for: .milliseconds(10))
    }
  }

  /// Nobody listens any more; connections that are there go on.
  func end() async {
    guard let child = await daemon.child else { return }
    _ = try? child.send(.kill)
    _ = await child.exit(within: .seconds(5))
    await daemon.set(nil)
  }

  /// The host is gone: no connection is left, and nobody is let in any more.
  func vanish() async throws {
    // Nobody is let in between the one and the other.
    _ = try await daemon.child?.send(.stop)
    try await cut()
    await end()
  }

  /// Cuts every connection; what was started through them is left alone. How many there were.
  @discardableResult
  func cut() async throws -> Int {
    guard let pid = await daemon.child?.pid else { return 0 }
    var cut: Set<Int32> = [pid]
    // A connection is one or two processes of sshd, each below the one before.
    for _ in 0..<2 {
      for (process, parent, name) in try Self.processes() where name.hasPrefix("sshd") && cut.contains(parent) {
        cut.insert(process)
      }
    }
    for process in cut where process != pid {
      _ = try await ChildProcess.run(.shell("kill -9 \(process) 2>/dev/null"), on: loop, within: .seconds(5))
    }
    return cut.count - 1
  }

  /// Whether a process has a stream to a server that goes through somebody's `ssh -W`.
  static func leads(_ process: Int32) throws -> Bool {
    try processes().contains { pid, parent, name in
      guard parent == process, name == "ssh", let words = try? Files.read("/proc/\(pid)/cmdline") else { return false }
      return words.split(separator: 0).contains { $0.elementsEqual("-W".utf8) }
    }
  }

  static func processes() throws -> [(pid: Int32, parent: Int32, name: String)] {
    try Files.list("/proc").compactMap { name in
      guard let pid = Int32(name), let bytes = try? Files.read("/proc/\(name)/stat") else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return nil }
      let rest = text[close...].split(separator: " ")
      guard rest.count > 2, let parent = Int32(rest[2]) else { return nil }
      return (pid, parent, String(text[text.index(after: open)..<close]))
    }
  }

  /// The machine was set up anew, or somebody stands in between.
  func changeHostKey() async throws {
    try await cut()
    await end()
    try await makeKey("host_key")
    try await begin()
  }

  /// How `ssh` is called: with the operator's configuration of this test.
  var remote: Site.Remote { Site.Remote(options: ["-F", configuration]) }
}

extension SSHServer {
  /// Starts an sshd, does something with it, and ends it, also when that failed.
  static func during(
    in folder: String, on loop: EventLoop, settings: [String] = [], _ body: (SSHServer) async throws -> Void
  ) async throws {
    let server = try await start(in: folder, on: loop, settings: settings)
    let outcome: Result<Void, any Error>
    do {
      try await body(server)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    _ = try? await server.cut()
    await server.end()
    try outcome.get()
  }
}

/// An sshd in a folder and on a loop of its own.
func withSSHServer(
  settings: [String] = [], _ body: @escaping @Sendable (SSHServer, EventLoop) async throws -> Void
) async throws {
  let loop = try EventLoop(name: "ssh")
  defer { loop.stop() }
  let folder = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
  try Files.makeDirectories(folder)
  defer { try? Files.removeTree(folder) }
  try await Task(executorPreference: loop) {
    try await SSHServer.during(in: folder, on: loop, settings: settings) { try await body($0, loop) }
  }.value
}
