import UpgradeCore

/// The profiles that need no file, by name.
package enum BuiltInProfiles {
  /// The profile of a run that names none.
  package static let usual = "manual"

  package static var names: [String] { all.map(\.name) }

  package static func named(_ name: String) -> Profile? { all.first { $0.name == name } }

  /// Whether a profile's name is meant as a file's.
  static func looksLikePath(_ name: String) -> Bool { name.contains("/") || name.contains(".") }

  private static let all = [manual]

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
}
