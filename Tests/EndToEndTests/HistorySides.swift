// The two sides of a history: real servers of a lab, and the simulator of `World`.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@testable import World

/// A command's answer as both sides give it: OK, or an error's text without what names the directive.
private func shape(of error: String, to words: [String]) -> String {
  // Releases word what they do not know each in their own way; that it is refused is what counts.
  words.contains { $0.hasPrefix("no-such") || $0.hasPrefix("NO-SUCH") }
    ? String(error.prefix { $0 != " " }) : error
}

/// Real servers.
struct RealHistory {
  private let night: Night
  private let fleet: Fleet
  private let to: Release
  /// By `Node`: the lab's nodes, each beside what the finder knows of it.
  private let nodes: [NodeSetup]
  private let profile: Profile

  init(_ night: Night, to: Release) async throws {
    self.night = night
    self.to = to
    fleet = Fleet(
      loop: night.loop,
      settings: ConnectionSettings(user: nil, password: nil, name: WizardName(host: "tests", run: "history")))
    profile = try Profile.load(night.lab.profilePath)
    let finding = try await DeploymentFinder(fleet: fleet).find([night.lab.addresses[0]])
    let shards = finding.shards.sorted { $0.slots.ranges[0].lowerBound < $1.slots.ranges[0].lowerBound }
    nodes = [Role.primary, .replica].flatMap { role in
      shards.compactMap { shard in finding.nodes.first { shard.members.contains($0.id) && $0.role == role } }
    }
  }

  func send(_ words: [String], to node: Node) async throws -> String {
    do throws(ClientError) {
      return try await fleet.commander(nodes[node.rawValue].address).send(Command(words: words)).text ?? "?"
    } catch {
      guard case .server(let server) = error else { throw error }
      return shape(of: server.message, to: words)
    }
  }

  func readouts() async -> [NodeReadout] {
    var all: [NodeReadout] = []
    for node in nodes {
      all.append(await NodeReader(fleet: fleet).read(node.address, .views, expecting: node.id))
    }
    return all
  }

  func stop(_ node: Node) async throws { try await shutDown(node, ["SHUTDOWN", "SAVE"]) }

  /// Without a last save, as when it dies.
  func kill(_ node: Node) async throws { try await shutDown(node, ["SHUTDOWN", "NOSAVE"]) }

  private func shutDown(_ node: Node, _ words: [String]) async throws {
    let record = night.lab.nodes.first { $0.address == nodes[node.rawValue].address }
    let processes = record.map { night.lab.processes(of: $0) } ?? []
    _ = try? await fleet.commander(nodes[node.rawValue].address).send(Command(words: words), within: .seconds(30))
    for process in processes { _ = try await process.end(on: night.loop, within: .seconds(30)) }
  }

  func startUpgraded(_ node: Node) async throws {
    let setup = nodes[node.rawValue]
    let values = Placeholders(
      address: setup.address, nodeID: setup.id, from: setup.release, to: to, configFile: setup.configFile,
      directory: setup.directory)
    for stage in [Site.Stage.install, .start] {
      guard let command = try profile.command(stage, for: values) else { continue }
      _ = try await ChildProcess.run(.shell(command.text), on: night.loop, within: .seconds(30))
    }
  }
}

/// The simulator. Nobody else meddles, and its clock only goes on when it is told to.
final class SimulatedHistory {
  private let world: World
  private let to: Release

  init(from: Release, to: Release) {
    var scenario = Scenario(seed: 1)
    (scenario.from, scenario.to) = (from, to)
    scenario.nodeTimeout = .seconds(2)
    world = World(scenario)
    self.to = to
  }

  private func simulated(_ node: Node) -> SimulatedNode { world.cluster.nodes[node.rawValue] }

  func send(_ words: [String], to node: Node) -> String {
    switch world.cluster.command(simulated(node).id, words, by: .others) {
    case .text(let text): text
    case .error(let text): shape(of: text, to: words)
    case .list(let words): words.joined(separator: " ")
    case .refused: "refused"
    case .silence: "silence"
    }
  }

  func readouts() -> [NodeReadout] {
    Node.allCases.map { world.reading.read(simulated($0).id, .views) }
  }

  /// Twenty seconds pass: time-outs, elections and links are over.
  func rest() {
    let end = world.agenda.now + .seconds(20)
    while world.agenda.now < end, world.agenda.step() {}
  }

  func stop(_ node: Node) {
    world.cluster.shutDown(simulated(node), by: .others) { _ in }
    let end = world.agenda.now + .milliseconds(200)
    while world.agenda.now < end, world.agenda.step() {}
  }

  func kill(_ node: Node) { world.cluster.end(simulated(node), saving: false, by: .others) }

  func startUpgraded(_ node: Node) {
    simulated(node).installed = to
    world.cluster.start(simulated(node), by: .others)
  }
}
