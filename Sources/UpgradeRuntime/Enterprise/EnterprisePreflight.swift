// Before the start of a run on Redis Enterprise Software: who is there, what the run would be, and all that rules look at.

package import SystemIO
package import UpgradeCore

/// Looks before the leap.
package struct EnterprisePreflight: Sendable {
  private let loop: EventLoop
  private let request: RunRequest
  private let links: SSHLinks?
  private let rest: RestReader?
  private let clients: ProxyReader

  package init(
    loop: EventLoop, request: RunRequest, links: SSHLinks?, rest: RestReader?, clients: ProxyReader
  ) {
    self.rest = rest
    self.clients = clients
    self.loop = loop
    self.request = request
    self.links = links
  }

  private var profile: Profile { request.profile }
  private var programs: String { profile.programs ?? Enterprise.Constants.usualPrograms }

  /// Finds the cluster by the first report that any of the hosts gives, and lays down the constants of the run.
  package func setup() async throws(FindingError) -> Setup {
    guard profile.reach != .manual else {
      throw FindingError(
        "Redis Enterprise Software is read by its own programs on its hosts: the profile has to reach them "
          + "(reach: local or reach: ssh).")
    }
    guard profile.stages.contains(.install) else {
      throw FindingError(
        "The profile has no install: say how the vendor's installer is begun on a host, for example "
          + "software: { install: \"cd /root/redislabs-{version} && sudo ./install.sh\" }.")
    }
    guard let goal = request.to.release(for: .enterprise).enterprise else {
      throw FindingError(
        "--to \(request.to) names no build of Redis Enterprise Software: write it as the package does, 7.22.0-250.")
    }
    let survey = try await firstReport()
    let to = Release(goal)
    let nodes = survey.status.nodes.map { row in
      NodeSetup(
        id: NodeID(String(row.id)), address: Address(host: row.address, port: Self.port), release: Release(row.version),
        role: .replica, runID: "", processID: 0, configFile: "", directory: "", appendOnly: false, settings: [:])
    }
    // Only the API says who replicates from whom, and what is Active-Active; the checks say where it was not asked.
    let view = try? await rest?.read(from: survey.status.nodes.map(\.address))
    let constants = Enterprise.Constants(
      databases: survey.status.databases.map { row in
        let own = view?.databases.first { $0.id == row.id }
        return Enterprise.DatabaseSetup(
          id: row.id, name: row.name, version: row.version.flatMap { Enterprise.DatabaseVersion($0) },
          isReplicated: row.isReplicated, persistence: row.persistence, kind: row.kind,
          sources: own.flatMap { view?.sources(of: $0) } ?? [], isActiveActive: own?.isActiveActive ?? false)
      }, master: survey.status.master?.id,
      databaseGoal: Enterprise.BundledVersions.goal(
        of: goal.version, policy: survey.settings?[Enterprise.BundledVersions.policySetting]), programs: programs,
      rest: profile.rest?.settings, clients: profile.clients)
    do throws(UsageError) {
      return Setup(
        target: request.target, to: to, nodes: nodes, shards: [], nodeTimeout: .zero, wayBackNarrows: false,
        site: try site(nodes, to: to), options: request.options, enterprise: constants)
    } catch {
      throw FindingError(error.description)
    }
  }

  /// Where the REST API listens; it stands for the node in addresses.
  private static let port = 9443

  /// Every command of the profile, written out for every node, so that what cannot be filled in is known now.
  private func site(_ nodes: [NodeSetup], to: Release) throws(UsageError) -> Site {
    var commands: [Site.Stage: [NodeID: String]] = [:]
    var bounds: [Site.Stage: Duration] = [:]
    for stage in [Site.Stage.stage, .beforeNode, .install, .afterNode] where profile.stages.contains(stage) {
      bounds[stage] = profile.bound(of: stage)
      for node in nodes {
        let values = Placeholders(address: node.address, nodeID: node.id, from: node.release, to: to)
        commands[stage, default: [:]][node.id] = try profile.command(stage, for: values)?.text
      }
    }
    return Site(
      reach: profile.reach, remote: profile.remote(nodes), addresses: profile.places.addresses, commands: commands,
      bounds: bounds, isLab: request.isLab)
  }

  // MARK: - The first report

  /// Until a report is there, no node's number is known: on hosts of their own that does not matter, and where several
  /// are simulated on one host the folder of the first that is there is taken.
  private func firstReport() async throws(FindingError) -> Enterprise.Survey {
    let candidates: [(node: NodeID, host: String)]
    if profile.reach == .ssh {
      candidates = request.seeds.map { (NodeID("1"), profile.host(of: $0)) }
    } else {
      let numbers = programs.contains("{node_id}") ? 1...Self.mostNodes : 1...1
      candidates = numbers.map { (NodeID(String($0)), "") }
    }
    var complaint: String?
    for (node, host) in candidates {
      let shell = SiteShell(reach: profile.reach, links: links, hosts: [node: host], loop: loop)
      let reader = EnterpriseReader(shell, Enterprise.Constants(databases: [], programs: programs), nodes: [node])
      switch await reader.read(.report) {
      case .success(let survey): return survey
      case .failure(let failure):
        if complaint == nil { complaint = host.isEmpty ? failure.sentence : "\(host): \(failure.sentence)" }
      }
    }
    throw FindingError(
      "No report of a cluster was to be had (\(programs)/rladmin status extra all): \(complaint ?? "no host was named")"
    )
  }

  /// Redis Enterprise Software takes up to 35 nodes (redis/docs, hardware requirements).
  private static let mostNodes = 35

  // MARK: - Checks

  package func scene(_ setup: Setup, ownName: WizardName) async -> Scene {
    var snapshot = Snapshot(nodes: [:], shards: [], addresses: [:])
    for node in setup.nodes {
      snapshot.addresses[node.id] = node.address
      snapshot.nodes[node.id] = .unknown("it is no server")
    }
    var setup = setup
    if let constants = setup.enterprise {
      let reader = EnterpriseReader(
        SiteShell(setup.site, links: links, loop: loop), constants, nodes: setup.order, rest: rest, clients: clients)
      if case .success(let survey) = await reader.read(.everything) {
        snapshot.enterprise = survey
        for place in constants.databases.indices {
          setup.enterprise?.databases[place].keys = survey.keys(ofDatabase: constants.databases[place].id)
        }
      }
    }
    return Scene(snapshot: snapshot, setup: setup, ownName: ownName)
  }
}
