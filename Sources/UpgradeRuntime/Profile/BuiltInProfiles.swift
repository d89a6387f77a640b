import UpgradeCore

/// The profiles that need no file, by name; those of package managers also stand behind a file's `base`.
package enum BuiltInProfiles {
  /// The profile of a run that names none.
  package static let usual = "manual"

  package static var names: [String] { all.map(\.name) }
  /// Those that a file may build upon.
  package static var packaged: [String] { names.filter { $0 != usual } }

  package static func named(_ name: String) -> Profile? { all.first { $0.name == name } }

  /// Whether a profile's name is meant as a file's.
  static func looksLikePath(_ name: String) -> Bool { name.contains("/") || name.contains(".") }

  private static let all = [manual, aptSystemd, aptSysV, dnfSystemd, tarball]

  /// The wizard says what has to happen, the operator does it elsewhere, and the wizard watches the result.
  ///
  /// It has no `stop`: SHUTDOWN is sent by the wizard, after the same checks as everywhere.
  package static let manual = Profile(
    name: "manual", reach: .manual,
    commands: [
      .stage: instruction("on {host}, fetch {product} {version} and verify it; nothing is installed yet"),
      .install: instruction("on {host}, replace version {from_version} by {product} {version}"),
      .start: instruction("on {host}, start the server of port {port} again, with the configuration that it had"),
      .rollback: instruction("on {host}, put version {from_version} back in place of {version}"),
    ])

  /// A person may take longer than a program: an hour, before the wizard calls it a problem.
  private static func instruction(_ text: String) -> Profile.Command {
    Profile.Command(
      template: CommandTemplate(instruction: text), scope: .node, bound: .seconds(3600), form: .instruction, place: nil)
  }

  // MARK: - Packages

  /// A command line in two halves: values are put into variables before the first `$( )`, inside of which they could not
  /// be quoted.
  struct Line {
    var values: String
    var body: String
    init(_ body: String) {
      values = ""
      self.body = body
    }
    init(_ values: String, _ body: String) {
      self.values = values
      self.body = body
    }
    var text: String { values.isEmpty ? body : "\(values); \(body)" }

    /// What a package makes of the units is not for it to decide: what is other than before is said, and what was
    /// enabled stays so.
    var guardingUnits: Line {
      Line(
        values.isEmpty ? "units={units}" : "\(values); units={units}",
        "was=; for unit in $units; do "
          + "[ \"$(systemctl is-enabled \"$unit\" 2>/dev/null)\" != enabled ] || was=\"$was $unit\"; done; "
          + "text=$(systemctl cat $units 2>/dev/null); \(body); code=$?; "
          + "for unit in $was; do is=$(systemctl is-enabled \"$unit\" 2>/dev/null); "
          + "if [ \"$is\" != enabled ]; then "
          + "echo \"the package left $unit $is; it is enabled again\"; systemctl enable \"$unit\"; fi; done; "
          + "[ \"$(systemctl cat $units 2>/dev/null)\" = \"$text\" ] || "
          + "echo \"the unit files of $units are not as they were\"; exit $code")
    }
  }

  /// Debian and Ubuntu under systemd; the unit is found from the process.
  private static let aptSystemd = packages(
    "apt-systemd", Apt.lines, systemd: true, startsItself: true)

  /// Debian with init scripts; SHUTDOWN is sent by the wizard, since an init script may say OK and have stopped nothing.
  private static let aptSysV = packages("apt-sysv", Apt.lines, systemd: false, startsItself: true)

  /// Fedora, Red Hat and their kin: packages there restart a server only where it runs, and keep changed files.
  private static let dnfSystemd = packages("dnf-systemd", Dnf.lines, systemd: true, startsItself: false)

  /// A directory for each version, and a link `current` beside them that the unit runs.
  private static let tarball = packages(
    "tarball",
    [
      .stage: Line("/opt/{product}/{version}/bin/{product}-server --version | grep -F ' v={version} '"),
      .program: Line("echo /opt/{product}/{version}/bin/{product}-server"),
      .install: Line("ln -sfn /opt/{product}/{version} /opt/{product}/current"),
      .rollback: Line("ln -sfn /opt/{product}/{from_version} /opt/{product}/current"),
    ], systemd: true, startsItself: false)

  private static func packages(
    _ name: String, _ lines: [Site.Stage: Line], systemd: Bool, startsItself: Bool
  ) -> Profile {
    var lines = lines
    let changes = [Site.Stage.install, .rollback]
    lines[.start] = Line(systemd ? "systemctl start {unit}" : "service redis-server start")
    if systemd {
      lines[.stop] = Line("systemctl stop {unit}")
      for stage in changes { lines[stage] = lines[stage]?.guardingUnits }
    }
    var commands: [Site.Stage: Profile.Command] = [:]
    for (stage, line) in lines {
      // A line that could not be read would be missing, and a test misses it.
      guard let template = try? CommandTemplate(line.text, at: nil) else { continue }
      // There is one package, or one link `current`, for all servers of a host.
      let isHostWide = changes.contains(stage)
      let startsItself = startsItself && isHostWide
      commands[stage] = Profile.Command(
        template: template, scope: isHostWide ? .host : .node, bound: Profile.usualBound(of: stage),
        form: .commandLine, place: nil,
        startsItself: startsItself, keepsConfiguration: startsItself)
    }
    return Profile(name: name, reach: .local, commands: commands, base: name)
  }
}

