// From the addresses that the operator gave to every node of the deployment, each asked for itself.

package import UpgradeCore

/// Why no deployment was found at the target.
package struct FindingError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}

/// Asks the target's addresses, and then every node that they name.
package struct DeploymentFinder: Sendable {
  private let fleet: Fleet

  package init(fleet: Fleet) { self.fleet = fleet }

  /// All nodes behind the addresses; those of Sentinels where `group` says so.
  package func find(_ seeds: [Address], of group: WatchedTarget?) async throws(FindingError) -> Finding {
    if let group { return try await SentinelFinder(fleet: fleet, wanted: group).find(seeds) }
    let finding = try await find(seeds)
    return try await watched(finding) ?? finding
  }

  /// The same servers with the Sentinels that watch over them; nil where nobody does, or nobody says so.
  private func watched(_ finding: Finding) async throws(FindingError) -> Finding? {
    guard finding.kind.isPlain, finding.apart.isEmpty,
      let primary = finding.nodes.first(where: { $0.role == .primary })
    else { return nil }
    let groups = await SentinelHearsay(fleet: fleet).groups(at: primary.address)
    guard let first = groups.min(by: { $0.key < $1.key }) else { return nil }
    func target(_ name: String, _ sentinels: Set<Address>) -> String {
      "sentinel://\(sentinels.sorted().map(\.description).joined(separator: ","))/\(name)"
    }
    guard groups.count == 1 else {
      throw FindingError(
        "Sentinels watch over \(primary.address) by several names. A run is about one: "
          + groups.sorted { $0.key < $1.key }.map { target($0.key, $0.value) }.joined(separator: " or "))
    }
    do throws(FindingError) {
      return try await SentinelFinder(fleet: fleet, wanted: WatchedTarget(name: first.key)).find(first.value.sorted())
    } catch {
      throw FindingError(
        "Sentinels watch over \(primary.address) as \(first.key), and cannot be asked. Name them as they are reached "
          + "from here, \(target(first.key, first.value)). (\(error.description))")
    }
  }

  /// All nodes in rounds: the seeds, whom they name, whom those name.
  package func find(_ seeds: [Address]) async throws(FindingError) -> Finding {
    let way = fleet.settings.way
    try await way.prepare()
    let seeds = seeds.map(way.addresses.announced)
    var discovery = Discovery(seeds: seeds)
    var firstFailure: ReadingFailure?
    while !discovery.toAsk.isEmpty {
      let round = discovery.toAsk
      let answers = await withTaskGroup(of: (Address, Result<NodeAnswer, Failure>).self) { group in
        for address in round { group.addTask { (address, await ask(address)) } }
        var all: [(Address, Result<NodeAnswer, Failure>)] = []
        for await answer in group { all.append(answer) }
        return all
      }
      for (address, answer) in answers {
        switch answer {
        case .success(let answer): discovery.answered(address, answer)
        case .failure(let failure):
          firstFailure = firstFailure ?? failure.reading
          discovery.failed(address, failure.reading)
        }
      }
      if fleet.settings.tls != nil, let (tls, plain) = discovery.namesPlainPorts {
        throw FindingError(
          "\(tls) names plain ports also to clients that speak TLS (tls-cluster no), so that its cluster cannot be "
            + "followed over TLS: name its plain port, redis://\(plain), or set tls-cluster yes on every node")
      }
    }
    let finding = discovery.finding()
    if finding.nodes.isEmpty, finding.strangers.isEmpty, finding.notClustered.isEmpty {
      let asked = seeds.map(\.description).joined(separator: ", ")
      let why = firstFailure?.sentence ?? "no address answered"
      // Somebody did answer there, and is not what was looked for.
      throw FindingError(why.hasPrefix("\(asked): ") ? why : "Nothing was found at \(asked): \(why)")
    }
    return finding
  }

  private struct Failure: Error {
    var reading: ReadingFailure
  }

  private func ask(_ address: Address) async -> Result<NodeAnswer, Failure> {
    let client = await fleet.reader(address)
    do throws(ClientError) {
      let replies = try await client.pipeline([
        ["INFO"], ["CLUSTER", "INFO"], ["CLUSTER", "NODES"], ["CONFIG", "GET", "*"],
      ])
      if let error = replies[0].error { return .failure(Failure(reading: ReadingFailure(error))) }
      let isClustered = replies[1].error == nil
      if !isClustered, (replies[0].text ?? "").contains("_mode:cluster"), let error = replies[1].error {
        return .failure(Failure(reading: ReadingFailure(error)))
      }
      if Reader.isSentinel(info: replies[0].text ?? "") {
        return .failure(
          Failure(
            reading: ReadingFailure(
              .other, "\(address): it is a Sentinel; what it watches is named sentinel://\(address)/NAME")))
      }
      do throws(ReadingError) {
        let pulse = try Reader.pulse(
          info: replies[0].text ?? "", clusterInfo: isClustered ? replies[1].text : nil)
        let view =
          isClustered && replies[2].error == nil ? try await fleet.clusterView(replies[2].text ?? "") : nil
        let configuration =
          replies[3].error == nil ? try Reader.configuration(replies[3].map { $0.text ?? "" }) : [:]
        return .success(NodeAnswer(pulse: pulse, view: view, configuration: configuration))
      } catch {
        return .failure(Failure(reading: ReadingFailure(.other, "\(address): \(error)")))
      }
    } catch {
      return .failure(Failure(reading: ReadingFailure(error)))
    }
  }
}
