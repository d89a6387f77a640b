package import UpgradeCore

/// How a site reaches its nodes and changes their software.
package struct Profile: Equatable, Sendable {
  /// What the `ssh` program is told besides the host.
  package struct SSH: Equatable, Sendable {
    /// nil: whatever the operator's own ssh configuration says.
    package let user: String?
    package let options: [String]

    package init(user: String? = nil, options: [String] = []) {
      self.user = user
      self.options = options
    }
  }

  /// One command of the profile, before its placeholders are filled in.
  struct Command: Equatable, Sendable {
    var template: CommandTemplate
    var scope: HostCommand.Scope
    var bound: Duration
    var form: HostCommand.Form
    var place: UsageError.Place?
    /// Whether it brings the server up by itself, as packages do.
    var startsItself = false
    /// Whether it keeps this site's configuration files where a package would ask.
    var keepsConfiguration = false
    /// Of `switch`: how long writes are held for it at most; nil: as long as is usual.
    var pause: Duration?
  }

  /// The file's name, or the name of a built-in profile.
  package let name: String
  package let reach: Site.Reach
  package let ssh: SSH
  package let places: Places
  /// How the REST API of the cluster is asked; nil where it is not.
  package let rest: Rest?
  let commands: [Site.Stage: Command]
  /// The built-in profile that its software commands come from; nil where all of them are the site's own.
  let base: String?
  /// `backup: stream`: backups come here over the replication stream; else each is made on its server's own host.
  package var streamsBackups = false
  /// `temporary`: a single server is upgraded by way of another one beside it; nil: with an outage.
  package var temporary: Temporary?
  /// Where the vendor's programs are on hosts of Redis Enterprise Software; nil: where its packages put them.
  package var programs: String?
  /// How databases of Redis Enterprise Software are called as their clients do, by their names; `*`: all others.
  package var clients: [String: Enterprise.ClientAccess] = [:]
  /// nil: Sentinels are called as their servers are.
  package var sentinels: SentinelAccess?

  init(
    name: String, reach: Site.Reach, ssh: SSH = SSH(), places: Places = Places(), commands: [Site.Stage: Command],
    base: String? = nil, rest: Rest? = nil
  ) {
    self.name = name
    self.reach = reach
    self.ssh = ssh
    self.places = places
    self.commands = commands
    self.base = base
    self.rest = rest
  }

  /// The stages for which there is a command, in the order in which a node goes through them.
  package var stages: [Site.Stage] { Site.Stage.allCases.filter { commands[$0] != nil } }

  /// What a stage's command is run for; nil where the profile has none.
  package func scope(of stage: Site.Stage) -> HostCommand.Scope? { commands[stage]?.scope }

  /// The commands that bring the server up by themselves.
  package var startsItself: Set<Site.Stage> { Set(commands.filter(\.value.startsItself).keys) }

  /// How long writes are held at most while `switch` moves the clients' address.
  package var switchPause: Duration { commands[.switchOver]?.pause ?? Site.usualSwitchPause }

  /// The commands that change the software of all nodes of a host.
  package var hostWide: Set<Site.Stage> {
    Set([Site.Stage.install, .rollback].filter { scope(of: $0) == .host })
  }

  /// Whether a question about changed configuration files is answered for all hosts before the start.
  package var keepsConfiguration: Bool { commands.values.contains(where: \.keepsConfiguration) }

  /// Whether any command needs this value.
  package func uses(_ placeholder: Placeholder) -> Bool {
    commands.values.contains { $0.template.placeholders.contains(placeholder) }
  }

  /// Whether the program of the wanted version comes out of a package that is fetched for each trial.
  package var fetchesProgram: Bool { commands[.program]?.template.placeholders.contains(.candidate) ?? false }

  /// Why the profile cannot change one product into the other; nil where it can, or need not.
  package func obstacle(from: Release, to: Release) -> String? {
    guard from.product != to.product, let base, base != BuiltInProfiles.usual else { return nil }
    return "The profile \(base) upgrades packages of \(from.product.title), and \(to.title) is another package, with "
      + "another unit, user and data directory. Write a profile of your own that says all of it: `stop` for the old "
      + "unit, `install` for the new package, which takes over data directory, configuration and ownership, and "
      + "`start` for the new unit."
  }

  /// How long a stage's command may run; nil where the profile has none.
  package func bound(of stage: Site.Stage) -> Duration? { commands[stage]?.bound }

  /// The exact command of a stage for a node; nil where the profile has none (without `stop`, SHUTDOWN is sent).
  package func command(_ stage: Site.Stage, for values: Placeholders) throws(UsageError) -> HostCommand? {
    guard let command = commands[stage] else { return nil }
    let text = try command.template.filled(with: values, what: Self.key(of: stage), at: command.place)
    return HostCommand(
      text: text, scope: command.scope, bound: command.bound, form: command.form,
      awaitsProcessID: values.processID == nil && command.template.placeholders.contains(.pid))
  }

  /// All that keeps the profile's commands from being written out for a node: empty is the good answer.
  package func complaints(for values: Placeholders) -> [UsageError] {
    stages.compactMap { stage in
      do throws(UsageError) {
        _ = try command(stage, for: values)
        return nil
      } catch {
        return error
      }
    }
  }

  /// How the profile's file calls a stage.
  static func key(of stage: Site.Stage) -> String { stage.rawValue }

  /// How long a command may run where the profile does not say: fetching and installing are slow, starting is not.
  static func usualBound(of stage: Site.Stage) -> Duration {
    switch stage {
    case .candidate: .seconds(60)
    case .stage: .seconds(1800)
    case .program: .seconds(300)
    case .install, .rollback: .seconds(900)
    case .beforeNode, .afterNode: .seconds(300)
    case .switchOver: .seconds(120)
    case .stop, .temporaryStop: .seconds(120)
    case .start: .seconds(60)
    case .temporaryStart: .seconds(600)
    }
  }
}
