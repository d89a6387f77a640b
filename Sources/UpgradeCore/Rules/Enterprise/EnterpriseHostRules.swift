// What the hosts of a cluster of Redis Enterprise Software have to be like before its installer runs on them.

struct SystemSupported: ExtraSightRule, MemberRule {
  let name: RuleName = "system-supported"
  let severity = Severity.blocking
  let title = "The target runs on every node's operating system"
  let why = "There is a package for each system; for one that is not supported there is none, or nobody has tried it."
  let reads = "GET /v1/nodes: os_family, os_semantic_version; on each host: /etc/os-release"
  let remedy = "Change the system first, node by node, on a version that supports both."
  let source = "redis/docs, supported platforms"
  let severityVaries = "a warning where nothing tells it, or the vendor's table does not know the system"
  let expectedInLab = true

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard let survey = scene.snapshot.enterprise, let target = scene.wanted else { return .warning }
    let isRefused = numbers(object, survey).contains { number in
      guard let system = survey.system(of: number) else { return false }
      return switch Enterprise.SupportedSystems.standing(of: system.name, system.version, for: target) {
      case .refused: true
      case .supported, .notListed: false
      }
    }
    return isRefused ? .blocking : .warning
  }

  private func numbers(_ object: ObjectID, _ survey: Enterprise.Survey) -> [Int] {
    if case .node(let id) = object { [id].compactMap { Int($0.text) } } else { survey.status.nodes.map(\.id) }
  }

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let system = survey.system(of: node.id) else {
      return .unknown(why: "not checked: neither the REST API nor the host says what \(node.name) runs on")
    }
    guard let target = scene.wanted else { return .unknown(why: "the target has no build") }
    switch Enterprise.SupportedSystems.standing(of: system.name, system.version, for: target) {
    case .supported: return .holds(saw: system.words)
    case .notListed:
      if target.version < Enterprise.SupportedSystems.begin {
        return .unknown(
          why: "not checked: the vendor's table of systems begins with \(Enterprise.SupportedSystems.begin)")
      }
      return .broken(
        saw: "\(node.name) runs on \(system.words), which the vendor's table of systems does not know",
        fix: "make sure that the package you have is for this system")
    case .refused(let instead):
      let family = Enterprise.SystemFamily(system.name)?.title ?? system.name
      return .broken(
        saw: "\(node.name) runs on \(system.words), and \(target) does not",
        fix: instead.isEmpty
          ? "\(target) runs on no version of \(family): choose another target"
          : "bring the node to \(instead.joined(separator: " or ")) first, on a version that supports both")
    }
  }
}

/// Ports that the target takes for itself, and the present version leaves to others.
struct PortsFree: ExtraSightRule, MemberRule {
  let name: RuleName = "ports-free"
  let severity = Severity.blocking
  let title = "Nobody else listens on the ports that the target newly needs"
  let why = "A service of the new version cannot begin where its port is taken; before 8.0.16-29 the installer went on."
  let reads = "on each host: who listens on which TCP port; the vendor's table of ports"
  let remedy = "Move what listens there to another port, and open the port between the nodes."
  let source = "redis/docs, port-configurations; release notes of 8.0.16: RS171340"

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted else { return .unknown(why: "the target has no build") }
    let ports = Enterprise.ReservedPorts.new(from: node.version, to: target)
    guard !ports.isEmpty else {
      return .notApplicable(why: "\(target) needs no port that \(node.version) does not have")
    }
    guard let listening = survey.nodes[node.id]?.host?.listening else {
      return .unknown(why: survey.withoutHost(node.id))
    }
    let taken = ports.filter { listening[$0.port] != nil }
    let numbers = ports.map { "\($0.port)" }.joined(separator: ", ")
    guard let first = taken.first else {
      return .holds(saw: "free: \(numbers); whether a firewall lets them through between the nodes was not tried")
    }
    let words = taken.map { port in
      let holder = listening[port.port].flatMap { $0.isEmpty ? nil : $0 } ?? "somebody"
      return "\(holder) listens on \(port.port), where \(port.process) will"
    }
    return .broken(
      saw: "\(node.name): \(words.joined(separator: "; "))",
      fix: "on \(node.name): ss -ltnp 'sport = :\(first.port)'; move it to another port")
  }
}

struct NameServerPort: ExtraSightRule, MemberRule {
  let name: RuleName = "dns-port-free"
  let severity = Severity.blocking
  let title = "Port 53 belongs to nobody but the cluster"
  let why = "The cluster answers for its databases' names itself; where another holds port 53 the installer fails."
  let reads = "on each host: who listens on port 53"
  let remedy = "Switch off systemd-resolved's stub or dnsmasq, or install with --skip-dns-port-verification."
  let source = "redis/docs, port-configurations; install-script"

