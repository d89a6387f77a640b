// One node of the simulated cluster, with what the vendor's prerequisites ask about its host.

extension Simulator {
  package struct Node: Codable, Equatable, Sendable {
    package var id: Int
    package var address: String
    package var externalAddress = ""
    package var hostname: String
    package var version: Version
    package var sha: String
    /// Whether its services run; without them it is down for the others.
    package var isRunning = true
    /// Milliseconds since 1970.
    package var downSince: Int64?
    /// Services that do not run although the node does.
    package var failedServices: [String] = []
    package var isQuorumOnly = false
    /// One for each activation of maintenance mode that was not taken back: they stack.
    package var maintenance: [Snapshot] = []
    package var snapshots: [Snapshot] = []
    package var host = HostFacts()
    package var cores = 6
    package var shardLimit = 100
    package var rack = ""
    package var faults: [Fault] = []
    /// The process that is its proxy and its REST API: a process identity as text.
    package var process: String?

    package init(id: Int, address: String, hostname: String, version: Version) {
      self.id = id
      self.address = address
      self.hostname = hostname
      self.version = version
      sha = String("\(version.numbers.reduce(0x5c21) { ($0 &* 31 &+ $1) & 0xFFFFFF })".suffix(6))
    }

    package func has(_ fault: Fault) -> Bool { faults.contains(fault) }
    package var isInMaintenance: Bool { !maintenance.isEmpty }
  }

  /// What is true of the host under a node.
  package struct HostFacts: Codable, Equatable, Sendable {
    package var family = "ubuntu"
    package var name = "Ubuntu"
    package var semanticVersion = "22.04"
    package var version = "Ubuntu 22.04.4 LTS"
    package var architecture = "x86_64"
    package var openSSL = "3.0.2"
    package var hasSwap = false
    /// Ports that programs of others hold.
    package var busyPorts: [Int] = []
    package var totalMemory = 20_981_465_088
    package var freeMemory = 16_009_691_136
    package var provisionalMemory = 12_240_656_794
    package var totalProvisionalMemory = 17_201_343_201
    /// Bytes free on the file systems of the software and of its data.
    package var freeDisk: Int64 = 53_687_091_200

    package init() {}
  }

  /// Where a node's shards were, taken when it went into maintenance.
  package struct Snapshot: Codable, Equatable, Sendable {
    package var name: String
    /// Milliseconds since 1970.
    package var taken: Int64
    /// The shards on it, and which of them were primaries.
    package var shards: [Int]
    package var primaries: [Int]
    package var endpoints: [Int]

    package init(name: String, taken: Int64, shards: [Int], primaries: [Int], endpoints: [Int]) {
      self.name = name
      self.taken = taken
      self.shards = shards
      self.primaries = primaries
      self.endpoints = endpoints
    }
  }

  /// What can be made to go wrong on a node, by its name on the command line.
  package enum Fault: String, Codable, Sendable, CaseIterable {
    case swapOn = "swap-on"
    case portBusy = "port-busy"
    case dnsPortBusy = "dns-port-busy"
    case shardSyncing = "shard-syncing"
    case installerDies = "installer-dies"
    case unknownPrompt = "unknown-prompt"
    case doesNotComeBack = "does-not-come-back"
    case quorumLost = "quorum-lost"
    case notThePrimary = "not-the-primary"
    case oldOpenSSL = "openssl-too-old"
    case staysLoading = "shard-stays-loading"
    case serviceDead = "service-dead"
    case dataLost = "data-lost"
    case filesLost = "files-lost"

    package var meaning: String {
      switch self {
      case .swapOn: "the host swaps, and the installer asks about it"
      case .portBusy: "a port that the target needs is held by another program"
      case .dnsPortBusy: "port 53 is held, as by systemd-resolved; the installer fails unless told to skip the test"
      case .shardSyncing: "a shard is being synchronised, and the installer asks about it"
      case .installerDies: "the installer ends half way, with the services stopped"
      case .unknownPrompt: "the installer asks something that nobody knows"
      case .doesNotComeBack: "the installer says that all is well, and the node stays down"
      case .quorumLost: "the cluster has no quorum"
      case .notThePrimary: "the primary role moves to another node while this one is upgraded, and stays there"
      case .oldOpenSSL: "RHEL 9 with an OpenSSL before 3.3.0: newer installers die half way"
      case .staysLoading: "after the node's return one shard on it does not end loading"
      case .serviceDead: "after the installation a management service does not run"
      case .filesLost: "shards come back empty from the upgrade of their database, whatever file they had"
      case .dataLost: "shards without replication and persistence come back empty after the node's restart"
      }
    }
  }
}
