// How databases of Redis Enterprise Software are called as their clients do: logins and trust, with their files read.

import SystemIO
package import UpgradeCore

/// The way into each database. Every way of turning it into text hides what is secret.
package struct DatabaseDoors: Sendable {
  private struct Door: Sendable {
    var user: String?
    var password: Secret?
    var tls: TLSContext?
  }

  private let doors: [String: Door]

  /// Nobody logs in anywhere.
  package init() { doors = [:] }

  /// Reads the files, and takes variables out of the environment, where every child would inherit them; so this is
  /// done before there are threads, and once.
  package init(_ clients: [String: Enterprise.ClientAccess]) throws(UsageError) {
    var doors: [String: Door] = [:]
    // One variable may hold the password of several databases, and is there only once.
    var taken: [String: Secret] = [:]
    for (name, client) in clients.sorted(by: { $0.key < $1.key }) {
      var door = Door(user: client.user)
      do throws(UsageError) {
        if let place = PasswordPlace(file: client.passwordFile, variable: client.passwordVariable) {
          let known = place.variable.flatMap { taken[$0] }
          door.password = if let known { known } else { try place.read(nil) }
          if let variable = place.variable { taken[variable] = door.password }
        }
        door.tls = try client.encryption.map { encryption throws(UsageError) in try Self.context(encryption) }
      } catch {
        throw UsageError(
          error.code, "databases: \(Quotation.escaped(name)): \(error.what)", remedy: error.remedy)
      }
      doors[name] = door
    }
    self.doors = doors
  }

  private static func context(_ encryption: Enterprise.ClientAccess.Encryption) throws(UsageError) -> TLSContext {
    do throws(TLSError) {
      return try TLSContext(
        TLSSettings(
          authorities: encryption.authorities, pinned: encryption.pinned, certificate: encryption.certificate,
          key: encryption.key, serverName: encryption.serverName))
    } catch {
      throw UsageError(
        .unreadableFile, error.description,
        remedy: "Name PEM files that this user can read; a key must not be encrypted.")
    }
  }

  /// The run's own settings with the login of a database. What the run logs in with elsewhere is never shown here.
  func settings(of name: String, _ base: ConnectionSettings) -> ConnectionSettings {
    let door = doors[name] ?? doors["*"]
    var settings = base
    settings.user = door?.user
    settings.password = door?.password
    settings.tls = door?.tls
    return settings
  }
}

extension DatabaseDoors: CustomStringConvertible, CustomReflectable {
  package var description: String { "the logins of databases in the profile" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
