// What the wizard is put together from, and what it has once its run has begun.

package import SystemIO
package import UpgradeCore

/// What the wizard is made of; the executable puts it together.
package struct WizardParts: Sendable {
  package var loop: EventLoop
  package var fleet: Fleet
  /// Where hosts, or servers, are reached by ssh.
  package var links: SSHLinks?
  package var request: RunRequest
  /// The logins of a cluster of Redis Enterprise Software.
  package var enterprise: EnterpriseAccess
  package var identity: WizardIdentity
  package var kind: RunPicture.Kind
  /// Opens the run's folder, lock and journal; called once, when the checks have passed and somebody goes on.
  package var openRun: @Sendable (Setup, String) async throws(FindingError) -> OpenRun
  package var run: String

  package init(
    loop: EventLoop, fleet: Fleet, links: SSHLinks? = nil, request: RunRequest,
    enterprise: EnterpriseAccess = EnterpriseAccess(),
    identity: WizardIdentity, kind: RunPicture.Kind, run: String,
    openRun: @escaping @Sendable (Setup, String) async throws(FindingError) -> OpenRun
  ) {
    self.loop = loop
    self.fleet = fleet
    self.links = links
    self.request = request
    self.enterprise = enterprise
    self.identity = identity
    self.kind = kind
    self.run = run
    self.openRun = openRun
  }
}

extension WizardParts {
  var preflight: Preflight { Preflight(loop: loop, fleet: fleet, request: request, links: links) }
  var enterprisePreflight: EnterprisePreflight {
    EnterprisePreflight(loop: loop, request: request, links: links, rest: restReader, clients: proxyReader)
  }

  var restReader: RestReader? { enterprise.rest.map { RestReader($0, way: fleet.settings.way, on: loop) } }

  var proxyReader: ProxyReader { enterprise.proxyReader(fleet.settings, on: loop) }

  /// What reads a cluster of Redis Enterprise Software; nil where the nodes are servers.
  func clusterReader(_ setup: Setup) -> EnterpriseReader? {
    setup.enterprise.map { constants in
      EnterpriseReader(
        SiteShell(setup.site, links: links, loop: loop), constants, nodes: setup.order, rest: restReader,
        clients: proxyReader)
    }
  }
}

/// A run that has its folder, its lock and its journal.
package struct OpenRun: Sendable {
  package var sink: any RecordSink
  package var host: any HostRunner
  package var paths: RunPaths
  /// The records of an earlier wizard, where the run is taken up again.
  package var records: [Record]
  /// What the nodes were like before the run touched any, where an earlier wizard kept it.
  package var inventory: [NodeID: Inventory]
  /// How long things took before, from the wall times of those records.
  package var times: RunTimes
  /// Keeps what the nodes are like before the first of them is touched, for whoever goes on with the run.
  package var keep: @Sendable ([NodeID: Inventory]) async throws(JournalError) -> Void
  /// Hears the last picture, with what was read back from the servers, to keep the report.
  package var concluded: @Sendable (RunPicture) async -> Void
  package init(
    sink: any RecordSink, host: any HostRunner, paths: RunPaths, records: [Record] = [],
    inventory: [NodeID: Inventory] = [:], times: RunTimes = RunTimes(),
    keep: @escaping @Sendable ([NodeID: Inventory]) async throws(JournalError) -> Void = { _ throws(JournalError) in },
    concluded: @escaping @Sendable (RunPicture) async -> Void = { _ in }
  ) {
    self.sink = sink
    self.host = host
    self.paths = paths
    self.records = records
    self.inventory = inventory
    self.keep = keep
    self.times = times
    self.concluded = concluded
  }
}
