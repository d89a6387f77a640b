// Which commands a run needs, how each can be rehearsed without doing anything, and what the answers mean.

/// One command that our user must be allowed to use.
package struct NeededPermission: Hashable, Sendable {
  /// The key in `Inventory.permissions`, in the words of ACL: `cluster|failover`.
  package let key: String
  /// What has to be added to our user's rules.
  package var aclRule: String { "+\(key)" }
  /// As it is typed: `CLUSTER FAILOVER`.
  package let title: String
  /// How it is asked for without being done, in the order in which to try.
  package let rehearsals: [Rehearsal]
}

/// A command that tells whether another is allowed, and changes nothing.
package struct Rehearsal: Hashable, Sendable {
  package enum Form: Hashable, Sendable {
    /// `ACL DRYRUN <user> <command>`, from 7.0 on: the server says what it would answer.
    case dryRun
    /// The command with an argument that it does not have: refused before it acts, by `NOPERM` or as a syntax error.
    case misspelt
    /// The command itself, which only reads.
    case itself
  }
  package let form: Form
  /// The words to send; for `dryRun` without `ACL DRYRUN <user>`, which the caller puts before them.
  package let words: [String]
}

package enum Permissions {
  /// What a run needs on a node of a release: what it reads by and what it acts by, each with its rehearsal.
  ///
  /// `stopsByCommand`: the profile stops the server, so that `SHUTDOWN` is not needed.
  package static func needed(
    for release: Release, stopsByCommand: Bool, kind: DeploymentKind = .cluster, switches: Bool = false
  ) -> [NeededPermission] {
    let hasDryRun = release.descends(from: Version(7, 0, 0))
    return ServerCommands.sent(
      stopsByCommand: stopsByCommand, to: kind, [release], switches: switches
    ).compactMap { command in
      switch command.trial {
      case .none: nil
      case .itself(let words):
        // What only reads is rehearsed by being done, in every version.
        NeededPermission(
          key: command.key, title: command.title,
          rehearsals: [Rehearsal(form: .itself, words: command.words + words)])
      case .rehearsal(let real, let misspelt): acting(command, real: real, misspelt: misspelt, hasDryRun)
      }
    }
  }

  /// `misspelt` is refused before anything happens: `clusterCommand`, `bgsaveCommand` and `shutdownCommand` answer a
  /// word that they do not know with a syntax error, `CONFIG SET` does not know the directive (redis 6.0 and 6.2
  /// cluster.c, rdb.c, db.c, config.c).
  private static func acting(
    _ command: ServerCommand, real: [String], misspelt: [String], _ hasDryRun: Bool
  ) -> NeededPermission {
    let misspelt = Rehearsal(form: .misspelt, words: command.words + misspelt)
    return NeededPermission(
      key: command.key, title: command.title,
      rehearsals: hasDryRun ? [Rehearsal(form: .dryRun, words: command.words + real), misspelt] : [misspelt])
  }

  /// What an answer means. `error` is the server's error text with its code, `reply` any other reply as text.
  ///
  /// - `ACL DRYRUN` answers `OK`, or as an ordinary text that the user has no permissions (redis 7.0 acl.c); an error
  ///   is about the rehearsal itself.
  /// - A misspelt command answers `NOPERM`, or an error about its argument, which comes after the permission.
  package static func meaning(of rehearsal: Rehearsal, reply: String?, error: String?) -> Permission {
    switch rehearsal.form {
    case .dryRun:
      if let error { return .unknown("the rehearsal was refused: \(error)") }
      return reply == "OK" ? .granted : .denied(reply ?? "no answer")
    case .misspelt:
      guard let error else {
        return .unknown("a rehearsal that should be refused was answered with \(reply ?? "nothing")")
      }
      return judge(error, isExpected: Self.refusedBeforeActing)
    case .itself:
      guard let error else { return .granted }
      return judge(error, isExpected: [])
    }
  }

  /// What servers say of a word that they do not take; `REPLICAOF` and `CLIENT PAUSE` of a number that is
  /// none, `CLIENT KILL` of a client that is none.
  private static let refusedBeforeActing = [
    "syntax error", "unsupported config", "unknown option", "not an integer", "invalid master port",
    "invalid primary port", "unknown subcommand", "wrong number of arguments", "no such client",
  ]

  private static func judge(_ error: String, isExpected: [String]) -> Permission {
    if error.hasPrefix("NOPERM") { return .denied(error) }
    let text = error.lowercased()
    if isExpected.contains(where: text.contains) { return .granted }
    if text.contains("unknown command") {
      return .unknown("the server does not know the command: it may be renamed or switched off (\(error))")
    }
    return .unknown(error)
  }
}
