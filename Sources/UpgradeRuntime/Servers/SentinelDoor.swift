// As whom Sentinels are called where the profile says that it is not as their servers; and who is one.

import Synchronization
import SystemIO
package import UpgradeCore

/// The way into Sentinels, its files read. Every way of turning it into text hides what is secret.
package struct SentinelDoor: Sendable {
  private enum Login {
    case asServers
    case own(user: String?, password: Secret?)
  }
  private enum Encryption {
    case asServers
    case own(TLSContext?)
  }
  private let login: Login
  private let encryption: Encryption

  /// A variable is there only once, and several groups of the same Sentinels are several runs of one process.
  private static let taken = Mutex<[String: Secret]>([:])

  /// nil where Sentinels are called as their servers. Reads the files, and takes variables out of the environment, where
  /// every child would inherit them.
  package init?(_ access: SentinelAccess?) throws(UsageError) {
    guard let access else { return nil }
    do throws(UsageError) {
      switch access.login {
      case .asServers: login = .asServers
      case .none: login = .own(user: nil, password: nil)
      case .own(let user, let file, let variable):
        login = .own(user: user, password: try Self.password(file, variable))
      }
      switch access.encryption {
      case .asServers: encryption = .asServers
      case .plain: encryption = .own(nil)
      case .files(let files): encryption = .own(try Self.context(files))
      }
    } catch {
      throw UsageError(error.code, "sentinels: \(error.what)", remedy: error.remedy)
    }
  }

  private static func password(_ file: String?, _ variable: String?) throws(UsageError) -> Secret? {
    if let variable, let known = taken.withLock({ $0[variable] }) { return known }
    let secret = try PasswordPlace(file: file, variable: variable)?.read(nil)
    if let variable { taken.withLock { $0[variable] = secret } }
    return secret
  }

  private static func context(_ files: EncryptionFiles) throws(UsageError) -> TLSContext {
    do throws(TLSError) {
      return try TLSContext(
        TLSSettings(
          authorities: files.authorities, certificate: files.certificate, key: files.key,
          serverName: files.serverName))
    } catch {
      throw UsageError(
        .unreadableFile, error.description,
        remedy: "Name PEM files that this user can read; a key must not be encrypted.")
    }
  }

  /// The run's own settings with what is different at a Sentinel.
  func settings(_ base: ConnectionSettings) -> ConnectionSettings {
    var settings = base
    if case .own(let user, let password) = login {
      settings.user = user
      settings.password = password
    }
    if case .own(let tls) = encryption { settings.tls = tls }
    return settings
  }
}

extension SentinelDoor: CustomStringConvertible, CustomReflectable {
  package var description: String { "the login of Sentinels in the profile" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Which addresses are those of Sentinels, as far as anybody has found out.
final class SentinelBook: Sendable {
  private let addresses = Mutex<Set<Address>>([])
  func note(_ new: some Sequence<Address>) { addresses.withLock { $0.formUnion(new) } }
  func has(_ address: Address) -> Bool { addresses.withLock { $0.contains(address) } }
}

extension ReadingFailure {
  /// The same with what helps where a Sentinel refuses what its servers take.
  func atSentinel(_ settings: ConnectionSettings) -> ReadingFailure {
    switch kind {
    case .unauthorised where settings.sentinels == nil:
      ReadingFailure(
        kind,
        "\(sentence) It is a Sentinel: where those have a login of their own, the profile names it, "
          + "`sentinels: { password_file: FILE }`.")
    case .unauthorised:
      ReadingFailure(kind, "\(sentence) It is a Sentinel, called as the profile says under sentinels.")
    case .untrusted:
      ReadingFailure(
        kind,
        "\(sentence) It is a Sentinel: whether those speak TLS, and with which files, the profile says under "
          + "sentinels (tls, ca, client_certificate, client_key).")
    default: self
    }
  }
}
