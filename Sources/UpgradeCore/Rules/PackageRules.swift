// What a host's package manager does besides what it is told: upgrades at night, packages that are held or start servers.

struct NoUnattendedUpgrades: Rule {
  let name: RuleName = "unattended-upgrades"
  let severity = Severity.warning
  let title = "No host upgrades the packages of its servers by itself"
  let why = "A package that is replaced meanwhile restarts its server: a second node out, on a version nobody planned."
  let reads =
    "on each host: dpkg-query, apt-config and apt-daily-upgrade.timer, or rpm, dnf-automatic.timer and automatic.conf"
  let remedy = "Stop its timer for the time of the upgrade, or hold the server's package."
  let source = "Debian wiki, UnattendedUpgrades; DNF documentation, DNF Automatic"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.hosts.filter { $0.value.packages != nil }.keys.sorted().map(ObjectID.host)
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .host(let host) = object, let packages = scene.hosts[host]?.packages else {
      return .notApplicable(why: "the packages of the hosts cannot be read from here")
    }
    guard let program = packages.unattended else { return .holds(saw: "nothing is on that would") }
    guard !packages.held.isEmpty else { return .holds(saw: "\(program) is on, and no server comes from a package") }
    let free = packages.held.filter { !$0.value }.keys.sorted()
    guard !free.isEmpty else {
      return .holds(saw: "\(program) is on, and \(packages.held.keys.sorted().joined(separator: ", ")) is held")
    }
    let stop =
      packages.manager == "dpkg"
      ? "systemctl stop apt-daily-upgrade.timer"
      : "systemctl stop dnf-automatic.timer dnf-automatic-install.timer"
    return .broken(
      saw: "\(program) upgrades packages on \(host) by itself, and nothing holds \(free.joined(separator: ", "))",
      fix: "on \(host), for the time of the upgrade: \(stop)")
  }
}

/// `apt-get --yes` does not change what is held, and says so when the server is already down.
struct HeldPackages: NodeRule {
  let name: RuleName = "held-packages"
  let severity = Severity.warning
  let title = "The profile's commands may change the package of the server"
  let why = "apt-get refuses to change a held package, and by then the server has been stopped."
  let reads = "on each host: dpkg-query; the profile's install command"
  let remedy = "Add --allow-change-held-packages to the command, or take the hold away: apt-mark unhold PACKAGE."
  let source = "Debian manual pages, apt-get(8), --allow-change-held-packages; apt-mark(8)"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let (command, packages) = scene.aptInstall(node) else {
      return .notApplicable(why: "no apt command of the profile that changes a server's package is known")
    }
    let held = packages.held.filter(\.value).keys.filter(command.contains).sorted()
    guard !held.isEmpty else { return .holds(saw: "no package of it is held") }
    let isAllowed = ["--allow-change-held-packages", "unhold"].contains { command.contains($0) }
    guard !isAllowed else { return .holds(saw: "\(held.joined(separator: ", ")) is held, which the command minds") }
    return .broken(
      saw: "\(held.joined(separator: ", ")) is held on \(scene.address(node)?.host ?? "its host"), and the profile's "
        + "install command does not go past that",
      fix: "in the profile's install: apt-get --allow-change-held-packages ..., and apt-mark hold again afterwards")
  }
}

/// A package of Debian starts its server in its own installation, before any start command is given.
struct PackageStarts: NodeRule {
  let name: RuleName = "package-starts"
  let severity = Severity.warning
  let title = "The profile says where a package starts the server by itself"
  let why = "A server that is up before the run starts it is not waited for as one, and a second start may fail."
  let reads = "on each host: dpkg-query, /usr/sbin/policy-rc.d; the profile's install command"
  let remedy = "Write the command as install: { run: ..., starts: true }."
  let source = "Debian manual pages, deb-systemd-invoke(1p), invoke-rc.d(8)"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let (_, packages) = scene.aptInstall(node) else {
      return .notApplicable(why: "no apt command of the profile that changes a server's package is known")
    }
    if scene.setup.site.startsItself.contains(.install) { return .holds(saw: "the profile says so") }
    if packages.hasPolicy {
      return .notApplicable(why: "policy-rc.d of its host decides whether packages start anything")
    }
    return .broken(
      saw:
        "the install command of \(scene.name(node)) calls apt, whose packages start the server, and the profile does "
        + "not say so",
      fix: "in the profile: install: { run: ..., starts: true }")
  }
}

extension Scene {
  /// The profile's install command for a node, where it is apt's and is about a server's package.
  fileprivate func aptInstall(_ node: NodeID) -> (command: String, packages: PackageFacts)? {
    guard let host = address(node)?.host, let packages = hosts[host]?.packages, packages.manager == "dpkg",
      let command = setup.site.command(.install, node)
    else { return nil }
    let words = command.split { !($0.isLetter || $0.isNumber || $0 == "-") }
    guard words.contains(where: { ["apt", "apt-get", "aptitude"].contains($0) }), words.contains("install"),
      ["redis-server", "valkey-server"].contains(where: { command.contains($0) })
    else { return nil }
    return (command, packages)
  }
}
