// As whom the REST API is asked, and whom we trust there.

package import SystemIO
package import UpgradeCore

/// Login and trust, their files read. Every way of turning it into text hides what is secret.
package struct RestAccess: Sendable {
  let user: String
  let password: Secret
  package let tls: TLSContext
  package let port: Int

  package init(user: String, password: Secret, tls: TLSContext, port: Int = usualPort) {
    self.user = user
    self.password = password
    self.tls = tls
    self.port = port
  }

  /// `cnm_https_port` where nobody changed it (redis/docs, network port configurations).
  package static let usualPort = 9443

  /// Reads the files that the profile names, and takes a variable out of the environment, where every child would
  /// inherit it; so this is done before there are threads, and once.
  package init(_ rest: Profile.Rest) throws(UsageError) {
    user = rest.user
    port = rest.port
    // Basic authentication has no way to say a control character either (RFC 7617 section 2).
    password = try rest.password.read(rest.place)
    do throws(TLSError) {
      switch rest.trust {
      case .certificate(let path): tls = try TLSContext(TLSSettings(pinned: path))
      case .authorities(let path): tls = try TLSContext(TLSSettings(authorities: path))
      }
    } catch {
      throw UsageError(
        .unreadableFile, at: rest.place, error.description.replacing(" (--cacert)", with: ""),
        remedy: "Name a PEM file that this user can read; a node keeps its own under /etc/opt/redislabs.")
    }
  }

  /// `Basic ...`, for the wire only; whoever asks for it erases it.
  var authorization: [UInt8] {
    var login = Array(user.utf8) + [UInt8(ascii: ":")] + password.bytes
    defer { Secrecy.erase(&login) }
    return Array("Basic ".utf8) + Self.base64(login)
  }

  /// RFC 4648 section 4.
  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let piece = bytes[start..<min(start + 3, bytes.count)]
      var number = piece.reduce(0) { $0 << 8 | Int($1) }
      number <<= 8 * (3 - piece.count)
      for place in 0..<4 {
        text.append(place <= piece.count ? letters[number >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }
}

extension RestAccess: CustomStringConvertible, CustomReflectable {
  package var description: String { "the login of rest in the profile" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
