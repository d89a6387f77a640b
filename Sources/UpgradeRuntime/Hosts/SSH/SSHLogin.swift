// How the ssh program is called: the operator's own configuration decides, we say what must not be otherwise.

import SystemIO
package import UpgradeCore

/// The words and the environment for `ssh`; the same for all hosts of a run.
package struct SSHLogin: Sendable {
  /// nil: whatever the operator's own configuration says.
  package var user: String?
  /// The profile's own words.
  package var options: [String]
  /// Where the helper that ssh asks for passwords finds us; nil: nobody can be asked, and ssh does not.
  var askpass: Helper?

  /// Who answers when ssh asks.
  struct Helper: Sendable {
    /// This very program.
    var program: String
    /// The socket on which the wizard hears the question.
    var socket: String
  }

  package init(_ remote: Site.Remote) {
    user = remote.user
    options = remote.options
  }

  /// How long a connection may take; a person types, and looks things up before.
  var patience: Duration { askpass == nil ? .seconds(40) : .seconds(300) }

  /// What becomes the master of a connection, with one session of its own.
  ///
  /// - Parameter mayAskForTrust: whether the operator's own configuration lets ssh ask about host keys that it does not
  ///   know. It never takes them by itself.
  func master(to host: String, control: String, mayAskForTrust: Bool) -> [String] {
    ["-M", "-S", control, "-o", "StrictHostKeyChecking=\(askpass != nil && mayAskForTrust ? "ask" : "yes")"]
      + fixed(canConnect: true) + options(host) + usual(host) + ["--", host, "exec /bin/sh -s"]
  }

  /// What the operator's own configuration and the profile come to for a host.
  func settings(for host: String) -> [String] { ["-G"] + options(host) + usual(host) + ["--", host] }

  /// One more session; where no master is, it does not connect by itself.
  func session(to host: String, control: String) -> [String] {
    ["-S", control, "-o", "ControlMaster=no"] + fixed(canConnect: false) + options(host) + usual(host)
      + ["--", host, "exec /bin/sh -s"]
  }

  /// A stream to somewhere else, by way of the host; it says when it is there.
  func tunnel(to host: String, control: String, target: Endpoint) -> [String] {
    ["-S", control, "-o", "ControlMaster=no", "-o", "LogLevel=DEBUG1"] + fixed(canConnect: false) + options(host)
      + usual(host) + ["-W", target.description, "--", host]
  }

  /// The profile's words, without a jump over the host itself.
  private func options(_ host: String) -> [String] {
    var words = options
    if let jump = words.indices.first(where: { words[$0] == "-J" && $0 + 1 < words.count && words[$0 + 1] == host }) {
      words.removeSubrange(jump...(jump + 1))
    }
    return words
  }

  /// The first value of an option counts: what stands here, nobody's configuration changes.
  private func fixed(canConnect: Bool) -> [String] {
    var words = [
      "-T", "-x", "-a", "-e", "none", "-o", "ControlPersist=no", "-o", "RemoteCommand=none", "-o", "RequestTTY=no",
      "-o", "PermitLocalCommand=no", "-o", "ClearAllForwardings=yes", "-o", "LogLevel=INFO",
    ]
    if !canConnect { words += ["-o", "ProxyCommand=false"] }
    if askpass == nil || !canConnect { words += ["-o", "BatchMode=yes"] }
    return words
  }

  /// What counts unless the profile says otherwise: a dead link is noticed within ten seconds.
  private func usual(_ host: String) -> [String] {
    // Who names a user together with the host means that one.
    let login = host.contains("@") ? [] : user.map { ["-l", $0] } ?? []
    return login + [
      "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=3", "-o", "ServerAliveCountMax=3",
    ]
  }

  var environment: [String: String?] {
    var changes: [String: String?] = ["REDISCLI_AUTH": String?.none]
    if let askpass {
      // Up to OpenSSH 8.3 the helper is asked where there is a display and no terminal; from 8.4 on by force.
      changes["SSH_ASKPASS"] = askpass.program
      changes["SSH_ASKPASS_REQUIRE"] = "force"
      changes["DISPLAY"] = "redis-upgrade:0"
      changes[Askpass.variable] = askpass.socket
    } else {
      // Nor may a helper of the operator's own come up, in a window that nobody sees: a jump over a host has no batch mode.
      changes["SSH_ASKPASS_REQUIRE"] = "never"
    }
    return changes
  }
}
