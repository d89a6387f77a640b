// The slow layer of a reading: configuration, users, modules, other wizards, and what we are allowed to do.

import SystemIO
package import UpgradeCore

/// Reads a node's inventory; what is not permitted is left nil, never guessed.
package struct InventoryReader: Sendable {
  private let fleet: Fleet
  /// The profile stops servers by a command of its own, so that SHUTDOWN is not needed.
  private let stopsByCommand: Bool
  /// The profile moves the clients' address, and writers wait for it.
  private let switches: Bool
  private let kind: DeploymentKind

  package init(fleet: Fleet, of setup: Setup) {
    self.init(
      fleet: fleet, stopsByCommand: setup.site.has(.stop), switches: setup.site.has(.switchOver), kind: setup.kind)
  }

  package init(
    fleet: Fleet, stopsByCommand: Bool, switches: Bool = false, kind: DeploymentKind = .cluster
  ) {
    self.switches = switches
    self.fleet = fleet
    self.kind = kind
    self.stopsByCommand = stopsByCommand
  }

  /// `release` decides how permissions can be rehearsed; `peers` are the other members of its shard, at which the
  /// login that it would follow them with is tried.
  package func read(
    _ address: Address, _ release: Release, peers: [Address] = []
  ) async -> Result<Inventory, ReadingFailure> {
    let client = await fleet.commander(address)
    do throws(ClientError) {
      // By itself, and on a connection that is up: the time of an answer is how far off a clock may seem.
      try await client.connect()
      let asked = WallTime(milliseconds: WallClock.milliseconds)
      let time = try await client.pipeline([["TIME"]])
      let answered = WallTime(milliseconds: WallClock.milliseconds)
      let replies = try await client.pipeline([
        ["CONFIG", "GET", "*"], ["ACL", "LIST"], ["MODULE", "LIST"], ["CLIENT", "LIST"], ["ACL", "WHOAMI"],
        // Before 6.0 there is no `everything`, and no section about modules that it would add (redis 6.0 server.c).
        ["INFO", release.descends(from: Version(6, 0, 0)) ? "everything" : "all"],
      ])
      var inventory = Inventory(
        configuration: [:], users: nil, modules: nil, otherWizards: [], permissions: [:], unsavedDirectives: nil)
      do throws(ReadingError) {
        if replies[0].error == nil { inventory.configuration = try Reader.configuration(texts(replies[0])) }
        if replies[1].error == nil { inventory.users = try Reader.users(texts(replies[1])) }
        if replies[5].error == nil {
          let (usage, modules) = try Reader.usage(info: replies[5].text ?? "")
          inventory.usage = usage
          inventory.modules = modules
        }
        // Where our user may not ask for the list, INFO names them as well.
        if replies[2].error == nil { inventory.modules = try Reader.modules(replies[2].map(moduleFields)) }
        if replies[3].error == nil {
          inventory.otherWizards = Reader.wizards(clientList: replies[3].text ?? "")
          inventory.readers = Reader.readers(clientList: replies[3].text ?? "")
        }
        if let reply = time.first, reply.error == nil {
          inventory.clock = Reader.clock(texts(reply), asked: asked, answered: answered)
        }
      } catch {
        return .failure(ReadingFailure(.other, error.description))
      }
      if kind.isPlain {
        // Each Sentinel subscribes to this on every server that it watches (redis src/sentinel.c).
        let listening = try await client.pipeline([["PUBSUB", "NUMSUB", "__sentinel__:hello"]])
        inventory.sentinels = listening.first.flatMap { $0.error == nil ? $0.map { $0.integer }.last : nil }?.map {
          Int($0)
        }
      }
      let user = replies[4].error == nil ? replies[4].text : nil
      inventory.permissions = await rehearse(client, release, user: user)
      if replies[0].error == nil { inventory.refusedLogins = await tryLogin(texts(replies[0]), at: peers) }
      inventory.certificates = fleet.settings.certificates(
        of: address, at: WallTime(milliseconds: WallClock.milliseconds))
      return .success(inventory)
    } catch {
      return .failure(ReadingFailure(error))
    }
  }

  /// Of a Sentinel only who else is connected, and whether it keeps what it knows: that is tried, since its file is the
  /// same afterwards.
  func readSentinel(_ address: Address, _ release: Release) async -> Inventory? {
    let client = await fleet.commander(address)
    guard let replies = try? await client.pipeline([["CLIENT", "LIST"], ["SENTINEL", "FLUSHCONFIG"]]) else {
      return nil
    }
    var inventory = Inventory(
      configuration: [:], users: nil, modules: nil, otherWizards: [], permissions: [:], unsavedDirectives: nil)
    if replies[0].error == nil { inventory.otherWizards = Reader.wizards(clientList: replies[0].text ?? "") }
    inventory.permissions["sentinel|flushconfig"] = replies[1].error.map { .denied($0.message) } ?? .granted
    return inventory
  }

  /// What the peers answer now to the login that a node would follow them with; nil where it has none.
  func refusedLogins(of address: Address, at peers: [Address]) async -> [String]? {
    let client = await fleet.commander(address)
    let replies = try? await client.pipeline([["CONFIG", "GET", "*"]])
    guard let reply = replies?.first, reply.error == nil else { return nil }
    return await tryLogin(texts(reply), at: peers)
  }

  /// What the peers answer to the login in a node's configuration; nil where it has none. A password is only used
  /// here, and kept nowhere.
  private func tryLogin(_ configuration: [String], at peers: [Address]) async -> [String]? {
    func value(_ names: String...) -> String {
      for index in stride(from: 0, to: configuration.count - 1, by: 2) where names.contains(configuration[index]) {
        return configuration[index + 1]
      }
      return ""
    }
    let password = value("masterauth", "primaryauth")
    guard !password.isEmpty, !peers.isEmpty else { return nil }
    let user = value("masteruser", "primaryuser")
    var settings = fleet.settings
    settings.user = user.isEmpty ? nil : user
    settings.password = Secret(password)
    var refused: [String] = []
    for peer in peers {
      let client = fleet.client(of: peer, settings)
      do throws(ClientError) {
        try await client.connect()
      } catch {
        // Only what the server says of the login counts: one that is silent is found by other rules.
        if case .server(let error) = error { refused.append("\(peer) says \(error.message)") }
      }
      await client.close()
    }
    return refused
  }

  private func texts(_ reply: Reply) -> [String] { reply.map { $0.text ?? "" } }

  /// `name`, `ver`, ... as flat pairs, in RESP2 and RESP3 alike.
  private func moduleFields(_ module: Reply) -> [String] {
    module.map { $0.text ?? "" }
  }

  /// Each command of the run is tried without doing anything; a second way is taken where the first did not tell.
  private func rehearse(_ client: Client, _ release: Release, user: String?) async -> [String: Permission] {
    let needed = Permissions.needed(
      for: release, stopsByCommand: stopsByCommand, kind: kind, switches: switches)
    var result: [String: Permission] = [:]
    for round in 0..<2 {
      let open = needed.filter { need in
        guard need.rehearsals.indices.contains(round) else { return false }
        if case .unknown? = result[need.key] { return true }
        return result[need.key] == nil
      }
      guard !open.isEmpty else { break }
      do throws(ClientError) {
        let replies = try await client.pipeline(open.map { command($0.rehearsals[round], user) })
        for (need, reply) in zip(open, replies) {
          result[need.key] = Permissions.meaning(
            of: need.rehearsals[round], reply: reply.error == nil ? reply.text : nil,
            error: reply.error?.message)
        }
      } catch {
        for need in open { result[need.key] = .unknown(error.sentence) }
      }
    }
    return result
  }

  private func command(_ rehearsal: Rehearsal, _ user: String?) -> Command {
    rehearsal.form == .dryRun
      ? Command(words: ["ACL", "DRYRUN", user ?? "default"] + rehearsal.words) : Command(words: rehearsal.words)
  }
}
