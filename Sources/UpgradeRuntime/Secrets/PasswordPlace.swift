// Where the profile says that a password is: in a file, or in a variable of the environment; never in the profile.

import SystemIO
import UpgradeCore

/// The place of a password, which can be written down; the password itself is read once, before there are threads.
package enum PasswordPlace: Equatable, Hashable, Sendable {
  case file(String)
  /// A variable of the environment, by its name.
  case variable(String)

  /// nil where neither is given.
  init?(file: String?, variable: String?) {
    guard let place = file.map(Self.file) ?? variable.map(Self.variable) else { return nil }
    self = place
  }

  var file: String? { if case .file(let path) = self { path } else { nil } }
  var variable: String? { if case .variable(let name) = self { name } else { nil } }

  static let keys = ["password_file", "password_env"]
  private static let longest = 4096

  /// Before anything repeats what is written there.
  static func refuseOpenOne(
    in entry: YAMLNode.Entry, of group: YAMLGroup, called name: String
  ) throws(UsageError) {
    guard case .mapping(let entries) = entry.node.content, let own = entries.first(where: { $0.key == "password" })
    else { return }
    throw UsageError(
      .unknownKey, at: group.place(own.keyLine), "\(name) has a password in the profile itself",
      remedy: "Take it out; write `password_file: FILE`, or `password_env: NAME` for a variable of the environment.")
  }

  /// nil where the group names none. A relative path starts at the directory of the profile's file.
  init?(_ part: YAMLGroup, called name: String, _ place: UsageError.Place?) throws(UsageError) {
    switch (try part.text("password_file"), try part.text("password_env")) {
    case (let file?, nil): self = .file(SitePaths.path(file, besides: part.file, Host.environment))
    case (nil, let variable?):
      let letters = variable.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      }
      // What stands here may be the password itself, so it is not repeated.
      guard letters, variable.first?.isNumber == false else {
        throw UsageError(
          .badValue, at: part.place(part.entry("password_env")?.node.line ?? part.line),
          "password_env is not the name of a variable", remedy: "Write the name alone, without $ and without a value."
        )
      }
      self = .variable(variable)
    case (nil, nil): return nil
    case (_?, _?):
      throw UsageError(
        .badValue, at: place, "\(name) has both password_file and password_env", remedy: "Take one of them out.")
    }
  }

  // MARK: - The password

  /// Reads it; a variable is taken out of the environment, where every child would inherit it.
  func read(_ place: UsageError.Place?) throws(UsageError) -> Secret {
    switch self {
    case .file(let path): try Self.password(in: path, place)
    case .variable(let name): try Self.password(from: name, place)
    }
  }

  private static func password(in path: String, _ place: UsageError.Place?) throws(UsageError) -> Secret {
    let name = "password_file \(Quotation.escaped(path))"
    var bytes: [UInt8]
    let rights: UInt32
    do throws(SystemError) {
      rights = try Files.permissions(path)
      bytes = try Files.read(path, limit: longest)
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
}
