// What is looked up on hosts before the start, changing nothing: the unit of each server, and the package to be had.

import SystemIO
import UpgradeCore

/// What a command that only looks answered.
struct HostAnswer: Hashable, Sendable {
  /// nil where it was not run, or not to its end.
  var code: Int32?
  var output: [UInt8]
  /// The last line of what it, or the way to it, complained of.
  var complaint: String?

  var firstLine: String? {
    OutputTail.lines(of: output.prefix(4096)).first.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Asks the hosts of a deployment, all at once and each within a bound.
struct HostLookup: Sendable {
  let profile: Profile
  let nodes: [NodeSetup]
  let to: Release
  let links: SSHLinks?
  let loop: EventLoop

  /// The systemd unit of each server, from its process's control group; a node without one is left out.
  func units() async -> [NodeID: String] {
    guard profile.uses(.unit) || profile.uses(.units) else { return [:] }
    return await forEach { node in
      let path = "/proc/\(node.processID)/cgroup"
      let bytes: [UInt8]?
      switch profile.reach {
      case .manual: bytes = nil
      case .local: bytes = try? Files.read(path, limit: 64 << 10)
      case .ssh: bytes = await links?.file(path, on: profile.host(of: node.address), limit: 64 << 10)
      }
      return bytes.flatMap { ControlGroupText.unit(String(decoding: $0, as: UTF8.self)) }
    }
  }

  /// The exact package on each host; an error where any of them has none.
  func candidates() async throws(FindingError) -> [NodeID: String] {
    guard profile.uses(.candidate), profile.stages.contains(.candidate) else { return [:] }
    let answers = await forEach { node -> HostAnswer? in
      do throws(UsageError) {
        let values = Placeholders(address: node.address, nodeID: node.id, from: node.release, to: to)
        guard let command = try profile.command(.candidate, for: values) else { return nil }
        return await ask(command.text, on: node, within: command.bound)
      } catch {
        return HostAnswer(code: nil, output: [], complaint: error.description)
      }
    }
    var found: [NodeID: String] = [:]
    var missing: [String] = []
    for node in nodes {
      let answer = answers[node.id]
      found[node.id] = answer?.firstLine
      if answer?.firstLine == nil {
        missing.append(node.address.host + (answer?.complaint.map { " (\($0))" } ?? ""))
      }
    }
    guard missing.isEmpty else {
      throw FindingError(
        "No package of \(to.title) is to be had on \(Set(missing).sorted().joined(separator: ", ")). Nothing was changed. "
          + "Add a package source that has it on each host and bring the lists up to date, or choose another --to.")
    }
    return found
  }

  /// What a command that only looks answers on a node's host; nil where no host is reached.
  func ask(_ command: String, on node: NodeSetup, within bound: Duration) async -> HostAnswer? {
    await SiteShell(reach: profile.reach, links: links, loop: loop)
      .ask(command, onHost: profile.host(of: node.address), within: bound)
  }

  private func forEach<Value: Sendable>(
    _ body: @escaping @Sendable (NodeSetup) async -> Value?
  ) async -> [NodeID: Value] {
    await withTaskGroup(of: (NodeID, Value?).self) { group in
      for node in nodes { group.addTask { (node.id, await body(node)) } }
      var all: [NodeID: Value] = [:]
      for await (node, value) in group { all[node] = value }
      return all
    }
  }
}

/// The control groups of a process, as `/proc/PID/cgroup` tells them (cgroups(7)).
package enum ControlGroupText {
  /// The innermost unit that a process belongs to, `redis-server@6380.service`; nil where it is under none.
  ///
  /// Scopes are sessions of people and slices are shelves: neither can be stopped and started for a server.
  package static func unit(_ text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      // `0::/system.slice/...` of the unified hierarchy, or `1:name=systemd:/...` beside it.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1] == "name=systemd" else { continue }
      if let unit = parts[2].split(separator: "/").last(where: { $0.hasSuffix(".service") }), unit.count > 8 {
        return String(unit)
      }
    }
    return nil
  }
}
