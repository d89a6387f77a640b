// What clients of databases see: their proxies, called as they are called.

/// The cluster's own word about an endpoint is not what its clients get.
struct EndpointsAnswer: DatabaseRule, ExtraSightRule {
  let name: RuleName = "endpoints-answer"
  let severity = Severity.warning
  let title = "Every proxy of every database answers a client of ours"
  let why =
    "What does not answer now is not noticed when it stays away later; what we cannot call, we cannot measure."
  let reads = "PING, DBSIZE and INFO at every address of rladmin status endpoints, with the login of the profile"
  let remedy =
    "See to the proxy (rladmin status endpoints); or name the login and the certificate of the database under databases "
    + "in the profile."
  let source = "redis/docs, rladmin status endpoints; supported commands: connection, server"

  func judge(_ database: Enterprise.Database, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard database.kind == "redis" else { return .notApplicable(why: "\(database.kind) is not called") }
    guard let clients = survey.clients else { return .unknown(why: "not checked: nobody called its proxies") }
    let own = clients.filter { $0.proxy.database == database.id }
    guard !own.isEmpty else { return .unknown(why: "not checked: no address of its proxies is listed") }
    var closed: String?
    var keys: Int?
    for reading in own {
      let place = "\(reading.proxy.address) (node:\(reading.proxy.node))"
      switch reading.answer {
      case .fails(let sentence):
        return .broken(
          saw: "\(database.title) does not answer at \(place): \(sentence)",
          fix: "see to that proxy; where only this host cannot reach it, nothing is measured of its clients")
      case .closed(let reason): closed = closed ?? reason
      case .serves(let count, let version):
        keys = keys ?? count
        if let odd = contradiction(version, database) {
          return .broken(saw: "\(database.title) at \(place): \(odd)", fix: "find out which of the two is right")
        }
      }
    }
    if let closed { return .unknown(why: "not checked: \(closed)") }
    return .holds(saw: "\(Self.count(own.count, "proxy", "proxies"))\(keys.map { ", \($0) keys" } ?? "")")
  }

  /// Where both tell the version, they tell the same.
  private func contradiction(_ said: String?, _ database: Enterprise.Database) -> String? {
    guard let said, let listed = database.version, let own = Enterprise.DatabaseVersion(said),
      let other = Enterprise.DatabaseVersion(listed), own != other
    else { return nil }
    return "it says Redis \(said), and rladmin says \(listed)"
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    number == 1 ? "1 \(one)" : "\(number) \(many)"
  }
}
