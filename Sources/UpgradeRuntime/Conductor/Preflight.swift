// Before the start: what is out there, what the run would be, and whether it may begin. Nothing is changed.

package import SystemIO
package import UpgradeCore

/// What a run is asked to do, before anything is known about the deployment.
package struct RunRequest: Sendable {
  package var target: String
  package var seeds: [Address]
  package var to: WantedRelease
  package var options: Options
  package var profile: Profile
  package var isLab: Bool
  /// The target is a cluster of Redis Enterprise Software.
  package var isEnterprise: Bool
  /// The target is what Sentinels watch, and `seeds` are some of them.
  package var watched: WatchedTarget?
  /// Where runs are kept, and so backups; nil where none is begun.
  package var stateDirectory: String?
  package init(
    target: String, seeds: [Address], to: WantedRelease, options: Options, profile: Profile, isLab: Bool,
    isEnterprise: Bool = false, watched: WatchedTarget? = nil, stateDirectory: String? = nil
  ) {
    self.stateDirectory = stateDirectory
    self.isEnterprise = isEnterprise
    self.watched = watched
    self.target = target
    self.seeds = seeds
    self.to = to
    self.options = options
    self.profile = profile
    self.isLab = isLab
  }
}

/// Looks before the leap.
package struct Preflight: Sendable {
  private let loop: EventLoop
  private let fleet: Fleet
  private let request: RunRequest
  /// Where the profile uses ssh.
  private let links: SSHLinks?

  package init(loop: EventLoop, fleet: Fleet, request: RunRequest, links: SSHLinks? = nil) {
    self.links = links
    self.loop = loop
    self.fleet = fleet
    self.request = request
  }

  private var now: Instant { Instant(nanoseconds: loop.now.nanoseconds) }

  // MARK: - What is out there

  /// Finds every node, and lays down the constants of the run.
  package func setup() async throws(FindingError) -> (setup: Setup, finding: Finding) {
    let finding = try await DeploymentFinder(fleet: fleet).find(request.seeds, of: request.watched)
    if let stranger = finding.strangers.first {
      throw FindingError(
        "\(stranger.address) calls itself \(stranger.name) \(stranger.version). This program upgrades Redis and Valkey; "
          + "it does not touch what it does not know.")
    }
    try finding.refuseMixture()
    guard let first = finding.nodes.first else {
      let why = finding.unreachable.first?.failure.sentence ?? "no node answered"
      throw FindingError("No node can be read: \(why)")
    }
    let to = request.to.release(for: first.release.product)
    if let obstacle = finding.nodes.lazy.compactMap({ request.profile.obstacle(from: $0.release, to: to) }).first {
      throw FindingError(obstacle)
    }
    let lookup = HostLookup(profile: request.profile, nodes: finding.nodes, to: to, links: links, loop: loop)
    let units = await lookup.units()
    let candidates = try await lookup.candidates()
    let temporary = try temporary(finding, to: to)
    do throws(UsageError) {
      var site = try site(finding.nodes, to: to, units: units, candidates: candidates, temporary?.node)
      let remarks = await remarks(site)
      site.remote?.remarks = remarks
      let timeout = finding.nodes.compactMap(\.nodeTimeoutMilliseconds).max() ?? 15_000
      var options = request.options
      if options.backWithinData != nil { options.deriveBackWithin(from: finding.mostData) }
      var setup = Setup(
        target: request.target, to: to, nodes: finding.nodes, shards: finding.shards,
        nodeTimeout: .milliseconds(timeout),
        wayBackNarrows: WayBack.judge(
          from: finding.nodes.filter { $0.role != .sentinel }.map(\.release), to: to
        ).narrows, site: site,
        options: options, encryption: fleet.settings.tls.map { EncryptionFiles($0.settings) },
        servers: temporary == nil ? finding.kind : .replication, watchedName: finding.watchedName)
      setup.temporary = temporary
      if finding.kind == .sentinel { setup.sentinelAccess = request.profile.sentinels }
      return (setup, finding)
    } catch {
      throw FindingError(error.description)
    }
  }

  /// The temporary server that the profile asks for; nil where the target is more than one server, or is there already.
  private func temporary(_ finding: Finding, to: Release) throws(FindingError) -> Temporary? {
    guard let wish = request.profile.temporary, finding.kind == .standalone, finding.nodes.count == 1,
      let server = finding.nodes.first, server.release != to
    else { return nil }
    guard !server.address.host.hasPrefix("/"), !server.directory.isEmpty else {
      throw FindingError(
        "temporary: \(server.address) has no port and data directory that are known, beside which another server can be "
          + "started. Name it by its address, or take `temporary` out of the profile.")
    }
    guard server.address.port != wish.port else {
      throw FindingError("temporary: port \(wish.port) is the server's own. Name a free one in the profile.")
    }
    return Temporary(
      beside: server, port: wish.port, folder: wish.folder, to: to, used: finding.mostData)
  }

  /// Every command of the profile, written out for every node, so that what cannot be filled in is known now.
  private func site(
    _ nodes: [NodeSetup], to: Release, units: [NodeID: String], candidates: [NodeID: String],
    _ temporary: NodeSetup?
  ) throws(UsageError) -> Site {
    let profile = request.profile
    var remote = profile.remote(nodes)
    if let temporary, let old = temporary.follows, let host = remote?.hosts[old] { remote?.hosts[temporary.id] = host }
    let neighbours = Dictionary(grouping: nodes) { remote?.hosts[$0.id] ?? $0.address.host }
    var commands: [Site.Stage: [NodeID: String]] = [:]
    var bounds: [Site.Stage: Duration] = [:]
    for stage in profile.stages where stage != .candidate && !(stage == .program && profile.reach == .manual) {
      bounds[stage] = profile.bound(of: stage)
      // Nothing is installed for it: only the clients are sent to it.
      for node in nodes + (stage == .switchOver ? [temporary].compactMap(\.self) : []) {
        let beside = neighbours[remote?.hosts[node.id] ?? node.address.host] ?? [node]
        let shared = beside.compactMap { units[$0.id] }
        var values = Placeholders(
          address: node.address, nodeID: node.id, unit: units[node.id],
          units: shared.count == beside.count ? shared : [], from: node.release, to: to,
          configFile: node.configFile.isEmpty ? nil : node.configFile,
          directory: node.directory.isEmpty ? nil : node.directory, candidate: candidates[node.id])
        values.isSentinel = node.role == .sentinel
        commands[stage, default: [:]][node.id] = try profile.command(stage, for: values)?.text
      }
    }
    var site = Site(
      reach: profile.reach, remote: remote, addresses: profile.places.addresses, commands: commands,
      bounds: bounds, startsItself: profile.startsItself, hostWide: profile.hostWide,
      keepsConfiguration: profile.keepsConfiguration, streamsBackups: profile.streamsBackups,
      isLab: request.isLab)
    site.switchPause = profile.switchPause
    return site
  }

  /// What the plan has to say about the hosts that commands run on; connects to each of them.
  private func remarks(_ site: Site) async -> [String] {
    guard let links, let remote = site.remote else { return [] }
    let way = remote.bastion.map {
      "Servers are reached through \($0): what the client probe measures includes the way there and back."
    }
    guard site.reach == .ssh else { return [way].compactMap(\.self) }
    let reached = await links.reach(Set(remote.hosts.values))
    return [way].compactMap(\.self) + reached.sorted { $0.key < $1.key }.compactMap { $0.value.remark(on: $0.key) }
  }

  // MARK: - Checks

  /// Everything a rule may look at, read twice a second apart, so that rules about rates have something to go on.
  package func scene(_ setup: Setup, _ finding: Finding, ownName: WizardName) async -> Scene {
    let begun = now
    let earlier = await snapshot(setup, finding, withInventory: false)
    let hosts = await hostFacts(setup, earlier)
    let left = Duration.seconds(1) - (now - begun)
    if left > .zero { do throws(CancellationError) { try await loop.sleep(for: left) } catch {} }
    let later = await snapshot(setup, finding, withInventory: true)
    var scene = Scene(
      snapshot: later, setup: setup, earlier: Scene.Earlier(snapshot: earlier, before: now - begun), hosts: hosts,
      ownName: ownName)
    scene.backups = backups
    if let own = setup.temporary?.node {
      let readout = await NodeReader(fleet: fleet, of: setup).read(own.address, .pulse, expecting: nil)
      scene.temporary =
        readout.pulse.map { pulse in
          .up(
            NodeView(
              pulse: pulse, cluster: nil, settings: nil, inventory: nil, pulseAsOf: 0, clusterAsOf: 0, ageOfPulse: .zero
            ))
        } ?? Reading(readout.failure)
    }
    return scene
  }

  /// The state directory, or what is there of the way to it.
  private var backups: String? {
    guard var path = request.stateDirectory else { return nil }
    while !path.isEmpty, !Files.exists(path) { path = Files.directory(of: path) }
    return path.isEmpty ? nil : path
  }

  private func snapshot(_ setup: Setup, _ finding: Finding, withInventory: Bool) async -> Snapshot {
    let reader = NodeReader(fleet: fleet, of: setup)
    let inventories = InventoryReader(fleet: fleet, of: setup)
    let lookup = HostLookup(profile: request.profile, nodes: setup.nodes, to: setup.to, links: links, loop: loop)
    let readings = await withTaskGroup(of: (NodeID, Reading).self) { group in
      for node in setup.nodes {
        group.addTask {
          let readout = await reader.read(node.address, .views, expecting: node.id)
          if node.role == .sentinel {
            let kept = withInventory ? await inventories.readSentinel(node.address, node.release) : nil
            return (node.id, readout.pulse.map { .sentinel($0, kept) } ?? Reading(readout.failure))
          }
          guard let pulse = readout.pulse else { return (node.id, Reading(readout.failure)) }
          var inventory: Inventory?
          // A temporary server asks for what the one asks for whose users it has.
          let peers =
            setup.temporary.map { _ in [node.address] }
            ?? (setup.shard(of: node.id)?.members ?? []).filter { $0 != node.id }.compactMap { setup.node($0)?.address }
          if withInventory,
            case .success(let read) = await inventories.read(node.address, node.release, peers: peers)
          {
            inventory = read
            let stored = await stored(node.id, pulse, setup.site)
            inventory?.trial = await trial(node, setup.site)
            inventory?.identityFile = await lookup.identityFile(
              of: node, running: read.configuration, stored: stored)
            if let stored {
              inventory?.unsavedDirectives =
                read.configuration.isEmpty ? nil : stored.unsaved(running: read.configuration, on: node.release)
              inventory?.storedDirectives = stored.directives
              inventory?.storedUsers = await users(
                stored, directory: read.configuration["dir"], of: node.id, setup.site)
            }
          }
          return (
            node.id,
            .up(
              NodeView(
                pulse: pulse, cluster: readout.view, settings: readout.settings, inventory: inventory, pulseAsOf: 0,
                clusterAsOf: 0, ageOfPulse: .zero))
          )
        }
      }
      var all: [NodeID: Reading] = [:]
      for await (node, reading) in group { all[node] = reading }
      return all
    }
    var nodes = readings
    for member in finding.unreachable {
      if let id = member.id { nodes[id] = Reading(member.failure) }
    }
    return Snapshot(nodes: nodes, shards: setup.shards, addresses: finding.addresses)
  }

  /// The wanted version with a node's configuration alone; nil where the profile does not say where its program is.
  private func trial(_ node: NodeSetup, _ site: Site) async -> Trial? {
    guard let trial = TrialRequest(node, site) else { return nil }
    // Checks are made many times, and fetch nothing.
    guard !request.profile.fetchesProgram else {
      var untried = Trial()
      untried.standing = .notTried("its package is fetched first")
      return untried
    }
    return await SiteShell(site, links: links, loop: loop).tryOut(trial, on: node.id)
  }

  /// What a node's next start reads; nil where the profile does not reach its file.
  private func stored(_ node: NodeID, _ pulse: Pulse, _ site: Site) async -> StoredConfiguration? {
    guard !pulse.server.configFile.isEmpty else { return nil }
    return await files(of: node, site)?.read(pulse.server.configFile)
  }

  /// The lines about users, from the file that the configuration names for them or from the configuration itself.
  private func users(
    _ stored: StoredConfiguration, directory: String?, of node: NodeID, _ site: Site
  ) async -> [String]? {
    guard let file = stored.usersFile else { return stored.users }
    let path = file.hasPrefix("/") ? file : directory.map { "\($0)/\(file)" }
    guard let path else { return nil }
    return await files(of: node, site)?.users(path)
  }

  private func files(of node: NodeID, _ site: Site) -> StoredConfigurationReader? {
    switch site.reach {
    case .local: return StoredConfigurationReader(loop: loop)
    case .manual: return nil
    case .ssh:
      guard let links, let host = site.remote?.hosts[node] else { return nil }
      return StoredConfigurationReader { await links.file($0, on: host, limit: $1) }
    }
  }

  /// Only where the profile reaches the hosts; by the host that nodes announce, whatever ssh calls it.
  private func hostFacts(_ setup: Setup, _ snapshot: Snapshot) async -> [String: HostFacts] {
    switch setup.site.reach {
    case .manual: return [:]
    case .local:
      let directories = Set(setup.nodes.map(\.directory) + [backups ?? ""]).filter { !$0.isEmpty }.sorted()
      let facts = await localFacts(
        directories, programs: programs(of: setup.nodes, snapshot),
        configurations: configurations(of: setup.nodes, snapshot))
      return Dictionary(setup.nodes.map { ($0.address.host, facts) }, uniquingKeysWith: { first, _ in first })
    case .ssh:
      guard let links, let remote = setup.site.remote else { return [:] }
      let nodes = Dictionary(grouping: setup.nodes, by: \.address.host)
      return await withTaskGroup(of: (String, HostFacts).self) { group in
        for (host, nodes) in nodes {
          let called = nodes.compactMap { remote.hosts[$0.id] }.first ?? host
          let directories = Set(nodes.map(\.directory)).filter { !$0.isEmpty }.sorted()
          let programs = programs(of: nodes, snapshot)
          let configurations = configurations(of: nodes, snapshot)
          group.addTask {
            (
              host,
              await links.facts(
                of: called, directories: directories, programs: programs, configurations: configurations)
            )
          }
        }
        var all: [String: HostFacts] = [:]
        for await (host, facts) in group { all[host] = facts }
        return all
      }
    }
  }
}

