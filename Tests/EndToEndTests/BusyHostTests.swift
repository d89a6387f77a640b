// Two commands for one node never run at once, also where the first was given up.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(2))) struct BusyHostTests {
  @Test func aCommandIsNotStartedBesideOneThatIsStillAtWork() async throws {
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

      let beside = job(.install, "aaaaaaaaaaaaaaaa", "echo never > \(folder)/beside")
      #expect(await host.run(beside, output: { _ in }).kind == .busy("stop-aaaaaaaaaaaa-1"))
      #expect(!Files.exists("\(folder)/beside"))
      // Another node is another matter.
      #expect(await host.run(job(.install, "bbbbbbbbbbbbbbbb", "true"), output: { _ in }).kind == .exited(0))

      try Files.writeAtomically("\(folder)/go", [])
      let ended = await host.reattach(
        HostJob(id: slow.id, node: slow.node, text: slow.text, bound: .seconds(30)), output: { _ in })
      #expect(ended.kind == .exited(0))
      #expect(ended.tail.contains("over"))
      #expect(await host.run(beside, output: { _ in }).kind == .exited(0))
    }.value
  }
}
