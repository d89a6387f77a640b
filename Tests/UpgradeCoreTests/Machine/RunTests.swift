// Whole runs over perfect servers, as transcripts: what is asked, begun, done, in which order.

import Testing

@testable import UpgradeCore

@Suite struct RunTests {
  @Test func oneShardFromBeginningToEnd() {
    var scene = MachineScene(shards: 1)
    scene.start()
    scene.play()
    #expect(
      scene.transcript
        == """
        started r1
        asked start (reversible)
        answered start granted
        plan accepted: 18 steps
        asked client-probe (reversible)
        answered client-probe granted
        asked enable-upgrade-mode (reversible)
        answered enable-upgrade-mode granted
        ledger 7000 cluster-require-full-coverage yes -> no
        ledger 7000 cluster-allow-replica-migration yes -> no
        intent enter-upgrade-mode/node:7000.1
        outcome enter-upgrade-mode/node:7000.1 done
        settled enter-upgrade-mode/node:7000.1 achieved
        ledger 7001 cluster-require-full-coverage yes -> no
        ledger 7001 cluster-allow-replica-migration yes -> no
        intent enter-upgrade-mode/node:7001.1
        outcome enter-upgrade-mode/node:7001.1 done
        settled enter-upgrade-mode/node:7001.1 achieved
        intent back-up/deployment.1
        outcome back-up/deployment.1 done
        settled back-up/deployment.1 achieved
        asked upgrade-node:10.0.0.1:7001 (reversible)
        answered upgrade-node:10.0.0.1:7001 granted
        intent stop/node:7001.1
        outcome stop/node:7001.1 done
        settled stop/node:7001.1 achieved
        intent install/node:7001.1
        outcome install/node:7001.1 done
        settled install/node:7001.1 achieved
        intent start/node:7001.1
        outcome start/node:7001.1 done
        settled start/node:7001.1 achieved
        intent enter-upgrade-mode/node:7001.2
        outcome enter-upgrade-mode/node:7001.2 done
        settled enter-upgrade-mode/node:7001.2 achieved
        intent rejoin/node:7001.1
        settled rejoin/node:7001.1 achieved
        asked first-promotion (reversible)
        answered first-promotion granted
        intent confirm/deployment/first-promotion.1
        settled confirm/deployment/first-promotion.1 achieved
        asked hand-over:s1 (no-return)
        answered hand-over:s1 granted
        intent hand-over/shard:s1/7001.1
        outcome hand-over/shard:s1/7001.1 done
        settled hand-over/shard:s1/7001.1 achieved
        intent drain/node:7000.1
        outcome drain/node:7000.1 done
        settled drain/node:7000.1 achieved
        asked canary (reversible)
        answered canary granted
        intent confirm/deployment/canary.1
        settled confirm/deployment/canary.1 achieved
        asked upgrade-node:10.0.0.1:7000 (no-return)
        answered upgrade-node:10.0.0.1:7000 granted
        intent stop/node:7000.1
        outcome stop/node:7000.1 done
        settled stop/node:7000.1 achieved
        intent install/node:7000.1
        outcome install/node:7000.1 done
        settled install/node:7000.1 achieved
        intent start/node:7000.1
        outcome start/node:7000.1 done
        settled start/node:7000.1 achieved
        intent enter-upgrade-mode/node:7000.2
        outcome enter-upgrade-mode/node:7000.2 done
        settled enter-upgrade-mode/node:7000.2 achieved
        intent rejoin/node:7000.1
        settled rejoin/node:7000.1 achieved
        asked disable-upgrade-mode (reversible)
        answered disable-upgrade-mode granted
        intent leave-upgrade-mode/node:7000.1
        outcome leave-upgrade-mode/node:7000.1 done
        settled leave-upgrade-mode/node:7000.1 achieved
        intent leave-upgrade-mode/node:7001.1
        outcome leave-upgrade-mode/node:7001.1 done
        settled leave-upgrade-mode/node:7001.1 achieved
        ended done: done
        """.split(separator: "\n").map(String.init))
  }

  @Test func whatIsDoneIsWhatWasPlannedAndLiveStateIsTheFold() throws {
    for (shards, replicas, returns) in [(3, 1, false), (3, 1, true), (2, 2, false), (2, 0, false)] {
      var scene = MachineScene(
        shards: shards, replicas: replicas, options: Options(settle: .seconds(1), returnPrimaries: returns))
      scene.start()
      scene.observeAll()
      let plan = try #require(scene.machine.plan(now: scene.now))
      scene.play()
      #expect(scene.machine.state.ended?.kind == .done)
      // The probe's question is answered, and is no step that is begun.
      let planned = plan.steps.map { "\($0.key)" }.filter { $0 != "confirm/deployment/client-probe" }
      #expect(scene.begun == planned)
      #expect(scene.folded == scene.machine.state)
      #expect(scene.machine.state.facts.openLedger.isEmpty)
      #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.new })
      #expect(scene.servers.values.allSatisfy { $0.settings == SceneServer.defaults })
    }
  }

  /// A wizard that dies after each record, the effect that follows it done or not, ends like one that did not.
  @Test(arguments: [true, false]) func killedAfterEachRecord(effectHappened: Bool) {
    var whole = MachineScene(shards: 1)
    whole.start()
    whole.play()
    var killed = 0
    for cut in 1..<whole.journal.count {
      var scene = MachineScene(shards: 1)
      var isDead = false
      scene.performance = { scene, effect in
        guard scene.journal.count >= cut else { return scene.perform(effect) }
        if effectHappened, !isDead { _ = scene.perform(effect) }
        isDead = true
        return nil
      }
      scene.start()
      scene.play(records: cut)
      guard scene.machine.state.ended == nil else { continue }
      scene.performance = { scene, effect in
        effect.isReattachment
          ? Outcome(effectHappened ? .done : .lapsed, "what the holder knows") : scene.perform(effect)
      }
      scene.restart()
      scene.play()
      killed += 1
      #expect(scene.machine.state.ended?.kind == .done, "cut \(cut): \(scene.transcript.suffix(8))")
      #expect(scene.folded == scene.machine.state)
    }
    #expect(killed > 60)
  }

  @Test func aResumedRunSettlesAsItIsToldToAndOtherwiseAsBefore() {
    var scene = MachineScene(options: Options(settle: .seconds(7)))
    scene.start()
    scene.restart()
    #expect(scene.machine.state.setup?.options.settle == .seconds(7))
    scene.restart(settle: .zero)
    #expect(scene.machine.state.setup?.options.settle == .zero)
    scene.restart()
    #expect(scene.machine.state.setup?.options.settle == .zero)
  }

  /// A hand-over is over when all who answer have heard of it: also a replica sends clients by its own map.
  @Test func waitsUntilAllHaveHeardOfTheNewPrimary() throws {
    var scene = MachineScene(shards: 2)
    scene.performance = { scene, effect in
      if effect.action == .handOver(ShardID(1), from: NodeID("7000"), to: NodeID("7002")) {
        scene.deaf[NodeID("7003")] = scene.view(from: NodeID("7003"))
      }
      return scene.perform(effect)
    }
    scene.start()
    scene.play { if case .outcome(let effect, _) = $0 { effect.step.verb == .handOver } else { false } }
    let begun = scene.begun
    #expect(begun.last == "hand-over/shard:s1/7002")
    scene.play(turns: 100)
    #expect(scene.begun == begun)
    #expect(scene.machine.state.problem == nil)
    scene.deaf = [:]
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
  }
}
