// Looking on at a run from its folder: who drives it, what becomes of it, and nothing ever written or locked there.
import Synchronization
import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite(.timeLimit(.minutes(2))) struct SpectatorTests {
  private static let host = "jump1"
  private static let wizard = WizardIdentity(host: host, user: "anna", processID: 4711, version: "1")
  private static let name = "anna@jump1, process 4711"

  /// Two nodes where nobody listens.
  private static let setup = Setup(
    target: "127.0.0.1:1", to: Release(.redis, Version(7, 0, 15)),
    nodes: (1...2).map { number in
      NodeSetup(
        id: NodeID("n\(number)"), address: Address(host: "127.0.0.1", port: number),
        release: Release(.redis, Version(6, 2, 14)), role: number == 1 ? .primary : .replica, runID: "r",
        processID: number, configFile: "", directory: "", appendOnly: false, settings: [:])
    },
    shards: [Shard(id: ShardID(1), slots: SlotSet([0...16383]), members: [NodeID("n1"), NodeID("n2")])],
    nodeTimeout: .seconds(15), wayBackNarrows: false,
    site: Site(reach: .manual, commands: [:], bounds: [:], isLab: false),
    options: Options())

  private static let stop = EffectID(StepKey(.stop, .node(NodeID("n2"))), attempt: 1)
  private static let question = Question(
    name: QuestionName(.upgradeNode, "127.0.0.1:2"), consentClass: .reversible, title: "Stop 127.0.0.1:2", lines: [],
    step: StepKey(.stop, .node(NodeID("n2"))), word: "yes")

  /// A folder with a run in it that somebody drives.
  private final class Scene {
    let directory: RunDirectory
    let journal: Journal
    let loop: EventLoop
    private var lock: DeploymentLock?

    init(_ state: String, _ loop: EventLoop) throws {
      self.loop = loop
      (directory, journal) = try RunDirectory.create(
        in: state, at: WallTime(milliseconds: WallClock.milliseconds))
    }

    func drive() throws {
      lock = try DeploymentLock.take(
        directory,
        as: DeploymentLock.Holder(
          run: directory.id.text, wizard: wizard, since: WallTime(milliseconds: WallClock.milliseconds),
          nodes: setup.nodes.map(\.id)))
    }

    /// As a wizard that dies does.
    func letGo() {
      lock?.release()
      lock = nil
    }

    func write(_ records: Record...) async throws {
      try await journal.append(records, at: WallTime(milliseconds: WallClock.milliseconds))
    }

    func begin() async throws {
      try drive()
      try await write(.started(run: directory.id.text, by: wizard, setup: setup), .asked(question))
    }

    func spectator(endsWithRun: Bool = false) async throws -> Spectator {
      let settings = ConnectionSettings(
        user: nil, password: nil, name: WizardName(host: host, run: WizardName.watching + "x"))
      let spectator = Spectator(
        parts: SpectatorParts(
          loop: loop, fleet: Fleet(loop: loop, settings: settings), host: host, target: "?", endsWithRun: endsWithRun))
      try await spectator.begin(directory)
      return spectator
    }

    /// Everything in the folder but the journal, which is the writer's.
    var others: [String: [UInt8]] {
      get throws {
        var all: [String: [UInt8]] = [:]
        for file in try Files.list(directory.path) where file != "journal.jsonl" {
          all[file] =
            Files.kind("\(directory.path)/\(file)") == .file ? try Files.read("\(directory.path)/\(file)") : []
        }
        return all
      }
    }
  }

  private func scene(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
    try await onLoop { loop, directory in try await body(Scene(directory, loop)) }
  }

  /// Waits for a picture that is so.
  @discardableResult
  private static func expect(
    _ spectator: Spectator, _ what: String, _ isSo: @escaping @Sendable (RunPicture) -> Bool,
    _ location: SourceLocation = #_sourceLocation
  ) async throws -> RunPicture {
    for await picture in spectator.pictures where isSo(picture) { return picture }
    let last = spectator.picture
    if isSo(last) { return last }
    Issue.record("in vain for \(what): \(last.events.map(\.text))", sourceLocation: location)
    throw CancellationError()
  }

  // MARK: -

  @Test func whatIsRecordedIsSeenAndNothingIsTouched() async throws {
    try await scene { scene in
      try await scene.begin()
      let before = try scene.others
      let spectator = try await scene.spectator()
      let picture = spectator.picture
      #expect(picture.kind == .watching && picture.run == scene.directory.id.text && picture.to == "redis-7.0.15")
      #expect(picture.watching?.driver == .drives(Self.name))
      #expect(picture.state.asked == Self.question)
      #expect(picture.events.map(\.text).last == "the operator is asked: Stop 127.0.0.1:2 (upgrade-node:127.0.0.1:2)")
      #expect(picture.health.nodesUp == 0 && picture.health.readAt == nil, "nobody listens there")
      let at = try #require(picture.watching?.recordedAt)
      #expect(picture.now >= at)

      try await scene.write(
        .answered(Answer(Self.question.name, "yes", source: .operatorInPerson), granted: true),
        .intent(Self.stop, .drain(NodeID("n2")), command: [], evidence: []))
      try await Self.expect(spectator, "the step") { $0.state.inFlight?.effect == Self.stop }
      // The state is that of the journal, and nothing else.
      #expect(spectator.picture.state == (try scene.directory.read().state))
      #expect(try scene.others == before)
      #expect(try FileLock.isHeld(scene.directory.lock) == true)

      // Whatever is asked of it, it does nothing but leave.
      for command: WizardCommand in [
        .proceed, .recheck(nil), .pause(true), .attach(Self.stop),
        .answer(Self.question.name, "yes", .operatorInPerson),
        .choose(.retry, typed: nil, .operatorInPerson),
      ] {
        #expect(await spectator.send(command) == "read-only: this terminal only watches")
      }
      #expect(await spectator.send(.leave) == nil)
      let left = try await Self.expect(spectator, "the end") { $0.conclusion != nil }
      #expect(left.conclusion?.exitCode == 0)
      #expect(left.conclusion?.lines == ["You left the watch of the run \(scene.directory.id); it was not touched."])
      #expect(try scene.others == before)
    }
  }

  @Test func aWizardThatDiesIsMissedAndTheNextOneSeen() async throws {
    try await scene { scene in
      try await scene.begin()
      let spectator = try await scene.spectator()
      scene.letGo()
      let gone = try await Self.expect(spectator, "the end of the wizard") {
        $0.watching?.driver == .gone(Self.name, crash: nil)
      }
      #expect(gone.events.last?.text == "nobody drives the run now: \(Self.name) has left it, or was ended")
      #expect(gone.conclusion == nil, "the watch goes on")
      // A line that was not finished is left out, and said only now that nobody writes it.
      let bytes = try Files.read(scene.directory.journal)
      let torn = try AppendFile(opening: scene.directory.journal)
      try torn.append(Array(bytes.prefix(60)), usingReserve: false)
      let obstacle = try await Self.expect(spectator, "the torn line") { $0.watching?.obstacle != nil }
      #expect(obstacle.watching?.obstacle?.hasPrefix("The last line of the journal was not finished") == true)
      #expect(obstacle.state.asked == Self.question)

      let reading = try scene.directory.read()
      let next = WizardIdentity(host: Self.host, user: "ben", processID: 4712, version: "1")
      try scene.drive()
      let journal = try scene.directory.goOn(reading)
      try await journal.append([.resumed(by: next)], at: WallTime(milliseconds: WallClock.milliseconds))
      let resumed = try await Self.expect(spectator, "the next wizard") {
        $0.watching?.driver == .drives("ben@jump1, process 4712")
      }
      #expect(resumed.watching?.obstacle == nil && resumed.state.asked == nil)
      #expect(resumed.events.map(\.text).contains("run resumed by ben@jump1, process 4712"))
      _ = await spectator.send(.leave)
    }
  }

  @Test func aFolderThatGoesLeavesWhatWasKnown() async throws {
    try await scene { scene in
      try await scene.begin()
      let spectator = try await scene.spectator()
      try Files.removeTree(scene.directory.path)
      let picture = try await Self.expect(spectator, "the loss") { $0.watching?.obstacle != nil }
      #expect(picture.watching?.obstacle == "The folder of this run is gone; what is shown is what was known before.")
      #expect(picture.watching?.driver == .unknown("the lock of the run cannot be looked at"))
      #expect(picture.state.asked == Self.question && picture.conclusion == nil)
      _ = await spectator.send(.leave)
    }
  }

  /// The report comes after the last record; what it says was read back is taken from there.
  @Test func theEndIsThatOfTheReport() async throws {
    try await scene { scene in
      try await scene.begin()
      let spectator = try await scene.spectator()
      try await scene.write(.ended(Ending(.done, name: "done", sentence: "All is well.", everyShardServed: true)))
      let ended = try await Self.expect(spectator, "the last record") { $0.state.ended != nil }
      #expect(ended.conclusion == nil, "the wizard still reads everything back")
      let times = try scene.directory.read().times
      let clock = WallTime(milliseconds: try #require(times.ended)).text
      let report = """
        {"run":"\(scene.directory.id)","result":"done","ended":"\(clock)","clients":{"measured":true,"acknowledged":9,
        "errors":1,"errors_by_code":{"MOVED":1},"lost":0,"longest_stall_ms":43,"resolution_ms":10,"unmeasured_ms":0},
        "read_back":[{"mark":"fail","topic":"Keys","text":"s1 lost one"}],"by_hand":["look"]}
        """
      try Files.writeAtomically(scene.directory.reportJSON, Array(report.utf8))
      let over = try await Self.expect(spectator, "the conclusion") { $0.conclusion != nil }
      #expect(over.finish == FinishReport(lines: [.init(.fail, "Keys", "s1 lost one")], byHand: ["look"]))
      #expect(over.health.clients?.errors == ["MOVED": 1] && over.health.clients?.longestStall == 43)
      #expect(over.rail == .report)
      // A comparison that failed needs a person, whatever the last record says.
      #expect(over.conclusion?.exitCode == 4)
    }
  }

  /// At a stop that can be gone on with a screen stays, and lines end.
  @Test(arguments: [false, true])
  func aStopIsAnEndForWhoeverCannotLeave(endsWithRun: Bool) async throws {
    try await scene { scene in
      try await scene.begin()
      try await scene.write(.intent(Self.stop, .drain(NodeID("n2")), command: [], evidence: []))
      let spectator = try await scene.spectator(endsWithRun: endsWithRun)
      try await scene.write(
        .settled(Self.stop, .lapsed),
        .ended(Ending(.stopped, name: "declined", sentence: "It was declined.", everyShardServed: true)))
      scene.letGo()
      let picture = try await Self.expect(spectator, "the stop") {
        endsWithRun ? $0.conclusion != nil : $0.state.ended != nil && $0.watching?.isDriverGone == true
      }
      #expect(picture.conclusion?.exitCode == (endsWithRun ? 3 : nil))
      _ = await spectator.send(.leave)
    }
  }

  @Test func aRunOfAnotherHostIsNotCalledLeft() async throws {
    try await scene { scene in
      let far = WizardIdentity(host: "jump2", user: "anna", processID: 1, version: "1")
      try scene.drive()
      scene.letGo()
      try await scene.write(.started(run: scene.directory.id.text, by: far, setup: Self.setup))
      let spectator = try await scene.spectator()
      #expect(spectator.picture.watching?.driver == .unknown("it was driven from jump2, and this is jump1"))
      _ = await spectator.send(.leave)
    }
  }

  @Test func theRunOnADeploymentIsFoundByItsNodes() async throws {
    try await scene { scene in
      let catalogue = RunCatalogue(scene.directory.stateDirectory)
      let nodes = Set(Self.setup.nodes.map(\.id))
      #expect(catalogue.underWay(on: nodes) == nil)
      try await scene.begin()
      #expect(catalogue.underWay(on: [NodeID("n2")]) == scene.directory)
      #expect(catalogue.underWay(on: [NodeID("other")]) == nil)
      scene.letGo()
      #expect(catalogue.underWay(on: nodes) == nil)
      #expect(RunCatalogue("\(scene.directory.path)/none").underWay(on: nodes) == nil)
    }
  }

  @Test func aRunWithoutABeginningCannotBeWatched() async throws {
    try await scene { scene in
      try await scene.write(.noted("x"))
      await #expect(throws: FindingError.self) { _ = try await scene.spectator() }
    }
  }
}
