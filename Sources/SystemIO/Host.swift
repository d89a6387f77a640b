// Facts about the machine, this process and its user.

import CSystem
import Glibc

/// Facts about where and as whom we run.
package enum Host {
  /// The machine's own name.
  package static var name: String {
    var name = [CChar](repeating: 0, count: 256)
    return unsafe gethostname(&name, name.count - 1) == 0 ? text(name) : "localhost"
  }

  /// The name of the effective user, or its number where it has none. May ask a directory service, so it may block.
  package static var userName: String {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    let user = effectiveUserID
    let failure = unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found)
    guard failure == 0, let name = unsafe found?.pointee.pw_name else { return "\(user)" }
    return unsafe String(cString: name)
  }

  package static var effectiveUserID: UInt32 { geteuid() }

  package static var processID: Int32 { getpid() }

  /// The process environment, the first of equal names.
  package static var environment: [String: String] {
    var variables: [String: String] = [:]
    guard var entry = unsafe csystem_environment() else { return variables }
    while let line = unsafe entry.pointee {
      let text = unsafe String(cString: line)
      if let equals = text.firstIndex(of: "=") {
        let name = String(text[..<equals])
        if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
      }
      unsafe entry += 1
    }
    return variables
  }

  /// Our own program's file.
  package static var executable: String? { try? Files.readLink("/proc/self/exe") }

  /// The memory of this machine, and of the control group that a process is in.
  ///
  /// - Parameter pid: the process whose group is looked at; nil is ours.
  package static func memory(of pid: Int32? = nil) throws(SystemError) -> MemoryFacts {
    let content = try Files.read("/proc/meminfo", limit: 1 << 16)
    var facts = MemoryFacts(meminfo: String(decoding: content, as: UTF8.self))
    if let policy = try? Files.read("/proc/sys/vm/overcommit_memory", limit: 64) {
      facts.overcommit = number(policy).flatMap { Overcommit(rawValue: Int($0)) }
    }
    facts.controlGroup = ControlGroup.memory(of: pid)
    return facts
  }

  static func number(_ content: [UInt8]) -> Int64? {
    Int64(String(decoding: content.prefix { $0 > 32 }, as: UTF8.self))
  }
}

/// How the kernel answers requests for memory (`vm.overcommit_memory`).
package enum Overcommit: Int, Hashable, Sendable {
  /// It guesses, and may refuse the fork of a big server.
  case heuristic = 0
  /// It always says yes, as the servers want it.
  case always = 1
  /// It counts, and refuses what swap and a ratio of RAM do not cover.
  case never = 2
}

/// How much memory there is, in bytes; nil for what the kernel did not say.
package struct MemoryFacts: Hashable, Sendable {
  package var total: Int64?
  /// What can be had without swapping (`MemAvailable`).
  package var available: Int64?
  package var overcommit: Overcommit?
  package var controlGroup: ControlGroup?

  /// Reads `/proc/meminfo`, whose numbers are in KiB.
  package init(meminfo: String) {
    for line in meminfo.split(separator: "\n") {
      let fields = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      guard fields.count >= 2, let kibibytes = Int64(fields[1]) else { continue }
      switch fields[0] {
      case "MemTotal": total = kibibytes * 1024
      case "MemAvailable": available = kibibytes * 1024
      default: continue
      }
    }
  }
}

/// The tightest memory limit that a process is under, in bytes.
package struct ControlGroup: Hashable, Sendable {
  package var limit: Int64
  /// What the group that has this limit uses now.
  package var used: Int64?

  /// The limit over a process; nil where there is none, or it cannot be read.
  static func memory(of pid: Int32?) -> ControlGroup? {
    let process = pid.map { "\($0)" } ?? "self"
    guard let content = try? Files.read("/proc/\(process)/cgroup", limit: 1 << 16) else { return nil }
    let groups = directories(cgroup: String(decoding: content, as: UTF8.self)).compactMap { directory in
      read(directory, "memory.max", "memory.current")
        ?? read(directory, "memory.limit_in_bytes", "memory.usage_in_bytes")
    }
    return groups.min { $0.limit < $1.limit }
  }

  /// The directories that may limit memory, innermost first, from `/proc/PID/cgroup` (`0::/a/b` or `4:memory:/a/b`).
  static func directories(cgroup: String) -> [String] {
    var found: [String] = []
    for line in cgroup.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let root: String
      if fields[0] == "0", fields[1].isEmpty {
        root = "/sys/fs/cgroup"
      } else if fields[1].split(separator: ",").contains("memory") {
        root = "/sys/fs/cgroup/memory"
      } else {
        continue
      }
      var parts = fields[2].split(separator: "/")
      while true {
        found.append(([root] + parts.map(String.init)).joined(separator: "/"))
        if parts.isEmpty { break }
        parts.removeLast()
      }
    }
    return found
  }

  private static func read(_ directory: String, _ limit: String, _ used: String) -> ControlGroup? {
    guard let content = try? Files.read("\(directory)/\(limit)", limit: 64), let limit = Host.number(content),
      limit < 1 << 60  // version 1 says "none" with a number near 2^63, version 2 with "max"
    else { return nil }
    let usage = try? Files.read("\(directory)/\(used)", limit: 64)
    return ControlGroup(limit: limit, used: usage.flatMap(Host.number))
  }
}
