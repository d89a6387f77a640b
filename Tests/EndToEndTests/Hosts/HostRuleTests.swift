// Rules about hosts, each failing once on hosts that were prepared for it; nothing is upgraded here.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: HostLab.isPossible, "tests on hosts of their own are left out: \(HostLab.obstacle ?? "")"))
struct HostRuleTests {
  @Test func whatHostsDoByThemselves() async throws {
    try await HostLab.with(6) { lab in
      try await lab.makeCluster()
      let names = lab.hosts.map { lab.name($0) }
      let addresses = lab.addresses.map(\.description)
      let healthy = try await rows(try HostNight(lab))
      for name in [
        "identity-file", "unattended-upgrades", "held-packages", "package-starts", "commands-outlive-link",
        "disk-for-saves", "no-rival-controller", "hosts-reached", "hosts-spread",
      ] { healthy.expectPass(name) }

      for (number, preparation) in Self.preparations.enumerated() { try await lab.run(preparation, on: number + 1) }
      let found = try await rows(try HostNight(lab, profile: Self.profile))
      found.expect(
        "unattended-upgrades", "warn",
        "unattended-upgrades upgrades packages on \(names[0]) by itself, and nothing holds redis-server")
      found.expect("huge-pages", "warn", "transparent huge pages are on at \(names[0]), and \(addresses[0]) does not")
      found.expect("held-packages", "warn", "redis-server is held on \(names[1]), and the profile's install command")
      #expect(
        found.filter { $0.name == "unattended-upgrades" && $0.result != "pass" }.count == 1, "that of host 2 is held")
      found.expect("package-starts", "warn", "the install command of \(addresses[2]) calls apt, whose packages start")
      found.expect(
        "supervisor-lets-stop", "fail",
        "\(addresses[3]) is redis-server.service with Restart=always, and the profile has no stop command")
      found.expect("memory-for-fork", "fail", "1024 bytes available on \(names[4])")
      found.expect("commands-outlive-link", "warn", "\(names[4]) has no working script or mkfifo")
      found.expect("no-rival-controller", "warn", "Monit runs on \(names[4]): it starts what it finds down")
      // A directory that lies under another: the server is at home in the one, and its next start in the other.
      found.expect("identity-file", "fail", "/var/lib/redis/nodes.conf is not there, by which \(addresses[5]) knows")
      found.expect("disk-for-saves", "fail", " free where \(addresses[5]) saves, ")
      let pages = found.filter { $0.name == "huge-pages" && $0.result == "warn" }
      #expect(pages.count == 1, "no other host was prepared: \(pages)")
    }
  }

  /// apt-get that knows nothing of holds and of packages that start servers; no stop command.
  private static let profile = [
    "software:",
    "  install: apt-get install --yes redis-server", "  start: service redis-server start",
  ]

  /// What is done to each host, the first first.
  private static let preparations = [
    """
    echo 'APT::Periodic::Unattended-Upgrade "1";' >/etc/apt/apt.conf.d/20auto-upgrades
    ln -s /bin/true /usr/bin/unattended-upgrade
    mkdir -p /sys/kernel/mm/transparent_hugepage
    echo '[always] madvise never' >/sys/kernel/mm/transparent_hugepage/enabled
    """,
    """
    echo 'APT::Periodic::Unattended-Upgrade "1";' >/etc/apt/apt.conf.d/20auto-upgrades
    ln -s /bin/true /usr/bin/unattended-upgrade
    apt-mark hold redis-server
    """,
    "rm /usr/sbin/policy-rc.d",
    // No systemd is here: what it would say is said in its place.
    """
    echo 0::/system.slice/redis-server.service >/tmp/cgroup
    mount --bind /tmp/cgroup "/proc/$(pgrep redis-server)/cgroup"
    printf '#!/bin/sh\\necho Restart=always\\necho TimeoutStopUSec=1min 30s\\n' >/usr/local/bin/systemctl
    chmod 755 /usr/local/bin/systemctl
    """,
    """
    echo 'MemAvailable: 1 kB' >/tmp/memory && mount --bind /tmp/memory /proc/meminfo
    rm /usr/bin/script
    cp /bin/sleep /usr/local/bin/monit
    setsid /usr/local/bin/monit 1000 >/dev/null 2>&1 </dev/null &
    """,
    "mount -t tmpfs -o size=1m tmpfs /var/lib/redis",
  ]

  private func rows(_ night: HostNight) async throws -> [CheckRow] {
    try CheckRow.read(try await night.run(night.look("check") + ["--json"]))
  }
}
