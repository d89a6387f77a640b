// What the REST API changes: a database that would lose everything can be given persistence first.

import SystemIO
import UpgradeCore

extension Simulator.RestServer {
  /// `PUT /v1/bdbs/ID` with `data_persistence`, which the servers behind it take over at once; nil for other requests.
  func changed(_ request: Simulator.HTTPRequest) async -> Simulator.HTTPAnswer? {
    let parts = request.path.split(separator: "/")
    guard request.method == "PUT", parts.count == 3, parts[0] == "v1", parts[1] == "bdbs" else { return nil }
    guard view.cluster.hasQuorum else { return .error(503, "no_quorum", "no quorum") }
    guard let id = Int(parts[2]), let database = view.cluster.database(id) else {
      return .error(404, "db_not_found", "database does not exist")
    }
    guard let body = try? JSONParser.read(request.body), body.members?.count == 1,
      let persistence = body["data_persistence"]?.string.flatMap({ Simulator.Persistence(rawValue: $0) })
    else { return .error(400, "bad_request", "only data_persistence is simulated") }
    // Invented: the documentation advises against changes while nodes differ, and does not say who refuses them.
    guard !view.cluster.isMixed else { return .error(409, "upgrade_in_progress", "nodes run different versions") }
    do throws(LabError) {
      let cluster = try await store.change { cluster throws(LabError) in
        cluster.change(database: id) { $0.persistence = persistence }
        return cluster
      }
      for shard in database.shards where shard.status == .ok {
        try await Simulator.ShardServers(store).set(persistence, on: shard)
      }
      return Simulator.RestAPI(cluster, on: node)
        .answer(Simulator.HTTPRequest(method: "GET", path: request.path))
    } catch {
      return .error(500, "internal_error", error.what)
    }
  }
}
