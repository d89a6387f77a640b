// The hosts that commands of the profile run on over ssh: reached, and fit to hold a command when the link is gone.

struct HostsReached: Rule {
  let name: RuleName = "hosts-reached"
  let severity = Severity.blocking
  let title = "Every host on which commands of the profile run lets us in by ssh"
  let why = "A host that is found to be closed half-way leaves the run between two versions."
  let reads = "one ssh connection to each host, with the operator's own configuration"
  let remedy = "Connect once by hand; name user, options and hosts in the profile."
  let source = "OpenBSD manual pages, ssh(1)"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.hosts.filter { $0.value.reach != nil }.keys.sorted().map(ObjectID.host)
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .host(let host) = object, let reach = scene.hosts[host]?.reach else {
      return .notApplicable(why: "no command runs over ssh")
    }
    switch reach {
    case .reached: return .holds(saw: "it lets us in")
    case .notReached(let why):
      return .broken(
        saw: why,
        fix: "see that `ssh \(host)` works from here; where ssh calls it otherwise, say so in the profile: "
          + "hosts: { \"\(host)\": NAME }")
    }
  }
}

struct CommandsOutliveLink: Rule {
  let name: RuleName = "commands-outlive-link"
  let severity = Severity.warning
  let title = "A command goes on when the link to its host is lost, and has a terminal"
  let why = "A link that drops in the middle of an installation must not cut the installation off."
  let reads = "on each host: setsid, script, mkfifo; KillUserProcesses of systemd-logind"
  let remedy = "Install util-linux there; let logind leave this user's processes alone."
  let source = "systemd manual pages, logind.conf(5), KillUserProcesses"

  func objects(in scene: Scene) -> [ObjectID] { HostsReached().objects(in: scene) }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .host(let host) = object, case .reached(let lacking)? = scene.hosts[host]?.reach else {
      return .notApplicable(why: "it is not reached by ssh")
    }
    guard let gravest = lacking.first else { return .holds(saw: "script, mkfifo and setsid are there") }
    switch gravest {
    case .lasting:
      return .broken(
        saw: "\(host) ends what a user has started when the user's connection ends (KillUserProcesses): there a "
          + "dropped link ends the command",
        fix: "on \(host), in /etc/systemd/logind.conf: KillExcludeUsers=root <our user>, then restart systemd-logind")
    case .terminal:
      return .broken(
        saw: "\(host) has no working script or mkfifo: commands run there without a terminal, and ask nothing",
        fix: "on \(host), install util-linux (bsdutils) and coreutils")
    }
  }
}
