// From the Sentinels that the operator named to all of them, and to the servers that they watch.

import UpgradeCore

/// Asks Sentinels who they are, whom they know, and whom they watch.
struct SentinelFinder {
  let fleet: Fleet
  let wanted: WatchedTarget

  private struct Answer {
    var pulse: Pulse
    var groups: [SentinelView.Other]
    var servers: [Address] = []
    var peers: [Address] = []
  }

  func find(_ seeds: [Address]) async throws(FindingError) -> Finding {
    let way = fleet.settings.way
    try await way.prepare()
    let seeds = seeds.map(way.addresses.announced)
    let name = try await name(seeds)
    var open = seeds
    var asked: Set<Address> = []
    // Several addresses may lead to one Sentinel: its run id tells.
    var known: [String: Address] = [:]
    var answers: [Address: Answer] = [:]
    var failures: [Address: ReadingFailure] = [:]
    var servers: [Address] = []
    while !open.isEmpty {
      let address = open.removeFirst()
      guard asked.insert(address).inserted else { continue }
      switch await ask(address, name) {
      case .success(let answer):
        if known[answer.pulse.server.runID] == nil {
          known[answer.pulse.server.runID] = address
          answers[address] = answer
        }
        servers += answer.servers.map { $0.said(by: address) }.filter { !servers.contains($0) }
        open += answer.peers.map { $0.said(by: address) }
      case .failure(let failure): failures[address] = failure.reading
      }
    }
    guard !servers.isEmpty else {
      throw FindingError(
        "None of the Sentinels that answer watches over \(name): \(asked.sorted().map(\.description).joined(separator: ", "))"
      )
    }
    var finding = try await DeploymentFinder(fleet: fleet).find(servers)
    guard finding.kind.isPlain else {
      throw FindingError("The servers of \(name) are a cluster: name one of them, redis://\(servers[0])")
    }
    finding.kind = .sentinel
    finding.watchedName = name
    finding.nodes += answers.sorted { $0.key < $1.key }.compactMap { sentinel($0, $1, besides: name) }
    finding.unreachable += failures.sorted { $0.key < $1.key }.map { address, failure in
      Finding.Unreachable(id: NodeID(of: address), address: address, failure: failure)
    }
    return finding
  }

  private func sentinel(_ address: Address, _ answer: Answer, besides name: String) -> NodeSetup? {
    let pulse = answer.pulse
    guard let release = pulse.server.release else { return nil }
    var setup = NodeSetup(
      id: NodeID(of: address), address: address, release: release, role: .sentinel, runID: pulse.server.runID,
      processID: pulse.server.processID, configFile: pulse.server.configFile,
      directory: "", appendOnly: false, settings: [:])
    setup.watches = answer.groups.filter { $0.name != name }.sorted { $0.name < $1.name }
    return setup
  }

  /// The name that was asked for, or the only one.
  private func name(_ seeds: [Address]) async throws(FindingError) -> String {
    var groups: [String] = []
    var complaint: String?
    for seed in seeds {
      switch await ask(seed, nil) {
      case .success(let answer): groups += answer.groups.map(\.name).filter { !groups.contains($0) }
      case .failure(let failure): complaint = complaint ?? "\(seed): \(failure.reading.sentence)"
      }
    }
    let example = seeds.first.map { "sentinel://\($0)/" } ?? ""
    let list = groups.sorted().joined(separator: ", ")
    if let name = wanted.name {
      if groups.contains(name) { return name }
      guard groups.isEmpty, let complaint else {
        throw FindingError("The Sentinels do not watch over \(name), but over: \(list.isEmpty ? "nothing" : list)")
      }
      throw FindingError("No Sentinel can be asked. \(complaint)")
    }
    guard let first = groups.first else {
      throw FindingError(complaint.map { "No Sentinel can be asked. \($0)" } ?? "The Sentinels watch over nothing.")
    }
    guard groups.count == 1 else {
      throw FindingError(
        "The Sentinels watch over several groups: \(list). Name one of them, \(example)\(groups.sorted()[0]), or several, "
          + "one run after the other: \(example)\(groups.sorted().joined(separator: ","))")
    }
    return first
  }

  private struct Failure: Error {
    var reading: ReadingFailure
  }

  private func ask(_ address: Address, _ name: String?) async -> Result<Answer, Failure> {
    let replies: [Reply]
    fleet.settings.note(sentinels: [address])
    do throws(ClientError) {
      var commands: [Command] = [["INFO"], ["SENTINEL", "MASTERS"]]
      if let name { commands += [["SENTINEL", "REPLICAS", name], ["SENTINEL", "SENTINELS", name]] }
      replies = try await fleet.reader(address).pipeline(commands)
    } catch {
      return .failure(Failure(reading: ReadingFailure(error).atSentinel(fleet.settings)))
    }
    if let error = replies[0].error {
      return .failure(Failure(reading: ReadingFailure(error).atSentinel(fleet.settings)))
    }
    let info = replies[0].text ?? ""
    guard Reader.isSentinel(info: info) else {
      return .failure(
        Failure(reading: ReadingFailure(.other, "it is a server, not a Sentinel: name it redis://\(address)")))
    }
    do throws(ReadingError) {
      var answer = Answer(pulse: try Reader.sentinelPulse(info: info), groups: [])
      for fields in SentinelReader.lines(replies[1]) { answer.groups.append(try Reader.sentinelName(fields)) }
      guard let name, let own = answer.groups.first(where: { $0.name == name }) else { return .success(answer) }
      answer.servers = [own.address]
      for fields in SentinelReader.lines(replies[2]) {
        answer.servers.append(try Reader.sentinelReplica(fields).address)
      }
      for fields in SentinelReader.lines(replies[3]) { answer.peers.append(try Reader.sentinelPeer(fields).address) }
      // Without a port it is the shadow of one that has lost its file.
      answer.peers.removeAll { $0.port == 0 }
      return .success(answer)
    } catch {
      return .failure(Failure(reading: ReadingFailure(.other, error.from(address).description)))
    }
  }
}
