// Buffers that are too small for what is written, and writes that want every replica: upgrade mode sees to it, and puts
// it back.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct WindowTests {
  @Test func whatTheWritesAskForIsSetMeanwhile() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.configuration = ["repl-backlog-size 16384", "min-replicas-to-write 1"]
    try await withNight(request) { night in
      // Some kilobytes a second into the first shard, until its primary gives it away.
      let address = night.lab.addresses[0]
      let tag = try #require(KeySlot.tag(in: SlotSet([0...5000])))
      let writer = night.loop.task { [loop = night.loop] in
        let client = Client(endpoint: address.endpoint, on: loop, options: ClientOptions(preferRESP3: false))
        let value = String(repeating: "x", count: 1000)
        while !Task.isCancelled, (try? await client.send(Command(words: ["SET", "{\(tag)}", value]))) != nil {
          do throws(CancellationError) { try await loop.sleep(for: .milliseconds(10)) } catch { break }
        }
        await client.close()
      }
      let said = try await night.run(
        [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile + Wizard.yes)
      writer.cancel()
      await writer.value
      #expect(said.code == 0, "\(said.output.suffix(3000)) \(said.errors)")
      #expect(said.output.contains("upgrade mode sets min-replicas-to-write 0 on every member of its shard"))

      let ledger = try night.journal().state.facts.ledger.entries
      let first = try #require(night.journal().state.setup?.shards.first)
      for node in first.members {
        let backlog = try #require(ledger[LedgerKey(node, "repl-backlog-size")])
        #expect(backlog.original == "16384" && (Int(backlog.ours) ?? 0) >= 1_048_576 && backlog.standing == .closed)
      }
      #expect(ledger.filter { $0.key.directive == "min-replicas-to-write" }.count == 6)
      #expect(ledger.values.allSatisfy { $0.standing == .closed })
      for address in night.lab.addresses {
        let client = Client(endpoint: address.endpoint, on: night.loop, options: ClientOptions(preferRESP3: false))
        for (name, value) in [("repl-backlog-size", "16384"), ("min-replicas-to-write", "1")] {
          let reply = try await client.send(["CONFIG", "GET", "\(name)"])
          #expect(reply.map { $0.text ?? "" } == [name, value], "\(address)")
        }
        await client.close()
      }
    }
  }
}
