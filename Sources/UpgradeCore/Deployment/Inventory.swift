// The slow layer of a node's reading: configuration, users, modules, who else is connected, what we may do.

/// What is read once at the start and on demand.
package struct Inventory: Hashable, Sendable {
  /// `CONFIG GET *`; secrets are taken out before they get here.
  package var configuration: [String: String]
  /// `ACL LIST`, with password hashes taken out; nil where the server or our user does not allow it.
  package var users: [String]?
  /// The lines about users that the next start reads, from the ACL file or the configuration file, with passwords and
  /// hashes taken out; nil where the file was not read.
  package var storedUsers: [String]?
  /// The directives that its file has a line for, in lower case, of `rename-command` with the command; nil where the
  /// file was not read.
  package var storedDirectives: Set<String>?
  /// nil where neither `MODULE LIST` nor `INFO` tells.
  package var modules: [String]?
  /// What has been used since the process started; nil where it was not read.
  package var usage: Usage?
  /// Other wizards, seen by the names of their connections in `CLIENT LIST`.
  package var otherWizards: [WizardName]
  /// The rehearsal of each permission that the run needs, by command.
  package var permissions: [String: Permission]
  /// `config_file` is compared with what runs: directives that `CONFIG REWRITE` would change; nil where not looked at.
  package var unsavedDirectives: [String]?
  /// What was shown in the handshake; empty where connections are plain.
  package var certificates: [CertificateReading]
  /// Its clock against ours; nil where `TIME` was not answered.
  package var clock: ClockReading?
  /// Clients other than wizards that read from it as a replica (`READONLY`); nil where `CLIENT LIST` was not answered.
  package var readers: Int?
  /// What other members of its shard answered to the login that it would use to follow them; nil where not tried.
  package var refusedLogins: [String]?
  /// Sentinels that listen to a server outside of a cluster; nil where it could not be asked.
  package var sentinels: Int?
  /// The file that tells a node of a cluster at its start who it is; nil where it could not be looked at.
  package var identityFile: IdentityFile?
  /// The wanted version started once with its configuration, without its data; nil where that cannot be done.
  package var trial: Trial?

  package init(
    configuration: [String: String], users: [String]?, storedUsers: [String]? = nil, modules: [String]?,
    usage: Usage? = nil, otherWizards: [WizardName], permissions: [String: Permission], unsavedDirectives: [String]?,
    certificates: [CertificateReading] = []
  ) {
    self.configuration = configuration
    self.users = users
    self.storedUsers = storedUsers
    self.modules = modules
    self.usage = usage
    self.otherWizards = otherWizards
    self.permissions = permissions
    self.unsavedDirectives = unsavedDirectives
    self.certificates = certificates
  }
}

/// What `cluster-config-file` (`nodes.conf`) is like on the host of a node.
package struct IdentityFile: Hashable, Sendable {
  package var path: String
  /// The node that it is the file of, by its line `myself`; nil where there is no such line, or it may not be read.
  package var node: NodeID?
  package var isThere: Bool
  /// The kind of file system, as `stat -f` names it: `ext2/ext3`, `tmpfs`.
  package var fileSystem: String?
  package init(path: String, isThere: Bool, fileSystem: String? = nil, node: NodeID? = nil) {
    self.path = path
    self.isThere = isThere
    self.fileSystem = fileSystem
    self.node = node
  }
}

/// How long a certificate holds from the moment of its reading.
package struct CertificateReading: Hashable, Sendable {
  package enum Bearer: Hashable, Sendable {
    case server
    /// An authority behind the server's.
    case issuer
    case ours
  }
  package var bearer: Bearer
  /// Whom it names, as text of whoever made it.
  package var subject: String
  package var end: WallTime
  package var left: Duration

  package init(_ bearer: Bearer, subject: String, end: WallTime, left: Duration) {
    self.bearer = bearer
    self.subject = subject
    self.end = end
    self.left = left
  }
}

/// A server's clock against ours, of one question.
package struct ClockReading: Hashable, Sendable {
  /// Negative where it is behind.
  package var ahead: Duration
  /// How far off that may be, since the answer took its time.
  package var within: Duration
  package init(ahead: Duration, within: Duration) {
    self.ahead = ahead
    self.within = within
  }
}

/// What a server has been used for since its process started, as it counts by itself.
package struct Usage: Hashable, Sendable {
  /// Calls by command in lower case; from 7.0 on sub-commands as `script|load`, and all of them together as `script`.
  package var calls: [String: Int]
  package var uptimeSeconds: Int
  /// `errorstat_` by code, from 6.2 on; nil before.
  package var errors: [String: Int]?
  /// `latest_fork_usec`: how long the last fork took.
  package var forkMicroseconds: Int?
  /// `mem_not_counted_for_evict`: bytes in buffers that `maxmemory` does not count.
  package var uncountedBytes: Int?
  /// `tracking_clients`: connections that keep a cache of their own.
  package var trackingClients: Int?
  /// The largest value of each kind, as the lower bound of a power of two: `strings` in bytes, `lists`, `sets`,
  /// `zsets` and `hashes` in elements. From Redis 8.0 on; nil where it is not counted.
  package var largest: [String: Int]?
  package init(calls: [String: Int], uptimeSeconds: Int) {
    self.calls = calls
    self.uptimeSeconds = uptimeSeconds
  }
}

/// What a rehearsal told about one command.
package enum Permission: Hashable, Sendable {
  case granted
  case denied(String)
  case unknown(String)
}

/// The name under which a wizard's connections appear in `CLIENT LIST`: `redis-upgrade:HOST:RUN`.
package struct WizardName: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let run: String
  package init(host: String, run: String) {
    self.host = host
    self.run = run
  }
  /// What the run of somebody begins with who only looks on: reading next to a run hinders none.
  package static let watching = "watch-"
  /// Reads what `description` wrote; nil for any other name, and for a watcher's.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "redis-upgrade", !parts[1].isEmpty, !parts[2].isEmpty,
      !parts[2].hasPrefix(Self.watching)
    else { return nil }
    self.init(host: String(parts[1]), run: String(parts[2]))
  }
  package var description: String { "redis-upgrade:\(host):\(run)" }
}
