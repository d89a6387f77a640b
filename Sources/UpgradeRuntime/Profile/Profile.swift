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
  }

  /// The file's name, or the name of a built-in profile.
  package let name: String
  package let reach: Site.Reach
  package let ssh: SSH
  package let places: Places
  let commands: [Site.Stage: Command]

  init(
    name: String, reach: Site.Reach, ssh: SSH = SSH(), places: Places = Places(), commands: [Site.Stage: Command]
  ) {
    self.name = name
    self.reach = reach
    self.ssh = ssh
    self.places = places
    self.commands = commands
  }

  /// The stages for which there is a command, in the order in which a node goes through them.
  package var stages: [Site.Stage] { Site.Stage.allCases.filter { commands[$0] != nil } }

  /// What a stage's command is run for; nil where the profile has none.
  package func scope(of stage: Site.Stage) -> HostCommand.Scope? { commands[stage]?.scope }

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
    case .stage: .seconds(1800)
    case .install, .rollback: .seconds(900)
    case .beforeNode, .afterNode: .seconds(300)
    case .stop: .seconds(120)
    case .start: .seconds(60)
    }
  }
}
