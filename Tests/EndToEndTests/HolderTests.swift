// Holders of host commands: what was given up is known to be at work, and half a command is never run.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(2))) struct HolderTests {
  /// A folder for commands and a runner of them; what a failed test has left at work there ends with it, the command
  /// with its terminal.
  private static func withHost(
    _ body: @escaping @Sendable (LocalHost, _ folder: String, EventLoop) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "held")
    defer { loop.stop() }
    let folder = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(folder)
    defer {
      endHolders(in: folder)
      try? Files.removeTree(folder)
    }
    try await Task(executorPreference: loop) {
      try await body(LocalHost(loop: loop, program: Wizard.path, folder: folder), folder, loop)
    }.value
  }

  private static func endHolders(in folder: String) {
    for file in (try? Files.list(folder)) ?? [] where file.hasSuffix(".lock") {
      guard case .taken(let content)? = try? Files.lock("\(folder)/\(file)", content: []),
        let pid = String(decoding: content, as: UTF8.self).split(separator: "\n").first.flatMap({ Int32($0) })
      else { continue }
      _ = try? ProcessIdentity(of: pid).send(.kill)
    }
  }

  private static func job(_ verb: Verb, _ text: String, bound: Duration = .seconds(30)) -> HostJob {
    let node = NodeID("aaaaaaaaaaaaaaaa")
    return HostJob(id: EffectID(StepKey(verb, .node(node)), attempt: 1), node: node, text: text, bound: bound)
  }

  @Test func whatWasGivenUpIsAtWorkUntilItsEnd() async throws {
    try await Self.withHost { host, folder, loop in
      // It goes on until somebody makes the file; nobody waits for it that long.
      var slow = Self.job(
        .stop, "until test -e \(folder)/go; do sleep 0.02; done; echo over", bound: .milliseconds(300))
      #expect(await host.run(slow, output: { _ in }).kind == .overdue)

      let word = try #require(await host.commandAtWork())
      #expect(word.hasPrefix("stop-aaaaaaaaaaaa-1, held by process "))

      try Files.writeAtomically("\(folder)/go", [])
      slow.bound = .seconds(30)
      let ended = await host.reattach(slow, output: { _ in })
      #expect(ended.kind == .exited(0))
      #expect(ended.tail.contains("over"))
      #expect(await host.commandAtWork() == nil)
    }
  }

  /// The terminal of a command is as large as the pane in which it is looked at, from its first line on.
  @Test func theTerminalFollowsThePane() async throws {
    try await Self.withHost { host, folder, loop in
      #expect(await host.resizeTerminals(TerminalSize(rows: 14, columns: 76)) == nil)
      let job = Self.job(.install, "trap 'stty size; exit 0' WINCH; stty size; while :; do sleep 0.02; done")
      let (pieces, continuation) = AsyncStream.makeStream(of: [UInt8].self)
      let running = loop.task {
        #expect(await host.run(job, output: { continuation.yield($0) }).kind == .exited(0))
        continuation.finish()
      }
      var said = ""
      for await piece in pieces {
        said += String(decoding: piece, as: UTF8.self)
        if said == "14 76\r\n" { _ = await host.resizeTerminals(TerminalSize(rows: 31, columns: 116)) }
      }
      await running.value
      #expect(said == "14 76\r\n31 116\r\n")
    }
  }

  /// A command that waits at its prompt prints nothing more: whoever comes late hears of what stands there already.
  @Test func whoeverComesAfterThePromptIsToldOfIt() async throws {
    try await Self.withHost { host, folder, loop in
      let job = Self.job(.install, "printf 'go on? '; until test -e \(folder)/go; do sleep 0.02; done")
      let (pieces, continuation) = AsyncStream.makeStream(of: [UInt8].self)
      let running = loop.task {
        #expect(await host.run(job, output: { continuation.yield($0) }).kind == .exited(0))
      }
      var first = pieces.makeAsyncIterator()
      #expect(await first.next() == Array("go on? ".utf8))
      let socket = try #require(try Files.list(folder).first { $0.hasSuffix(".sock") })
      let late = try await Connection.connect(to: .unix(path: "\(folder)/\(socket)"), on: loop, within: .seconds(5))
      let told = try await late.read(upTo: 64, within: .seconds(10))
      #expect(!told.isEmpty)
      late.close()
      try Files.writeAtomically("\(folder)/go", [])
      await running.value
    }
  }

  /// A line that is closed as soon as something was typed on it, as an answer is given: nothing of it is lost, whatever
  /// the command prints meanwhile.
  @Test func anAnswerAndNothingElse() async throws {
    try await Self.withHost { host, folder, loop in
      let rounds = 60
      let job = Self.job(
        .install,
        """
        i=0; while [ $i -lt \(rounds) ]; do
          printf 'more %s\\nand? ' $i; read -r answer; echo "took $answer"; i=$((i+1))
        done
        """,
        bound: .seconds(60))
      let (pieces, continuation) = AsyncStream.makeStream(of: [UInt8].self)
      let running = loop.task {
        #expect(await host.run(job, output: { continuation.yield($0) }).kind == .exited(0))
        continuation.finish()
      }
      var said = ""
      var next = 0
      for await piece in pieces {
        said += String(decoding: piece, as: UTF8.self)
        while next < rounds, said.contains("more \(next)\r\nand? ") {
          let line = try await host.keyboards.line(to: job.id) { _ in }
          try await line.type(Array("answer \(next)\n".utf8))
          await line.close()
          next += 1
        }
      }
      await running.value
      #expect((0..<rounds).allSatisfy { said.contains("took answer \($0)\r\n") })
    }
  }

  /// What is typed reaches the command's terminal in order, whole, and only there; with echo and without.
  @Test func aCommandThatAsksIsAnswered() async throws {
    try await Self.withHost { host, folder, loop in
      let job = Self.job(
        .install,
        """
        printf 'keep it? '; read -r answer; echo "answer <$answer>"
        stty -echo; printf 'password: '; read -r word; stty echo; echo; printf %s "$word" >\(folder)/word
        printf 'lines: '; head -n 500 | cksum
        trap 'echo interrupted; exit 7' INT; printf 'sleeping'; while :; do sleep 0.02; done
        """,
        bound: .seconds(60))
      #expect(host.keyboards.refusal(of: job.id) == "The command's holder is not heard yet.")
      let (pieces, continuation) = AsyncStream.makeStream(of: [UInt8].self)
      let running = loop.task {
        #expect(await host.run(job, output: { continuation.yield($0) }).kind == .exited(7))
        continuation.finish()
      }
      // A paste of many times what goes at once, and of what a terminal takes for a line.
      let lines = (1...500).map { "\(String(repeating: "x", count: 80)) \($0)" }
      let sum = try await ChildProcess.run(
        .shell("cksum"), on: loop, within: .seconds(10), input: Array(lines.map { $0 + "\n" }.joined().utf8))
      let steps: [(wait: String, type: String)] = [
        ("keep it? ", "nn\u{7F}o\r"), ("password: ", "s3cret é\r"), ("lines: ", lines.map { $0 + "\r" }.joined()),
        ("sleeping", "\u{3}"),
      ]
      let keys = TypedKeys(loop: loop)
      var said = ""
      var next = 0
      for await piece in pieces {
        said += String(decoding: piece, as: UTF8.self)
        guard next < steps.count, said.hasSuffix(steps[next].wait) else { continue }
        if next == 0 {
          let line = try await host.keyboards.line(to: job.id) { Issue.record("lost: \($0)") }
          keys.attach(line) { Issue.record("lost: \($0)") }
        }
        for character in steps[next].type {
          var bytes = Array(String(character).utf8)
          keys.type(HiddenText(taking: &bytes))
        }
        next += 1
      }
      keys.release()
      await running.value
      #expect(said.hasPrefix("keep it? nn\u{8} \u{8}o\r\nanswer <no>\r\npassword: \r\nlines: "), "\(said.prefix(200))")
      #expect(said.contains(String(decoding: sum.output, as: UTF8.self).dropLast()), "\(said.suffix(200))")
      #expect(said.contains("sleeping^C") && said.hasSuffix("interrupted\r\n"), "\(said.suffix(200))")
      #expect(String(decoding: try Files.read("\(folder)/word"), as: UTF8.self) == "s3cret é")
      // Over: nothing can be typed any more, and what was not echoed is kept nowhere else.
      #expect(host.keyboards.refusal(of: job.id) != nil)
      for name in try Files.list(folder) where name != "word" && !name.hasSuffix(".sock") {
        #expect(!String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self).contains("s3cret"), "\(name)")
      }
    }
  }

  /// A holder of an earlier version passes over what it does not know: the operator is told before typing into nothing.
  @Test func anEarlierHolderTakesNoKeysAndThatIsSaid() async throws {
    try await Self.withHost { host, folder, loop in
      let job = Self.job(.install, "true")
      let name = "\(folder)/install-aaaaaaaaaaaa-1"
      // As it would be found after the wizard was replaced by this one while a command ran.
      try Files.writeAtomically("\(name).job", Array("true".utf8))
      guard case .held(let lock) = try Files.lock("\(name).lock", content: Array("0\n".utf8)) else {
        Issue.record("the lock is not free")
        return
      }
      let listener = try Listener.listen(on: .unix(path: "\(name).sock"), loop: loop)
      let (changes, ring) = AsyncStream.makeStream(of: String?.self)
      host.keyboards.watch { ring.yield(host.keyboards.refusal(of: $0)) }
      let following = loop.task { _ = await host.reattach(job, output: { _ in }) }
      let connection = try await listener.accept()
      let refusal = await changes.first { _ in true } ?? nil
      #expect(refusal == "An earlier version of this program began the command, and its holder takes no keys.")
      lock.release()
      connection.close()
      listener.close()
      await following.value
    }
  }

  /// The wizard was killed after it had started the holder, and before all of the command was in it.
  @Test(arguments: ["", "touch ", "touch FOLDER/done"])
  func aCommandWhoseEndIsMissingIsNotRun(_ text: String) async throws {
    try await Self.withHost { host, folder, loop in
      let holder = try ChildProcess.spawn(
        ChildCommand(Wizard.path, ["hold", folder, "install-aaaaaaaaaaaa-1"]), streams: .pipes, on: loop)
      try await holder.write(Array(text.replacing("FOLDER", with: folder).utf8))
      holder.closeInput()
      #expect(await holder.exit(within: .seconds(30)) == .exited(4))
      // Not claimed either: the next wizard finds that it was never started.
      #expect(try Files.list(folder) == [])
    }
  }
}