/// The lines of Debian's package manager. A package there restarts the server by itself, which is down by then.
private enum Apt {
  static let lines: [Site.Stage: BuiltInProfiles.Line] = [
    .candidate: .init(
      "apt-cache madison {product}-server | \(versions) | grep -E '^([0-9]+:)?{version}[-+~]' | head -n 1"),
    .stage: .init("\(get) --download-only install {product}-server={candidate} {product}-tools={candidate}"),
    // Taken apart in the folder that it is run in, which goes with the trial, with all that it needs and the host has not
    // got: nothing is installed.
    .program: .init(
      "set -- {product}-server={candidate} {product}-tools={candidate}; name={product}",
      "\(get) --simulate install \"$@\" | sed -n 's/^Inst \\([^ ]*\\) [^(]*(\\([^ ]*\\) .*/\\1=\\2/p' >wanted; "
        + "test -s wanted || { command -v \"$name-server\"; exit; }; "
        + "xargs apt-get --quiet --quiet download <wanted >&2 && "
        + "for package in ./*.deb; do dpkg-deb --extract \"$package\" . || exit; done && "
        + "echo \"$PWD/usr/bin/$name-server\""),
    .install: .init("set -- {product}-server={candidate} {product}-tools={candidate}", exchange),
    .rollback: .init(
      "name={product}; old={from_version}",
      "old=$(apt-cache madison \"$name-server\" | \(versions) | grep -E \"^([0-9]+:)?$old[-+~]\" | head -n 1); "
        + "test -n \"$old\" || { echo 'no package of the old version is to be had'; exit 1; }; "
        + "set -- \"$name-server=$old\" \"$name-tools=$old\"; \(exchange)"),
  ]

  private static let versions = "cut -d '|' -f 2 | tr -d ' '"
  /// Nothing is removed for it, a hold does not keep it off, and needrestart does not restart other servers of the host.
  private static let get =
    "DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get --yes --no-remove --allow-downgrades "
    + "--allow-change-held-packages -o DPkg::Lock::Timeout=60"
  /// What was held is held again. Whether changed files are kept is asked beforehand: `configuration-files`.
  private static let exchange =
    "held=$(apt-mark showhold | grep -E '^(redis|valkey)-(server|tools)$'); "
    + "\(get) -o Dpkg::Options::=--force-confold install \"$@\"; code=$?; "
    + "test -z \"$held\" || apt-mark hold $held; (exit $code)"
}

/// The lines of dnf.
private enum Dnf {
  static let lines: [Site.Stage: BuiltInProfiles.Line] = [
    .candidate: .init(
      "dnf --quiet repoquery --queryformat '%{{version}}-%{{release}}' --available {product} | "
        + "grep -E '^{version}-' | sort -V | tail -n 1"),
    .stage: .init("dnf --assumeyes --downloadonly --setopt=keepcache=1 install {product}-{candidate}"),
    .program: .init(
      "dnf --quiet download --resolve {product}-{candidate} >&2 && "
        + "for package in ./*.rpm; do rpm2cpio \"$package\" | cpio -idm --quiet || exit; done && "
        + "echo \"$PWD\"/usr/bin/{product}-server"),
    .install: .init("set -- {product}-{candidate}", "dnf --assumeyes --setopt=keepcache=1 install \"$@\""),
    .rollback: .init("set -- {product}-{from_version}", "dnf --assumeyes downgrade \"$@\""),
  ]
}
