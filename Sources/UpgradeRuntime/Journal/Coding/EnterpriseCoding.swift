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
      "active_active": isActiveActive.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      id: try json.field("id"), name: try json.field("name"), version: try json.optional("version"),
      isReplicated: try json.field("replicated"), persistence: try json.field("persistence"),
      kind: try json.field("kind"), sources: try json.field("sources"),
      isActiveActive: try json.field("active_active"))
  }
}

extension Enterprise.Constants: JournalCoded {
  var json: JSONValue {
    .object([
      "databases": databases.json, "master": master?.json, "database_goal": databaseGoal?.json,
      "programs": programs.json,
      "rest": rest?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      databases: try json.field("databases"), master: try json.optional("master"),
      databaseGoal: try json.optional("database_goal"),
      programs: try json.field("programs"), rest: try json.optional("rest"))
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
