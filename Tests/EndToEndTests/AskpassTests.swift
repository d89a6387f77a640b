// What ssh asks for, on its way to a person and back: passphrases and unknown host keys, with a real sshd.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(5))) struct AskpassTests {
  private static let passphrase = "correct horse, battery"

  private static let node = NodeID("aaaaaaaaaaaaaaaaaaaa")

  private static let job = HostJob(
    id: EffectID(StepKey(.install, .node(node)), attempt: 1), node: node, text: "echo here", bound: .seconds(60))

  /// A host that can be asked about, and who answers; the helper is the program itself.
  private static func withDesk(
    more: [String] = [],
    _ body: @escaping @Sendable (SSHServer, AccessDesk, RemoteHost, EventLoop) async throws -> Void
  ) async throws {
    try await withSSHServer { server, loop in
      let output = "\(server.folder)/output"
      try Files.makeDirectories(output)
      if !more.isEmpty {
        let lines = String(decoding: try Files.read(server.configuration), as: UTF8.self)
        try server.write("ssh_config", more + [lines])
      }
      let desk = AccessDesk()
      let links = SSHLinks(SSHLogin(server.remote), desk: desk, helper: Wizard.path, on: loop)
      let host = RemoteHost(loop: loop, links: links, folder: output, run: "a-run", hosts: [node: "127.0.0.1"])
      do {
        try await body(server, desk, host, loop)
      } catch {
        await links.close()
        throw error
      }
      await links.close()
    }
  }

  private static func hidden(_ text: String) -> HiddenText {
    var bytes = Array(text.utf8)
    return HiddenText(taking: &bytes)
  }

  /// Waits for a question that is not the last one.
  private static func question(
    at desk: AccessDesk, after last: Int = 0, _ loop: EventLoop
  ) async throws -> AccessQuestion {
    let deadline = loop.now + .seconds(30)
    while true {
      if let question = desk.pending, question.number > last { return question }
      try #require(loop.now < deadline, "nothing was asked")
      try await loop.sleep(for: .milliseconds(10))
    }
  }

  @Test func aKeyWithAPassphraseIsAskedFor() async throws {
    try await Self.withDesk { server, desk, host, loop in
      try await server.makeKey("id", passphrase: Self.passphrase)
      try Files.writeAtomically("\(server.folder)/authorized", try Files.read("\(server.folder)/id.pub"))
      async let running = host.run(Self.job, output: { _ in })
      let first = try await Self.question(at: desk, loop)
      #expect(first.kind == .secret)
      #expect(first.lines == ["Enter passphrase for key '\(server.folder)/id': "])
      desk.answer(first.number, Self.hidden("wrong"))
      // ssh asks once more.
      let second = try await Self.question(at: desk, after: first.number, loop)
      #expect(second.text == first.text)
      desk.answer(second.number, Self.hidden(Self.passphrase))
      let result = await running
      #expect(result.kind == .exited(0) && result.tail.first == "here")
      #expect(desk.pending == nil)
      // It is in nothing that was written.
      for file in try Files.list("\(server.folder)/output") {
        let text = String(decoding: try Files.read("\(server.folder)/output/\(file)"), as: UTF8.self)
        #expect(!text.contains(Self.passphrase), "\(file)")
      }
    }
  }

  @Test func aPassphraseThatIsNotGivenIsARefusal() async throws {
    try await Self.withDesk { server, desk, host, loop in
      try await server.makeKey("id", passphrase: Self.passphrase)
      try Files.writeAtomically("\(server.folder)/authorized", try Files.read("\(server.folder)/id.pub"))
      async let running = host.run(Self.job, output: { _ in })
      desk.answer(try await Self.question(at: desk, loop).number, nil)
      guard case .refused(let why) = await running.kind else {
        Issue.record("it was not refused")
        return
      }
      #expect(why.hasPrefix("127.0.0.1 does not let us in"))
    }
  }

  @Test func anUnknownHostKeyIsTrustedByAPersonAlone() async throws {
    try await Self.withDesk { server, desk, host, loop in
      try server.write("known_hosts", [])
      async let refused = host.run(Self.job, output: { _ in })
      let first = try await Self.question(at: desk, loop)
      #expect(first.kind == .hostKey)
      let fingerprint = try await server.fingerprint("host_key")
      #expect(first.lines.contains { $0.contains(fingerprint) }, "\(first.lines)")
      #expect(!first.lines.contains { $0.contains("yes/no") })
      desk.answer(first.number, nil)
      guard case .refused(let why) = await refused.kind else {
        Issue.record("it was not refused")
        return
      }
      #expect(why.hasPrefix("the host key of 127.0.0.1 is not known here, and nobody confirmed it"))
      #expect(try Files.read("\(server.folder)/known_hosts") == [10])

      async let running = host.run(
        HostJob(
          id: EffectID(StepKey(.start, .node(Self.node)), attempt: 1), node: Self.node, text: "echo here",
          bound: .seconds(60)), output: { _ in })
      let second = try await Self.question(at: desk, after: first.number, loop)
      desk.answer(second.number, Self.hidden("yes"))
      #expect(await running.kind == .exited(0))
      let known = String(decoding: try Files.read("\(server.folder)/known_hosts"), as: UTF8.self)
      #expect(known.contains(try server.knownHost("host_key")))
    }
  }

  /// What the operator's own configuration forbids is not asked, and what it allows too much is not done.
  @Test(arguments: ["yes", "no", "accept-new"])
  func theConfigurationOfSSHIsNotWeakened(setting: String) async throws {
    try await Self.withDesk(more: ["StrictHostKeyChecking \(setting)"]) { server, desk, host, loop in
      try server.write("known_hosts", [])
      async let running = host.run(Self.job, output: { _ in })
      if setting != "yes" { desk.answer(try await Self.question(at: desk, loop).number, nil) }
      guard case .refused(let why) = await running.kind else {
        Issue.record("it was let in")
        return
      }
      #expect(why.hasPrefix("the host key of 127.0.0.1 is not known here"))
      // Nor where nobody is there.
      let links = SSHLinks(SSHLogin(server.remote), on: loop)
      let alone = RemoteHost(
        loop: loop, links: links, folder: "\(server.folder)/output", run: "b-run", hosts: [Self.node: "127.0.0.1"])
      guard case .refused = await alone.run(Self.job, output: { _ in }).kind else {
        Issue.record("it was let in")
        return
      }
      await links.close()
    }
  }

  @Test func aQuestionGoesWithWhoAsked() async throws {
    try await Self.withDesk { server, desk, host, loop in
      try await server.makeKey("id", passphrase: Self.passphrase)
      try Files.writeAtomically("\(server.folder)/authorized", try Files.read("\(server.folder)/id.pub"))
      async let running = host.run(Self.job, output: { _ in })
      _ = try await Self.question(at: desk, loop)
      // The helper is gone, whatever ended it.
      let helpers = try SSHServer.processes().filter { $0.name == "redis-upgrade" }
      let ours = try helpers.filter {
        String(decoding: try Files.read("/proc/\($0.pid)/cmdline"), as: UTF8.self).contains(server.folder)
      }
      try #require(ours.count == 1)
      _ = try await ChildProcess.run(.shell("kill -9 \(ours[0].pid)"), on: loop, within: .seconds(5))
      guard case .refused = await running.kind else {
        Issue.record("it was not refused")
        return
      }
      #expect(desk.pending == nil)
    }
  }
}

