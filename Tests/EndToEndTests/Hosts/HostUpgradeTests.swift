// Upgrades by the package manager, on hosts: the main job, and what only hosts can do to it.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: HostLab.isPossible, "tests on hosts of their own are left out: \(HostLab.obstacle ?? "")"))
struct HostUpgradeTests {
  @Test func theMainJobByThePackageManager() async throws {
    try await HostLab.with(6) { lab in
      try await lab.makeCluster()
      // A hold is the site's own: it is there afterwards. So is its configuration.
      try await lab.run("apt-mark hold redis-server", on: 2)
      let configuration = try await lab.run("sha256sum /etc/redis/redis.conf", on: 1)
      let night = try HostNight(lab)
      try await night.settled()
      let client = WritingClient(WritingRequest(seeds: lab.addresses, prefix: "foreign"), on: lab.loop)
      async let written = client.run()
      let ended = try await night.run(night.begin())
      client.requestStop()
      let report = try await written
      try await night.expectDone(ended)
      #expect(report.isClean, "\(report.errors), lost \(report.lost), unverified \(report.unverified)")
      #expect(report.acknowledged > 1000)
      let state = try night.journal().state
      let measure = try #require(state.measures.last)
      #expect(measure.errorCount == 0 && measure.lost == 0 && measure.acknowledged > 0)
      // Every host fetched beforehand; each old primary took all data anew, and no one else did.
      #expect(state.attempts.keys.count { $0.verb == .stage } == 6)
      #expect(state.attempts.keys.count { $0.verb == .setAside } == 3)
      // The packages started the servers: no start of ours was needed, and none was planned.
      #expect(state.attempts.keys.count { $0.verb == .start } == 0)
      // Each host unpacked the package and tried it: its checker, the configuration, the backup that is kept there.
      let outcomes = try night.journal().entries.compactMap { entry -> Outcome? in
        if case .outcome(let effect, let outcome) = entry.record, effect.step.verb == .backUp { outcome } else { nil }
      }
      let tried = try #require(outcomes.last).evidence
      for address in lab.addresses.map(\.description) {
        let sentence = tried[address] ?? ""
        #expect(sentence.contains("redis-check-rdb: sound"), "\(sentence)")
        #expect(sentence.contains("it loads the backup in"), "\(sentence)")
        #expect(sentence.contains("/redis-upgrade-backup-\(state.run)/dump.rdb"), "\(sentence)")
      }
      for host in lab.hosts {
        #expect(try await lab.run("ls /tmp | grep -c redis-upgrade-trial; true", on: host) == "0\n")
        let version = try await lab.run("dpkg-query -W -f '${Version}' redis-server", on: host)
        #expect(version.hasPrefix("5:7.0.15-"), "host \(host): \(version)")
        #expect(try await lab.run("sha256sum /etc/redis/redis.conf", on: host) == configuration)
      }
      #expect(try await lab.run("apt-mark showhold", on: 2) == "redis-server\n")
      #expect(try await lab.run("apt-mark showhold", on: 1) == "")
    }
  }

  @Test func sixHostsAnswerAsOneCluster() async throws {
    try await HostLab.with(6) { lab in
      try await lab.makeCluster()
      let proof = ClusterProof(lab.addresses, on: lab.loop)
      #expect(try await proof.releases().values.allSatisfy { $0 == .redis60 })
      for host in lab.hosts {
        // Files, processes and names of its own.
        try await lab.run("echo \(host) >/etc/mark", on: host)
        #expect(try await lab.run("hostname; pgrep -c redis-server", on: host) == "host-\(host)\n1\n")
      }
      for host in lab.hosts { #expect(try await lab.run("cat /etc/mark", on: host) == "\(host)\n") }
      try await lab.switchOff(2)
      await #expect(throws: HostLab.Trouble.self) { try await lab.run("true", on: 2, within: .seconds(10)) }
      try await lab.switchOn(2)
      try await lab.awaitAnswer(2)
      #expect(try await lab.run("cat /etc/mark", on: 2) == "2\n")
    }
  }
}
