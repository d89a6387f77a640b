// Rules about the hosts of a cluster, as transcripts over what the script of facts says; and that script's words.

import Testing

@testable import UpgradeCore

@Suite struct EnterpriseHostRulesTests {
  private static let hosts: [EnterpriseCase] = [
    EnterpriseCase("system-supported", .member(1), "holds: ubuntu 22.04"),
    EnterpriseCase(
      "system-supported", .member(2),
      "broken: node:2 runs on ubuntu 18.04, and 7.22.0-250 does not -> bring the node to 22.04 or 20.04 first, on "
        + "a version that supports both"
    ) { $0.host(2, "system", "system ubuntu 18.04") },
    EnterpriseCase("system-supported", .member(2), "holds: rocky 9.4") { $0.host(2, "system", "system rocky 9.4") },
    EnterpriseCase(
      "system-supported", .member(2),
      "broken: node:2 runs on debian 12, which the vendor's table of systems does not know -> make sure that the "
        + "package you have is for this system"
    ) { $0.host(2, "system", "system debian 12") },
    EnterpriseCase(
      "system-supported", .member(2),
      "unknown: not checked: neither the REST API nor the host says what node:2 runs on"
    ) { $0.hosts[2] = nil },
    EnterpriseCase(
      "ports-free", .member(1),
      "holds: free: 3346, 3347, 3348, 3349, 3350, 3351, 3352, 3353, 3354, 3355, 9091, 9125; whether a firewall "
        + "lets them through between the nodes was not tried"),
    EnterpriseCase(
      "ports-free", .member(1),
      "broken: node:1: haproxy listens on 3351, where cluster_watchdog_grpc_api will; somebody listens on 9091, "
        + "where node_exporter will -> on node:1: ss -ltnp 'sport = :3351'; move it to another port"
    ) { $0.hosts[1]?.append(contentsOf: ["listen 9091 ?", "listen 3351 ?", "listen 3351 haproxy"]) },
    EnterpriseCase("ports-free", .member(1), "unknown: not checked: the host of node:1 was not read") {
      $0.hosts[1] = nil
    },
    EnterpriseCase("ports-free", .member(1), "n/a: 7.22.0-250 needs no port that 7.22.0-95 does not have") {
      $0.versions("7.22.0-95", "7.22.0-95", "7.22.0-95")
    },
    EnterpriseCase("dns-port-free", .member(1), "holds: pdns_server, the cluster's own"),
    EnterpriseCase("dns-port-free", .member(1), "holds: free") { $0.host(1, "dns", "dns -") },
    EnterpriseCase(
      "dns-port-free", .member(1),
      "broken: systemd-resolve listens on port 53 of node:1 -> in /etc/systemd/resolved.conf: DNSStubListener=no, "
        + "then systemctl restart systemd-resolved; or give the installer --skip-dns-port-verification in the profile"
    ) { $0.host(1, "dns", "dns systemd-resolve") },
    EnterpriseCase(
      "dns-port-free", .member(1),
      "unknown: not checked: somebody listens on port 53 of node:1, and our login cannot see who"
    ) { $0.host(1, "dns", "dns ?") },
    EnterpriseCase("local-ports", .deployment, "holds: 3 nodes: 30000 to 65535"),
    EnterpriseCase(
      "local-ports", .member(3),
      "broken: node:3: 1024 to 65535, and shards listen on 20000 to 29999 -> on node:3: sysctl -w "
        + "net.ipv4.ip_local_port_range='30000 65535', and in /etc/sysctl.conf"
    ) { $0.host(3, "ports", "ports 1024 65535") },
    EnterpriseCase("local-ports", .member(3), "unknown: not checked: the host of node:3 was not read") {
      $0.host(3, "ports", "ports 9 x")
    },
    EnterpriseCase("swap-off", .member(1), "holds: off"),
    EnterpriseCase(
      "swap-off", .member(1),
      "broken: node:1 has 2.1 GB of swap: its installer will ask whether to go on -> on node:1: swapoff -a, and "
        + "take it out of /etc/fstab"
    ) { $0.host(1, "swap", "swap 2097148") },
    EnterpriseCase("swap-off", .member(1), "unknown: not checked: the host of node:1 was not read") {
      $0.host(1, "swap", nil)
    },
    EnterpriseCase("clock-synchronised", .member(1), "holds: chronyd"),
    EnterpriseCase(
      "clock-synchronised", .member(1),
      "broken: neither chronyd nor ntpd nor systemd-timesyncd runs on node:1 -> on node:1: install and start "
        + "chrony; or answer the installer's question about NTP with yes"
    ) { $0.host(1, "time", "time -") },
    EnterpriseCase("clock-synchronised", .member(1), "unknown: not checked: the host of node:1 was not read") {
      $0.host(1, "time", nil)
    },
    EnterpriseCase("openssl-version", .member(1), "n/a: only 8.0.16 to 8.0.20-68 are about it"),
    EnterpriseCase("openssl-version", .member(1), "n/a: node:1 runs on ubuntu 22.04; only RHEL 9 is about it") {
      $0.to = "8.0.16-33"
    },
    EnterpriseCase(
      "openssl-version", .member(1),
      "broken: node:1 has OpenSSL 3.0.7 on rhel 9.4, and 8.0.16-33 needs 3.3.0 -> on node:1: dnf update openssl, "
        + "to 3.3.0 or later; or choose 8.0.20-96 or later"
    ) { redHat(&$0, "openssl 3.0.7") },
    EnterpriseCase("openssl-version", .member(1), "holds: OpenSSL 3.5.1") { redHat(&$0, "openssl 3.5.1") },
    EnterpriseCase("openssl-version", .member(1), "unknown: not checked: the host of node:1 was not read") {
      redHat(&$0, nil)
    },
    EnterpriseCase("disk-room", .member(1), "holds: 51.2 GB or more"),
    EnterpriseCase(
      "disk-room", .member(1),
      "broken: node:1: 5.1 GB free where /opt/redislabs is; 10.0 GB are wanted -> see what takes the room: df -h "
        + "/opt/redislabs; du -x -h -d 1 /opt/redislabs"
    ) { $0.host(1, "room 50000000 ext4 root", "room 5000000 ext4 root:root /opt/redislabs") },
    EnterpriseCase(
      "disk-room", .member(1),
      "unknown: not checked: df on node:1 says nothing of the folders where the software is"
    ) { $0.hosts[1] = ["system ubuntu 22.04"] },
    EnterpriseCase("disk-room", .member(1), "unknown: not checked: the host of node:1 was not read") {
      $0.hosts[1] = nil
    },
    EnterpriseCase("memory-room", .member(1), "holds: 9.2 GB of 16.4 GB are available (56%)"),
    EnterpriseCase(
      "memory-room", .member(1),
      "broken: node:1: 3.1 GB of 16.4 GB are available (18%), 30% are wanted -> choose a time with less load, or "
        + "add memory or a node; the largest: rladmin status shards sort used_memory"
    ) { $0.host(1, "available", "available 3000000") },
    EnterpriseCase("memory-room", .member(1), "unknown: not checked: the host of node:1 was not read") {
      $0.host(1, "available", nil)
    },
    EnterpriseCase("storage-paths", .member(1), "holds: /var/opt/redislabs/persist, ext4"),
    EnterpriseCase(
      "storage-paths", .member(1),
      "broken: node:1: /var/opt/redislabs/persist, its persistent storage, is not there -> on node:1: df -hT "
        + "/var/opt/redislabs/persist; ls -ld /var/opt/redislabs/persist; mount what is missing, and chown "
        + "redislabs:redislabs what is not the cluster's"
    ) { lostDisk(&$0, "absent /var/opt/redislabs/persist") },
    EnterpriseCase(
      "storage-paths", .member(1),
      "broken: node:1: /var/opt/redislabs/persist is on nfs4, which several hosts can share; "
        + "/var/opt/redislabs/persist belongs to root:root, not to redislabs:redislabs (right only where it was "
        + "installed so) -> on node:1: df -hT /var/opt/redislabs/persist; ls -ld /var/opt/redislabs/persist; mount "
        + "what is missing, and chown redislabs:redislabs what is not the cluster's"
    ) { lostDisk(&$0, "room 50000000 nfs4 root:root /var/opt/redislabs/persist") },
    EnterpriseCase(
      "storage-paths", .member(1), "unknown: not checked: nothing of the vendor's was found on the host of node:1"
    ) { $0.hosts[1] = ["system ubuntu 22.04", "absent /opt/redislabs", "absent /var/opt/redislabs/persist"] },
  ]
  @Test(arguments: hosts) func rulesOfHosts(row: EnterpriseCase) throws { try row.check() }

