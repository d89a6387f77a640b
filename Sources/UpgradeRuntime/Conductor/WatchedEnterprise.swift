// A cluster of Redis Enterprise Software that is looked at, with a run of somebody else's or without one.

import SystemIO
import UpgradeCore

extension Spectator {
  /// Watches a cluster of Redis Enterprise Software, and the run under way on it where there is one.
  package func begin(_ finder: EnterpriseFinder) async throws(FindingError) {
    self.finder = finder
    take(finder.watched(try await finder.report(), target: parts.target))
    await searchRun()
    await start()
  }

  /// The report of a cluster of Redis Enterprise Software, every three seconds; rlcheck is left to who drives.
  func readCluster(_ setup: Setup) {
    guard let first = setup.order.first, let constants = setup.enterprise else { return }
    let state = reads[first] ?? ReadState()
    guard !state.isUnderWay, isDue(state.lastAsked, .seconds(3)) else { return }
    let asOf = machine.state.sequence
    reads[first] = ReadState(isUnderWay: true, count: state.count + 1, lastAsked: now, record: asOf)
    _ = parts.loop.task { [weak self, parts] in
      let shell = SiteShell(setup.site, links: parts.links, loop: parts.loop)
      let result = await EnterpriseReader(shell, constants, nodes: setup.order).read(.report)
      await self?.arrived(result, asOf, at: first)
    }
  }

  func arrived(
    _ result: Result<Enterprise.Survey, ReadingFailure>, _ asOf: RecordNumber, at first: NodeID
  ) async {
    reads[first]?.isUnderWay = false
    if follower != nil { await look() }
    switch result {
    case .success(let survey):
      machine.observe(survey, asOf: asOf, now: now)
      if follower == nil { await look(at: survey) }
    case .failure(let failure): machine.observe(enterpriseFailure: failure.sentence, asOf: asOf, now: now)
    }
  }

  /// Nobody drives a run: nodes and databases may come and go, and clients are looked at from here.
  func look(at survey: Enterprise.Survey) async {
    guard let finder, let setup = machine.state.setup, let constants = setup.enterprise else { return }
    let now = finder.watched(survey, target: parts.target)
    if now.nodes.map(\.id) != setup.nodes.map(\.id)
      || now.enterprise?.databases.map(\.id) != constants.databases.map(\.id)
    {
      take(now)
      machine.observe(survey, asOf: machine.state.sequence, now: self.now)
      remark("the cluster has \(now.nodes.count) nodes and \(now.enterprise?.databases.count ?? 0) databases now")
    }
    guard let clients = parts.clients else { return }
    let probe =
      self.probe
      ?? ProxyProbe(clients, constants, base: nil) { [weak self] measure in
        guard let self else { return }
        _ = self.parts.loop.task { await self.felt(measure) }
      }
    self.probe = probe
    await probe.use(survey.status.proxies)
  }

  func felt(_ measure: ClientMeasure) { self.measure = measure }

  /// Whoever drives the run measures, and its journal says what.
  func endProbe() async {
    await probe?.stop()
    probe = nil
    measure = nil
  }
}
