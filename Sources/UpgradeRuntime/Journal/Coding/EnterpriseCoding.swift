// How what is known of a cluster of Redis Enterprise Software stands in the journal.
import UpgradeCore

extension Enterprise.DatabaseVersion: JournalCoded {
  var json: JSONValue { .string(description) }
  init(json: JSONValue) throws(CodingFault) {
    guard let text = json.string, let version = Self(text) else { throw CodingFault("is no version of a database") }
    self = version
  }
}

extension Enterprise.Database.Persistence: JournalCoded {}

extension Enterprise.Errand: JournalCoded {
  var json: JSONValue {
    switch self {
    case .disableUpgradeMode: .object(["errand": "disable-upgrade-mode"])
    case .allowLatest: .object(["errand": "allow-latest"])
    case .setDefaultVersion(let version): .object(["errand": "set-default-version", "to": version.json])
    case .upgradeDatabase(let number, let version, let losesData):
      .object([
        "errand": "upgrade-database", "db": number.json, "to": version.json, "loses_data": losesData.json,
      ])
    }
  }
  init(json: JSONValue) throws(CodingFault) {
    let name: String = try json.field("errand")
    switch name {
    case "disable-upgrade-mode": self = .disableUpgradeMode
    case "allow-latest": self = .allowLatest
    case "set-default-version": self = .setDefaultVersion(try json.field("to"))
    case "upgrade-database":
      self = .upgradeDatabase(
        try json.field("db"), to: try json.field("to"), losesData: try json.field("loses_data"))
    default: throw CodingFault("is \(name.json.text)").under("errand")
    }
  }
}

extension Enterprise.DatabaseSetup: JournalCoded {
  var json: JSONValue {
    .object([
      "id": id.json, "name": name.json, "version": version?.json, "replicated": isReplicated.json,
      "persistence": persistence.json, "kind": kind.json, "sources": sources.json,
      "active_active": isActiveActive.json, "keys": keys?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      id: try json.field("id"), name: try json.field("name"), version: try json.optional("version"),
      isReplicated: try json.field("replicated"), persistence: try json.field("persistence"),
      kind: try json.field("kind"), sources: try json.field("sources"),
      isActiveActive: try json.field("active_active"), keys: try json.optional("keys"))
  }
}

extension Enterprise.Constants: JournalCoded {
  var json: JSONValue {
    .object([
      "databases": databases.json, "master": master?.json, "database_goal": databaseGoal?.json,
      "programs": programs.json,
      "rest": rest?.json, "clients": clients.isEmpty ? nil : .table(clients),
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      databases: try json.field("databases"), master: try json.optional("master"),
      databaseGoal: try json.optional("database_goal"),
      programs: try json.field("programs"), rest: try json.optional("rest"),
      clients: json["clients"] == nil ? [:] : try json.table("clients"))
  }
}

extension Enterprise.RestSettings: JournalCoded {
  var json: JSONValue {
    .object([
      "user": user.json, "password_file": passwordFile?.json, "password_env": passwordVariable?.json,
      "certificate": certificate?.json, "ca": authorities?.json, "port": port.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      user: try json.field("user"), passwordFile: try json.optional("password_file"),
      passwordVariable: try json.optional("password_env"), certificate: try json.optional("certificate"),
      authorities: try json.optional("ca"), port: try json.field("port"))
  }
}

extension Enterprise.ClientAccess: JournalCoded {
  var json: JSONValue {
    .object([
      "user": user?.json, "password_file": passwordFile?.json, "password_env": passwordVariable?.json,
      "tls": encryption?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      user: try json.optional("user"), passwordFile: try json.optional("password_file"),
      passwordVariable: try json.optional("password_env"), encryption: try json.optional("tls"))
  }
}

extension Enterprise.ClientAccess.Encryption: JournalCoded {
  var json: JSONValue {
    .object([
      "pinned": pinned?.json, "ca": authorities?.json, "certificate": certificate?.json, "key": key?.json,
      "sni": serverName?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      pinned: try json.optional("pinned"), authorities: try json.optional("ca"),
      certificate: try json.optional("certificate"), key: try json.optional("key"),
      serverName: try json.optional("sni"))
  }
}

extension DatabaseMeasure: JournalCoded {
  var json: JSONValue {
    .object([
      "db": database.json, "name": name.json, "longest_ms": longest.json, "away_ms": away?.json, "lost": lost.json,
      "proxies": proxies.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      database: try json.field("db"), name: try json.field("name"), longest: try json.field("longest_ms"),
      away: try json.optional("away_ms"), lost: try json.field("lost"), proxies: try json.field("proxies"))
  }
}

extension ProxyMeasure: JournalCoded {
  var json: JSONValue {
    .object([
      "node": node.json, "address": address.json, "interruptions": interruptions.json, "longest_ms": longest.json,
      "away_ms": away?.json, "trouble": trouble?.json, "closed": closed?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      node: try json.field("node"), address: try json.field("address"),
      interruptions: try json.field("interruptions"), longest: try json.field("longest_ms"),
      away: try json.optional("away_ms"), trouble: try json.optional("trouble"), closed: try json.optional("closed"))
  }
}
