// All that was read of a cluster of Redis Enterprise Software in one round: its own report, and what every node says.

extension Enterprise {
  /// One round of readings. The report comes from one node and is about all; the rest comes from each node by itself.
  ///
  /// What could not be read is nil, with the reason beside it, never a healthy value.
  package struct Survey: Hashable, Sendable {
    /// `rladmin status extra all`.
    package var status: ClusterStatus
    /// `rladmin info cluster`, by the names that it prints; nil where it could not be read.
    package var settings: [String: String]?
    /// `rladmin cluster running_actions`, a line each; nil where it could not be read.
    package var actions: [String]?
    /// The modules of the databases, `rladmin status modules`; nil where it could not be read.
    package var modules: [DatabaseModule]?
    /// By the node's number.
    package var nodes: [Int: NodeReport]
    /// What the REST API says of the same; nil where no credentials were given, or it could not be read.
    package var rest: RestView?
    /// Why `rest` is nil although credentials were given.
    package var restTrouble: String?
    /// What a client sees through every proxy of every database; nil where nobody looked.
    package var clients: [ProxyReading]?
    /// How old the report is.
    package var age: Duration

    package init(
      status: ClusterStatus, settings: [String: String]? = nil, actions: [String]? = nil,
      nodes: [Int: NodeReport] = [:], rest: RestView? = nil, restTrouble: String? = nil, age: Duration = .zero
    ) {
      self.status = status
      self.settings = settings
      self.actions = actions
      self.nodes = nodes
      self.rest = rest
      self.restTrouble = restTrouble
      self.age = age
    }

    /// Whether upgrade mode is on; nil where no source says.
    package var upgradeMode: Bool? {
      settings.flatMap { try? Reader.upgradeMode($0) }
    }
  }

  /// One module of one database.
  package struct DatabaseModule: Hashable, Sendable {
    package var database: Int
    /// `RediSearch 2`, `search`: tools and API call it differently.
    package var name: String
    /// nil where it is no version of three parts.
    package var version: Version?

    package init(database: Int, name: String, version: Version?) {
      self.database = database
      self.name = name
      self.version = version
    }
  }

  /// What one node says of itself, by commands on its host.
  package struct NodeReport: Hashable, Sendable {
    /// `rlcheck`; nil where it was not run or gave no report.
    package var check: CheckReport?
    /// The services that do not run, of `supervisorctl status`; nil where that was not read.
    package var stoppedServices: [String]?
    /// Read before the start only.
    package var host: HostReport?
    /// Why one of them is nil, in words.
    package var trouble: String?

    package init(
      check: CheckReport? = nil, stoppedServices: [String]? = nil, host: HostReport? = nil, trouble: String? = nil
    ) {
      self.check = check
      self.stoppedServices = stoppedServices
      self.host = host
      self.trouble = trouble
    }
  }

  /// What the operating system of a node says; nil where it was not read.
  package struct HostReport: Hashable, Sendable {
    /// `ID` and `VERSION_ID` of /etc/os-release: `rhel`, `9.4`.
    package var system: String?
    package var systemVersion: String?
    /// Total swap in bytes (/proc/meminfo SwapTotal).
    package var swap: Int?
    /// Total and available memory in bytes.
    package var memory: Int?
    package var memoryAvailable: Int?
    /// `net.ipv4.ip_local_port_range`.
    package var localPorts: ClosedRange<Int>?
    /// `active` of chronyd, chrony, ntpd, ntp, systemd-timesyncd: the name of the one that runs; empty where none does.
    package var timeService: String?
    /// TCP ports on which somebody listens, with the name of the process where it could be seen, else empty.
    package var listening: [Int: String]?
    /// Who holds port 53: empty for nobody, `?` for somebody who cannot be seen.
    package var nameServer: String?
    /// `openssl version`: `3.0.7`.
    package var openssl: Version?
    /// Bytes free where the software, its variable files and the persistent storage are, by path; a path that does not
    /// exist is left out.
    package var freeDisk: [String: Int]
    /// Those of the paths that were asked for and do not exist.
    package var absent: Set<String>
    /// Owner of the persistent and the ephemeral path, `redislabs:redislabs`, by path.
    package var owners: [String: String]
    /// File system type of those paths: `ext4`, `xfs`, `nfs4`.
    package var fileSystems: [String: String]
    /// Which of `rladmin`, `rlcheck`, `supervisorctl` our login there finds and may run; nil where not asked.
    package var programs: Set<String>?

    package init() {
      freeDisk = [:]
      absent = []
      owners = [:]
      fileSystems = [:]
    }
  }
}