/// The same in front of the faces.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AccessFaceTests {
  private static let passphrase = "correct horse, battery"

  /// A host whose key nobody knows, and that wants a key with a passphrase.
  private static func withClosedHost(
    _ body: @escaping @Sendable (FaultyNight, SSHServer) async throws -> Void
  ) async throws {
    try await SSHRunTests.withRemoteNight { night, server in
      try server.write("known_hosts", [])
      try await server.makeKey("id", passphrase: passphrase)
      try Files.writeAtomically("\(server.folder)/authorized", try Files.read("\(server.folder)/id.pub"))
      try await body(night, server)
    }
  }

  @Test func onTheScreen() async throws {
    try await Self.withClosedHost { night, server in
      let words = [
        Wizard.path, night.night.target, "--to", "7.0.15", "--settle", "0", "--state-dir", night.night.state,
        "--profile", night.profilePath,
      ]
      try await Console.with(words, columns: 100, rows: 30, on: night.loop) { console in
        let fingerprint = try await server.fingerprint("host_key")
        try await console.wait("the fingerprint") {
          $0.contains("ssh does not know this host") && $0.contains(fingerprint)
        }
        try await console.wait("the field to arm") { !$0.contains("(wait)") && $0.contains("trust it") }
        // Enter alone, and another word, trust nothing.
        try await console.press("Enter")
        try await console.wait(for: "To go on, type exactly: yes")
        try await console.type("y")
        try await console.wait(for: "type yes:  y")
        try await console.press("Enter")
        try await console.wait(for: "Not taken. To go on, type exactly: yes")
        try await console.type("es")
        try await console.wait(for: "type yes:  yes")
        try await console.press("Enter")

        try await console.wait(for: "Enter passphrase for key")
        try await console.wait("the field to arm") { !$0.contains("(wait)") && $0.contains("hand it to ssh") }
        try await console.type(Self.passphrase)
        let shown = try await console.wait(for: String(repeating: "*", count: Self.passphrase.count))
        #expect(!shown.contains("horse"))
        try await console.press("Enter")
        try await console.wait(for: "No check refuses the start")
        try await console.press("q")
        try await console.wait(for: "Leave now?")
        try await console.wait("the question to arm") { !$0.contains("(wait)") }
        try await console.press("y")
        #expect(try await console.exitCode() == 130)
      }
      #expect(String(decoding: try Files.read("\(server.folder)/known_hosts"), as: UTF8.self).contains("127.0.0.1"))
    }
  }

  @Test func onATerminalWithoutAScreen() async throws {
    try await Self.withClosedHost { night, server in
      let words = [Wizard.path] + night.look("plan")
      try await Console.with(words, columns: 100, rows: 30, environment: ["TERM": "dumb"], on: night.loop) { console in
        let fingerprint = try await server.fingerprint("host_key")
        let picture = try await console.wait(for: "Type yes to trust this key")
        #expect(picture.contains(fingerprint))
        try await console.type("yes")
        try await console.press("Enter")
        try await console.wait(for: "Enter passphrase for key")
        try await console.type(Self.passphrase)
        try await console.press("Enter")
        let ended = try await console.wait(for: "ended with")
        #expect(ended.contains("ended with 0") && !ended.text.contains("horse"), "\(ended)")
      }
      // Refused: a sentence, and nothing hangs. Once it is trusted the whole run goes over it.
      try server.write("known_hosts", [])
      try await Console.with(
        [Wizard.path] + night.run(), columns: 200, rows: 30, environment: ["TERM": "dumb"], on: night.loop
      ) { console in
        try await console.wait(for: "Type yes to trust this key")
        try await console.type("no")
        try await console.press("Enter")
        // The same host is not asked about twice; whoever checks again is.
        try await console.wait(for: "Type recheck or leave:")
        try await console.say("recheck", until: "Type yes to trust this key")
        try await console.type("yes")
        try await console.press("Enter")
        try await console.wait(for: "Enter passphrase for key")
        try await console.type(Self.passphrase)
        try await console.press("Enter")
        // All else was answered beforehand.
        let ended = try await console.wait("the end", within: .seconds(240)) { $0.contains("ended with") }
        #expect(ended.contains("ended with 0"), "\(ended)")
      }
      #expect(try await night.count(on: .redis70) == 6)
      let run = try #require(try RunCatalogue(night.night.state).runs().first)
      for folder in [run.path, run.output] {
        for name in try Files.list(folder) {
          guard let bytes = try? Files.read("\(folder)/\(name)") else { continue }
          #expect(!String(decoding: bytes, as: UTF8.self).contains(Self.passphrase), "\(name)")
        }
      }
    }
  }
}

extension Console {
  /// Types a word, and once more where it came before the question could be read.
  fileprivate func say(_ word: String, until text: String) async throws {
    while true {
      let before = try await picture().rows.count { $0.contains("could be read") }
      try await type(word)
      try await press("Enter")
      let picture = try await wait("\(text)") { picture in
        picture.contains(text) || picture.rows.count { $0.contains("could be read") } > before
      }
      if picture.contains(text) { return }
    }
  }
}
