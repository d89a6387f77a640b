// How a profile says that the REST API of a cluster may be asked: as whom, and whom to trust.

import SystemIO
package import UpgradeCore

extension Profile {
  /// The REST API of Redis Enterprise Software. What it holds are places of secrets, never secrets.
  package struct Rest: Equatable, Sendable {
    package enum Trust: Equatable, Sendable {
      /// This very certificate, whoever it names: a PEM file.
      case certificate(String)
      /// Whatever these have signed for the host's name: a PEM file.
      case authorities(String)
    }

    package let user: String
    package let password: PasswordPlace
    package let trust: Trust
    package let port: Int
    /// Where it stands, for sentences.
    let place: UsageError.Place?

    package init(
      user: String, password: PasswordPlace, trust: Trust, port: Int = RestAccess.usualPort,
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
      try PasswordPlace.refuseOpenOne(in: entry, of: group, called: "rest")
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
      guard let password = try PasswordPlace(part, called: "rest", place) else {
        throw UsageError(
          .missingKey, at: place, "rest does not say where the password is",
          remedy: "Write `password_file: FILE`, or `password_env: NAME` for a variable of the environment.")
      }
      self.password = password
      trust = try Self.trust(part, place)
      port = try part.wholeNumber("port", in: 1...65535, unit: "a TCP port") ?? RestAccess.usualPort
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
    settings.passwordFile = password.file
    settings.passwordVariable = password.variable
    switch trust {
    case .certificate(let path): settings.certificate = path
    case .authorities(let path): settings.authorities = path
    }
    return settings
  }

  /// nil where the settings say too little, as no run of ours has kept them.
  package init?(_ settings: Enterprise.RestSettings) {
    let password = PasswordPlace(file: settings.passwordFile, variable: settings.passwordVariable)
    let trust = settings.certificate.map(Trust.certificate) ?? settings.authorities.map(Trust.authorities)
    guard let password, let trust else { return nil }
    self.init(user: settings.user, password: password, trust: trust, port: settings.port)
  }
}
