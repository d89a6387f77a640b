// Runs on disk: their names, which one is meant, who is at work on them, and what they printed.
import Glibc
import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct RunIDTests {
  @Test func namesSortByTheTimeOfTheirStart() {
    let start: Int64 = 1_795_216_471_042
    var last = ""
    for milliseconds in [0, 1, 2, 999, 1000, 28_957, 28_958, 60_000, 3_600_000, 86_400_000] as [Int64] {
      for salt in [0, 5, 16] {
        let id = RunID(at: WallTime(milliseconds: start + milliseconds), salt: salt).text
        #expect(id > last)
        #expect(RunID(id)?.text == id && id.count == 18)
        last = id
      }
    }
    #expect(RunID(at: WallTime(milliseconds: start), salt: 0).text == "20261120-2314-g3b2")
    #expect(RunID(at: WallTime(milliseconds: start), salt: -1) == RunID(at: WallTime(milliseconds: start), salt: 16))
  }

  @Test(arguments: [
    "", "x", "20261120-2314-x7k", "20261120-2314-X7K2", "20261120-2314-x7l2", "2026112a-2314-x7k2", "..",
  ])
  func otherNamesAreNone(text: String) {
    #expect(RunID(text) == nil)
  }
}

@Suite struct RunCatalogueTests {
  static let wizard = WizardIdentity(host: "bastion", user: "ops", processID: 4711, version: "1.0.0")

  static func said(_ body: () throws(JournalError) -> Void) -> String {
    do throws(JournalError) {
      try body()
      return "done"
    } catch {
      return error.description
    }
  }

  /// A run that started at that minute and then did what the records say.
  static func run(_ minute: Int64, in state: String, _ records: [Record]) async throws -> RunDirectory {
    let time = WallTime(milliseconds: 1_795_216_471_042 + minute * 60_000)
    let (directory, journal) = try RunDirectory.create(in: state, at: time)
    if !records.isEmpty { try await journal.append(records, at: time) }
    return directory
  }

  static func ended(_ kind: Ending.Kind) -> Record {
    .ended(Ending(kind, name: "x", sentence: "", everyShardServed: true))
  }

  static let began = Record.intent(
    EffectID(StepKey(.stop, .node(NodeID("4f"))), attempt: 1), .drain(NodeID("4f")), command: [], evidence: [])

