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
  private static let longestPassword = 4096

  /// Reads the files that the profile names, and takes a variable out of the environment, where every child would
  /// inherit it; so this is done before there are threads, and once.
  package init(_ rest: Profile.Rest) throws(UsageError) {
    user = rest.user
    port = rest.port
    password =
      switch rest.password {
      case .file(let path): try Self.password(in: path, rest.place)
      case .variable(let name): try Self.password(from: name, rest.place)
      }
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

  private static func password(in path: String, _ place: UsageError.Place?) throws(UsageError) -> Secret {
    let name = "password_file \(Quotation.escaped(path))"
    var bytes: [UInt8]
    let rights: UInt32
    do throws(SystemError) {
      rights = try Files.permissions(path)
      bytes = try Files.read(path, limit: longestPassword)
    } catch {
      throw UsageError(.unreadableFile, at: place, "\(error)", remedy: "Name a file that this user can read.")
    }
    defer { Secrecy.erase(&bytes) }
    guard rights & 0o007 == 0 else {
      throw UsageError(
        .unreadableFile, at: place, "every user of this machine can get at \(name)",
        remedy: "Take that right away with chmod 600, and change the password if somebody may have read it.")
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    return try checked(bytes, name, place)
  }

  private static func password(from variable: String, _ place: UsageError.Place?) throws(UsageError) -> Secret {
    var value: [UInt8]?
    do throws(SystemError) {
      value = try Secrecy.takeVariable(variable)
    } catch {
      throw UsageError(
        .environment, at: place, "\(error)", remedy: "Give the password in a file, with password_file.")
    }
    guard let value else {
      throw UsageError(
        .environment, at: place, "the variable \(variable) of password_env is not set",
        remedy: "Export it before the start, or give the password in a file, with password_file.")
    }
    return try checked(value, "the variable \(variable)", place)
  }

  /// Basic authentication has no way to say a control character (RFC 7617 section 2).
  private static func checked(
    _ bytes: [UInt8], _ name: String, _ place: UsageError.Place?
  ) throws(UsageError) -> Secret {
    guard !bytes.isEmpty else {
      throw UsageError(.badValue, at: place, "\(name) is empty", remedy: "Put the password into it.")
    }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw UsageError(
        .badValue, at: place, "\(name) holds a control character, or more than one line",
        remedy: "Put the password into it alone, on one line.")
    }
    return Secret(bytes: Array(bytes))
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
