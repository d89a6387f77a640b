// How the programs of one generation of the vendor's software write: columns, banners, tests.

extension Simulator {
  /// Which generation a node's own programs belong to.
  package enum Dialect: Sendable, CaseIterable {
    /// Up to 5.x: `RAM` and `AVAILABLE_RAM`, four tests, the old banner.
    case old
    /// 6.x and 7.x.
    case current
    /// 8.x: the newest banner, a column with modules.
    case eight

    package init(of version: Version) {
      self = version.isAtLeast(8) ? .eight : version.isAtLeast(6) ? .current : .old
    }

    /// The two columns of memory: as `rladmin status` of 5.4.0-19 and 6.0.20-69 prints them.
    package var memoryColumns: (free: String, provisional: String) {
      self == .old ? ("RAM", "AVAILABLE_RAM") : ("FREE_RAM", "PROVISIONAL_RAM")
    }

    /// The first line of `rlcheck`; the brand has changed twice (redis/docs and redislabs-docs, rlcheck.md).
    package var checkBanner: String {
      let brand =
        switch self {
        case .old: "RedisLabs Enterprise Cluster"
        case .current: "Redis Enterprise Cluster"
        case .eight: "Redis Software Cluster"
        }
      return "##### Welcome to \(brand) settings verification utility ####"
    }

    /// The tests in the order in which they run.
    package var checks: [Check] {
      switch self {
      case .old: [.bootstrap, .processes, .proxy, .portRange]
      case .current, .eight:
        [.owner, .bootstrap, .services, .portRange, .pidFiles, .capabilities, .sockets, .host, .connectivity]
          + (self == .eight ? [.gossip] : [])
      }
    }
  }

  /// A test of `rlcheck` by its name.
  package enum Check: String, Sendable, CaseIterable {
    case owner = "verify_owner_and_group"
    case bootstrap = "verify_bootstrap_status"
    case services = "verify_services"
    case portRange = "verify_port_range"
    case pidFiles = "verify_pidfiles"
    case capabilities = "verify_capabilities"
    case sockets = "verify_existing_sockets"
    case host = "verify_host_settings"
    case connectivity = "verify_tcp_connectivity"
    case gossip = "verify_encrypted_gossip"
    case processes = "verify_processes"
    case proxy = "verify_dmcproxy"

    /// What an old `rlcheck` says it does (redislabs-docs, installing the setup package).
    package var words: String {
      switch self {
      case .proxy: "Verifying dmcproxy process..."
      case .portRange: "Verifying local port range..."
      case .processes: "Verifying processes..."
      default: "Verifying bootstrap status..."
      }
    }
  }
}
