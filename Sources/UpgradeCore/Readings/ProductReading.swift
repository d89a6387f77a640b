// Which product a server is: by what it calls itself and by what only it prints.

/// What gives away a server that answers like Redis and is none of ours.
struct StrangerMark: Sendable {
  /// A field that only this product prints in `INFO`, or a heading that only it has.
  enum Sign: Sendable {
    case field(String)
    case section(String)
    /// The end of the server's own executable.
    case executable(String)
  }
  let name: String
  let sign: Sign
  let source: String

  static let all = [
    StrangerMark(
      name: "dragonfly", sign: .field("dragonfly_version"),
      source: "dragonflydb/dragonfly src/server/server_family.cc"),
    StrangerMark(name: "kvrocks", sign: .field("kvrocks_version"), source: "apache/kvrocks src/server/server.cc"),
    StrangerMark(name: "garnet", sign: .field("garnet_version"), source: "microsoft/garnet GarnetInfoMetrics.cs"),
    StrangerMark(name: "pika", sign: .field("pika_version"), source: "OpenAtomFoundation/pika src/pika_admin.cc"),
    StrangerMark(name: "redict", sign: .field("redict_version"), source: "redict/redict src/server.c"),
    StrangerMark(name: "keydb", sign: .section("keydb"), source: "Snapchat/KeyDB src/server.cpp"),
    StrangerMark(name: "keydb", sign: .executable("keydb-server"), source: "Snapchat/KeyDB packaging"),
  ]

  func matches(_ info: InfoText) -> Bool {
    switch sign {
    case .field(let field): info[field] != nil
    case .section(let section): info.sections.contains(section)
    case .executable(let ending): info["executable"]?.hasSuffix("/" + ending) == true
    }
  }
}

extension Reader {
  /// The name that a server gives itself, our product where it is one, and its version as printed.
  ///
  /// Valkey names itself `server_name:valkey` and prints its own version as `valkey_version`; the `redis_version`
  /// beside it is 7.2.4 for ever (valkey 8.0 server.c). A server that names nothing is Redis, unless it shows
  /// another product's mark.
  static func product(_ info: InfoText) throws(ReadingError) -> (name: String, product: Product?, version: String) {
    if let stranger = StrangerMark.all.first(where: { $0.matches(info) }) {
      return (stranger.name, nil, String(info["redis_version"] ?? ""))
    }
    let name = info["server_name"].map(String.init) ?? (info["valkey_version"] == nil ? "redis" : "valkey")
    switch Product(rawValue: name) {
    case .valkey: return (name, .valkey, try info.text("valkey_version"))
    case .redis: return (name, .redis, try info.text("redis_version"))
    case .enterprise, nil: return (name, nil, String(info["redis_version"] ?? ""))
    }
  }
}
