// Which operating systems a release of Redis Enterprise Software runs on, as data.

extension Enterprise {
  /// A family of operating systems, whatever a member of it calls itself.
  package enum SystemFamily: String, Hashable, Sendable {
    case redHat, ubuntu, amazon

    /// By the ID of /etc/os-release, or the family that the REST API names; nil for one that the vendor does not list.
    package init?(_ name: String) {
      switch name.lowercased() {
      case "rhel", "redhat", "centos", "rocky", "almalinux", "ol": self = .redHat
      case "ubuntu": self = .ubuntu
      case "amzn", "amazon": self = .amazon
      default: return nil
      }
    }

    var title: String {
      switch self {
      case .redHat: "Red Hat and compatible systems"
      case .ubuntu: "Ubuntu"
      case .amazon: "Amazon Linux"
      }
    }
  }

  /// A system and the cluster versions that run on it.
  package struct SupportedSystem: Hashable, Sendable {
    package let family: SystemFamily
    /// The first parts of its version: `9` is every 9.x, `22.04` itself alone.
    package let version: String
    package let first: BuildVersion
    /// nil where no end is known.
    package let last: BuildVersion?
    package let source: String

    init(_ family: SystemFamily, _ version: String, from first: BuildVersion, upTo last: Version? = nil) {
      self.family = family
      self.version = version
      self.first = first
      self.last = last.map { BuildVersion($0, build: 999_999) }
      source = "redis/docs, supported platforms"
    }

    func isSystem(_ family: SystemFamily, _ version: String) -> Bool {
      self.family == family && (version == self.version || version.hasPrefix("\(self.version)."))
    }

    func takes(_ cluster: BuildVersion) -> Bool { cluster >= first && last.map { cluster <= $0 } ?? true }
  }

  package enum SupportedSystems {
    /// The vendor's table begins here.
    static let begin = Version(6, 2, 0)

    static let all: [SupportedSystem] = [
      SupportedSystem(.redHat, "9", from: build(7, 4, 0)),
      SupportedSystem(.redHat, "8", from: build(6, 2, 0)),
      SupportedSystem(.redHat, "7", from: build(6, 2, 0), upTo: Version(7, 3, 999)),
      SupportedSystem(.ubuntu, "22.04", from: build(7, 8, 4, 66)),
      SupportedSystem(.ubuntu, "20.04", from: build(6, 4, 2, 43)),
      SupportedSystem(.ubuntu, "18.04", from: build(6, 2, 0), upTo: Version(7, 7, 999)),
      SupportedSystem(.ubuntu, "16.04", from: build(6, 2, 0), upTo: Version(7, 3, 999)),
      SupportedSystem(.amazon, "2023", from: build(8, 0, 20)),
      SupportedSystem(.amazon, "2", from: build(6, 4, 2, 69), upTo: Version(8, 1, 999)),
      SupportedSystem(.amazon, "2018.03", from: build(6, 2, 0), upTo: Version(7, 3, 999)),
    ]

    private static func build(_ major: Int, _ minor: Int, _ patch: Int, _ build: Int = 0) -> BuildVersion {
      BuildVersion(Version(major, minor, patch), build: build)
    }

    package enum Standing: Hashable, Sendable {
      case supported
      /// The versions of the same family on which the target runs.
      case refused(instead: [String])
      /// The vendor's table does not speak of it.
      case notListed
    }

    package static func standing(of name: String, _ version: String, for target: BuildVersion) -> Standing {
      guard let family = SystemFamily(name), target.version >= begin else { return .notListed }
      if all.contains(where: { $0.isSystem(family, version) && $0.takes(target) }) { return .supported }
      return .refused(instead: all.filter { $0.family == family && $0.takes(target) }.map(\.version))
    }
  }
}
