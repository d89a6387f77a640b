// Holders of host commands: what was given up is known to be at work, and half a command is never run.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(2))) struct HolderTests {
  @Test func whatWasGivenUpIsAtWorkUntilItsEnd() async throws {
    let loop = try EventLoop(name: "busy")
    defer { loop.stop() }
    let folder = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    try await Task(executorPreference: loop) {
      let host = LocalHost(loop: loop, program: Wizard.path, folder: folder)
      func job(_ verb: Verb, _ node: String, _ text: String, bound: Duration = .seconds(30)) -> HostJob {
        HostJob(
          id: EffectID(StepKey(verb, .node(NodeID(node))), attempt: 1), node: NodeID(node), text: text, bound: bound)
      }
      // It goes on until somebody makes the file; nobody waits for it that long.
      let slow = job(
        .stop, "aaaaaaaaaaaaaaaa", "until test -e \(folder)/go; do sleep 0.02; done; echo over",
        bound: .milliseconds(300))
      #expect(await host.run(slow, output: { _ in }).kind == .overdue)

      let word = try #require(await host.commandAtWork())
      #expect(word.hasPrefix("stop-aaaaaaaaaaaa-1, held by process "))

      try Files.writeAtomically("\(folder)/go", [])
      let ended = await host.reattach(
        HostJob(id: slow.id, node: slow.node, text: slow.text, bound: .seconds(30)), output: { _ in })
      #expect(ended.kind == .exited(0))
      #expect(ended.tail.contains("over"))
      #expect(await host.commandAtWork() == nil)
    }.value
  }

  /// The terminal of a command is as large as the pane in which it is looked at, from its first line on.
  @Test func theTerminalFollowsThePane() async throws {
    let loop = try EventLoop(name: "pane")
    defer { loop.stop() }
    let folder = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    await Task(executorPreference: loop) {
      let host = LocalHost(loop: loop, program: Wizard.path, folder: folder)
      #expect(await host.resizeTerminals(TerminalSize(rows: 14, columns: 76)) == nil)
      let job = HostJob(
        id: EffectID(StepKey(.install, .node(NodeID("aaaaaaaaaaaaaaaa"))), attempt: 1),
        node: NodeID("aaaaaaaaaaaaaaaa"),
        text: "trap 'stty size; exit 0' WINCH; stty size; until test -e \(folder)/over; do sleep 0.02; done",
        bound: .seconds(30))
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
    }.value
  }

  /// The wizard was killed after it had started the holder, and before all of the command was in it.
  @Test(arguments: ["", "touch ", "touch FOLDER/done"])
  func aCommandWhoseEndIsMissingIsNotRun(_ text: String) async throws {
    let loop = try EventLoop(name: "half")
    defer { loop.stop() }
    let folder = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    try await Task(executorPreference: loop) {
      let holder = try ChildProcess.spawn(
        ChildCommand(Wizard.path, ["hold", folder, "install-aaaaaaaaaaaa-1"]), streams: .pipes, on: loop)
      try await holder.write(Array(text.replacing("FOLDER", with: folder).utf8))
      holder.closeInput()
      #expect(await holder.exit(within: .seconds(30)) == .exited(4))
      // Not claimed either: the next wizard finds that it was never started.
      #expect(try Files.list(folder) == [])
    }.value
  }
}
