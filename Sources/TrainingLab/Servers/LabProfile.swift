/// The profile of a lab: how a node's software is swapped, written as `D/profile.yaml` for the wizard.
///
/// A node runs through the link `D/<port>/server`, which points into the store of servers. There is no `stop`: the
/// wizard's own SHUTDOWN is what a drill should exercise.
package enum LabProfile {
  package static let fileName = "profile.yaml"
  package static let linkName = "server"

  /// - Parameters:
  ///   - directory: the lab's own, absolute.
  ///   - store: the store of servers, absolute.
  ///   - program: redis-upgrade's own file, which fetches what the store lacks; nil where there is none.
  ///   - sentinels: whether some of its servers are Sentinels.
  package static func text(
    directory: String, store: String, program: String? = nil, sentinels: Bool = false
  ) -> String {
    let node = "\(shellQuoted(directory))/{port}"
    let servers = shellQuoted(store)
    let wanted = "\(servers)/{product}-{version}/{product}-server"
    // A rename replaces the link in one step: at no moment is there none.
    let relink = "ln -sfn \"$server\" \(node)/next && mv -fT \(node)/next \(node)/\(linkName)"
    let fetch =
      program.map {
        "test -x \"$server\" || REDIS_UPGRADE_SERVERS=\(servers) \(shellQuoted($0)) lab fetch {product}-{version} && "
      } ?? ""
    let commands: [(name: String, command: String)] = [
      ("stage", "server=\(wanted); \(fetch)\"$server\" --version"),
      ("install", "server=\(wanted) && test -x \"$server\" && \(relink)"),
      ("start", startCommand(in: node, sentinels: sentinels)),
      // The product may have changed on the way; the older version then stands under the other name.
      (
        "rollback",
        "for product in {product} redis valkey; do server=\(servers)/$product-{from_version}/$product-server; "
          + "if test -x \"$server\"; then \(relink); exit; fi; done; exit 1"
      ),
    ]
    // Where it is not there yet, nobody is told a place: what the program prints is to be run.
    let trial = program.map { _ in [("program", "test -x \(wanted) && echo \(wanted)")] } ?? []
    return """
      # A throw-away deployment, made by `redis-upgrade lab up` and gone with it.
      reach: local
      software:

      """ + (commands + trial).map { "  \($0.0): \(yamlQuoted($0.1))\n" }.joined()
  }

  /// The same for a simulated cluster of Redis Enterprise Software, whose nodes all live on this machine.
  package static func enterprise(
    directory: String, user: String, passwordFile: String, certificate: String, port: Int, databases: [DatabaseLogin]
  ) -> String {
    let installer = "cd \(shellQuoted(directory))/nodes/{node_id}/installer"
    let commands: [(name: String, command: String)] = [
      ("stage", "\(installer) && sha256sum -c SHA256SUMS && tar vxf redislabs-{version}-*.tar"),
      ("install", "\(installer) && ./install.sh"),
    ]
    return """
      # A simulated cluster of Redis Enterprise Software, made by `redis-upgrade lab up enterprise` and gone with it.
      # On a real one the installer is begun with sudo, and programs is left out: they are in /opt/redislabs/bin.
      reach: local
      enterprise:
        programs: \(yamlQuoted("\(directory)/nodes/{node_id}/opt/redislabs/bin"))
      rest:
        user: \(yamlQuoted(user))
        password_file: \(yamlQuoted(passwordFile))
        certificate: \(yamlQuoted(certificate))
        port: \(port)
      databases:

      """ + databases.map(\.yaml).joined() + "software:\n"
        + commands.map { "  \($0.name): \(yamlQuoted($0.command))\n" }.joined()
  }

  /// As whom clients of a simulated database come.
  package struct DatabaseLogin: Sendable {
    var name: String
    var passwordFile: String
    /// The one certificate that its proxies show; nil: connections are plain.
    var certificate: String?

    fileprivate var yaml: String {
      "  \(LabProfile.yamlQuoted(name)):\n    password_file: \(LabProfile.yamlQuoted(passwordFile))\n"
        + (certificate.map { "    certificate: \(LabProfile.yamlQuoted($0))\n" } ?? "")
    }
  }

  /// Starts a node's server in a session of its own, and returns once it is forked.
  ///
  /// It takes nothing of the caller's terminal with it: no input, no output, and no hang-up in the moment before it has
  /// left the session.
  ///
  /// - Parameters:
  ///   - node: the node's directory, as a word of the shell.
  ///   - sentinels: whether it may be a Sentinel's, which its configuration tells.
  package static func startCommand(in node: String, sentinels: Bool = false) -> String {
    let sentinel = SentinelConfiguration.fileName
    let what =
      sentinels
      ? "set -- \(ServerConfiguration.fileName); test ! -e \(sentinel) || set -- \(sentinel) --sentinel; "
        + "nohup setsid -f ./\(linkName) \"$@\" "
      : "nohup setsid -f ./\(linkName) \(ServerConfiguration.fileName) "
    return "cd \(node) && \(what)</dev/null >>\(ServerConfiguration.outputFileName) 2>&1"
  }

  /// A text as one word of a POSIX shell.
  package static func shellQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// A text as one YAML scalar.
  private static func yamlQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
