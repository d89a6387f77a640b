// What was read of a host, where the profile reaches it: memory, room, pages, processes, units.

/// What was read from a host, bytes.
package struct HostFacts: Hashable, Sendable {
  package var memoryAvailable: Int?
  package var overcommitMemory: Int?
  package var freeDisk: [String: Int]
  /// The number of the file system that each directory is on.
  package var devices: [String: String] = [:]
  /// nil where nothing is to be reached: commands run on this machine, or nowhere.
  package var reach: HostReach?
  /// What is chosen in `transparent_hugepage/enabled`; nil where it cannot be read.
  package var hugePages: String?
  /// Which processes that ``RivalControllers`` knows are there; nil where that cannot be read.
  package var processes: Set<String>?
  /// The systemd unit that a server's process belongs to, by its number.
  package var units: [Int: UnitFacts] = [:]
  /// What became of the file that a server runs, by its process's number.
  package var programs: [Int: ProgramFacts] = [:]
  /// Whether a server could write its configuration file, by its process's number.
  package var configurations: [Int: ConfigurationFacts] = [:]
  /// The packages of servers that are installed; nil where no package manager that is known was asked.
  package var packages: PackageFacts?
  package init(
    memoryAvailable: Int?, overcommitMemory: Int?, freeDisk: [String: Int], reach: HostReach? = nil
  ) {
    self.reach = reach
    self.memoryAvailable = memoryAvailable
    self.overcommitMemory = overcommitMemory
    self.freeDisk = freeDisk
  }
}

/// What systemd does with a server by itself.
package struct UnitFacts: Hashable, Sendable {
  package var name: String
  /// `Restart=`: `always`, `no`, `on-failure`, ...
  package var restart: String
  /// `TimeoutStopUSec=` in whole seconds; nil for no end, or where it was not said.
  package var stopSeconds: Int?
  package init(name: String, restart: String, stopSeconds: Int?) {
    self.name = name
    self.restart = restart
    self.stopSeconds = stopSeconds
  }

  /// A clean end, as after `SHUTDOWN`, is followed by a start (systemd.service(5), the table of `Restart=`).
  var restartsAfterStop: Bool { restart == "always" || restart == "on-success" }
}

/// The file that a server was started from, against what lies there now.
package struct ProgramFacts: Hashable, Sendable {
  package enum Standing: String, Hashable, Sendable {
    /// The file that runs lies there.
    case same
    /// The file that runs was taken away, and another one lies in its place.
    case deleted
    /// The file that runs is still there, elsewhere: a link leads to another one now.
    case other
    /// The file that runs was taken away, and nothing lies in its place.
    case gone
  }
  package var standing: Standing
  /// What the file there says of its version; nil where it was not asked, or did not say.
  package var version: Version?
  package var path: String
  package init(_ standing: Standing, version: Version?, path: String) {
    self.standing = standing
    self.version = version
    self.path = path
  }
}

/// What a host's package manager has, and does by itself.
package struct PackageFacts: Hashable, Sendable {
  /// `dpkg` or `rpm`.
  package var manager: String
  /// The installed packages of servers, by name, each with whether it is held.
  package var held: [String: Bool] = [:]
  /// The program that upgrades packages without being asked; nil where none is on.
  package var unattended: String?
  /// `/usr/sbin/policy-rc.d` is there, and decides whether a package may start what it brings.
  package var hasPolicy = false
  package init(manager: String) { self.manager = manager }
}

extension HostFacts {
  /// Takes what the script of facts said of a host, a line in words: `memory 123`, `unit 77 redis.service always 1min 30s`.
  package mutating func hear(_ said: [String]) {
    guard said.count > 1 else { return }
    switch said[0] {
    case "memory": memoryAvailable = Int(said[1]).map { $0 * 1024 }
    case "overcommit": overcommitMemory = Int(said[1])
    case "room": freeDisk[said.dropFirst(2).joined(separator: " ")] = Int(said[1]).map { $0 * 1024 }
    case "device": devices[said.dropFirst(2).joined(separator: " ")] = said[1]
    case "pages":
      hugePages = said.dropFirst().first { $0.hasPrefix("[") && $0.hasSuffix("]") }.map {
        String($0.dropFirst().dropLast())
      }
    case "processes": processes = Set(said.dropFirst(2))
    case "unit":
      guard said.count > 3, let pid = Int(said[1]) else { return }
      units[pid] = UnitFacts(
        name: said[2], restart: said[3], stopSeconds: Self.seconds(said.dropFirst(4)))
    case "program":
      guard said.count > 4, let pid = Int(said[1]), let standing = ProgramFacts.Standing(rawValue: said[2]) else {
        return
      }
      programs[pid] = ProgramFacts(
        standing, version: Version(said[3]), path: said.dropFirst(4).joined(separator: " "))
    case "config":
      if let pid = Int(said[1]) { configurations[pid] = ConfigurationFacts(said) }
    case "blanks":
      if let pid = Int(said[1]) { configurations[pid]?.blankPasswords = said.dropFirst(2).compactMap { Int($0) } }
    case "packages": packages = PackageFacts(manager: said[1])
    case "package":
      if said.count > 2 { packages?.held[said[1]] = said[2] == "hold" }
    case "unattended": packages?.unattended = said[1]
    case "policy": packages?.hasPolicy = said[1] == "yes"
    default: break
    }
  }

  /// A time span as systemd prints it: `1min 30s`, `500ms`, `infinity` (systemd.time(7)).
  private static func seconds(_ words: ArraySlice<String>) -> Int? {
    let units = ["h": 3600.0, "min": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000_001]
    var total = 0.0
    for word in words {
      let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let number = Double(digits), let unit = units[String(word.dropFirst(digits.count))] else { return nil }
      total += number * unit
    }
    return words.isEmpty ? nil : Words.whole(total)
  }
}
