// The node in hand does not come back as it should: the run stops, says what is true, and goes on once it is mended.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct ReturnFaultTests {
  @Test func onTheOldVersion() async throws {
    try await withFaultyNight { night in
      let replica = night.address(Place.replica1)
      try night.put("exit 0", before: "install", on: Place.replica1)
      try await night.expectStopped(
        try await night.night.run(night.run()), code: 3,
        says: [
          "STOPPED came-back-on-wrong-version on \(replica): \(replica) came back on redis-6.2.14, not on redis-7.0.15.",
          "at risk:  Shard s1 is served by \(night.address(Place.primary1)), which has no other replica: one more",
          "2 retry   Stop it, install and start it again",
          "3 roll-back Leave it on the old version: it rejoins as it is, and the run goes on without it",
          "exit code if you leave now: 3 (stopped, resumable, every shard served)",
        ])
      #expect(try await night.count(on: .redis62) == 6)

      // The same on the screen, where a choice is made by its number.
      try await Console.with(
        [Wizard.path] + night.resumeOnScreen(), columns: 120, rows: 40,
        environment: ["HOME": night.night.folder, "XDG_CONFIG_HOME": "\(night.night.folder)/config"], on: night.loop
      ) { console in
        let picture = try await console.wait(for: "STOPPED  came-back-on-wrong-version  on \(replica)")
        for text in [
          "\(replica) came back on redis-6.2.14, not on redis-7.0.15.", "Clients ",
          "At risk  Shard s1 is served by \(night.address(Place.primary1)), which has no other replica",
          "State    \(replica) replica of s1, version 6.2.14, link up", "Cause?   a guess: the command that changes",
          "What you can do  (nothing runs until you pick)", "1  Stop here: leave everything as it is now",
          "2  Stop it, install and start it again", "3  Leave it on the old version", "4  Wind down",
          "If you quit now: exit code 3",
        ] {
          #expect(picture.contains(text), "\(text) is not in\n\(picture)")
        }
        // A person reads before choosing; a key that comes sooner chooses nothing.
        try await night.loop.sleep(for: .milliseconds(700))
        try await console.press("1")
        try await console.wait(for: "[y] do it")
        try await night.loop.sleep(for: .milliseconds(700))
        try await console.press("y")
        try await console.wait(for: "program with code 3")
        try await console.press("q")
        #expect(try await console.exitCode() == 3)
      }

      try night.mend("install", on: Place.replica1)
      try await night.night.withPerson(night.resume()) { person in
        _ = try await person.meets("came-back-on-wrong-version")
        try await person.chooses("retry")
        try await night.expectDone(try await person.end())
      }
    }
  }

  @Test func aBackupThatFails() async throws {
    try await withFaultyNight { night in
      // The last save went well; the next one finds a directory in the place of its file.
      let name = try await night.send(["CONFIG", "GET", "dbfilename"], to: Place.primary1)[1]
      try Files.makeDirectories("\(night.directory(Place.primary1))/taken/by-others")
      #expect(try await night.send(["CONFIG", "SET", "dbfilename", "taken"], to: Place.primary1) == ["OK"])
      try await night.expectStopped(
        try await night.night.run(night.run()), code: 4,
        says: [
          "STOPPED step-failed on the cluster: back-up on the cluster did not work: \(night.address(Place.primary1)): the "
            + "save failed (rdb_last_bgsave_status:err); its log says why",
          "at risk:  Not every shard is served: \(night.address(Place.primary1)), primary of s1, refuses writes because its "
            + "last save failed (MISCONF).",
          "exit code if you leave now: 4 (stopped, needs a person now)",
        ], serving: ["s2", "s3"])
      #expect(try night.night.journal().state.attempts.keys.allSatisfy { $0.verb != .stop })
      #expect(try await night.send(["CONFIG", "SET", "dbfilename", name], to: Place.primary1) == ["OK"])
      #expect(try await night.send(["BGSAVE"], to: Place.primary1) == ["Background saving started"])
      try await night.wait(for: "the save") {
        try await night.send(["INFO", "persistence"], to: Place.primary1)[0].contains("rdb_last_bgsave_status:ok")
      }
      try await night.expectDone(try await night.night.run(night.resume()))
    }
  }

  @Test func notAtAll() async throws {
    try await withFaultyNight { night in
      let replica = night.address(Place.replica1)
      // The new version does not know a directive of this site's configuration.
      try night.put(
        "case $(readlink \(night.directory(Place.replica1))/server) in "
          + #"*-7.0.15/*) options="--no-such-directive yes";; esac"#, before: "start", on: Place.replica1)
      try await night.expectStopped(
        try await night.night.run(night.run()), code: 3,
        says: [
          "STOPPED step-failed on \(replica): start on \(replica) did not work: the start command ended well, "
            + "but nobody listens on \(replica)",
          "at risk:  Every shard is served. Shard s1 is served by \(night.address(Place.primary1)), which has no other",
          "2 retry   Try this step again", "3 roll-back Put \(replica) back on redis-6.2.14",
        ])

      // Put back on the old version, it rejoins; its shard cannot be upgraded then, and the run says so at its end.
      try await night.night.withPerson(night.resume()) { person in
        _ = try await person.meets("step-failed")
        try await person.chooses("roll-back")
        let said = try await person.end()
        #expect(said.code == 3, "\(said.output.suffix(3000))")
        #expect(said.output.contains("Wound down. 4 of 6 nodes run Redis 7.0.15."), "\(said.output.suffix(1000))")
      }
      #expect(try await night.count(on: .redis70) == 4)
      #expect(try await night.shardsServed() == ["s1", "s2", "s3"])
      #expect(try await night.night.proof.keys().allSatisfy(\.areEqual))
      #expect(try night.night.journal().state.facts.openLedger.isEmpty)
    }
  }

  /// The server itself says why it does not come up, in its log.
  @Test func forAReasonThatItsLogTells() async throws {
    try await withFaultyNight { night in
      let replica = night.address(Place.replica1)
      try night.put(
        "echo junk >\(night.directory(Place.replica1))/nodes.conf", before: "start", on: Place.replica1)
      let said = try await night.night.run(night.run())
      try await night.expectStopped(
        said, code: 3,
        says: [
          "STOPPED step-failed on \(replica): start on \(replica) did not work: the start command ended well, "
            + "but nobody listens on \(replica): its nodes.conf cannot be read (",
          "; put nodes.conf back from the backup of this run: without it the node has another name",
        ])
      #expect(said.output.contains("The log of \(replica) since then ("), "\(said.output.suffix(4000))")
      let kept =
        try Files.list("\(night.night.state)/runs").first.map { "\(night.night.state)/runs/\($0)/output" } ?? ""
      let logs = try Files.list(kept).filter { $0.hasSuffix(".log") }
      #expect(logs.count == 1)
      let text = try Files.read("\(kept)/\(logs.first ?? "")")
      #expect(String(decoding: text, as: UTF8.self).contains("corrupted cluster config file"))
    }
  }

  /// The new version has written its data in a format that the old one cannot read: that is moved aside, and the node
  /// gets everything from its primary, which still runs the old version.
  @Test func putBackAfterItHadComeUp() async throws {
    try await withFaultyNight(isFull: true) { night in
      let replica = night.address(Place.replica1)
      try night.put("echo 'the smoke test fails'; exit 7", before: "after_node", on: Place.replica1)
      try await night.expectStopped(
        try await night.night.run(night.run()), code: 3,
        says: [
          "STOPPED step-failed on \(replica): after-node on \(replica) did not work: its command ended with exit 7: "
            + "the smoke test fails",
          "roll-back Put \(replica) back on redis-6.2.14",
        ])
      #expect(try await night.count(on: .redis70) == 1)

      try await night.night.withPerson(night.resume()) { person in
        _ = try await person.meets("step-failed")
        try night.mend("after_node", on: Place.replica1)
        try await person.chooses("roll-back")
        let said = try await person.end()
        #expect(said.code == 3, "\(said.output.suffix(3000))")
        #expect(said.output.contains("Wound down. 4 of 6 nodes run Redis 7.0.15."), "\(said.output.suffix(1000))")
      }
      // What the new version wrote is still there, under another name.
      let files = try Files.list(night.directory(Place.replica1))
      let aside = try #require(files.first { $0.hasPrefix("dump.rdb.set-aside-") }, "\(files)")
      let written = try Files.read("\(night.directory(Place.replica1))/\(aside)")
      #expect(String(decoding: written.prefix(9), as: UTF8.self) == "REDIS0010")
      #expect(try await night.count(on: .redis70) == 4)
      #expect(try await night.shardsServed() == ["s1", "s2", "s3"])
      #expect(try await night.night.proof.keys().allSatisfy(\.areEqual))
      #expect(try night.night.journal().state.facts.openLedger.isEmpty)
    }
  }

  @Test func emptyAndWithoutItsName() async throws {
    try await withFaultyNight { night in
      let replica = night.address(Place.replica1)
      // Its host lost the disk: no data, and no name in the cluster either.
      try night.put(
        "rm -f \(night.directory(Place.replica1))/dump.rdb \(night.directory(Place.replica1))/nodes.conf",
        before: "start", on: Place.replica1)
      try await night.expectStopped(
        try await night.night.run(night.run()), code: 3,
        says: [
          "STOPPED came-back-as-another-node on \(replica): \(replica) came back as another node",
          "at risk:  Shard s1 is served by \(night.address(Place.primary1)), which has no other replica",
          "copy its cluster-config-file back from this run's backup", "2 retry   Look again",
        ])

      // What the sentence says is done, and the run goes on.
      try night.mend("start", on: Place.replica1)
      try await night.restart(Place.replica1, with: "nodes.conf")
      try await night.expectDone(try await night.night.run(night.resume()))
    }
  }

  @Test func emptyWhereNobodyElseHasTheData() async throws {
    try await withFaultyNight({ $0.replicas = [1, 1, 0] }) { night in
      let alone = night.address(Place.primary3)
      try night.put("rm -f \(night.directory(Place.primary3))/dump.rdb", before: "start", on: Place.primary3)
      let said = try await night.night.run(night.run(answering: [.clientProbe: "no"]))
      try await night.expectStopped(
        said, code: 4,
        says: [
          "STOPPED serves-without-its-data on \(alone): \(alone) is back with 0 keys, where 200 were expected, "
            + "and no other node holds the data of s3.",
          "put its data file back from this run's backup",
          "exit code if you leave now: 4 (stopped, needs a person now)",
        ], serving: ["s1", "s2"])

      try night.mend("start", on: Place.primary3)
      try await night.restart(Place.primary3, with: "dump.rdb")
      let resumed = try await night.night.run(night.resume())
      #expect(resumed.code == 0, "\(resumed.output.suffix(3000))")
      #expect(try await night.night.proof.releases().values.allSatisfy { $0 == .redis70 })
      #expect(try await night.night.proof.keys().allSatisfy { $0.areEqual && $0.count.all >= 200 })
    }
  }

  @Test func muteWhileItLoads() async throws {
    try await withFaultyNight { night in
      // 10 ms for each of its keys: for two seconds it answers nothing at all.
      try night.put(#"options="--key-load-delay 10000""#, before: "start", on: Place.replica1)
      let said = try await night.night.run(night.run())
      try await night.expectDone(said)
      #expect(!said.output.contains("STOPPED"))
      let reading = try night.night.journal()
      #expect(KillTests.harm(in: reading.entries.map(\.record)) == [])
      let node = try #require(
        reading.state.setup?.nodes.first { $0.address == night.lab.nodes[Place.replica1].address })
      #expect(try #require(reading.times.seconds(node.id)) > 2)
    }
  }

  @Test func muteForGood() async throws {
    try await withFaultyNight { night in
      let replica = night.address(Place.replica1)
      try night.put(
        """
        cd \(night.directory(Place.replica1)) && nohup setsid -f ./server redis.conf </dev/null >>server.out 2>&1
        for try in $(seq 1000); do test -s server.pid && break; sleep 0.01; done
        kill -STOP $(cat server.pid); exit
        """, before: "start", on: Place.replica1)
      let said = try await night.night.run(night.run() + ["--back-within", "4"])
      try await night.expectStopped(
        said, code: 3,
        says: [
          "STOPPED node-does-not-answer on \(replica): \(replica) is not refused, but has not answered for 4 s",
          "at risk:  Shard s1 is served by \(night.address(Place.primary1)), which has no other replica",
          "cause?    a guess: it is still loading its data, or its host is out of memory",
          "1 wait    Wait longer: nothing is changed meanwhile",
          "The log of \(replica) ends like this (\(night.directory(Place.replica1))/server.log):",
        ])
      // All that was read of it lies in the run's folder.
      let run = try #require(try RunCatalogue(night.night.state).runs().first)
      let copy = try #require(try Files.list(run.output).first { $0.hasSuffix("-node-does-not-answer.log") })
      let kept = String(decoding: try Files.read("\(run.output)/\(copy)"), as: UTF8.self)
      #expect(kept.contains("Redis version=7.0.15"))
      let last = try #require(kept.split(separator: "\n").last)
      #expect(said.output.contains(last.prefix(60)))

      // On the screen its last lines stand below the problem.
      try await Console.with(
        [Wizard.path] + night.resumeOnScreen(), columns: 120, rows: 40,
        environment: ["HOME": night.night.folder, "XDG_CONFIG_HOME": "\(night.night.folder)/config"], on: night.loop
      ) { console in
        let picture = try await console.wait("the problem with the log below it") {
          $0.contains("STOPPED  node-does-not-answer  on \(replica)")
            && $0.contains("$ tail -n 20 \(night.directory(Place.replica1))/server.log")
            && $0.contains("Ready to accept connections")
        }
        #expect(picture.contains("Output of \(replica)  exit 0"), "\(picture)")
      }

      try await night.night.withPerson(night.resume()) { person in
        _ = try await person.meets("node-does-not-answer")
        for process in night.lab.processes(of: night.lab.nodes[Place.replica1]) { _ = try process.send(.continued) }
        try await person.chooses("wait")
        try await night.expectDone(try await person.end())
      }
    }
  }
}
