// The runbook of Redis Enterprise Software: order, questions, what an installer asks, failures, databases.
import Testing

@testable import UpgradeCore

@Suite struct EnterpriseProcedureTests {
  private func begun(_ stages: Set<Site.Stage> = [.stage, .install]) -> ClusterNight {
    var night = ClusterNight()
    night.start(ClusterNight.setup(stages: stages))
    night.goOn()
    return night
  }

  @Test func theWholeNight() {
    var night = begun()
    #expect(night.machine.state.asked?.name == QuestionName(.start))
    night.answer()
    for number in [2, 1, 3] {
      #expect(night.machine.state.asked?.name == QuestionName(.upgradeNode, "node:\(number)"))
      #expect(night.machine.state.asked?.word == "outage node:\(number)")
      night.answer()
    }
    // orders replicates from sessions (Replica Of), so it goes first; what would lose all data goes last.
    for (name, word) in [("orders", "outage orders"), ("sessions", "sessions"), ("cache", "lose cache")] {
      #expect(night.machine.state.asked?.name == QuestionName(.upgradeDatabase, name))
      #expect(night.machine.state.asked?.word == word)
      night.answer()
    }
    #expect(night.machine.state.ended?.kind == .done)
    #expect(
      night.begun == [
        "stage/node:1.1", "stage/node:2.1", "stage/node:3.1", "install/node:2.1", "rejoin/node:2.1",
        "install/node:1.1", "rejoin/node:1.1", "install/node:3.1", "rejoin/node:3.1", "upgrade-database/db:2.1",
        "upgrade-database/db:3.1", "upgrade-database/db:1.1",
      ])
  }

  /// The plan that was shown is what happens.
  @Test func thePlanIsWhatHappens() throws {
    var night = begun()
    let plan = try #require(night.machine.plan(now: night.now))
    #expect(plan.ending == .done)
    let planned = plan.steps.map { "\($0.key).1" }
    while night.machine.state.ended == nil, night.answer() == nil {}
    #expect(night.begun == planned)
  }

  @Test func theMasterIsReadAnewBeforeEachNode() {
    var night = begun()
    night.masterAfter = [2: 3]
    while night.machine.state.ended == nil, night.answer() == nil {}
    #expect(
      night.begun.filter { $0.hasPrefix("install") } == ["install/node:2.1", "install/node:3.1", "install/node:1.1"])
  }

  @Test func lossIsNeverAgreedToBeforehand() {
    var night = begun()
    while night.machine.state.asked?.name != QuestionName(.upgradeDatabase, "cache") { night.answer() }
    #expect(night.answer(beforehand: true) == "upgrade-database:cache cannot be answered beforehand")
    #expect(night.answer("yes") == "to go on, type exactly: lose cache")
    #expect(night.machine.state.asked?.lines.contains { $0.contains("discard_data") } == true)
    #expect(night.answer() == nil)
    #expect(night.machine.state.ended?.kind == .done)
  }

  @Test func aDatabaseThatIsRefusedStaysAsItIs() {
    var night = begun()
    while night.machine.state.asked?.name != QuestionName(.upgradeDatabase, "orders") { night.answer() }
    #expect(night.answer("no") == nil)
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeDatabase, "sessions"))
    while night.machine.state.ended == nil, night.answer() == nil {}
    #expect(night.machine.state.ended?.kind == .done)
    #expect(!night.begun.contains("upgrade-database/db:2.1"))
    #expect(night.survey.status.databases.first { $0.id == 2 }?.version == "7.2.0")
  }

  /// One that would lose its data is left as it is, and those after it have their turn.
  @Test func whatNothingKeepsCanBeLeftWhereItIs() {
    var night = ClusterNight(judge: { rule, object, _ in
      rule == "database-protected" && object == .database(1)
        ? .broken(saw: "neither a replica nor a file", fix: "") : .holds(saw: "")
    })
    night.start()
    night.goOn()
    while night.machine.state.problem == nil, night.answer() == nil {}
    #expect(night.machine.state.problem?.object == .database(1))
    let offers = night.machine.state.problem?.choices.map(\.text) ?? []
    #expect(offers.contains("Leave cache as it is, and go on with what comes after it"))
    #expect(night.choose(.leave) == nil)
    #expect(night.machine.state.ended?.kind == .done)
    #expect(night.machine.state.facts.leftDatabases == [1])
    #expect(night.survey.status.databases.first { $0.id == 1 }?.version == "7.2.0")
  }

  /// Test keys are a question of their own, put once, where there is a proxy to write them through.
  @Test(arguments: [true, false]) func testKeysAreAskedFor(isAgreed: Bool) {
    var night = begun()
    night.survey.status.databases[0].endpoint = "redis-12000.cluster.local:12000"
    night.survey.status.endpoints = [
      Enterprise.ProxyEndpoint(
        id: "endpoint:1:1", database: 1, node: 3, policy: "single", watchdog: Enterprise.StatusWord("OK"))
    ]
    #expect(
      night.survey.status.proxies == [
        Enterprise.Proxy(database: 1, node: 3, address: Address(host: "10.0.0.3", port: 12000))
      ])
    night.answer()
    if night.machine.state.asked?.name == QuestionName(.planChange) { night.answer() }
    #expect(night.machine.state.asked?.name == QuestionName(.clientProbe))
    night.answer(isAgreed ? nil : "no")
    #expect(night.machine.state.facts.probing == isAgreed)
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeNode, "node:2"))
  }

  // MARK: - Settings that stay

  /// `default_redis_version` is set with consent only; no leaves it, and the databases have their turn all the same.
  @Test(arguments: [true, false]) func theVersionOfNewDatabasesIsAskedFor(isAgreed: Bool) {
    var night = ClusterNight()
    night.survey.settings?[Enterprise.BundledVersions.defaultSetting] = "7.2"
    night.start()
    night.goOn()
    for _ in 0..<4 { night.answer() }
    #expect(night.machine.state.asked?.name == QuestionName(.defaultVersion))
    let line = "Runs    /opt/redislabs/bin/rladmin tune cluster default_redis_version 7.4"
    #expect(night.machine.state.asked?.lines.contains(line) == true)
    night.answer(isAgreed ? nil : "no")
    #expect(night.survey.settings?[Enterprise.BundledVersions.defaultSetting] == (isAgreed ? "7.4" : "7.2"))
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeDatabase, "orders"))
    while night.machine.state.ended == nil, night.answer() == nil {}
    #expect(night.machine.state.ended?.kind == .done)
  }

  /// 6.2 brings 6.0 and 6.2 along: which of them a database may go to, its policy says.
  @Test(arguments: [("latest", true, "6.2"), ("major", true, "6.2"), ("major", false, "6.0")])
  func thePolicyOfUpgradesIsAskedFor(policy: String, isAgreed: Bool, goal: String) {
    var night = ClusterNight()
    let old = Enterprise.BuildVersion(Version(6, 0, 20), build: 97)
    for place in night.survey.status.nodes.indices { night.survey.status.nodes[place].version = old }
    for place in night.survey.status.databases.indices where night.survey.status.databases[place].kind == "redis" {
      night.survey.status.databases[place].version = "5.0.14"
    }
    night.survey.settings?[Enterprise.BundledVersions.policySetting] = policy
    night.target = Enterprise.BuildVersion(Version(6, 2, 18), build: 49)
    var setup = ClusterNight.setup()
    setup.to = Release(night.target)
    for place in setup.nodes.indices { setup.nodes[place].release = Release(old) }
    setup.enterprise?.databaseGoal = Enterprise.BundledVersions.goal(of: night.target.version, policy: policy)
    night.start(setup)
    night.goOn()
    for _ in 0..<4 { night.answer() }
    if policy == "major" {
      #expect(night.machine.state.asked?.name == QuestionName(.upgradePolicy))
      night.answer(isAgreed ? nil : "no")
    }
    #expect(night.machine.state.asked?.title == "Upgrade the database orders (db:2) from Redis 5.0.14 to \(goal)")
  }

  // MARK: - What installers ask

  @Test func theInstallersQuestionsComeToTheOperator() {
    var night = begun()
    night.prompts[NodeID("2")] = [
      "2026-11-22 02:00:02 [?] Do you want to enable upgrade mode now [Y/N]?",
      "Would you like to run rlcheck to verify proper configuration? [Y/N]?",
      "Do you want to disable upgrade mode now [Y/N]?",
    ]
    night.answer()
    night.answer()
    let asked = night.machine.state.asked
    #expect(asked?.name == QuestionName(.enableUpgradeMode))
    #expect(asked?.title == "Do you want to enable upgrade mode now [Y/N]?")
    #expect(night.answer("perhaps") == "to go on, type exactly: yes")
    #expect(night.typed == [])
    #expect(night.answer(beforehand: true) == nil)
    #expect(night.machine.state.asked?.name == QuestionName(.disableUpgradeMode))
    #expect(night.typed == ["Y", "Y"])
    night.answer("no")
    #expect(night.typed == ["Y", "Y", "N"])
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeNode, "node:1"))
  }

  @Test func whatNobodyKnowsIsNotAnswered() {
    var night = begun()
    night.prompts[NodeID("2")] = ["The internode certificates will expire soon. Keep, rotate or abort [K/R/A]?"]
    night.answer()
    night.answer()
    #expect(night.machine.state.asked?.name == QuestionName(.installerPrompt, "unknown"))
    #expect(night.answer(beforehand: true) != nil)
    #expect(night.typed == [])
    // Somebody answers it at the terminal itself, and the installer goes on.
    if let effect = night.machine.state.inFlight?.effect {
      let gone = night.machine.decide(.promptGone(effect), now: night.now)
      for record in gone.records { night.machine.apply(record, at: night.now) }
    }
    #expect(night.machine.state.asked == nil)
    night.goOn()
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeNode, "node:1"))
  }

  /// Told no because a shard syncs, the installer ends; nothing is out, and it is run again without another question.
  @Test func aShardThatSyncsIsWaitedFor() {
    var night = begun([.install])
    night.prompts[NodeID("2")] = ["shard:4 of db:1 is now syncing. Do you want to continue the upgrade"]
    night.failures = [Outcome(.lapsed, "a shard is syncing")]
    night.answer()
    night.answer()
    #expect(night.typed == ["N"])
    #expect(night.begun.prefix(3) == ["install/node:2.1", "install/node:2.2", "rejoin/node:2.1"])
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeNode, "node:1"))
  }

  /// An installer that says so for ever, whatever the cluster's report says, is not run for ever.
  @Test func aShardThatIsSaidToSyncForEverIsShown() {
    var night = begun([.install])
    night.failures = Array(repeating: Outcome(.lapsed, "a shard is syncing"), count: 9)
    night.answer()
    night.answer()
    #expect(night.begun == ["install/node:2.1", "install/node:2.2", "install/node:2.3"])
    #expect(night.machine.state.problem?.name == EnterpriseProblem.installerFailed)
    #expect(night.machine.state.facts.out == [])
    #expect(night.choose(.retry) == nil)
    #expect(night.begun.count == 6)
  }

  @Test func aPromptOfACommandThatIsOverIsNobodys() {
    var night = begun()
    night.answer()
    let prompt = Enterprise.Prompt(name: "enable-upgrade-mode", text: "Do you want to enable upgrade mode now [Y/N]?")
    let decision = night.machine.decide(
      .prompted(EffectID(StepKey(.install, .node(NodeID("2"))), attempt: 1), prompt), now: night.now)
    #expect(decision.records.isEmpty)
    #expect(decision.refusal == "this command is not running")
  }

  // MARK: - What goes wrong

  @Test func aNodeThatFailsLeavesTheOthersAlone() {
    var night = begun([.install])
    night.failures = [Outcome(.failed, "it ended with exit 1: Port 53 is in use")]
    night.answer()
    night.answer()
    let problem = night.machine.state.problem
    #expect(problem?.name == EnterpriseProblem.installerFailed)
    #expect(problem?.what.contains("Port 53 is in use") == true)
    #expect(problem?.risk.contains("No other node is touched") == true)
    let back = problem?.choices.first { $0.choice == .rollBack(NodeID("2")) }
    #expect(back?.notOffered?.contains("replace_node 2") == true)
    #expect(night.machine.state.facts.out == [NodeID("2")])
    // Tried again, the node in hand comes first, and nobody is asked once more.
    #expect(night.choose(.retry) == nil)
    #expect(night.begun == ["install/node:2.1", "install/node:2.2", "rejoin/node:2.1"])
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeNode, "node:1"))
  }

  /// What certainly did not begin leaves its node in, with all that has to hold before a node.
  @Test func anInstallerThatWasNotBegunTakesNobodyOut() {
    var night = begun([.install])
    night.failures = [Outcome(.refused, "an earlier command of this run is still at work")]
    night.answer()
    night.answer()
    #expect(night.machine.state.problem?.name == EnterpriseProblem.installerFailed)
    #expect(night.machine.state.facts.out == [])
    night.failures = [Outcome(.failed, "it ended with exit 1"), Outcome(.lapsed, "a shard is syncing")]
    #expect(night.choose(.retry) == nil)
    #expect(night.machine.state.facts.out == [NodeID("2")])
    // Half way through once, it stays out whatever a later one says.
    #expect(night.choose(.retry) == nil)
    #expect(night.begun.prefix(4).allSatisfy { $0.hasPrefix("install/node:2.") })
  }

  @Test func anInstallerWhoseWordIsNotTrue() {
    var night = begun([.install])
    night.answer()
    night.lies = [NodeID("2")]
    night.answer()
    #expect(night.machine.state.problem?.name == EnterpriseProblem.nodeNotBack)
    #expect(night.survey.status.nodes[1].version == ClusterNight.old)
  }

  @Test func windingDownLeavesAClusterOfTwoVersions() {
    var night = begun([.install])
    night.answer()
    night.answer()
    night.answer("no")
    #expect(night.machine.state.problem?.name == ProblemName.declined)
    #expect(night.choose(.windDown) == nil)
    #expect(night.machine.state.ended?.name == EndingName.woundDown)
    #expect(night.machine.state.ended?.sentence == "1 of 3 nodes run Redis Enterprise 7.22.0-250.")
  }

  @Test func aVersionThatSomebodyElseChangedIsSeen() {
    var night = begun([.install])
    night.answer()
    night.survey.status.nodes[2].version = ClusterNight.new
    _ = night.answer("no")
    night.goOn()
    #expect(night.machine.state.problem != nil)
  }

  @Test func upgradeModeThatStayedOnIsPutOff() {
    var night = begun([.install])
    night.survey.settings = ["upgrade mode": "enabled"]
    night.answer()
    for _ in 0..<3 { night.answer() }
    // It was off when the plan was shown.
    #expect(night.machine.state.asked?.name == QuestionName(.planChange))
    night.answer()
    #expect(night.machine.state.asked?.name == QuestionName(.disableUpgradeMode))
    #expect(night.machine.state.asked?.title == "Disable upgrade mode of the cluster")
    night.answer()
    #expect(night.survey.upgradeMode == false)
    #expect(night.machine.state.asked?.name == QuestionName(.upgradeDatabase, "orders"))
  }

  /// Rule 5: nothing is begun on a cluster that cannot be read.
  @Test func withoutAFreshReportNothingIsBegun() {
    var night = begun([.install])
    night.answer()
    night.now = night.now + .seconds(60)
    let asked = night.machine.state.asked
    #expect(asked?.name == QuestionName(.upgradeNode, "node:2"))
    #expect(night.machine.situation(now: night.now)?.snapshot.enterprise == nil)
    night.machine.notice(now: night.now)
    #expect(night.machine.observations.posture.step == nil)
  }

  @Test func destinationsComeBeforeTheirSources() {
    func database(_ id: Int, from sources: [Int] = [], replicated: Bool = true) -> Enterprise.DatabaseSetup {
      Enterprise.DatabaseSetup(
        id: id, name: "d\(id)", version: nil, isReplicated: replicated, persistence: .aof, sources: sources)
    }
    let chain = Enterprise.Constants(databases: [database(1), database(2, from: [1]), database(3, from: [2])])
    #expect(chain.inTurn.map(\.id) == [3, 2, 1])
    let circle = Enterprise.Constants(databases: [database(1, from: [2]), database(2, from: [1])])
    #expect(circle.inTurn.map(\.id) == [1, 2])
  }
}