  @Test func theRunThatIsMeantIsFound() async throws {
    try await withDirectory { state in
      let catalogue = RunCatalogue(state)
      func found(_ purpose: RunCatalogue.Purpose) throws -> RunID { try catalogue.find(nil, for: purpose).directory.id }
      let stopped = try await Self.run(0, in: state, [Self.began, Self.ended(.stopped)])
      let done = try await Self.run(1, in: state, [Self.began, Self.ended(.done)])
      #expect(try found(.reading) == done.id)
      #expect(try found(.goingOn) == stopped.id)
      // Stopped before anything was begun: nothing to go on with.
      let refused = try await Self.run(2, in: state, [.noted("x"), Self.ended(.stopped)])
      #expect(try found(.reading) == refused.id)
      #expect(try found(.goingOn) == stopped.id)
      // Killed before its first record: not there, unless it is named.
      let killed = try await Self.run(3, in: state, [])
      #expect(try found(.reading) == refused.id)
      #expect(
        Self.said { () throws(JournalError) in _ = try catalogue.find(killed.id.text, for: .reading) }
          == "the run \(killed.id) ended before its first record. It changed nothing; start a new one.")
      let running = try await Self.run(4, in: state, [.noted("x")])
      #expect(try found(.goingOn) == running.id)
      #expect(try catalogue.find(done.id.text, for: .goingOn).reading.state.ended?.kind == .done)
      #expect(try catalogue.runs().map(\.id) == [running, killed, refused, done, stopped].map(\.id))
    }
  }

  @Test func withoutAnUnfinishedRunTheNewestIsMeant() async throws {
    try await withDirectory { state in
      _ = try await Self.run(0, in: state, [Self.began, Self.ended(.woundDown)])
      let done = try await Self.run(1, in: state, [Self.began, Self.ended(.done)])
      #expect(try RunCatalogue(state).find(nil, for: .goingOn).directory.id == done.id)
    }
  }

  @Test func whatIsNotThereIsOneSentence() async throws {
    try await withDirectory { state in
      let catalogue = RunCatalogue("\(state)/none")
      func said(_ name: String?) -> String {
        Self.said { () throws(JournalError) in _ = try catalogue.find(name, for: .goingOn) }
      }
      #expect(
        said(nil) == "there is no run in \(state)/none. "
          + "`redis-upgrade TARGET --to VERSION` starts one; --state-dir names another place.")
      #expect(
        said("20261120-2314-x7k2") == "there is no run 20261120-2314-x7k2 in \(state)/none. "
          + "`redis-upgrade status` says which there are; --state-dir names another place.")
      #expect(said("x7k2") == "\"x7k2\" is not the id of a run. There is no run in \(state)/none.")
      let killed = try await Self.run(0, in: "\(state)/none", [])
      #expect(said(nil) == "the run \(killed.id) ended before its first record. It changed nothing; start a new one.")
      #expect(said("x7k2") == "\"x7k2\" is not the id of a run. The newest here: \(killed.id).")
    }
  }

  @Test func aDirectoryIsForItsUserAloneAndSaysWhereItCannotBe() async throws {
    try await withDirectory { state in
      let directory = try await Self.run(0, in: "\(state)/new/state", [.noted("x")])
      #expect(try Files.permissions(directory.path) == 0o700)
      #expect(try Files.permissions(directory.journal) == 0o600)
      #expect(Files.kind(directory.output) == .directory && Files.kind(directory.backup) == .directory)
      try Files.writeAtomically("\(state)/file", [])
      let said = Self.said { () throws(JournalError) in
        _ = try RunDirectory.create(in: "\(state)/file", at: WallTime(milliseconds: 0))
      }
      #expect(said.hasPrefix("no run can be recorded: cannot make the directory \(state)/file/runs"))
      #expect(said.hasSuffix("See to that, or name another directory with --state-dir; nothing was begun."))
    }
  }

  @Test func oneRunPerDeployment() async throws {
    try await withDirectory { state in
      func holder(_ directory: RunDirectory, _ nodes: [String]) -> DeploymentLock.Holder {
        DeploymentLock.Holder(
          run: directory.id.text, wizard: Self.wizard, since: WallTime(milliseconds: 1_795_216_471_042),
          nodes: nodes.map { NodeID($0) })
      }
      let first = try await Self.run(0, in: state, [.noted("x")])
      let second = try await Self.run(1, in: state, [.noted("x")])
      let third = try await Self.run(2, in: state, [.noted("x")])
      #expect(DeploymentLock.holder(of: first) == nil)
      let lock = try DeploymentLock.take(first, as: holder(first, ["a", "b"]))
      #expect(DeploymentLock.holder(of: first) == holder(first, ["a", "b"]))
      // Another deployment is another matter.
      let other = try DeploymentLock.take(second, as: holder(second, ["c"]))
      // One node in common is enough.
      #expect(
        Self.said { () throws(JournalError) in _ = try DeploymentLock.take(third, as: holder(third, ["b", "d"])) }
          == "ops on bastion (process 4711) has been at work on this deployment since 2026-11-20T23:14:31.042Z, in the "
          + "run \(first.id). Wait for it, or look on with `redis-upgrade watch \(first.id)`.")
      #expect(DeploymentLock.holder(of: third) == nil)
      // The same run twice.
      #expect(
        Self.said { () throws(JournalError) in _ = try DeploymentLock.take(first, as: holder(first, ["a"])) }
          == "ops on bastion (process 4711) has been at work on this run since 2026-11-20T23:14:31.042Z, in the "
          + "run \(first.id). Wait for it, or look on with `redis-upgrade watch \(first.id)`.")
      lock.release()
      let next = try DeploymentLock.take(third, as: holder(third, ["b", "d"]))
      next.release()
      other.release()
    }
  }

  @Test func aLockGoesWithItsProcess() async throws {
    try await withDirectory { state in
      let directory = try await Self.run(0, in: state, [.noted("x")])
      await #expect(processExitsWith: .signal(SIGKILL)) { [state = state as String] in
        let directory = try #require(try RunCatalogue(state).runs().first)
        let holder = DeploymentLock.Holder(
          run: "r", wizard: RunCatalogueTests.wizard, since: WallTime(milliseconds: 0), nodes: [NodeID("a")])
        let lock = try DeploymentLock.take(directory, as: holder)
        kill(getpid(), SIGKILL)
        lock.release()
      }
      let content = try Files.read(directory.lock)
      #expect(DeploymentLock.Holder(content: content)?.run == "r")
      #expect(DeploymentLock.holder(of: directory) == nil)
    }
  }

  @Test func whatCommandsPrintIsKeptByAttempt() async throws {
    try await withDirectory { state in
      let directory = try await Self.run(0, in: state, [.noted("x")])
      let store = OutputStore(directory)
      let effect = EffectID(StepKey(.install, .node(NodeID("/run/../x é"))), attempt: 2)
      #expect(try store.facts(of: effect) == nil)
      try store.open(effect).append(Array("Setting up ".utf8))
      try store.open(effect).append(Array("redis\n".utf8))
      let facts = try #require(try store.facts(of: effect))
      #expect(facts.path == "output/install%2Fnode%3A%2Frun%2F..%2Fx%20%C3%A9.2.txt")
      #expect(facts.length == 17 && facts.digest == SHA256.hexadecimal("Setting up redis\n".utf8))
      #expect(
        facts.evidence == ["output": facts.path, "output_bytes": "17", "output_sha256": facts.digest])
      #expect(try Files.list(directory.output).count == 1)
      // Names that are too long for a file system stay apart.
      let long = (1...2).map { EffectID(StepKey(.install, .host(String(repeating: "é", count: 200))), attempt: $0) }
      #expect(long.map(OutputStore.fileName).allSatisfy { $0.utf8.count < 200 })
      #expect(OutputStore.fileName(long[0]) != OutputStore.fileName(long[1]))
    }
  }
}
