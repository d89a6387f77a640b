// How a profile says that the REST API of a cluster may be asked: as whom, and whom to trust.

import SystemIO
package import UpgradeCore

extension Profile {
  /// The REST API of Redis Enterprise Software. What it holds are places of secrets, never secrets.
  package struct Rest: Equatable, Sendable {
    package enum Password: Equatable, Sendable {
      case file(String)
      /// A variable of the environment, by its name.
      case variable(String)
    }

    package enum Trust: Equatable, Sendable {
      /// This very certificate, whoever it names: a PEM file.
      case certificate(String)
      /// Whatever these have signed for the host's name: a PEM file.
      case authorities(String)
    }

    package let user: String
    package let password: Password
    package let trust: Trust
    package let port: Int
    /// Where it stands, for sentences.
    let place: UsageError.Place?

    package init(
      user: String, password: Password, trust: Trust, port: Int = RestAccess.usualPort,
      place: UsageError.Place? = nil
    ) {
      self.user = user
      self.password = password
      self.trust = trust
      self.port = port
      self.place = place
    }

    private static let keys = ["user", "password_file", "password_env", "certificate", "ca", "port"]

    /// nil where the profile says nothing of it. A relative path starts at the directory of the profile's file.
    init?(_ group: YAMLGroup) throws(UsageError) {
      guard let entry = group.entry("rest") else { return nil }
      // Before anything repeats what is written there.
      if case .mapping(let entries) = entry.node.content, let own = entries.first(where: { $0.key == "password" }) {
        throw UsageError(
          .unknownKey, at: group.place(own.keyLine), "rest has a password in the profile itself",
          remedy: "Take it out; write `password_file: FILE`, or `password_env: NAME` for a variable of the environment."
        )
      }
      let part = try YAMLGroup(entry.node, name: "rest", keys: Self.keys, file: group.file)
      place = part.place(entry.keyLine)
      guard let user = try part.text("user") else {
        throw UsageError(
          .missingKey, at: place, "rest has no user",
          remedy: "Write `user: NAME`, of a user of the cluster who may look at all of it (role cluster_viewer).")
      }
      guard !user.contains(":") else {
        throw UsageError(
          .badValue, at: part.place(part.entry("user")?.node.line ?? part.line), "user holds a colon",
          remedy: "Write the name alone; the password is named by password_file or password_env.")
      }
      self.user = user
      password = try Self.password(part, place)
      trust = try Self.trust(part, place)
      port = try part.wholeNumber("port", in: 1...65535, unit: "a TCP port") ?? RestAccess.usualPort
    }

    private static func password(_ part: YAMLGroup, _ place: UsageError.Place?) throws(UsageError) -> Password {
      switch (try part.text("password_file"), try part.text("password_env")) {
      case (let file?, nil): return .file(SitePaths.path(file, besides: part.file, Host.environment))
      case (nil, let name?):
        let letters = name.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        }
        // What stands here may be the password itself, so it is not repeated.
        guard letters, name.first?.isNumber == false else {
          throw UsageError(
            .badValue, at: part.place(part.entry("password_env")?.node.line ?? part.line),
            "password_env is not the name of a variable", remedy: "Write the name alone, without $ and without a value."
          )
        }
        return .variable(name)
      case (nil, nil):
        throw UsageError(
          .missingKey, at: place, "rest does not say where the password is",
          remedy: "Write `password_file: FILE`, or `password_env: NAME` for a variable of the environment.")
      case (_?, _?):
        throw UsageError(
          .badValue, at: place, "rest has both password_file and password_env", remedy: "Take one of them out.")
      }
    }

    private static func trust(_ part: YAMLGroup, _ place: UsageError.Place?) throws(UsageError) -> Trust {
      switch (try part.text("certificate"), try part.text("ca")) {
      case (let file?, nil): return .certificate(SitePaths.path(file, besides: part.file, Host.environment))
      case (nil, let file?): return .authorities(SitePaths.path(file, besides: part.file, Host.environment))
      case (nil, nil):
        throw UsageError(
          .missingKey, at: place, "rest does not say whom to trust",
          remedy: "Write `certificate: FILE` for the cluster's own, or `ca: FILE` for those who signed it.")
      case (_?, _?):
        throw UsageError(
          .badValue, at: place, "rest has both certificate and ca",
          remedy: "Take one out: a certificate that is given is trusted alone.")
      }
    }
  }
}

extension Profile.Rest {
  /// What a run keeps of it for whoever goes on with it.
  package var settings: Enterprise.RestSettings {
    var settings = Enterprise.RestSettings(
      user: user, passwordFile: nil, passwordVariable: nil, certificate: nil, authorities: nil, port: port)
    switch password {
    case .file(let path): settings.passwordFile = path
    case .variable(let name): settings.passwordVariable = name
    }
    switch trust {
    case .certificate(let path): settings.certificate = path
    case .authorities(let path): settings.authorities = path
    }
    return settings
  }

  /// nil where the settings say too little, as no run of ours has kept them.
  package init?(_ settings: Enterprise.RestSettings) {
    let password = settings.passwordFile.map(Password.file) ?? settings.passwordVariable.map(Password.variable)
    let trust = settings.certificate.map(Trust.certificate) ?? settings.authorities.map(Trust.authorities)
    guard let password, let trust else { return nil }
    self.init(user: settings.user, password: password, trust: trust, port: settings.port)
  }
}
