package import UpgradeCore

/// A name in braces that a profile's command may hold, and that is filled in for each node.
package enum Placeholder: String, CaseIterable, Sendable, Hashable {
  /// Where the node listens, as it announces itself; without brackets for IPv6.
  case host
  case port
  /// The 40 hexadecimal digits of `CLUSTER MYID`; of Redis Enterprise Software the node's number.
  case nodeID = "node_id"
  /// The server's process id at the moment when the command is run.
  case pid
  /// The systemd unit that runs the server.
  case unit
  /// The units of all nodes of the host that share its software, one space between them: one word of the shell.
  case units
  /// What is being upgraded to: `redis` or `valkey`, and its version.
  case product, version
  /// The version that the node ran when the run began, also while it is rolled back.
  case fromVersion = "from_version"
  /// The exact version of the package that the host's package manager has for the wanted version.
  case candidate
  /// The file that the server was started with, and its working directory.
  case configFile = "config_file"
  case dir
  /// `server` or `sentinel`, as in `redis-server` and `redis-sentinel`.
  case process

  /// `{node_id}`
  package var text: String { "{\(rawValue)}" }

  /// Whether the value is the same for all nodes of a host, so that a host-wide command may hold it.
  var isSharedByHost: Bool {
    switch self {
    case .host, .units, .product, .version, .fromVersion, .candidate: true
    case .port, .nodeID, .pid, .unit, .configFile, .dir, .process: false
    }
  }

  /// Why the value may be missing and what an operator can do then: a sentence.
  var whereUnknown: String {
    switch self {
    case .unit, .units: "No systemd unit was seen to run it; write the unit's name into the command."
    case .nodeID: "It is not a node of a cluster; use {host} and {port}."
    case .configFile: "It was started without a configuration file; write the file's name into the command."
    case .dir: "It did not tell its working directory; write the directory into the command."
    case .pid: "It does not run; use {host} and {port}."
    case .candidate: "No package of the wanted version was found there; give the profile a `candidate` that finds it."
    case .host, .port, .product, .version, .fromVersion, .process: "It did not tell; write it into the command."
    }
  }

  static var list: String { Quotation.list(allCases.map(\.text), last: "and") }
}

/// What is known of one node to fill placeholders with; nil is "not known", never an empty text.
package struct Placeholders: Equatable, Sendable {
  package var address: Address
  package var nodeID: NodeID?
  /// nil: left in the text as `{pid}`, to be filled in at the last moment.
  package var processID: Int?
  package var unit: String?
  /// Of all nodes of the host; empty where one of them is not known.
  package var units: [String]
  package var to: Release
  package var from: Release
  package var configFile: String?
  package var directory: String?
  package var candidate: String?
  package var isSentinel = false

  package init(
    address: Address, nodeID: NodeID? = nil, processID: Int? = nil, unit: String? = nil,
    units: [String]? = nil, from: Release, to: Release,
    configFile: String? = nil, directory: String? = nil, candidate: String? = nil
  ) {
    self.address = address
    self.nodeID = nodeID
    self.processID = processID
    self.unit = unit
    self.units = units ?? (unit.map { [$0] } ?? [])
    self.from = from
    self.to = to
    self.configFile = configFile
    self.directory = directory
    self.candidate = candidate
  }

  /// The value as text; nil where it is not known. An empty text is not known either.
  func value(_ placeholder: Placeholder) -> String? {
    let value =
      switch placeholder {
      case .host: address.host
      case .port: String(address.port)
      case .nodeID: nodeID?.text
      case .pid: processID.map { String($0) }
      case .unit: unit
      case .units: units.joined(separator: " ")
      case .product: to.product.rawValue
      case .version: to.number
      case .fromVersion: from.number
      case .configFile: configFile
      case .dir: directory
      case .process: isSentinel ? "sentinel" : "server"
      case .candidate: candidate
      }
    return value?.isEmpty == true ? nil : value
  }
}
