// One reading of one node: what is asked, and what each failure to answer means.

package import UpgradeCore

/// Reads nodes.
package struct NodeReader: Sendable {
  private let fleet: Fleet
  private let kind: DeploymentKind
  private let sentinels: SentinelReader?

  /// - Parameter group: where Sentinels are part of the deployment, by which name and at which addresses.
  package init(fleet: Fleet, kind: DeploymentKind = .cluster, group: SentinelGroup? = nil) {
    self.fleet = fleet
    self.kind = kind
    sentinels = group.map { SentinelReader(fleet: fleet, group: $0) }
    fleet.settings.note(sentinels: group?.addresses ?? [])
  }

  package init(fleet: Fleet, of setup: Setup) {
    self.init(
      fleet: fleet, kind: setup.kind,
      group: setup.watchedName.map { name in
        SentinelGroup(name: name, addresses: Set(setup.sentinels.compactMap { setup.node($0)?.address }))
      })
  }

  /// Reads a node; `expecting` is who must answer there, where that is known.
  package func read(_ address: Address, _ depth: ReadingDepth, expecting: NodeID?) async -> NodeReadout {
    if let sentinels, sentinels.watches(from: address) { return await sentinels.read(address) }
    // A server with cluster mode off would count an error for each question about one.
    var commands: [Command] = kind.isPlain ? [["INFO"]] : [["INFO"], ["CLUSTER", "INFO"]]
    if depth == .views, kind.isPlain {
      commands += [
        ["CONFIG", "GET", "save"], ["CONFIG", "GET", "repl-backlog-size"],
        ["CONFIG", "GET", "client-output-buffer-limit"], ["CONFIG", "GET", "min-*-to-write"],
      ]
      if kind == .sentinel { commands.append(["CONFIG", "GET", SentinelProcedure.priority]) }
    } else if depth == .views {
      // One pattern at a time: several are taken from 7.0 on only (redis 7.0 config.c, configGetCommand).
      commands += [
        ["CLUSTER", "NODES"], ["CONFIG", "GET", "cluster-*"], ["CONFIG", "GET", "repl-backlog-size"],
        ["CONFIG", "GET", "client-output-buffer-limit"], ["CONFIG", "GET", "min-*-to-write"],
      ]
    }
    let replies: [Reply]
    do throws(ClientError) {
      replies = try await fleet.reader(address).pipeline(commands)
    } catch {
      return NodeReadout(failure: ReadingFailure(error))
    }
    return await understand(replies, expecting)
  }

  private func understand(_ replies: [Reply], _ expecting: NodeID?) async -> NodeReadout {
    guard let information = replies.first else { return NodeReadout(failure: ReadingFailure(.other, "no reply")) }
    if let error = information.error { return NodeReadout(failure: ReadingFailure(error)) }
    var readout = NodeReadout()
    do throws(ReadingError) {
      // A server that loads, or that has cluster mode off, answers INFO and refuses CLUSTER.
      let isPlain = kind.isPlain
      let clusterInfo = !isPlain && replies.count > 1 && replies[1].error == nil ? replies[1].text : nil
      readout.pulse = try Reader.pulse(info: information.text ?? "", clusterInfo: clusterInfo)
      if !isPlain, replies.count > 2, replies[2].error == nil, let text = replies[2].text {
        let view = try await fleet.clusterView(text)
        if let expecting, view.myself != expecting {
          return NodeReadout(
            failure: ReadingFailure(
              .stranger, "another node answers there: \(view.myself.text.prefix(8)), not \(expecting.text.prefix(8))"))
        }
        readout.view = view
      }
      for reply in replies.dropFirst(isPlain ? 1 : 3) where reply.error == nil {
        let all = try Reader.configuration(reply.map { $0.text ?? "" })
        readout.settings = (readout.settings ?? [:]).merging(
          all.filter { ClusterProcedure.guardDirectives.contains($0.key) }
        ) { first, _ in first }
      }
    } catch {
      return NodeReadout(failure: ReadingFailure(.other, error.description))
    }
    return readout
  }
}

extension ReadingFailure {
  /// What a failed attempt means: only a refused connection means that nobody is there.
  package init(_ error: ClientError) {
    switch error {
    case .server(let server): self.init(server)
    case .transport(let transport, _) where transport.code == .encryption:
      self.init(.untrusted, transport.sentence)
    case .transport(let transport, _):
      let kind: Kind =
        switch transport.code {
        case .refused: .refused
        case .timedOut: .mute
        case .closed: .hungUp
        default: .other
        }
      self.init(kind, error.sentence)
    case .timedOut: self.init(.mute, error.sentence)
    case .closed: self.init(.mute, error.sentence)
    default: self.init(.other, error.sentence)
    }
  }

  init(_ error: ServerError) {
    switch error.code {
    case "LOADING": self.init(.loading, "it is loading its data")
    case "NOAUTH", "WRONGPASS", "NOPERM": self.init(.unauthorised, ClientError.server(error).sentence)
    default: self.init(.other, ClientError.server(error).sentence)
    }
  }
}
