// Why a host cannot be reached over ssh, in a sentence that says what to do.

import UpgradeCore

/// What went wrong between here and a host.
package struct SSHFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// Its host key is another one than the one that is known.
    case hostKeyChanged
    /// Its host key is not known, and nobody confirmed it.
    case hostKeyUnknown
    /// It does not let us in.
    case denied
    /// Nobody answers there, or not in time.
    case unreachable
    /// Nobody listens where it was asked to connect to.
    case refused
    /// It could not connect to where it was asked to, or not in time.
    case beyond
    /// It let us in, and does not run a shell for us.
    case noShell
    /// The ssh program or our own side.
    case other
  }

  package var kind: Kind
  package var host: String
  package var description: String

  init(_ kind: Kind, _ host: String, _ description: String) {
    self.kind = kind
    self.host = host
    self.description = description
  }

  /// Whether it stays so until a person has done something.
  var isFinal: Bool {
    switch kind {
    case .hostKeyChanged, .hostKeyUnknown, .denied, .noShell: true
    case .unreachable, .other, .refused, .beyond: false
    }
  }

  /// What it means for a server that was to be reached through the host.
  var code: TransportError.Code { kind == .refused ? .refused : .other }

  /// Understands what the ssh program complained of (OpenSSH 7.6 to 10).
  init(_ host: String, complaints: [String]) {
    func line(_ parts: String...) -> String? {
      complaints.last { line in parts.contains { line.contains($0) } }
    }
    if line("REMOTE HOST IDENTIFICATION HAS CHANGED", "host key for") != nil, line("has changed", "HAS CHANGED") != nil
    {
      let place = line("Offending ").map { " (\($0.trimmedEnd))" } ?? ""
      self.init(
        .hostKeyChanged, host,
        "\(host) shows another host key than the one that is known here\(place): it was set up anew, or somebody stands "
          + "in between. Find out which; if it was set up anew, take the old key out with ssh-keygen -R and connect "
          + "once by hand.")
    } else if line("Host key verification failed", "host key is known for") != nil {
      self.init(
        .hostKeyUnknown, host,
        "the host key of \(host) is not known here, and nobody confirmed it. Connect once by hand (ssh \(host)) and "
          + "compare the fingerprint.")
    } else if let refusal = line("Permission denied (", "Too many authentication failures") {
      self.init(
        .denied, host,
        "\(host) does not let us in (\(refusal.trimmedEnd)). Load the key into ssh-agent, name the user in the profile "
          + "(ssh: { user: ... }), or run the wizard on a terminal where it can ask.")
    } else if let reason = line(
      "Connection refused", "timed out", "No route to host", "Network is unreachable", "Could not resolve",
      "Connection closed by", "Connection reset by", "not responding", "closed by remote host")
    {
      self.init(.unreachable, host, "\(host) cannot be reached by ssh: \(reason.trimmedEnd)")
    } else {
      let last = complaints.last(where: { !$0.trimmedEnd.isEmpty })?.trimmedEnd ?? "it ended without a word"
      self.init(.other, host, "ssh to \(host): \(last)")
    }
  }
}

extension String {
  /// Without what ends a line.
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace || last.isNewline { text.removeLast() }
    return String(text)
  }
}
