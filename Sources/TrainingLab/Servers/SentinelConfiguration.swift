import UpgradeCore

/// The text of a Sentinel's `sentinel.conf`, as somebody writes it; it goes on with what the Sentinel finds.
package enum SentinelConfiguration {
  package static let fileName = "sentinel.conf"
  /// The name that the lab's Sentinels have for the servers that they watch over.
  package static let groupName = "lab"
  /// A restart of a server of a lab takes about a second, which is no failure.
  private static let downAfter = 5000
  private static let failoverTimeout = 20_000

  static func text(
    for sentinel: LabRecord.Node, watching primary: LabRecord.Node, of request: LabRequest, directory: String,
    certificates: LabCertificates? = nil
  ) -> String {
    let address = primary.address
    let majority = request.sentinels / 2 + 1
    var lines = certificates?.lines(port: sentinel.port) ?? ["port \(sentinel.port)"]
    lines += [
      "bind \(address.host)",
      "daemonize no",
      "dir \(ServerConfiguration.quoted(directory))",
      "pidfile \(ServerConfiguration.quoted("\(directory)/\(ServerConfiguration.pidFileName)"))",
      "logfile \(ServerConfiguration.quoted("\(directory)/\(ServerConfiguration.logFileName)"))",
      "sentinel monitor \(groupName) \(address.host) \(address.port) \(majority)",
      "sentinel down-after-milliseconds \(groupName) \(downAfter)",
      "sentinel failover-timeout \(groupName) \(failoverTimeout)",
    ]
    if let user = request.users.first(where: { $0.name == request.sentinelUser }) {
      lines += [
        "sentinel auth-user \(groupName) \(user.name)",
        "sentinel auth-pass \(groupName) \(ServerConfiguration.quoted(user.password))",
      ]
    } else if let password = request.password {
      lines.append("sentinel auth-pass \(groupName) \(ServerConfiguration.quoted(password))")
    }
    if let own = request.sentinelPassword.map(ServerConfiguration.quoted) {
      lines += ["requirepass \(own)", "sentinel sentinel-pass \(own)"]
    } else if let password = request.password {
      // The same word opens the Sentinels, for clients and for each other.
      lines.append("requirepass \(ServerConfiguration.quoted(password))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
