// Dumps over the replication stream of real servers: from a file, as they are made, and refused.

import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite(.timeLimit(.minutes(3))) struct DumpStreamTests {
  /// How a server sends its dump.
  struct Sending: Sendable, CustomTestStringConvertible {
    var binary: ServerBinary
    var lines: [String]
    var testDescription: String { "\(binary), \(lines)" }
  }

  private func stream(_ server: RealServer, password: String? = nil) throws -> DumpStream {
    guard case .unix(let path) = server.endpoint else { throw MissingServer("it is not at a Unix socket") }
    let settings = ConnectionSettings(
      user: nil, password: password.map { Secret($0) }, name: WizardName(host: "here", run: "stream"))
    return DumpStream(settings: settings, address: Address(host: path, port: 0), loop: server.loop)
  }

  @Test(arguments: [
    Sending(binary: .redis62, lines: ["repl-diskless-sync no"]),
    Sending(binary: .redis62, lines: ["repl-diskless-sync yes", "repl-diskless-sync-delay 0"]),
    Sending(binary: .redis70, lines: ["repl-diskless-sync no", "requirepass s3cret"]),
    Sending(binary: .redis70, lines: ["repl-diskless-sync yes", "repl-diskless-sync-delay 0"]),
  ])
  func allKeysAreInIt(_ sending: Sending) async throws {
    let password = sending.lines.contains("requirepass s3cret") ? "s3cret" : nil
    let debug = sending.binary == .redis70 ? ["enable-debug-command yes"] : []
    try await withServer(sending.binary, sending.lines + debug) { server async throws in
      let client = server.client(ClientOptions(password: password.map { Secret($0) }, preferRESP3: false))
      _ = try await client.send(["DEBUG", "POPULATE", "30000"])
      guard case .unix(let socket) = server.endpoint else { return }
      let folder = Files.directory(of: socket)
      let path = "\(folder)/streamed.rdb"
      let size = try await stream(server, password: password).fetch(to: path) {}.get()
      #expect(try Files.size(path) == size)
      let bytes = try Files.read(path)
      #expect(DumpHeader(bytes)?.format == (sending.binary == .redis62 ? 9 : 10))
      #expect(DumpFooter(bytes.suffix(DumpFooter.length))?.hasChecksum == true)
      // Read by the server's own kind: nothing is missing.
      let request = TrialRequest(
        program: "echo '\(try sending.binary.locate())'", key: "stream-\(UInt32.random(in: 0 ... .max))",
        configFile: "",
        directory: folder, processID: 0, dump: path, memory: 0, bound: .seconds(60), countsDatabases: false)
      let trial = await SiteShell(reach: .local, links: nil, loop: server.loop).tryOut(request, on: NodeID("node"))
      #expect(trial.loadedKeys == 30_000, "\(trial)")
      // Nobody follows it any more.
      try await until {
        (try await client.send(["INFO", "replication"]).text ?? "").contains("connected_slaves:0")
      }
      await client.close()
    }
  }

  @Test func aRefusalLeavesNothing() async throws {
    try await withServer(.redis62, ["requirepass s3cret"]) { server async throws in
      guard case .unix(let socket) = server.endpoint else { return }
      let path = "\(Files.directory(of: socket))/streamed.rdb"
      guard case .failure(let problem) = try await stream(server, password: "wrong").fetch(to: path, begun: {}) else {
        Issue.record("a wrong password was taken")
        return
      }
      #expect(problem.text.hasPrefix("WRONGPASS"), "\(problem.text)")
      #expect(!Files.exists(path))
    }
  }
}
