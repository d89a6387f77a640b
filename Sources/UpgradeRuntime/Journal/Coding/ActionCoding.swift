// How what is done to the world stands in the journal: actions, outcomes, what they came to.
import UpgradeCore

extension Setting: JournalCoded {
  var json: JSONValue { .array([directive.json, value.json]) }
  init(json: JSONValue) throws(CodingFault) {
    let pair = try [String](json: json)
    guard pair.count == 2 else { throw CodingFault("is not a directive and its value") }
    self.init(pair[0], pair[1])
  }
}

extension Action: JournalCoded {
  var json: JSONValue {
    switch self {
    case .configure(let node, let settings):
      .object(["do": "configure", "node": node.json, "settings": settings.json])
    case .restore(let node, let settings):
      .object(["do": "restore", "node": node.json, "settings": settings.json])
    case .backUp(let nodes): .object(["do": "back-up", "nodes": nodes.json])
    case .host(let node, let stage): .object(["do": "host", "node": node.json, "stage": stage.json])
    case .hostWide(let stage, let nodes): .object(["do": "host-wide", "nodes": nodes.json, "stage": stage.json])
    case .shutDown(let node, let save): .object(["do": "shut-down", "node": node.json, "save": save.json])
    case .setAside(let node): .object(["do": "set-aside", "node": node.json])
    case .handOver(let shard, let from, let to):
      .object(["do": "hand-over", "shard": shard.json, "from": from.json, "to": to.json])
    case .follow(let node, let primary):
      .object(["do": "follow", "node": node.json, "primary": primary.json])
    case .saveRole(let node): .object(["do": "save-role", "node": node.json])
    case .drain(let node): .object(["do": "drain", "node": node.json])
    case .watch(let node): .object(["do": "watch", "node": node.json])
    case .confirm(let kind): .object(["do": "confirm", "question": kind.json])
    case .errand(let node, let errand): .object(["do": "errand", "node": node.json, "errand": errand.json])
    }
  }

  init(json: JSONValue) throws(CodingFault) {
    let name: String = try json.field("do")
    switch name {
    case "configure": self = .configure(try json.field("node"), try json.field("settings"))
    case "restore": self = .restore(try json.field("node"), try json.field("settings"))
    case "back-up": self = .backUp(try json.field("nodes"))
    case "host": self = .host(try json.field("node"), try json.field("stage"))
    case "host-wide": self = .hostWide(try json.field("stage"), try json.field("nodes"))
    case "shut-down": self = .shutDown(try json.field("node"), save: try json.field("save"))
    case "set-aside": self = .setAside(try json.field("node"))
    case "hand-over":
      self = .handOver(try json.field("shard"), from: try json.field("from"), to: try json.field("to"))
    case "follow": self = .follow(try json.field("node"), primary: try json.field("primary"))
    case "save-role": self = .saveRole(try json.field("node"))
    case "drain": self = .drain(try json.field("node"))
    case "watch": self = .watch(try json.field("node"))
    case "confirm": self = .confirm(try json.field("question"))
    case "errand": self = .errand(try json.field("node"), try json.field("errand"))
    default: throw CodingFault("is \(name.json.text)").under("do")
    }
  }
}

extension Outcome.Kind: JournalCoded {}

extension Outcome: JournalCoded {
  var json: JSONValue {
    .object(["result": kind.json, "sentence": sentence.json, "evidence": .table(evidence)])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(try json.field("result"), try json.field("sentence"), evidence: try json.table("evidence"))
  }
}

extension Settled: JournalCoded {
  var json: JSONValue {
    switch self {
    case .achieved(let learnt): .object(["result": "achieved", "learnt": .table(learnt)])
    case .failed(let sentence): .object(["result": "failed", "sentence": sentence.json])
    case .lapsed: .object(["result": "lapsed"])
    }
  }
  init(json: JSONValue) throws(CodingFault) {
    let result: String = try json.field("result")
    switch result {
    case "achieved": self = .achieved(try json.table("learnt"))
    case "failed": self = .failed(try json.field("sentence"))
    case "lapsed": self = .lapsed
    default: throw CodingFault("is \(result.json.text)").under("result")
    }
  }
}

extension ClientMeasure: JournalCoded {
  var json: JSONValue {
    .object([
      "acknowledged": acknowledged.json, "errors": .table(errors), "lost": lost.json,
      "longest_stall_ms": longestStall.json, "resolution_ms": resolution.json, "stalls_ms": .table(stalls),
      "unmeasured_ms": unmeasured == 0 ? nil : unmeasured.json,
      "databases": databases.isEmpty ? nil : databases.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      acknowledged: try json.field("acknowledged"), errors: try json.table("errors"), lost: try json.field("lost"),
      longestStall: try json.field("longest_stall_ms"), resolution: try json.field("resolution_ms"),
      stalls: try json.table("stalls_ms"), unmeasured: try json.optional("unmeasured_ms") ?? 0)
    databases = try json.optional("databases") ?? []
  }
}

extension Ending.Kind: JournalCoded {}

extension Ending: JournalCoded {
  var json: JSONValue {
    .object([
      "result": kind.json, "name": name.json, "sentence": sentence.json, "every_shard_served": everyShardServed?.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      try json.field("result"), name: try json.field("name"), sentence: try json.field("sentence"),
      everyShardServed: try json.optional("every_shard_served"))
  }
}
