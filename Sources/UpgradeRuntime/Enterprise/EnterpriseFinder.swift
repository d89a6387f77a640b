// From the hosts that the operator named to a cluster of Redis Enterprise Software: the first report that any gives.

package import SystemIO
package import UpgradeCore

/// Asks hosts for a report until one gives it.
package struct EnterpriseFinder: Sendable {
  let loop: EventLoop
  let seeds: [Address]
  let profile: Profile
  let links: SSHLinks?

  package init(loop: EventLoop, seeds: [Address], profile: Profile, links: SSHLinks?) {
    self.loop = loop
    self.seeds = seeds
    self.profile = profile
    self.links = links
  }

  var programs: String { profile.programs ?? Enterprise.Constants.usualPrograms }

  /// Redis Enterprise Software takes up to 35 nodes (redis/docs, hardware requirements).
  private static let mostNodes = 35

  /// Until a report is there, no node's number is known: on hosts of their own that does not matter, and where several
  /// are simulated on one host the folder of the first that is there is taken.
  package func report() async throws(FindingError) -> Enterprise.Survey {
    guard profile.reach != .manual else {
      throw FindingError(
        "Redis Enterprise Software is read by its own programs on its hosts: the profile has to reach them "
          + "(reach: local or reach: ssh).")
    }
    let candidates: [(node: NodeID, host: String)]
    if profile.reach == .ssh {
      candidates = seeds.map { (NodeID("1"), profile.host(of: $0)) }
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

  /// What reads the cluster on and on, once it is known where its nodes are.
  package func reader() async throws(FindingError) -> EnterpriseReader {
    let setup = watched(try await report(), target: "")
    return EnterpriseReader(
      SiteShell(setup.site, links: links, loop: loop), Enterprise.Constants(databases: [], programs: programs),
      nodes: setup.order)
  }

  /// The cluster as it is watched without a run: what is there now, and no target.
  func watched(_ survey: Enterprise.Survey, target: String) -> Setup {
    let nodes = Self.nodes(of: survey)
    return Setup(
      target: target,
      to: nodes.map(\.release).max { $0.version < $1.version } ?? Release(.enterprise, Version(0, 0, 0)),
      nodes: nodes, shards: [], nodeTimeout: .zero, wayBackNarrows: false,
      site: Site(
        reach: profile.reach, remote: profile.remote(nodes), addresses: profile.places.addresses, commands: [:],
        bounds: [:], isLab: false),
      options: Options(),
      enterprise: Enterprise.Constants(
        databases: Self.databases(of: survey), master: survey.status.master?.id, programs: programs,
        rest: profile.rest?.settings, clients: profile.clients))
  }

  static func nodes(of survey: Enterprise.Survey) -> [NodeSetup] {
    survey.status.nodes.map { row in
      NodeSetup(
        id: NodeID(String(row.id)), address: Address(host: row.address, port: RestAccess.usualPort),
        release: Release(row.version), role: .replica, runID: "", processID: 0, configFile: "", directory: "",
        appendOnly: false, settings: [:])
    }
  }

  /// - Parameter view: only the API says who replicates from whom, and what is Active-Active.
  static func databases(
    of survey: Enterprise.Survey, _ view: Enterprise.RestView? = nil
  ) -> [Enterprise.DatabaseSetup] {
    survey.status.databases.map { row in
      let own = view?.databases.first { $0.id == row.id }
      return Enterprise.DatabaseSetup(
        id: row.id, name: row.name, version: row.version.flatMap { Enterprise.DatabaseVersion($0) },
        isReplicated: row.isReplicated, persistence: row.persistence, kind: row.kind,
        sources: own.flatMap { view?.sources(of: $0) } ?? [], isActiveActive: own?.isActiveActive ?? false)
    }
  }
}
