// What `plan --permissions` prints: the rules of a user for this run, and every command that will run on a host.

package import UpgradeCore

/// A run's needs as text and as JSON.
package struct PermissionsText: Sendable {
  private let setup: Setup

  package init(_ setup: Setup) { self.setup = setup }

  private var stopsByCommand: Bool { setup.site.has(.stop) }
  private var present: [Release] { setup.nodes.filter { $0.role != .sentinel }.map(\.release) }
  private var toSentinels: [ServerCommand] {
    setup.sentinels.isEmpty ? [] : ServerCommands.sentToSentinels(stopsByCommand: stopsByCommand)
  }
  private var user: RunUser {
    RunUser(
      releases: present, stopsByCommand: stopsByCommand, kind: setup.kind, streams: setup.site.streamsBackups,
      switches: setup.site.has(.switchOver))
  }
  private var sent: [ServerCommand] {
    ServerCommands.sent(
      stopsByCommand: stopsByCommand, to: setup.kind, present, streams: setup.site.streamsBackups,
      switches: setup.site.has(.switchOver))
  }

  package var lines: [String] {
    var lines = [
      "What a run needs on \(setup.target), from \(releases) to \(setup.to.title), and no more than that.", "",
    ]
    if let command = user.command("redis-upgrade") {
      lines += [
        "On every node, then ACL SAVE or CONFIG REWRITE; the run takes --user redis-upgrade and asks for the password:",
        "", "  \(command)", "",
        "What each is for; those of the client probe only where its question is answered with yes:",
      ]
    } else {
      lines += ["\(user.why). What is sent:"]
    }
    for command in sent {
      let title = command.title + String(repeating: " ", count: max(1, 18 - command.title.utf8.count))
      lines.append("  \(title)\(command.purpose.words): \(command.reason)")
    }
    if !toSentinels.isEmpty { lines += ["", "On every Sentinel, by the users of its own file:"] }
    for command in toSentinels {
      let title = command.title + String(repeating: " ", count: max(1, 22 - command.title.utf8.count))
      lines.append("  \(title)\(command.purpose.words): \(command.reason)")
    }
    lines.append("")
    let rows = hostRows
    lines.append(
      rows.isEmpty ? "On hosts: nothing; the profile has no command." : "On hosts, \(setup.site.reach.words):")
    for row in rows { lines.append("  \(row.host)  \(row.stage.rawValue): \(row.command)") }
    if setup.site.reach != .manual {
      lines += ["", "Files of the servers, with the same rights:"] + files.map { "  \($0)" }
    }
    return lines.map(\.madeVisible)
  }

  /// `{"user": {rules: [...], command, why}, "commands": [{command, purpose, reason, rule}], "hosts": [{host, node,
  /// stage, command}], "files": [...]}`.
  package var json: JSONValue {
    .fields([
      ("target", .string(setup.target)), ("to", .string(setup.to.description)),
      (
        "user",
        .fields([
          ("rules", .array(user.rules.map(JSONValue.string))), ("command", .text(user.command("redis-upgrade"))),
          ("why", .string(user.why)),
        ])
      ),
      (
        "commands",
        .array(
          sent.map { command in
            .fields([
              ("command", .string(command.title)), ("purpose", .string(command.purpose.rawValue)),
              ("reason", .string(command.reason)), ("rule", .string("+\(command.key)")),
            ])
          })
      ),
      ("sentinel_commands", .array(toSentinels.map { .string($0.title) })),
      (
        "hosts",
        .array(
          hostRows.map { row in
            .fields([
              ("host", .string(row.host)), ("node", .string(row.node)), ("stage", .string(row.stage.rawValue)),
              ("command", .string(row.command)),
            ])
          })
      ),
      ("files", .array(setup.site.reach == .manual ? [] : files.map(JSONValue.string))),
    ])
  }

  private var releases: String {
    Set(setup.nodes.map(\.release)).map(\.title).sorted().joined(separator: " and ")
  }

  /// Node by node, each in the order of its upgrade.
  private var hostRows: [(host: String, node: String, stage: Site.Stage, command: String)] {
    setup.nodes.flatMap { node in
      Site.Stage.allCases.compactMap { stage in
        // What is run once for all nodes of a host stands there once.
        let isTold = setup.companions(of: node.id, in: stage).first != node.id
        return isTold
          ? nil
          : setup.site.command(stage, node.id).map { (node.address.host, node.address.description, stage, $0) }
      }
    }
  }

  private var files: [String] {
    let directories = Set(setup.nodes.map(\.directory).filter { !$0.isEmpty }).sorted()
    let configurations = Set(setup.nodes.map(\.configFile).filter { !$0.isEmpty }).sorted()
    return configurations.map { "read   \($0), and what it includes" }
      + directories.map { "read   \($0): the backup; to go back, its data files are moved aside (written)" }
  }
}

extension ServerCommand.Purpose {
  fileprivate var words: String {
    switch self {
    case .introduction: "on every connection"
    case .reading: "to read"
    case .looking: "to read, and missed only by one check"
    case .acting: "to act"
    case .rehearsing: "to rehearse"
    case .probing: "client probe"
    }
  }
}

extension Site.Reach {
  fileprivate var words: String {
    switch self {
    case .local: "as whoever runs this program"
    case .ssh: "as the user that ssh logs in with"
    case .manual: "by your own hands"
    }
  }
}
