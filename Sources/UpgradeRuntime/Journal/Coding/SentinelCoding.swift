// How a run's first record keeps what it knows of Sentinels.
import UpgradeCore

extension SentinelAccess: JournalCoded {
  var json: JSONValue {
    var own: (user: String?, file: String?, variable: String?) = (nil, nil, nil)
    if case .own(let user, let file, let variable) = login { own = (user, file, variable) }
    var files: EncryptionFiles?
    if case .files(let named) = encryption { files = named }
    return .object([
      "login": login == .none ? "none" : nil, "user": own.user?.json, "password_file": own.file?.json,
      "password_env": own.variable?.json, "plain": encryption == .plain ? true : nil, "files": files?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init()
    let file: String? = try json.optional("password_file")
    let variable: String? = try json.optional("password_env")
    let word: String? = try json.optional("login")
    if word != nil {
      login = .none
    } else if file != nil || variable != nil {
      login = .own(user: try json.optional("user"), file: file, variable: variable)
    }
    if let files: EncryptionFiles = try json.optional("files") {
      encryption = .files(files)
    } else if try json.optional("plain") ?? false {
      encryption = .plain
    }
  }
}

extension SentinelView.Other: JournalCoded {
  var json: JSONValue {
    .object(["name": name.json, "address": address.json, "replicas": replicas.json, "sentinels": sentinels.json])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      name: try json.field("name"), address: try json.field("address"), replicas: try json.field("replicas"),
      sentinels: try json.field("sentinels"))
  }
}
