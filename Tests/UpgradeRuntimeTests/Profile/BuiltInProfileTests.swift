// The profiles of package managers: the exact lines, and that a shell reads them as they are meant.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct BuiltInProfileTests {
  private static let node = Placeholders(
    address: Address(host: "10.0.0.1", port: 6379), nodeID: NodeID("4f1e"), processID: 4711,
    unit: "redis-server@6379.service", from: Release(.redis, Version(6, 0, 16)),
    to: Release(.redis, Version(7, 0, 15)), configFile: "/etc/redis/redis.conf", directory: "/var/lib/redis",
    candidate: "5:7.0.15-1~deb12u7")

  private static func line(_ name: String, _ stage: Site.Stage) throws -> String? {
    try #require(BuiltInProfiles.named(name)).command(stage, for: node)?.text
  }

  private static let get =
    "DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get --yes --no-remove --allow-downgrades "
    + "--allow-change-held-packages -o DPkg::Lock::Timeout=60"

  @Test(
    arguments: [
      (
        "apt-sysv", Site.Stage.candidate,
        "apt-cache madison redis-server | cut -d '|' -f 2 | tr -d ' ' | grep -E '^([0-9]+:)?7.0.15[-+~]' | head -n 1"
      ),
      (
        "apt-sysv", .stage,
        "\(get) --download-only install redis-server='5:7.0.15-1~deb12u7' redis-tools='5:7.0.15-1~deb12u7'"
      ),
      (
        "apt-sysv", .install,
        "set -- redis-server='5:7.0.15-1~deb12u7' redis-tools='5:7.0.15-1~deb12u7'; "
          + "held=$(apt-mark showhold | grep -E '^(redis|valkey)-(server|tools)$'); "
          + "\(get) -o Dpkg::Options::=--force-confold install \"$@\"; code=$?; "
          + "test -z \"$held\" || apt-mark hold $held; (exit $code)"
      ),
      (
        "apt-sysv", .program,
        "set -- redis-server='5:7.0.15-1~deb12u7' redis-tools='5:7.0.15-1~deb12u7'; name=redis; "
          + "\(get) --simulate install \"$@\" | "
          + "sed -n 's/^Inst \\([^ ]*\\) [^(]*(\\([^ ]*\\) .*/\\1=\\2/p' >wanted; "
          + "test -s wanted || { command -v \"$name-server\"; exit; }; "
          + "xargs apt-get --quiet --quiet download <wanted >&2 && "
          + "for package in ./*.deb; do dpkg-deb --extract \"$package\" . || exit; done && "
          + "echo \"$PWD/usr/bin/$name-server\""
      ),
      ("tarball", .program, "echo /opt/redis/7.0.15/bin/redis-server"),
      ("apt-sysv", .stop, nil),
      ("apt-sysv", .start, "service redis-server start"),
      ("apt-systemd", .stop, "systemctl stop redis-server@6379.service"),
      ("apt-systemd", .start, "systemctl start redis-server@6379.service"),
      ("dnf-systemd", .stage, "dnf --assumeyes --downloadonly --setopt=keepcache=1 install redis-'5:7.0.15-1~deb12u7'"),
      ("tarball", .install, nil),
    ] as [(String, Site.Stage, String?)])
  func exactLines(_ name: String, _ stage: Site.Stage, _ expected: String?) throws {
    if name == "tarball", stage == .install {
      #expect(try Self.line(name, stage)?.contains("ln -sfn /opt/redis/7.0.15 /opt/redis/current") == true)
    } else {
      #expect(try Self.line(name, stage) == expected)
    }
  }

  /// What is tried can be left out; all else of the base stays.
  @Test func whatIsTriedIsSwitchedOff() throws {
    let base = try #require(BuiltInProfiles.named("tarball"))
    #expect(base.stages.contains(.program))
    let profile = try Profile(yaml: Array("base: tarball\nsoftware: { program: none }\n".utf8), file: "site.yaml")
    #expect(profile.stages == base.stages.filter { $0 != .program })
    // What checks may try without fetching anything.
    #expect(!base.fetchesProgram && !profile.fetchesProgram)
    #expect(BuiltInProfiles.named("apt-systemd")?.fetchesProgram == true)
  }

  @Test func everyProfileHasAllThatARunNeeds() throws {
    for name in BuiltInProfiles.packaged {
      let profile = try #require(BuiltInProfiles.named(name))
      #expect(profile.complaints(for: Self.node) == [], "\(name)")
      #expect(Set(profile.stages).isSuperset(of: [.stage, .install, .start, .rollback]), "\(name)")
    }
    #expect(try #require(BuiltInProfiles.named("apt-sysv")).startsItself == [.install, .rollback])
    #expect(try #require(BuiltInProfiles.named("dnf-systemd")).startsItself == [])
  }

  /// Small programs in place of systemctl and apt: what is done, and what is said.
  @Test func aPackageThatDisablesTheUnitAndChangesItsFile() async throws {
    let loop = try EventLoop(name: "profile")
    defer { loop.stop() }
    let folder = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    let machine = [
      "systemctl": "case $1 in is-enabled) cat state ;; cat) cat file ;; enable) echo enabled >state ;; esac",
      "apt-mark": "case $1 in showhold) cat held ;; hold) shift; echo \"$*\" >held-again ;; esac",
      "apt-get": "echo \"$*\" >asked; echo disabled >state; echo ExecStart=new >file; exit 7",
    ]
    for (program, text) in machine {
      try Files.writeAtomically("\(folder)/\(program)", Array("#!/bin/sh\n\(text)\n".utf8), mode: 0o700)
    }
    let begin =
      "cd \(folder); PATH=\(folder):$PATH; echo enabled >state; echo ExecStart=old >file; echo redis-server >held\n"
    let install = try #require(try Self.line("apt-systemd", .install))
    let outcome = try await ChildProcess.run(.shell(begin + install), on: loop, within: .seconds(20))
    #expect(outcome.status == .exited(7))
    #expect(
      outcome.text == """
        the package left redis-server@6379.service disabled; it is enabled again
        the unit files of redis-server@6379.service are not as they were

        """)
    func text(_ name: String) throws -> String { String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self) }
    #expect(try text("state") == "enabled\n")
    #expect(try text("held-again") == "redis-server\n")
    #expect(try text("asked").hasSuffix("install redis-server=5:7.0.15-1~deb12u7 redis-tools=5:7.0.15-1~deb12u7\n"))
  }

  @Test(
    arguments: [
      ("0::/system.slice/system-redis\\x2dserver.slice/redis-server@6380.service\n", "redis-server@6380.service"),
      ("12:cpu:/\n1:name=systemd:/system.slice/redis-server.service\n", "redis-server.service"),
      ("0::/user.slice/user-0.slice/session-2.scope\n", nil),
      ("0::/user.slice/user-7.slice/user@7.service/app.slice/redis.service\n", "redis.service"),
      ("9:name=systemd:/\n0::/\n", nil),
      ("4:memory:/system.slice/other.service\n", nil),
      ("", nil),
    ] as [(String, String?)])
  func theUnitOfAProcess(_ text: String, _ unit: String?) {
    #expect(ControlGroupText.unit(text) == unit)
  }

  @Test func anotherProductIsAnotherPackage() throws {
    let profile = try #require(BuiltInProfiles.named("apt-systemd"))
    let said = try #require(
      profile.obstacle(from: Release(.redis, Version(7, 0, 15)), to: Release(.valkey, Version(8, 1, 1))))
    #expect(said.contains("another unit, user and data directory"))
    #expect(profile.obstacle(from: Release(.redis, Version(6, 0, 16)), to: Release(.redis, Version(7, 0, 15))) == nil)
    #expect(
      BuiltInProfiles.named("manual")?.obstacle(
        from: Release(.redis, Version(7, 0, 15)), to: Release(.valkey, Version(8, 1, 1))) == nil)
  }

  @Test func aFileThatBuildsUponABuiltInOne() throws {
    let profile = try Profile(
      yaml: Array("reach: ssh\nbase: apt-sysv\nsoftware: { stop: \"kill {pid}\" }\n".utf8), file: "site.yaml")
    #expect(profile.reach == .ssh)
    #expect(try profile.command(.stop, for: Self.node)?.text == "kill 4711")
    #expect(try profile.command(.install, for: Self.node)?.text == Self.line("apt-sysv", .install))
    #expect(profile.startsItself == [.install, .rollback])
  }
}
