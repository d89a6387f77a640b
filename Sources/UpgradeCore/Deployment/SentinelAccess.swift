// As whom Sentinels are called, where that differs from the servers that they watch: a run keeps places, never secrets.

/// What the profile says of the way into Sentinels; without it they are called as their servers are.
package struct SentinelAccess: Hashable, Sendable {
  package enum Login: Hashable, Sendable {
    case asServers
    /// They ask nobody who it is.
    case none
    /// The password of a user in a file, or in a variable of the environment; nil: the user `default`.
    case own(user: String?, file: String?, variable: String?)
  }
  package enum Encryption: Hashable, Sendable {
    case asServers, plain
    case files(EncryptionFiles)
  }
  package var login: Login
  package var encryption: Encryption

  package init(login: Login = .asServers, encryption: Encryption = .asServers) {
    self.login = login
    self.encryption = encryption
  }
}

extension Setup {
  /// How connections to a Sentinel are encrypted; nil where they are plain.
  var encryptionOfSentinels: EncryptionFiles? {
    switch sentinelAccess?.encryption ?? .asServers {
    case .asServers: encryption
    case .plain: nil
    case .files(let files): files
    }
  }
}
