import UpgradeCore

/// The text of a node's `redis.conf`: only what both releases of a run can read.
///
/// A directive that a server does not know keeps it from starting, so that what came with 7.0 is written only where no
/// older server will ever read it.
package enum ServerConfiguration {
  package static let fileName = "redis.conf"
  package static let nodesFileName = "nodes.conf"
  package static let pidFileName = "server.pid"
  package static let logFileName = "server.log"
  /// What a server says before it has opened its log, such as that it cannot read its configuration.
  package static let outputFileName = "server.out"

  package static func text(
    for node: ClusterShape.Node, of request: LabRequest, directory: String, certificates: LabCertificates? = nil
  ) -> String {
    var lines = certificates?.lines(port: node.port) ?? ["port \(node.port)"]
    lines += [
      "bind \(node.host)",
      "daemonize no",
      "dir \(quoted(directory))",
      "pidfile \(quoted("\(directory)/\(pidFileName)"))",
      "logfile \(quoted("\(directory)/\(logFileName)"))",
      "appendonly no",
      // The save points of the packages, so that SHUTDOWN saves as it does on an operator's servers.
      "save 3600 1",
      "save 300 100",
      "save 60 10000",
    ]
    if let follows = node.follows {
      lines.append("replicaof \(node.host) \(node.port - node.number + follows)")
    } else if request.tree == nil {
      lines += [
        "cluster-enabled yes", "cluster-config-file \(nodesFileName)", "cluster-node-timeout \(request.nodeTimeout)",
      ]
    }
    // A lab has no second replica worth waiting for: 5 s by default since 6.0.
    lines.append("repl-diskless-sync-delay 0")
    // What connects to another address of this machine would seem to come from its first one.
    if request.hostCount > 1 { lines += ["cluster-announce-ip \(node.host)", "replica-announce-ip \(node.host)"] }
    let oldest = min(request.from.version, request.to?.version ?? request.from.version)
    if oldest >= Version(7, 0, 0) {
      // Before 7.0 DEBUG is always there and this directive is not.
      lines.append("enable-debug-command local")
    }
    if let password = request.password {
      lines += ["requirepass \(quoted(password))", "masterauth \(quoted(password))"]
    }
    lines += request.users.map { "user \($0.name) on \(quoted(">" + $0.password)) \($0.rules)" }
    lines += request.configuration
    lines += request.nodeConfiguration[node.number] ?? []
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text as one word of a configuration line (redis sds.c: `sdssplitargs`).
  static func quoted(_ text: String) -> String {
    var result = "\""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        result += "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E:
        result.unicodeScalars.append(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 16)
        result += "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result + "\""
  }
}