  /// How the vendor's own name server is called.
  private static let own = "pdns"

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let holder = survey.nodes[node.id]?.host?.nameServer else {
      return .unknown(why: survey.withoutHost(node.id))
    }
    if holder.isEmpty { return .holds(saw: "free") }
    if holder.hasPrefix(Self.own) { return .holds(saw: "\(holder), the cluster's own") }
    if holder == "?" {
      return .unknown(why: "not checked: somebody listens on port 53 of \(node.name), and our login cannot see who")
    }
    let isStub = holder.hasPrefix("systemd-resolve")
    return .broken(
      saw: "\(holder) listens on port 53 of \(node.name)",
      fix: (isStub
        ? "in /etc/systemd/resolved.conf: DNSStubListener=no, then systemctl restart systemd-resolved"
        : "on \(node.name), stop \(holder)")
        + "; or give the installer --skip-dns-port-verification in the profile")
  }
}

struct LocalPorts: MemberRule {
  let name: RuleName = "local-ports"
  let severity = Severity.warning
  let title = "Outgoing connections stay away from the ports of shards"
  let why = "A shard that is started again does not get its port where an outgoing connection happens to have it."
  let reads = "on each host: net.ipv4.ip_local_port_range"
  let remedy = "sysctl -w net.ipv4.ip_local_port_range='30000 65535', and in /etc/sysctl.conf."
  let source = "redis/docs, configuring the range of local ports; rlcheck: verify_port_range"

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let range = survey.nodes[node.id]?.host?.localPorts else { return .unknown(why: survey.withoutHost(node.id)) }
    let saw = "\(range.lowerBound) to \(range.upperBound)"
    guard range.overlaps(Enterprise.ReservedPorts.shards) else { return .holds(saw: saw) }
    return .broken(
      saw: "\(node.name): \(saw), and shards listen on 20000 to 29999",
      fix: "on \(node.name): sysctl -w net.ipv4.ip_local_port_range='30000 65535', and in /etc/sysctl.conf")
  }
}

struct SwapOff: MemberRule {
  let name: RuleName = "swap-off"
  let severity = Severity.warning
  let title = "No node swaps"
  let why = "A shard that is swapped out answers a thousand times slower; the installer asks whether to go on."
  let reads = "on each host: /proc/meminfo SwapTotal"
  let remedy = "swapoff -a, and take it out of /etc/fstab."
  let source = "redis/docs, configuring swap; install-script: ignore_swap"
  let expectedInLab = true

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let swap = survey.nodes[node.id]?.host?.swap else { return .unknown(why: survey.withoutHost(node.id)) }
    guard swap > 0 else { return .holds(saw: "off") }
    return .broken(
      saw: "\(node.name) has \(Words.bytes(swap)) of swap: its installer will ask whether to go on",
      fix: "on \(node.name): swapoff -a, and take it out of /etc/fstab")
  }
}

struct ClockSynchronised: MemberRule {
  let name: RuleName = "clock-synchronised"
  let severity = Severity.warning
  let title = "Something keeps every node's clock right"
  let why = "Nodes whose clocks differ judge each other wrongly; one that has to be replaced is not let in."
  let reads = "on each host: chronyd, ntpd, systemd-timesyncd"
  let remedy = "Install chrony, or answer the installer's question about NTP with yes."
  let source = "redis/docs, synchronising cluster node clocks"
  let expectedInLab = true

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let service = survey.nodes[node.id]?.host?.timeService else {
      return .unknown(why: survey.withoutHost(node.id))
    }
    guard service.isEmpty else { return .holds(saw: service) }
    return .broken(
      saw: "neither chronyd nor ntpd nor systemd-timesyncd runs on \(node.name)",
      fix: "on \(node.name): install and start chrony; or answer the installer's question about NTP with yes")
  }
}

struct OpenSSLVersion: ExtraSightRule, MemberRule {
  let name: RuleName = "openssl-version"
  let severity = Severity.blocking
  let title = "The OpenSSL of RHEL 9 is new enough for the target"
  let why = "The installer does not look at it: it ends half way, and the node's services stay down."
  let reads = "on each host: openssl version; /etc/os-release"
  let remedy = "Update openssl to 3.3.0 or later first, or choose 8.0.20-96 or later."
  let source = "redis/docs, release notes of 8.0.16 to 8.0.20"

  private static let targets =
    Enterprise.BuildVersion(Version(8, 0, 16), build: 0)...Enterprise.BuildVersion(Version(8, 0, 20), build: 68)
  private static let needed = Version(3, 3, 0)

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted, Self.targets.contains(target) else {
      return .notApplicable(why: "only 8.0.16 to 8.0.20-68 are about it")
    }
    if node.version == target { return .notApplicable(why: "\(node.name) runs \(target) already") }
    guard let system = survey.system(of: node.id) else { return .unknown(why: survey.withoutHost(node.id)) }
    guard Enterprise.SystemFamily(system.name) == .redHat, system.version.hasPrefix("9") else {
      return .notApplicable(why: "\(node.name) runs on \(system.words); only RHEL 9 is about it")
    }
    guard let version = survey.nodes[node.id]?.host?.openssl else { return .unknown(why: survey.withoutHost(node.id)) }
    guard version < Self.needed else { return .holds(saw: "OpenSSL \(version)") }
    return .broken(
      saw: "\(node.name) has OpenSSL \(version) on \(system.words), and \(target) needs \(Self.needed)",
      fix: "on \(node.name): dnf update openssl, to \(Self.needed) or later; or choose 8.0.20-96 or later")
  }
}
