// What only hosts can do to a run: a disk that is full, a package manager that hangs, an init script that lies, a reboot.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: HostLab.isPossible, "tests on hosts of their own are left out: \(HostLab.obstacle ?? "")"))
struct HostFaultTests {
  /// One cluster, one run, one fault after the other: each is told for what it is, costs nobody anything, and is got over.
  @Test func aRunThatMeetsOneFaultAfterTheOther() async throws {
    try await HostLab.with(6) { lab in
      try await lab.makeCluster()
      try await lab.run("for i in $(seq 500); do redis-cli -c set key$i $i ex 3600; done >/dev/null", on: 1)
      // Shorter than a person would have it: nothing here takes long by itself.
      let night = try HostNight(lab, profile: HostFaultTests.profile)
      try await night.settled()
      let host = try await HostFaultTests.firstReplica(lab)
      try await noPackageIsToBeHad(night, on: host)
      try await theDiskOfAHostIsFull(night, on: host)
      try await thePackageManagerHangs(night, on: host)
      try await theHostReboots(night, on: host)
      let person = try Person(night.resume(), folder: lab.folder, on: lab.loop)
      let ended: Said
      do {
        // Its init script brought the old version up.
        let said = try await person.meets("came-back-on-wrong-version")
        #expect(said.contains("came back on redis-6.0.16, not on redis-7.0.15"))
        try await person.chooses("retry")
        ended = try await person.end(within: .seconds(180))
      } catch {
        await person.goesAway()
        throw error
      }
      try await night.expectDone(ended)
      #expect(try await lab.run("dpkg-query -W -f '${Version}' redis-server", on: host).hasPrefix("5:7.0.15-"))
    }
  }

  private static let install =
    "set -- redis-server={candidate} redis-tools={candidate}; DEBIAN_FRONTEND=noninteractive apt-get --yes "
    + "--no-remove -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold install \"$@\""
  private static let profile = [
    "base: apt-sysv", "software:", "  install: { run: '\(install)', bound: 20, starts: true }",
  ]

  /// The host of the replica that a run begins with: that of s1.
  private static func firstReplica(_ lab: HostLab) async throws -> Int {
    for host in lab.hosts {
      let lines = try await lab.run("redis-cli info replication", on: host).split(whereSeparator: \.isNewline)
      if lines.contains("master_host:\(lab.name(1))") { return host }
    }
    throw HostLab.Trouble("host 1 has no replica")
  }

  /// Told before the start: exit 1, and no run.
  private func noPackageIsToBeHad(_ night: HostNight, on host: Int) async throws {
    try await night.lab.run("mv /etc/apt/sources.list /etc/apt/sources.away", on: host)
    let said = try await night.run(night.begin())
    #expect(said.code == 1, "\(said)")
    #expect((said.output + said.errors).contains("No package of Redis 7.0.15 is to be had on \(night.lab.name(host))"))
    #expect(try RunCatalogue(night.state).runs().isEmpty)
    try await night.lab.run("mv /etc/apt/sources.away /etc/apt/sources.list", on: host)
  }

  /// Told while it is fetched: nothing has been stopped anywhere.
  private func theDiskOfAHostIsFull(_ night: HostNight, on host: Int) async throws {
    let archives = "/var/cache/apt/archives"
    try await night.lab.run("mount -t tmpfs -o size=64k tmpfs \(archives) && mkdir \(archives)/partial", on: host)
    let said = try await night.run(night.begin(answering: ["--back-within", "20"]))
    try await expectStopped(night, said, says: ["stage on \(night.lab.address(host)) did not work", "space"])
    #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis60 })
    #expect(try night.journal().state.attempts.keys.allSatisfy { $0.verb == .stage || $0.verb == .confirm })
    try await night.lab.run("umount \(archives)", on: host)
  }

  /// It is at work past its bound: it is left alone, and nothing is begun beside it.
  private func thePackageManagerHangs(_ night: HostNight, on host: Int) async throws {
    let lab = night.lab
    try await lab.run("echo 'DPkg::Pre-Invoke { \"sleep 1000\"; };' >/etc/apt/apt.conf.d/hang", on: host)
    let said = try await night.run(night.resume())
    try await expectStopped(
      night, said, says: ["install on \(lab.address(host)) did not work", "still running after its bound"])
    let busy = try await night.run(night.resume())
    try await expectStopped(night, busy, says: ["an earlier command of this run is still at work", "held by process"])
    #expect(try await lab.run("dpkg-query -W -f '${Version}' redis-server", on: host).hasPrefix("5:6.0.16-"))
    try await lab.run("rm /etc/apt/apt.conf.d/hang", on: host)
  }

  /// The power goes while the package manager is at work, and comes back.
  private func theHostReboots(_ night: HostNight, on host: Int) async throws {
    let address = night.lab.address(host)
    try await night.lab.switchOff(host)
    let said = try await night.run(night.resume())
    try await expectStopped(night, said, says: ["STOPPED node-does-not-answer on \(address)"])
    #expect(try await night.othersServe(without: host))
    let releases = try await ClusterProof(
      night.lab.addresses.filter { $0 != address }, on: night.lab.loop
    ).releases()
    #expect(releases.values.allSatisfy { $0 == .redis60 })
    try await night.lab.switchOn(host)
    try await night.lab.awaitAnswer(host)
  }

  private func expectStopped(
    _ night: HostNight, _ said: Said, says texts: [String], _ location: SourceLocation = #_sourceLocation
  ) async throws {
    #expect(said.code == 3, "\(said.output.suffix(3000)) \(said.errors)", sourceLocation: location)
    for text in texts {
      #expect(said.output.contains(text), "\(text) is not in \(said.output.suffix(3000))", sourceLocation: location)
    }
    let others = try await night.othersServe(without: 0)
    #expect(others, sourceLocation: location)
  }
}