extension Preflight {
  /// What each server says that it was started from, by its process.
  private func programs(of nodes: [NodeSetup], _ snapshot: Snapshot) -> [Int: String] {
    Dictionary(
      nodes.map { ($0.processID, snapshot[$0.id].view?.pulse.server.executable ?? "") },
      uniquingKeysWith: { first, _ in first })
  }

  /// Where each server's configuration file is, by its process.
  private func configurations(of nodes: [NodeSetup], _ snapshot: Snapshot) -> [Int: String] {
    Dictionary(
      nodes.map { ($0.processID, snapshot[$0.id].view?.pulse.server.configFile ?? "") },
      uniquingKeysWith: { first, _ in first })
  }

  /// The same script as over ssh, on this machine.
  private func localFacts(
    _ directories: [String], programs: [Int: String], configurations: [Int: String]
  ) async -> HostFacts {
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    let script = SupervisorScript.facts(directories, programs: programs, configurations: configurations)
    guard
      let outcome = try? await ChildProcess.run(
        ChildCommand("sh", ["-s"]), on: loop, within: .seconds(10), input: Array(script.text.utf8))
    else { return facts }
    var talk = SSHTalk()
    for line in OutputTail.lines(of: outcome.errorOutput) { talk.hear(line, script.mark) }
    for said in talk.said { facts.hear(said) }
    return facts
  }
}

extension Reading {
  fileprivate static func sentinel(_ pulse: Pulse, _ inventory: Inventory?) -> Reading {
    .up(
      NodeView(
        pulse: pulse, cluster: nil, settings: nil, inventory: inventory, pulseAsOf: 0, clusterAsOf: 0,
        ageOfPulse: .zero))
  }

  init(_ failure: ReadingFailure?) {
    guard let failure else {
      self = .unknown("it gave no reading")
      return
    }
    self = failure.kind == .refused ? .down(failure.sentence) : .unknown(failure.sentence)
  }
}