  private static let redHat: @Sendable (inout EnterpriseScene, String?) -> Void = { scene, line in
    scene.to = "8.0.16-33"
    scene.host(1, "system", "system rhel 9.4")
    scene.host(1, "openssl", line)
  }

  private static let lostDisk: @Sendable (inout EnterpriseScene, String) -> Void = { scene, line in
    let place = scene.hosts[1]?.firstIndex { $0.hasSuffix("/persist") }
    if let place { scene.hosts[1]?[place] = line }
  }

  // MARK: - Data

  @Test(arguments: [
    ("7.2.4-92", "7.22.0-250", [3346, 3347, 3348, 3349, 3350, 3351, 3352, 3353, 3354, 3355, 9091, 9125]),
    ("7.8.6-60", "7.22.0-250", [3346, 3351, 3352, 3353, 3354, 3355]), ("7.22.0-95", "8.0.18-23", [3357]),
    ("7.22.0-95", "8.0.20-44", []), ("4.5.0-51", "5.2.2-14", [3338, 3339]),
  ])
  func portsThatBecomeReserved(old: String, new: String, ports: [Int]) throws {
    let found = Enterprise.ReservedPorts.new(
      from: try #require(Enterprise.BuildVersion(old)), to: try #require(Enterprise.BuildVersion(new)))
    #expect(found.map(\.port) == ports)
    #expect(found.allSatisfy { $0.source.hasPrefix("redis/docs") && !$0.process.isEmpty })
  }

  /// redis/docs, supported platforms: `+` supported, `.` not, `?` not in the table.
  @Test(arguments: [
    ("rhel 9.4", "+++.."), ("centos 8", "+++++"), ("rhel 7.9", "...++"), ("ubuntu 22.04", "++..."),
    ("ubuntu 20.04", "++++."), ("amzn 2023", "+...."), ("amzn 2", ".+++."), ("debian 12", "?????"),
  ])
  func systems(system: String, marks: String) throws {
    let words = system.split(separator: " ").map(String.init)
    let found = try ["8.2.0-25", "7.22.0-250", "7.4.6-22", "6.4.2-81", "6.2.18-49"].map { target -> String in
      let target = try #require(Enterprise.BuildVersion(target))
      return switch Enterprise.SupportedSystems.standing(of: words[0], words[1], for: target) {
      case .supported: "+"
      case .refused: "."
      case .notListed: "?"
      }
    }
    #expect(found.joined() == marks)
  }

  @Test(arguments: [
    ("RediSearch 2", "search"), ("search", "search"), ("ReJSON", "json"), ("RedisGraph", "graph"), ("rg", "gears"),
    ("RedisGears 2", "gears"), ("bf", "bloom"), ("timeseries", "timeSeries"), ("turgid", nil), ("house-made", nil),
  ])
  func modulesByAllTheirNames(name: String, kind: String?) {
    #expect(Enterprise.ModuleKind(named: name)?.rawValue == kind)
  }

  @Test func modulesAreReadWholeOrRefused() throws {
    let text =
      "CLUSTER MODULES:\nMODULE VERSION ID\n\nDATABASE MODULES:\nDB:ID NAME MODULE       VERSION ARGS STATUS\n"
      + "db:1  a    RediSearch 2 2.8.9        OK\ndb:12 b    ReJSON       2.6.0        OK\n"
    #expect(
      try Reader.databaseModules(text) == [
        .init(database: 1, name: "RediSearch 2", version: Version(2, 8, 9)),
        .init(database: 12, name: "ReJSON", version: Version(2, 6, 0)),
      ])
    // Cut anywhere but between two rows.
    for end in text.indices.dropFirst() where !text[end...].hasPrefix("db:") {
      #expect(throws: ReadingError.self, "\(text[..<end])") { try Reader.databaseModules(String(text[..<end])) }
    }
    #expect(throws: ReadingError.self) { try Reader.databaseModules(text.replacing("db:12", with: "12:db")) }
    #expect(throws: ReadingError.self) { try Reader.databaseModules("ERROR: no cluster\n") }
  }

