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
    for sentinel: LabRecord.Node, watching primary: LabRecord.Node, of request: LabRequest, directory: String
  ) -> String {
    let address = primary.address
    let majority = request.sentinels / 2 + 1
    var lines = [
      "port \(sentinel.port)",
      "bind \(address.host)",
      "daemonize no",
      "dir \(ServerConfiguration.quoted(directory))",
      "pidfile \(ServerConfiguration.quoted("\(directory)/\(ServerConfiguration.pidFileName)"))",
      "logfile \(ServerConfiguration.quoted("\(directory)/\(ServerConfiguration.logFileName)"))",
      "sentinel monitor \(groupName) \(address.host) \(address.port) \(majority)",
      "sentinel down-after-milliseconds \(groupName) \(downAfter)",
      "sentinel failover-timeout \(groupName) \(failoverTimeout)",
    ]
    if let password = request.password.map(ServerConfiguration.quoted) {
      // The same word opens the Sentinels, for clients and for each other.
      lines += ["sentinel auth-pass \(groupName) \(password)", "requirepass \(password)"]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
