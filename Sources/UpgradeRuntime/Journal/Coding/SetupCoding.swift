// How the constants of a run stand in its first record.
import UpgradeCore

extension WizardIdentity: JournalCoded {
  var json: JSONValue {
    .object(["host": host.json, "user": user.json, "pid": processID.json, "version": version.json])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      host: try json.field("host"), user: try json.field("user"), processID: try json.field("pid"),
      version: try json.field("version"))
  }
}

extension Setup: JournalCoded {
  var json: JSONValue {
    .object([
      "target": target.json, "to": to.json, "nodes": nodes.json, "shards": shards.json,
      "node_timeout": nodeTimeout.json, "way_back_narrows": wayBackNarrows.json, "site": site.json,
      "options": options.json, "encryption": encryption?.json, "enterprise": enterprise?.json,
      "kind": kind.isPlain ? kind.json : nil, "watched": watchedName?.json,
      "sentinel_access": sentinelAccess?.json, "temporary": temporary?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      target: try json.field("target"), to: try json.field("to"), nodes: try json.field("nodes"),
      shards: try json.field("shards"), nodeTimeout: try json.field("node_timeout"),
      wayBackNarrows: try json.field("way_back_narrows"), site: try json.field("site"),
      options: try json.field("options"), encryption: try json.optional("encryption"),
      enterprise: try json.optional("enterprise"), servers: try json.optional("kind") ?? .cluster,
      watchedName: try json.optional("watched"))
    sentinelAccess = try json.optional("sentinel_access")
    temporary = try json.optional("temporary")
  }
}

extension Temporary: JournalCoded {
  var json: JSONValue { .object(["node": node.json, "memory": memory.json]) }
  init(json: JSONValue) throws(CodingFault) {
    self.init(try json.field("node"), memory: try json.field("memory"))
  }
}

extension DeploymentKind: JournalCoded {}

extension EncryptionFiles: JournalCoded {
  var json: JSONValue {
    .object([
      "authorities": authorities?.json, "certificate": certificate?.json, "key": key?.json,
      "server_name": serverName?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      authorities: try json.optional("authorities"), certificate: try json.optional("certificate"),
      key: try json.optional("key"), serverName: try json.optional("server_name"))
  }
}

extension Role: JournalCoded {}

extension NodeSetup: JournalCoded {
  var json: JSONValue {
    .object([
      "id": id.json, "address": address.json, "release": release.json, "role": role.json, "run_id": runID.json,
      "pid": processID.json, "config_file": configFile.json, "dir": directory.json, "append_only": appendOnly.json,
      "settings": .table(settings), "node_timeout_ms": nodeTimeoutMilliseconds?.json,
      "window_settings": windowSettings.isEmpty ? nil : windowSettings.json,
      "log_file": logFile.isEmpty ? nil : logFile.json, "follows": follows?.json,
      "aliases": aliases.isEmpty ? nil : aliases.json, "promotable": isPromotable ? nil : false.json,
      "watches": watches.isEmpty ? nil : watches.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      id: try json.field("id"), address: try json.field("address"), release: try json.field("release"),
      role: try json.field("role"), runID: try json.field("run_id"), processID: try json.field("pid"),
      configFile: try json.field("config_file"), directory: try json.field("dir"),
      appendOnly: try json.field("append_only"), settings: try json.table("settings"),
      nodeTimeoutMilliseconds: try json.optional("node_timeout_ms"))
    windowSettings = try json.optional("window_settings") ?? []
    logFile = try json.optional("log_file") ?? ""
    follows = try json.optional("follows")
    aliases = try json.optional("aliases") ?? []
    isPromotable = try json.optional("promotable") ?? true
    watches = try json.optional("watches") ?? []
  }
}

extension Shard: JournalCoded {
  var json: JSONValue { .object(["id": id.json, "slots": slots.json, "members": members.json]) }
  init(json: JSONValue) throws(CodingFault) {
    self.init(id: try json.field("id"), slots: try json.field("slots"), members: try json.field("members"))
  }
}

extension Site.Reach: JournalCoded {}
extension Site.Stage: JournalCoded, JournalKey {
  var keyText: String { rawValue }
  init?(keyText: String) { self.init(rawValue: keyText) }
}

/// The commands of one stage, by node.
private struct StageCommands: JournalCoded {
  var byNode: [NodeID: String]
  var json: JSONValue { .table(byNode) }
  init(_ byNode: [NodeID: String]) { self.byNode = byNode }
  init(json: JSONValue) throws(CodingFault) {
    byNode = try JSONValue.object(["commands": json]).table("commands")
  }
}

extension Site.Remote: JournalCoded {
  var json: JSONValue {
    .object([
      "user": user?.json, "options": options.json, "hosts": .table(hosts), "bastion": bastion?.json,
      "remarks": remarks.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      user: try json.optional("user"), options: try json.field("options"), hosts: try json.table("hosts"),
      bastion: try json.optional("bastion"), remarks: try json.field("remarks"))
  }
}

extension Site: JournalCoded {
  var json: JSONValue {
    .object([
      "reach": reach.json, "remote": remote?.json,
      "addresses": addresses.isEmpty ? nil : .table(addresses.entries),
      "commands": .table(commands.mapValues { StageCommands($0) }), "bounds": .table(bounds),
      "starts_itself": startsItself.map(\.rawValue).sorted().json,
      "host_wide": hostWide.map(\.rawValue).sorted().json,
      "keeps_configuration": keepsConfiguration.json, "is_lab": isLab.json,
      "streams_backups": streamsBackups ? true.json : nil,
      "switch_pause": switchPause == Site.usualSwitchPause ? nil : switchPause.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    let commands: [Stage: StageCommands] = try json.table("commands")
    self.init(
      reach: try json.field("reach"), remote: try json.optional("remote"),
      addresses: AddressMap(json["addresses"] == nil ? [:] : try json.table("addresses")),
      commands: commands.mapValues(\.byNode), bounds: try json.table("bounds"),
      // Journals of before these three.
      startsItself: Set((try json.optional("starts_itself") ?? [String]()).compactMap(Stage.init(rawValue:))),
      hostWide: Set((try json.optional("host_wide") ?? [String]()).compactMap(Stage.init(rawValue:))),
      keepsConfiguration: try json.optional("keeps_configuration") ?? false,
      streamsBackups: try json.optional("streams_backups") ?? false, isLab: try json.field("is_lab"))
    switchPause = try json.optional("switch_pause") ?? Site.usualSwitchPause
  }
}

extension Options: JournalCoded {
  var json: JSONValue {
    .object([
      "settle": settle.json, "error_budget": errorBudget?.json, "return_primaries": returnPrimaries.json,
      "lag_bound": lagBound.json, "back_within": backWithin.json,
      "back_within_data": backWithinData?.json, "scope": pace.scope.json,
      "window": pace.window?.json, "bake": pace.bake.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      settle: try json.field("settle"), errorBudget: try json.optional("error_budget"),
      returnPrimaries: try json.field("return_primaries"), lagBound: try json.field("lag_bound"),
      // Journals of before this option.
      backWithin: try json.optional("back_within") ?? Options.usualBackWithin,
      backWithinData: try json.optional("back_within_data"),
      pace: Pace(
        scope: try json.optional("scope") ?? .all, window: try json.optional("window"),
        bake: try json.optional("bake") ?? .zero))
  }
}

extension Pace.Scope: JournalCoded {}

extension Window: JournalCoded {
  var json: JSONValue { .object(["until": until?.json, "text": text.json]) }
  init(json: JSONValue) throws(CodingFault) {
    self.init(until: try json.optional("until"), text: try json.field("text"))
  }
}

extension Structure: JournalCoded {
  var json: JSONValue {
    .object([
      "role": role.json, "release": release.json, "run_id": runID.json, "pid": processID.json, "shard": shard?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      role: try json.field("role"), release: try json.field("release"), runID: try json.field("run_id"),
      processID: try json.field("pid"), shard: try json.optional("shard"))
  }
}