  // MARK: - The script's words

  @Test func whatAHostSaysIsHeard() {
    var report = Enterprise.HostReport()
    for line in EnterpriseScene.host + ["room 1 xfs ? /a folder", "absent /b folder"] {
      report.hear(line.split(separator: " ").map(String.init))
    }
    #expect(report.system == "ubuntu" && report.systemVersion == "22.04")
    #expect(report.memory == 16_384_000_000 && report.swap == 0 && report.localPorts == 30000...65535)
    #expect(report.timeService == "chronyd" && report.nameServer == "pdns_server")
    #expect(report.listening == [8443: "nginx", 22: "sshd"])
    #expect(report.openssl == Version(3, 0, 13))
    #expect(report.programs == ["rladmin", "rlcheck", "supervisorctl"])
    #expect(report.freeDisk["/a folder"] == 1024 && report.owners["/a folder"] == nil)
    #expect(report.fileSystems["/a folder"] == "xfs" && report.absent == ["/b folder"])
  }

  /// Cut, doubled or strange: a field stays unread, and nothing traps.
  @Test func whatIsNotUnderstoodStaysUnread() {
    var report = Enterprise.HostReport()
    for line in [
      "", "system ubuntu", "swap", "swap x", "swap -1", "swap 99999999999999999999", "memory 9223372036854775807",
      "ports 1", "ports 9 1", "listen 22 sshd", "listen x", "openssl", "openssl LibreSSL", "room", "room 1 ext4 a",
      "room x ext4 a /b", "nothing 1 2",
    ] { report.hear(line.split(separator: " ").map(String.init)) }
    #expect(report == Enterprise.HostReport())
    report.hear(["listening"])
    for line in ["listen 0 a", "listen 70000 a", "listen x a"] {
      report.hear(line.split(separator: " ").map(String.init))
    }
    #expect(report.listening == [:])
    report.hear(["openssl", "1.1.1k"])
    #expect(report.openssl == Version(1, 1, 1))
  }

  @Test func pathsAreOneWordEachInTheScript() {
    let script = Enterprise.HostScript.text(paths: ["/a b", "/it's"], programs: "/opt/o'x/bin")
    #expect(script.contains("room '/a b'\nroom '/it'\\''s'\n"))
    #expect(script.contains("[ -x '/opt/o'\\''x/bin'/\"$program\" ]"))
    #expect(!script.contains("sleep") && !script.contains("[["))
  }
}
