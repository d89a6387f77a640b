// Each fault that can be switched on: what the programs say, how they end, and that no other node is touched.

import SystemIO
import Testing
import TrainingLab

@Suite(.serialized, .timeLimit(.minutes(5))) struct EnterpriseFaultTests {
  private typealias Phrase = Simulator.Phrase

  /// A cluster with one small database, on whose first node a fault is on.
  private func with(
    _ fault: Simulator.Fault, on node: Int = 1, _ change: (inout EnterpriseLabRequest) -> Void = { _ in },
    _ body: (SimulatedLab) async throws -> Void
  ) async throws {
    try await SimulatedLab.with { request in
      request.databases = [EnterpriseLabRequest.Database("cache")]
      change(&request)
    } _: { it in
      try await it.fault(fault, on: node)
      let others = try it.cluster.nodes.filter { $0.id != node }
      try await body(it)
      let after = try it.cluster.nodes.filter { $0.id != node }
      #expect(after.map(\.version) == others.map(\.version) && after.allSatisfy(\.isRunning))
    }
  }

  private func answers(_ more: [String: String]) -> [String: String] { SimulatedLab.yes.merging(more) { $1 } }

  private func isUntouched(_ it: SimulatedLab, _ node: Int = 1) throws -> Bool {
    let now = try #require(try it.cluster.node(node))
    return now.isRunning && now.version == EnterpriseLabRequest.usualSource
  }

  @Test func swapOn() async throws {
    try await with(.swapOn) { it in
      let no = try await it.install(on: 1, answers: answers(["Swap is enabled. Do you want to proceed?": "n"]))
      #expect(no.status == .exited(1) && no.text.contains(Phrase.refused()))
      #expect(try isUntouched(it) && !(try it.cluster.upgradeMode))
      // What is neither yes nor no is asked again; the file of answers can say yes.
      try await it.store.change { $0.set(.swapOn, on: 1, to: true) }
      let file = "\(it.store.folder)/answers"
      try Files.writeAtomically(file, Array("ignore_swap=yes\nrlcheck=no\n".utf8))
      let yes = try await it.install(
        on: 1, "-c \(file)", answers: ["enable upgrade mode": "Y", "disable upgrade mode": "Y"])
      #expect(yes.status == .exited(0) && yes.text.contains("\(Phrase.swap()) Y"))
      #expect(!yes.text.contains("ALL TESTS PASSED."))
    }
  }

  @Test func portBusy() async throws {
    try await with(.portBusy) { it in
      // Installers of before 8.0.16-29 go on, and the service that needs the port does not come up.
      let said = try await it.install(on: 1)
      #expect(said.status == .exited(0) && said.text.contains(Phrase.cannotStart("cluster_api_internal")))
      let check = try await it.run("rlcheck", "--continue-on-error")
      #expect(check.status == .exited(1))
      #expect(check.lines.suffix(3) == ["TESTS FAILED.", "verify_services", ""])
      try await it.fault(.portBusy, on: 1, false)
      #expect(try await it.install(on: 1).status == .exited(0))
      #expect(try await it.run("rlcheck").status == .exited(0))
    }
  }

  @Test func portBusyForANewerInstaller() async throws {
    try await with(.portBusy) {
      $0.to = Simulator.Version(8, 0, 16, build: 33)
    } _: { it in
      let said = try await it.install(on: 1)
      #expect(said.status == .exited(1) && said.text.contains(Phrase.portsBusy("3346")))
      #expect(try isUntouched(it))
    }
  }

  @Test func portOfDNSBusy() async throws {
    try await with(.dnsPortBusy) { it in
      let said = try await it.install(on: 1)
      #expect(said.status == .exited(1) && said.text.contains(Phrase.dnsBusy()))
      #expect(try isUntouched(it))
      #expect(try await it.install(on: 1, "--skip-dns-port-verification").status == .exited(0))
    }
  }

  @Test func shardSyncing() async throws {
    try await with(.shardSyncing) { it in
      let question = ["is now syncing. Do you want to continue the upgrade": "n"]
      let no = try await it.install(on: 1, answers: answers(question))
      #expect(no.status == .exited(1) && no.text.contains("shard:1 of db:1 is now syncing"))
      #expect(try isUntouched(it) && (try it.cluster.upgradeMode))
      let shards = try await it.run("rladmin", "status", "shards", "issues_only")
      #expect(shards.text.contains("SYNCING"))
      // -y does not even show it; once it is over nobody asks, and upgrade mode is on already.
      try await it.fault(.shardSyncing, on: 1, false)
      let again = try await it.install(on: 1)
      #expect(again.status == .exited(0) && again.text.contains(Phrase.alreadyOn()))
      #expect(!again.text.contains("enable upgrade mode"))
    }
  }

  @Test func shardSyncingIsHiddenByYes() async throws {
    try await with(.shardSyncing) { it in
      let said = try await it.install(on: 1, "-y")
      #expect(said.status == .exited(0) && !said.text.contains("syncing"))
    }
  }

  @Test func installerDies() async throws {
    try await with(.installerDies) { it in
      let said = try await it.install(on: 1)
      #expect(said.status == .exited(1) && said.text.contains(Phrase.died()))
      #expect(!said.text.contains("Installation is complete!"))
      let node = try #require(try it.cluster.node(1))
      #expect(!node.isRunning && node.version == EnterpriseLabRequest.usualSource)
      #expect(try it.cluster.upgradeMode)
      #expect(try await it.run("rladmin", "status").lines.first == Phrase.noCluster())
      #expect(try await it.run("rladmin", "status", "nodes", on: 2).text.contains("DOWN, last seen"))
      #expect(try await it.run("rlcheck").status == .exited(1))
      try await it.fault(.installerDies, on: 1, false)
      #expect(try await it.install(on: 1).status == .exited(0))
      #expect(try await it.run("rlcheck").status == .exited(0))
    }
  }

  @Test func unknownPrompt() async throws {
    try await with(.unknownPrompt) { it in
      let said = try await it.install(on: 1, answers: answers(["Keep, rotate or abort": "A"]))
      #expect(said.status == .exited(1) && said.text.contains("\(Phrase.unknown()) A"))
      #expect(try isUntouched(it))
    }
  }

  @Test func doesNotComeBack() async throws {
    try await with(.doesNotComeBack) { it in
      let said = try await it.install(on: 1)
      // The installer's word is not to be believed.
      #expect(said.status == .exited(0) && said.text.contains("Installation is complete!"))
      #expect(try it.cluster.node(1)?.isRunning == false)
      #expect(try await it.run("rladmin", "status", "nodes", on: 3).text.contains("DOWN, last seen"))
    }
  }

  @Test func quorumLost() async throws {
    try await with(.quorumLost, on: 2) { it in
      let said = try await it.run("rladmin", "status")
      #expect(said.status == .exited(1) && said.lines.first == Phrase.noQuorum())
      try await it.fault(.quorumLost, on: 2, false)
      #expect(try await it.run("rladmin", "status").status == .exited(0))
    }
  }

  @Test func notThePrimary() async throws {
    // Node 2 is not the primary, whose software is old: the installer asks.
    try await with(.notThePrimary, on: 2) { it in
      let question = "The cluster master node (node:1) was not upgraded yet"
      let no = try await it.install(on: 2, answers: answers([question: "N"]))
      #expect(no.status == .exited(1) && no.text.contains(Phrase.refused()))
      #expect(try isUntouched(it, 2))
    }
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.Database("cache")]
    } _: { it in
      try await it.fault(.notThePrimary, on: 1)
      #expect(try await it.install(on: 1).status == .exited(0))
      #expect(try await it.run("rladmin", "cluster", "master").lines.first == Phrase.oneMaster("2"))
    }
  }

  @Test func oldOpenSSL() async throws {
    try await with(.oldOpenSSL) {
      $0.to = Simulator.Version(8, 0, 18, build: 23)
    } _: { it in
      let said = try await it.install(on: 1)
      #expect(said.status == .exited(1) && said.text.contains(Phrase.opensslDied()))
      #expect(try await it.run("rlcheck", "--continue-on-error").text.contains("process cnm_exec is not running"))
      try await it.fault(.oldOpenSSL, on: 1, false)
      #expect(try await it.install(on: 1).status == .exited(0))
      #expect(try await it.run("rlcheck").lines.first == Simulator.Dialect.eight.checkBanner)
    }
  }

  @Test func aShardStaysLoading() async throws {
    try await with(.staysLoading) { it in
      #expect(try await it.install(on: 1).status == .exited(0))
      #expect(try await it.run("rladmin", "status", "shards").text.contains("LOADING"))
      let client = try await it.connect(to: 1, through: 1)
      #expect(try await client.send(["GET", "a"], within: .seconds(5)).errorCode == "LOADING")
      try await it.fault(.staysLoading, on: 1, false)
      while try await client.send(["GET", "a"], within: .seconds(5)).errorCode == "LOADING" {}
      client.close()
    }
  }

  @Test func aServiceIsDead() async throws {
    try await with(.serviceDead) { it in
      #expect(try await it.install(on: 1).status == .exited(0))
      let status = try await it.run("supervisorctl", "status")
      #expect(
        status.status == .exited(3) && status.lines.contains { $0.hasPrefix("alert_mgr") && $0.contains("FATAL") })
      #expect(try await it.run("rlcheck").text.contains("process alert_mgr is not running or not responding"))
    }
  }

  @Test func dataIsLost() async throws {
    try await with(.dataLost) { it in
      let client = try await it.connect(to: 1, through: 1)
      #expect(try await client.send(["SET", "a", "1"], within: .seconds(5)) == .simple("OK"))
      #expect(try await it.install(on: 1).status == .exited(0))
      let after = try await it.connect(to: 1, through: 1)
      #expect(try await after.send(["DBSIZE"], within: .seconds(5)) == .integer(0))
      client.close()
      after.close()
    }
  }

  @Test func anInstallerThatNobodyAnswersWaits() async throws {
    try await with(.swapOn) { it in
      let folder = "\(it.store.folder(ofNode: 1))/installer"
      let said = try await ChildProcess.run(
        ChildCommand.shell("tar xf redislabs-*.tar && ./install.sh </dev/null", directory: folder), on: it.loop,
        within: .seconds(20))
      #expect(said.status == .exited(1) && said.text.contains(Phrase.notAnswered()))
      let help = try await ChildProcess.run(
        ChildCommand.shell("./install.sh --help", directory: folder), on: it.loop, within: .seconds(20))
      #expect(help.status == .exited(0) && help.text.contains("--skip-dns-port-verification"))
      #expect(try isUntouched(it))
    }
  }

  @Test func aPathThatIsNotSupportedIsRefused() async throws {
    try await with(.swapOn) {
      $0.from = Simulator.Version(6, 2, 8, build: 64)
    } _: { it in
      let said = try await it.install(on: 1)
      #expect(said.status == .exited(1))
      #expect(said.text.contains(Phrase.unsupportedPath("6.2.8-64", "7.22.0-250")))
    }
  }

  @Test func faultsAreSwitchedFromTheCommandLine() async throws {
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.Database("cache")]
    } _: { it in
      func fault(_ words: String...) async throws -> ChildOutcome {
        let call = ["lab", "fault", it.store.folder] + words
        return try await ChildProcess.run(ChildCommand(SimulatedLab.program, call), on: it.loop, within: .seconds(20))
      }
      #expect(try await fault("2", "swap-on").status == .exited(0))
      #expect(try it.cluster.node(2)?.host.hasSwap == true && it.cluster.node(1)?.host.hasSwap == false)
      #expect(try await fault("2").text.contains("on  swap-on: "))
      #expect(try await fault("2", "swap-on", "off").status == .exited(0))
      #expect(try it.cluster.node(2)?.host.hasSwap == false)
      let unknown = try await fault("2", "nonsense")
      #expect(unknown.status == .exited(70) && unknown.text.contains("There is no fault nonsense. Known are: swap-on"))
    }
  }

  @Test func twoInstallersOnOneNodeDoNotMeet() async throws {
    try await with(.swapOn) { it in
      let folder = "\(it.store.folder(ofNode: 1))/installer"
      let first = try ChildProcess.spawn(
        ChildCommand.shell("tar xf redislabs-*.tar && exec ./install.sh", directory: folder),
        streams: .terminal(rows: 24, columns: 200), on: it.loop)
      var text = ""
      while !text.contains("Do you want to proceed?") {
        text += String(decoding: try await first.read(upTo: 4096, within: .seconds(20)), as: UTF8.self)
      }
      let second = try await it.install(on: 1)
      #expect(second.status == .exited(1) && second.text.contains(Phrase.otherInstaller()))
      // Killed at its question it leaves all as it was, and the next one begins anew.
      _ = try first.send(.kill)
      _ = await first.exit()
      first.closeStreams()
      #expect(try isUntouched(it))
      #expect(try await it.install(on: 1, answers: answers(["Swap is enabled": "Y"])).status == .exited(0))
    }
  }

  @Test func noToUpgradeModeGoesOnWithoutIt() async throws {
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.Database("cache")]
    } _: { it in
      let answers = ["enable upgrade mode now": "n", "run rlcheck to verify": "No"]
      let said = try await it.install(on: 1, answers: answers)
      #expect(said.status == .exited(0) && said.text.contains(Phrase.goesOnWithout()))
      #expect(!said.text.contains("disable upgrade mode") && !said.text.contains("Running test"))
      // All is there: nothing is done again, and nobody asks for a mode that is off.
      let again = try await it.install(on: 1, answers: answers)
      #expect(again.status == .exited(0) && again.text.contains(Phrase.nothingToDo("7.22.0-250")))
    }
  }

  @Test func aRouteInTheOldDialect() async throws {
    let hops = ["5.2.0-14", "5.4.0-19"]
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.Database("cache")]
      $0.from = Simulator.Version(4, 5, 0, build: 35)
      $0.to = Simulator.Version(5, 2, 0, build: 14)
    } _: { it in
      for hop in hops {
        if hop != hops[0] {
          let place = it.store.folder(ofNode: 1)
          let brought = try await ChildProcess.run(
            ChildCommand(SimulatedLab.program, ["simulate", "package", place, hop]), on: it.loop, within: .seconds(30))
          #expect(brought.status == .exited(0), "\(brought.text)")
        }
        for node in 1...3 {
          #expect(try await it.run("rladmin", "status", on: node).lines[1].contains(" RAM "))
          let said = try await it.install(on: node)
          #expect(said.status == .exited(0), "\(said.text)")
          #expect(said.lines.filter { $0.contains("upgrade mode now") }.count == 2)
          #expect(said.text.contains("Verifying dmcproxy process...\nPASS\n"))
          #expect(said.text.contains(Simulator.Dialect.old.checkBanner))
        }
        #expect(try it.cluster.nodes.allSatisfy { $0.version.description == hop })
      }
      #expect(try it.cluster.policy.defaultVersion == "5.0")
    }
  }
}
