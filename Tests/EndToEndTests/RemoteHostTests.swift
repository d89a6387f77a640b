// Commands on a host over a real ssh connection: run once, followed through dropped links, never half.

import Synchronization
import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(4))) struct RemoteHostTests {
  /// One wizard's view of one host; a second one on the same folder is the next wizard.
  private struct Place {
    let server: SSHServer
    let loop: EventLoop
    let links: SSHLinks
    let host: RemoteHost
    var output: String { "\(server.folder)/output" }

    init(_ server: SSHServer, _ loop: EventLoop) throws {
      self.server = server
      self.loop = loop
      try Files.makeDirectories("\(server.folder)/output")
      links = SSHLinks(SSHLogin(server.remote), on: loop)
      host = RemoteHost(
        loop: loop, links: links, folder: "\(server.folder)/output", run: "a-run", hosts: [Place.node: "127.0.0.1"])
    }

    static let node = NodeID("aaaaaaaaaaaaaaaaaaaa")

    func job(_ text: String, _ verb: Verb = .install, bound: Duration = .seconds(60)) -> HostJob {
      HostJob(id: EffectID(StepKey(verb, .node(Place.node)), attempt: 1), node: Place.node, text: text, bound: bound)
    }

    /// A command that says where it is, and goes on once it is let.
    var slow: String {
      "echo begun >>\(server.folder)/begun; echo one; until test -e \(server.folder)/go; do sleep 0.02; done; echo two"
    }
    func letGo() throws { try Files.writeAtomically("\(server.folder)/go", []) }
    func begun() async throws { try await wait { Files.exists("\(server.folder)/begun") } }
    var timesBegun: Int {
      (try? Files.read("\(server.folder)/begun")).map { $0.count { $0 == UInt8(ascii: "\n") } } ?? 0
    }

    func wait(_ holds: () async throws -> Bool) async throws {
      let deadline = loop.now + .seconds(30)
      while try await !holds() {
        try #require(loop.now < deadline, "waited in vain")
        try await loop.sleep(for: .milliseconds(10))
      }
    }
  }

  private func withPlace(
    settings: [String] = [], _ body: @escaping @Sendable (Place) async throws -> Void
  ) async throws {
    try await withSSHServer(settings: settings) { server, loop in
      let place = try Place(server, loop)
      do {
        try await body(place)
      } catch {
        await place.links.close()
        throw error
      }
      await place.links.close()
    }
  }

  @Test func itRunsOnceAndAllIsHeard() async throws {
    try await withPlace { place in
      let heard = Mutex<[UInt8]>([])
      let text =
        "echo 'it'\\''s here'; tty; stty size; umask; echo $HOME >&2; echo x >>\(place.server.folder)/count; exit 3"
      let result = await place.host.run(place.job(text), output: { bytes in heard.withLock { $0 += bytes } })
      #expect(result.kind == .exited(3))
      #expect(result.tail.dropLast() == ["it's here", result.tail[1], "24 100", "0022", place.server.home])
      #expect(result.tail[1].hasPrefix("/dev/pts/"))
      #expect(heard.withLock { $0 } == (try Files.read(result.outputPath)))

      // The same id again, by this wizard and by the next one: what became of it, and nothing is run.
      #expect(await place.host.run(place.job(text), output: { _ in }).kind == .exited(3))
      let next = try Place(place.server, place.loop)
      for name in try Files.list(place.output) { _ = try Files.remove("\(place.output)/\(name)") }
      let again = await next.host.run(place.job(text), output: { _ in })
      #expect(again.kind == .exited(3))
      #expect(again.tail == result.tail)
      await next.links.close()
      #expect(try Files.read("\(place.server.folder)/count").count == 2)
      #expect(await place.host.commandAtWork() == nil)
    }
  }

  @Test(arguments: [1, 3]) func aDroppedLinkEndsNothing(_ drops: Int) async throws {
    try await withPlace { place in
      let heard = Mutex<[UInt8]>([])
      async let running = place.host.run(place.job(place.slow), output: { bytes in heard.withLock { $0 += bytes } })
      try await place.begun()
      for _ in 0..<drops {
        try await place.wait { try await place.server.cut() > 0 }
      }
      try place.letGo()
      let result = await running
      #expect(result.kind == .exited(0))
      #expect(result.tail == ["one", "two", ""])
      #expect(place.timesBegun == 1)
      // What is kept is the command's own; what is shown says that the link was gone.
      #expect(String(decoding: heard.withLock { $0 }, as: UTF8.self).contains("two"))
    }
  }

  /// A wizard that was killed leaves its sockets; the next one takes them away, and its own when it ends.
  @Test func socketsOfTheDeadAreTakenAway() async throws {
    let prefix = "/tmp/redis-upgrade-ssh-"
    // Beyond the highest number that Linux gives to a process.
    let dead = "\(prefix)4194305-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(dead)
    defer { try? Files.removeTree(dead) }
    @Sendable func ours() throws -> [String] {
      try Files.list("/tmp").filter { "/tmp/\($0)".hasPrefix("\(prefix)\(Host.processID)-") }
    }
    try await withPlace { place in
      #expect(await place.host.run(place.job("true"), output: { _ in }).kind == .exited(0))
      #expect(!Files.exists(dead))
      for name in try ours() {
        let facts = try Files.facts("/tmp/\(name)", followingLinks: false)
        #expect(facts.mode & 0o777 == 0o700, "\(name)")
      }
      let before = try ours().count
      await place.links.close()
      #expect(try ours().count == before - 1)
    }
  }

  @Test func theEndOfAFileThatIsOnTheHost() async throws {
    try await withPlace { place in
      let path = "\(place.server.folder)/it's a log"
      func read(from offset: Int, upTo count: Int, _ path: String) async -> String {
        let read = await place.host.read(path, from: offset, upTo: count, on: Place.node)
        return read.map { "\(String(decoding: $0.bytes, as: UTF8.self)), \($0.length)" } ?? "nothing"
      }
      #expect(await read(from: 0, upTo: 10, path) == "nothing")
      try Files.writeAtomically(path, Array("0123456789".utf8))
      #expect(await read(from: 0, upTo: 0, path) == ", 10")
      #expect(await read(from: 4, upTo: 10, path) == "456789, 10")
      #expect(await read(from: 4, upTo: 3, path) == "789, 10")
      #expect(await read(from: 10, upTo: 3, path) == ", 10")
      // It was begun anew since.
      #expect(await read(from: 11, upTo: 20, path) == "0123456789, 10")
      #expect(await read(from: 0, upTo: 20, place.server.folder) == "nothing")
      #expect(await place.host.read(path, from: 0, upTo: 9, on: NodeID("bbbbbbbbbbbbbbbbbbbb")) == nil)
    }
  }

  /// Many nodes on one host, looked at all at once: an sshd opens ten sessions a connection, and no more are asked for.
  @Test func manyCommandsAtOnce() async throws {
    try await withPlace { place in
      let ended = await withTaskGroup(of: HostResult.Kind.self) { group in
        for attempt in 1...15 {
          var job = place.job("sleep 0.3; echo \(attempt)")
          job.id = EffectID(StepKey(.install, .node(Place.node)), attempt: attempt)
          let wanted = job
          group.addTask { await place.host.run(wanted, output: { _ in }).kind }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(ended == Array(repeating: .exited(0), count: 15))
      let log = String(decoding: try Files.read("\(place.server.folder)/sshd.log"), as: UTF8.self)
      #expect(!log.contains("no more sessions"), "\(log)")
    }
  }

  /// Typed through the FIFO of the command's terminal: with echo, without, and again after the link was cut.
  @Test func aCommandThatAsksIsAnsweredOverALink() async throws {
    try await withPlace { place in
      let text =
        "printf 'keep it? '; read -r answer; echo \"<$answer>\"; stty -echo; printf 'password: '; read -r word; "
        + "stty echo; printf '\\n%s' \"${#word}\"; printf ' more? '; read -r answer; echo \"<$answer>\""
      let job = place.job(text)
      #expect(place.host.keyboards.refusal(of: job.id) == "The command is not followed on its host yet.")
      let (pieces, continuation) = AsyncStream.makeStream(of: [UInt8].self)
      let running = place.loop.task {
        #expect(await place.host.run(job, output: { continuation.yield($0) }).kind == .exited(0))
        continuation.finish()
      }
      let (losses, lost) = AsyncStream.makeStream(of: String.self)
      let keys = TypedKeys(loop: place.loop)
      func attach() async throws {
        let line = try await place.host.keyboards.line(to: job.id) { lost.yield($0) }
        keys.attach(line) { lost.yield($0) }
      }
      func type(_ text: String) {
        for character in text {
          var bytes = Array(String(character).utf8)
          keys.type(HiddenText(taking: &bytes))
        }
      }
      var said = ""
      for await piece in pieces {
        said += String(decoding: piece, as: UTF8.self)
        if said.hasSuffix("keep it? ") {
          try await attach()
          type("nn\u{7F}o\r")
        } else if said.hasSuffix("password: ") {
          type("s3cret\r")
        } else if said.hasSuffix("6 more? ") {
          // Whoever types while the link drops hears of it, and types again once it is back.
          #expect(try await place.server.cut() > 0)
          var reading = losses.makeAsyncIterator()
          #expect(await reading.next() == "the link to 127.0.0.1 was lost")
          keys.release()
          try await place.wait { place.host.keyboards.refusal(of: job.id) == nil }
          try await place.wait {
            do { try await attach() } catch { return false }
            return true
          }
          type("yes\r")
        }
      }
      keys.release()
      await running.value
      #expect(said.hasPrefix("keep it? nn\u{8} \u{8}o\r\n<no>\r\npassword: \r\n6 more? "), "\(said)")
      #expect(said.hasSuffix("yes\r\n<yes>\r\n"), "\(said)")
      #expect(!said.contains("s3cret"))
      #expect(place.host.keyboards.refusal(of: job.id) != nil)
      // Not in a file on the host either, nor in what sshd and its children were called with.
      let found = try await ChildProcess.run(
        .shell("grep -rl s3cret \(place.server.folder) || echo nothing"), on: place.loop, within: .seconds(10))
      #expect(String(decoding: found.output, as: UTF8.self) == "nothing\n")
    }
  }

  @Test func theNextWizardFollowsWhatTheLastOneBegan() async throws {
    try await withPlace { place in
      // The first one gives up listening; nothing that it does not know is written here.
      #expect(await place.host.run(place.job(place.slow, bound: .seconds(2)), output: { _ in }).kind == .overdue)
      let next = try Place(place.server, place.loop)
      let word = try #require(await next.host.commandAtWork())
      #expect(word.hasPrefix("install-aaaaaaaaaaaa-1 on 127.0.0.1, held by process "))
      async let following = next.host.reattach(next.job(place.slow), output: { _ in })
      try place.letGo()
      let result = await following
      #expect(result.kind == .exited(0))
      #expect(result.tail == ["one", "two", ""])
      #expect(await next.host.commandAtWork() == nil)
      await next.links.close()
    }
  }

  @Test func whatWasNeverSentCanNeverBegin() async throws {
    try await withPlace { place in
      let text = "touch \(place.server.folder)/done"
      #expect(await place.host.reattach(place.job(text), output: { _ in }).kind == .neverStarted)
      #expect(await place.host.run(place.job(text), output: { _ in }).kind == .neverStarted)

      // Sent, as far as its wizard knew, and not arrived: it is too late for it now.
      try Files.writeAtomically("\(place.output)/stop-aaaaaaaaaaaa-1.job", Array("127.0.0.1\n\(text)".utf8))
      #expect(await place.host.reattach(place.job(text, .stop), output: { _ in }).kind == .neverStarted)
      _ = try Files.remove("\(place.output)/stop-aaaaaaaaaaaa-1.job")
      _ = try Files.remove("\(place.output)/stop-aaaaaaaaaaaa-1.status")
      #expect(await place.host.run(place.job(text, .stop), output: { _ in }).kind == .neverStarted)
      #expect(!Files.exists("\(place.server.folder)/done"))
    }
  }

  @Test func aSupervisorThatWasKilledLeavesNoWordAndIsNotAtWork() async throws {
    try await withPlace { place in
      async let running = place.host.run(place.job(place.slow), output: { _ in })
      try await place.begun()
      let host = try #require(try Files.list("\(place.server.home)/.redis-upgrade/a-run").first)
      let job = "\(place.server.home)/.redis-upgrade/a-run/\(host)/install-aaaaaaaaaaaa-1.job"
      let words = String(decoding: try Files.read(job), as: UTF8.self).split(separator: " ")
      _ = try await ChildProcess.run(.shell("kill -9 -\(words[1])"), on: place.loop, within: .seconds(5))
      guard case .unknown(let why) = await running.kind else {
        Issue.record("its end is not known")
        return
      }
      #expect(why.contains("cut off on 127.0.0.1"))
      #expect(await place.host.commandAtWork() == nil)
      try place.letGo()
    }
  }

  /// A host with nothing but the barest tools: the command runs there without a terminal, and outlives the link too.
  @Test func withoutScriptAndSessionItRunsAllTheSame() async throws {
    let bare = "/tmp/redis-upgrade-test-bare-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(bare)
    defer { try? Files.removeTree(bare) }
    let loop = try EventLoop(name: "bare")
    defer { loop.stop() }
    let tools = ["sh", "cat", "ln", "mkdir", "mv", "rm", "sleep", "sync", "tail", "head", "wc", "uname", "test"]
    let links = tools.map { "ln -s \"$(command -v \($0) || echo /usr/bin/\($0))\" \(bare)/\($0)" }
    _ = try await ChildProcess.run(
      .shell(links.joined(separator: "; ")), on: loop, within: .seconds(10))
    try await withPlace(settings: ["SetEnv HOME=\(bare) PATH=\(bare)"]) { place in
      async let running = place.host.run(place.job("tty; \(place.slow)"), output: { _ in })
      try await place.begun()
      let refusal = place.host.keyboards.refusal(of: place.job("").id)
      #expect(
        refusal == "127.0.0.1 has no `script` or no `mkfifo`: the command has no terminal there, and reads nothing.")
      try await place.wait { try await place.server.cut() > 0 }
      try place.letGo()
      let result = await running
      #expect(result.kind == .exited(0))
      #expect(result.tail.suffix(3) == ["one", "two", ""])
      #expect(!result.tail.contains { $0.contains("/dev/pts") })
      #expect(place.timesBegun == 1)
    }
  }

  private struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var sentence: String
    var spoil: @Sendable (SSHServer) async throws -> Void
  }

  private static let refusals = [
    Refusal(testDescription: "another host key", sentence: "127.0.0.1 shows another host key") {
      try await $0.changeHostKey()
    },
    Refusal(testDescription: "an unknown host key", sentence: "the host key of 127.0.0.1 is not known here") {
      try $0.write("known_hosts", [])
    },
    Refusal(testDescription: "a key that is not let in", sentence: "127.0.0.1 does not let us in") {
      try Files.writeAtomically("\($0.folder)/authorized", try Files.read("\($0.folder)/other_id.pub"))
    },
    Refusal(testDescription: "nobody listens", sentence: "127.0.0.1 cannot be reached by ssh") { await $0.end() },
    Refusal(testDescription: "no shell", sentence: "127.0.0.1 let us in, but does not run /bin/sh") {
      let key = String(decoding: try Files.read("\($0.folder)/id.pub"), as: UTF8.self)
      try Files.writeAtomically("\($0.folder)/authorized", Array("command=\"echo no shell here\" \(key)".utf8))
    },
  ]

  @Test(arguments: RemoteHostTests.refusals.indices)
  func whatCannotBeReachedIsSaidAndNothingIsRun(_ index: Int) async throws {
    let refusal = Self.refusals[index]
    try await withPlace { place in
      try await refusal.spoil(place.server)
      let text = "touch \(place.server.folder)/done"
      guard case .refused(let why) = await place.host.run(place.job(text), output: { _ in }).kind else {
        Issue.record("\(refusal.testDescription): it was not refused")
        return
      }
      #expect(why.hasPrefix(refusal.sentence), "\(refusal.testDescription)")
      #expect(!Files.exists("\(place.server.folder)/done"))
      // Nothing was sent: nothing can be at work.
      #expect(await place.host.commandAtWork() == nil)
    }
  }

  /// The host key changes under a running command: nobody is let near it, and nothing is said that is not known.
  @Test func anotherHostKeyInTheMiddle() async throws {
    try await withPlace { place in
      async let running = place.host.run(place.job(place.slow), output: { _ in })
      try await place.begun()
      try await place.server.changeHostKey()
      guard case .unknown(let why) = await running.kind else {
        Issue.record("it is not known")
        return
      }
      #expect(why.contains("shows another host key"))
      let word = try #require(await place.host.commandAtWork())
      #expect(word.contains("whether install-aaaaaaaaaaaa-1 on 127.0.0.1 is over cannot be told"))
      // A person has found out, and put it right.
      try place.server.write("known_hosts", [try place.server.knownHost("host_key")])
      #expect(await place.host.commandAtWork()?.contains("held by process") == true)
      try place.letGo()
      #expect(await place.host.reattach(place.job(place.slow), output: { _ in }).kind == .exited(0))
    }
  }
}
