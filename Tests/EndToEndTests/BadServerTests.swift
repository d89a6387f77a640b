// What answers at the target and cannot be worked with: each a clear sentence and exit 1, and nothing is changed.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(5))) struct BadServerTests {
  /// All that the program could have changed about a server: its settings, its view of the cluster, its files.
  private func traces(_ night: Night, password: String?) async throws -> [String] {
    let options = ClientOptions(password: password.map { Secret($0) }, preferRESP3: false)
    var all: [String] = []
    for node in night.lab.nodes {
      let client = Client(endpoint: node.address.endpoint, on: night.loop, options: options)
      all += try await client.send(["CONFIG", "GET", "*"]).map { $0.text ?? "" }
      // Without the columns that count pings.
      all += (try await client.send(["CLUSTER", "NODES"]).text ?? "").split(separator: "\n").map { line in
        let columns = line.split(separator: " ")
        return (columns.prefix(4) + columns.dropFirst(6)).joined(separator: " ")
      }.sorted()
      await client.close()
      all += try Files.list(night.lab.record.directory(of: node)).sorted()
    }
    return all
  }

  private func attempt(
    _ words: [String], in folder: String, on loop: EventLoop, environment: [String: String?] = [:]
  ) async throws -> Said {
    try await Night.run(
      words + ["--to", "7.0.15", "--plain", "--state-dir", "\(folder)/state"] + Wizard.yes, folder: folder, on: loop,
      within: .seconds(60), environment: environment)
  }

  @Test func aWrongPassword() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    request.password = "right"
    try await withNight(request) { night in
      let before = try await traces(night, password: "right")
      let words = [night.target, "--profile", night.lab.profilePath]
      for (password, code) in [("not-the-password", "WRONGPASS"), (nil, "NOAUTH")] as [(String?, String)] {
        let said = try await attempt(
          words, in: night.folder, on: night.loop, environment: ["REDISCLI_AUTH": password])
        #expect(said.code == 1, "\(said)")
        #expect(said.errors.contains(code) && said.errors.contains("Nothing was found at"), "\(said)")
        #expect(!(said.output + said.errors).contains("not-the-password"), "\(said)")
      }
      #expect(try await traces(night, password: "right") == before)
      #expect(try RunCatalogue(night.state).runs().isEmpty)
    }
  }

  /// The folder of a test that needs no servers.
  private func withFolder(_ body: (String, EventLoop) async throws -> Void) async throws {
    let loop = try EventLoop(name: "bad-server")
    defer { loop.stop() }
    let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
    let folder = "/tmp/redis-upgrade-test-\(name)"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    try await body(folder, loop)
  }

  @Test func aPortThatIsNoRedis() async throws {
    try await withFolder { folder, loop in
      let web = try Impostor.web(on: loop)
      let mute = try Impostor.mute(on: loop)
      defer {
        web.close()
        mute.close()
      }
      let fromWeb = try await attempt(["127.0.0.1:\(web.port)"], in: folder, on: loop)
      #expect(fromWeb.code == 1, "\(fromWeb)")
      #expect(fromWeb.errors.contains("this is a web server: check the port"), "\(fromWeb)")
      let fromMute = try await attempt(["127.0.0.1:\(mute.port)"], in: folder, on: loop)
      #expect(fromMute.code == 1, "\(fromMute)")
      #expect(fromMute.errors.contains("no whole reply within 1.5 s"), "\(fromMute)")
      #expect(try RunCatalogue("\(folder)/state").runs().isEmpty)
    }
  }

  @Test func aTLSPort() async throws {
    try await withFolder { folder, loop in
      let free = try Impostor.mute(on: loop)
      let port = free.port
      free.close()
      // A true TLS server; without a certificate, since nobody comes as far as to see it.
      let server = try ChildProcess.spawn(
        ChildCommand("openssl", ["s_server", "-nocert", "-accept", "127.0.0.1:\(port)"]), on: loop)
      let said: Said
      do {
        var greeting: [UInt8] = []
        while !String(decoding: greeting, as: UTF8.self).contains("ACCEPT") {
          let bytes = try await server.read(upTo: 4096, within: .seconds(20))
          try #require(!bytes.isEmpty, "openssl ended: \(String(decoding: greeting, as: UTF8.self))")
          greeting += bytes
        }
        said = try await attempt(["127.0.0.1:\(port)"], in: folder, on: loop)
      } catch {
        _ = try? server.send(.kill)
        _ = await server.exit()
        throw error
      }
      _ = try server.send(.kill)
      _ = await server.exit()
      #expect(said.code == 1, "\(said)")
      #expect(said.errors.contains("TLS port") && said.errors.contains("use rediss://"), "\(said)")
      #expect(try RunCatalogue("\(folder)/state").runs().isEmpty)
    }
  }

  /// A real full disk: a small file system of its own, in a name space of its own.
  @Test func aFullDiskAtTheStart() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)) {
      night in
      let before = try await traces(night, password: nil)
      let state = "\(night.folder)/full"
      try Files.makeDirectories(state)
      let script = """
        mount -t tmpfs -o size=64k none \(state) && { head -c 200000 /dev/zero >\(state)/filler 2>/dev/null; :; } &&
        exec "$@"
        """
      let words =
        [
          "-rm", "sh", "-c", script, "full", Wizard.path, night.target, "--to", "7.0.15", "--plain", "--state-dir",
          state,
        ]
        + ["--profile", night.lab.profilePath] + Wizard.yes
      let outcome = try await ChildProcess.run(
        ChildCommand("unshare", words, environment: .changed(["HOME": night.folder, "TERM": "dumb"])), on: night.loop,
        within: .seconds(60))
      let errors = String(decoding: outcome.errorOutput, as: UTF8.self)
      #expect(outcome.status == .exited(1), "\(outcome.status) \(errors)")
      #expect(errors.contains("no run can be recorded") && errors.contains("Free some space"), "\(errors)")
      #expect(try await traces(night, password: nil) == before)
    }
  }
}
