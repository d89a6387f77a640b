// `rladmin`: the cluster's own command line, as far as an upgrade needs it.

import SystemIO
import UpgradeCore

extension Simulator {
  struct Rladmin {
    let call: Call

    init(_ call: Call) { self.call = call }

    func run() async throws(Refusal) {
      let words = call.words
      let cluster = try await reachable()
      switch words.first {
      case "status": try status(cluster)
      case "info" where words.count == 2 && words[1] == "cluster": call.say(cluster.information)
      case "cluster": try await onCluster(cluster)
      case "node": try await onNode(cluster)
      case "upgrade": try await upgradeDatabase(cluster)
      case "tune" where words.count > 3 && words[1] == "cluster": try await tuneCluster()
      case "tune" where words.count > 4 && words[1] == "db": try await tuneDatabase(cluster)
      default: throw Self.usage
      }
    }

    static let usage = Refusal(
      """
      rladmin status [nodes|databases|endpoints|shards|modules] [node ID] [db DB] [extra X] [sort COLUMNS] [issues_only]
      rladmin info cluster
      rladmin cluster running_actions | master [set ID] | config upgrade_mode enabled|disabled | debug_info
      rladmin node ID maintenance_mode on|off | snapshot list
      rladmin tune cluster | tune db DB
      rladmin upgrade db DB [preserve_roles] [discard_data] [redis_version VERSION] [parallel_shards_upgrade N]
      """, code: 2)

    /// The cluster as this node sees it: not at all while its services are down, or nobody decides.
    private func reachable() async throws(Refusal) -> Cluster {
      let cluster = try state()
      guard let node = cluster.node(call.node) else { throw Refusal(Phrase.notInCluster()) }
      guard node.isRunning else { throw Refusal(Phrase.noCluster()) }
      guard cluster.hasQuorum else { throw Refusal(Phrase.noQuorum()) }
      return cluster
    }

    func state() throws(Refusal) -> Cluster {
      do throws(LabError) {
        return try call.store.read()
      } catch {
        throw Refusal(error)
      }
    }

    func change<Answer>(_ body: (inout Cluster) throws(LabError) -> Answer) async throws(Refusal) -> Answer {
      do throws(LabError) {
        return try await call.store.change(body)
      } catch {
        throw Refusal(error)
      }
    }

    // MARK: - cluster

    private func onCluster(_ cluster: Cluster) async throws(Refusal) {
      let words = Array(call.words.dropFirst())
      switch (words.first, words.count) {
      case ("running_actions", 1): runningActions(cluster)
      case ("master", 1): call.say(Phrase.oneMaster("\(cluster.primary)"))
      case ("master", 3) where words[1] == "set":
        guard let id = Int(words[2]), cluster.node(id)?.isRunning == true else {
          throw Refusal(Phrase.noNode(words[2]))
        }
        try await change { $0.primary = id }
        call.say(Phrase.setMaster("\(id)"))
      case ("config", 3) where words[1] == "upgrade_mode" && ["enabled", "disabled"].contains(words[2]):
        try await change { $0.upgradeMode = words[2] == "enabled" }
        call.say(Phrase.finished())
      case ("debug_info", _):
        let place = "\(call.folder)/var/opt/redislabs/log/debuginfo.json"
        do throws(LabError) {
          try LabFiles.write("\(JSONValue.string(cluster.information.joined(separator: "\n")).text)\n", to: place)
        } catch {
          throw Refusal(error)
        }
        call.say("Preparing the debug info files package")
        call.say("Completed. Debug info files package is in \(place)")
      default: throw Self.usage
      }
    }

    private func runningActions(_ cluster: Cluster) {
      let running = cluster.actions.filter(\.isRunning)
      call.say("Got \(running.count) tasks:")
      for (place, action) in running.enumerated() {
        let object = action.node.map { "Node: \($0)" } ?? "BDB: \(action.database ?? 0)"
        let status = action.status == .active ? "running" : "queued"
        call.say("\(place + 1)) Task: \(action.name) (\(action.id)) \(object) Status: \(status)")
      }
    }

    // MARK: - tune

    private func tuneCluster() async throws(Refusal) {
      let (name, value) = (call.words[2], call.words[3])
      let oldest = try state().oldestVersion
      switch name {
      case "default_redis_version":
        guard let oldest, Bundles.databases(of: oldest).contains(value) else {
          throw Refusal(Phrase.notBundled(value))
        }
        try await change { $0.policy.defaultVersion = value }
      case "redis_upgrade_policy" where ["latest", "major"].contains(value):
        try await change { $0.policy.upgradePolicy = value }
      case "parallel_shards_upgrade" where value == "all" || Int(value) != nil:
        try await change { $0.policy.parallelShards = Int(value) ?? -1 }
      case "resp3_default" where ["enabled", "disabled"].contains(value):
        try await change { $0.policy.resp3 = value == "enabled" }
      case "slave_ha" where ["enabled", "disabled"].contains(value):
        try await change { $0.policy.replicaHighAvailability = value == "enabled" }
      default: throw Self.usage
      }
      call.say(Phrase.finished())
    }

    private func tuneDatabase(_ cluster: Cluster) async throws(Refusal) {
      guard let database = cluster.database(called: call.words[2]) else {
        throw Refusal(Phrase.noDatabase(call.words[2]))
      }
      let (name, value) = (call.words[3], call.words[4])
      guard name == "proxy_policy", let policy = ProxyPolicy(rawValue: value) else { throw Self.usage }
      try await change { cluster in
        cluster.change(database: database.id) { $0.proxyPolicy = policy }
        cluster.bindEndpoints()
      }
      call.say(Phrase.finished())
    }
  }
}
