// Programs that start, stop, upgrade or promote servers by themselves, as data: what they would do in the middle of a run.

/// One program, by the name of its process.
package struct RivalController: Hashable, Sendable {
  /// As the kernel keeps it: at most 15 characters (`/proc/PID/comm`).
  package let process: String
  package let title: String
  /// What it may do meanwhile.
  package let what: String
  /// What keeps it quiet.
  package let advice: String
  package let source: String

  fileprivate init(_ process: String, _ title: String, _ what: String, do advice: String, source: String) {
    self.process = process
    self.title = title
    self.what = what
    self.advice = advice
    self.source = source
  }
}

package enum RivalControllers {
  private static let converges = "puts back the version and the configuration that it knows"

  package static let all: [RivalController] = [
    RivalController(
      "unattended-upgr", "unattended-upgrades", "installs packages and restarts what belongs to them",
      do: "systemctl stop unattended-upgrades apt-daily-upgrade.timer",
      source: "Debian wiki, UnattendedUpgrades"),
    RivalController(
      "apt.systemd.dai", "apt-daily", "installs packages and restarts what belongs to them",
      do: "systemctl stop apt-daily.timer apt-daily-upgrade.timer", source: "Debian wiki, UnattendedUpgrades"),
    RivalController(
      "dnf-automatic", "dnf-automatic", "installs packages and restarts what belongs to them",
      do: "systemctl stop dnf-automatic.timer", source: "DNF documentation, DNF Automatic"),
    RivalController(
      "puppet", "Puppet", converges, do: "puppet agent --disable", source: "Puppet documentation, puppet agent"),
    RivalController(
      "chef-client", "Chef", converges, do: "systemctl stop chef-client", source: "Chef documentation, chef-client"),
    RivalController(
      "cinc-client", "Cinc", converges, do: "systemctl stop cinc-client", source: "Chef documentation, chef-client"),
    RivalController(
      "salt-minion", "Salt", converges, do: "systemctl stop salt-minion", source: "Salt documentation, salt-minion"),
    RivalController(
      "cf-agent", "CFEngine", converges, do: "systemctl stop cfengine3", source: "CFEngine documentation, cf-agent"),
    RivalController(
      "ansible-pull", "ansible-pull", converges, do: "wait until it has ended, and take it out of cron meanwhile",
      source: "Ansible documentation, ansible-pull"),
    RivalController(
      "redis-sentinel", "Sentinel", "promotes replicas of primaries that it watches",
      do: "see what it watches (SENTINEL MASTERS); it is not for nodes of a cluster",
      source: "redis.io documentation, High availability with Redis Sentinel"),
    RivalController(
      "valkey-sentinel", "Sentinel", "promotes replicas of primaries that it watches",
      do: "see what it watches (SENTINEL MASTERS); it is not for nodes of a cluster",
      source: "valkey.io documentation, Sentinel"),
    RivalController(
      "pacemakerd", "Pacemaker", "restarts and moves what it finds down",
      do: "pcs property set maintenance-mode=true", source: "Pacemaker documentation, maintenance mode"),
    RivalController(
      "keepalived", "keepalived", "moves addresses away from a host whose checks fail",
      do: "see that its checks bear a node that is down", source: "keepalived documentation, vrrp_script"),
    RivalController(
      "monit", "Monit", "starts what it finds down", do: "monit unmonitor all", source: "Monit manual"),
    RivalController(
      "supervisord", "Supervisor", "starts what it finds down (autorestart)",
      do: "give the profile a stop command: supervisorctl stop NAME", source: "Supervisor documentation, autorestart"),
    RivalController(
      "kubelet", "Kubernetes", "starts containers that it finds down, and moves them",
      do: "upgrade what runs in pods by its operator", source: "Kubernetes documentation, Pod lifecycle"),
  ]

  package static func named(_ process: String) -> RivalController? { all.first { $0.process == process } }
}
