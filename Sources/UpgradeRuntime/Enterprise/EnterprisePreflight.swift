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
  private var finder: EnterpriseFinder {
    EnterpriseFinder(loop: loop, seeds: request.seeds, profile: profile, links: links)
  }

  /// Finds the cluster by the first report that any of the hosts gives, and lays down the constants of the run.
  package func setup() async throws(FindingError) -> Setup {
    guard profile.stages.contains(.install) else {
      throw FindingError(
        "The profile has no install: say how the vendor's installer is begun on a host, for example "
          + "software: { install: \"cd /root/redislabs-{version} && sudo ./install.sh\" }.")
    }
    guard let goal = request.to.release(for: .enterprise).enterprise else {
      throw FindingError(
        "--to \(request.to) names no build of Redis Enterprise Software: write it as the package does, 7.22.0-250.")
    }
    let survey = try await finder.report()
    let to = Release(goal)
    let nodes = EnterpriseFinder.nodes(of: survey)
    // The checks say where the API was not asked.
    let view = try? await rest?.read(from: survey.status.nodes.map(\.address))
    let constants = Enterprise.Constants(
      databases: EnterpriseFinder.databases(of: survey, view), master: survey.status.master?.id,
      databaseGoal: Enterprise.BundledVersions.goal(
        of: goal.version, policy: survey.settings?[Enterprise.BundledVersions.policySetting]),
      programs: finder.programs, rest: profile.rest?.settings, clients: profile.clients)
    do throws(UsageError) {
      return Setup(
        target: request.target, to: to, nodes: nodes, shards: [], nodeTimeout: .zero, wayBackNarrows: false,
        site: try site(nodes, to: to), options: request.options, enterprise: constants)
    } catch {
      throw FindingError(error.description)
    }
  }

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
