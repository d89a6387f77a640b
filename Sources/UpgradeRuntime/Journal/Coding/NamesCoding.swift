// How names stand in the journal: nodes, shards, objects, steps, releases, addresses, slots.
import UpgradeCore

extension NodeID: JournalCoded, JournalKey {
  var json: JSONValue { .string(text) }
  init(json: JSONValue) throws(CodingFault) { self.init(try String(json: json)) }
  var keyText: String { text }
  init?(keyText: String) { self.init(keyText) }
}

extension ShardID: JournalSpelled, JournalKey {
  var spelling: String { description }
  init?(spelling: String) { self.init(name: spelling) }
  var parts: [JSONValue] { [number.json] }
  init(parts: [JSONValue]) throws(CodingFault) {
    guard parts.count == 1 else { throw CodingFault("is not a shard") }
    self.init(try Int(json: parts[0]))
  }
  var keyText: String { description }
  init?(keyText: String) { self.init(name: keyText) }
}

extension ObjectID: JournalSpelled {
  var spelling: String { description }
  init?(spelling: String) { self.init(spelling) }
  var parts: [JSONValue] {
    switch self {
    case .deployment: ["deployment"]
    case .host(let name): ["host", .string(name)]
    case .node(let id): ["node", id.json]
    case .shard(let id): ["shard", id.json]
    case .database(let number): ["db", number.json]
    }
  }
  init(parts: [JSONValue]) throws(CodingFault) {
    switch (parts.first?.string, parts.count) {
    case ("deployment", 1): self = .deployment
    case ("host", 2): self = .host(try String(json: parts[1]))
    case ("node", 2): self = .node(try NodeID(json: parts[1]))
    case ("shard", 2): self = .shard(try ShardID(json: parts[1]))
    case ("db", 2): self = .database(try Int(json: parts[1]))
    default: throw CodingFault("is not an object of a step")
    }
  }
}

extension Verb: JournalCoded {}

extension StepKey: JournalSpelled {
  var spelling: String { description }
  init?(spelling: String) { self.init(spelling) }
  var parts: [JSONValue] { [verb.json, object.json] + (argument.map { [.string($0)] } ?? []) }
  init(parts: [JSONValue]) throws(CodingFault) {
    guard (2...3).contains(parts.count) else { throw CodingFault("is not a step") }
    self.init(
      try Verb(json: parts[0]), try ObjectID(json: parts[1]), parts.count == 3 ? try String(json: parts[2]) : nil)
  }
}

extension Product: JournalCoded {}

extension Release: JournalSpelled {
  var spelling: String { description }
  init?(spelling: String) { self.init(spelling) }
  var parts: [JSONValue] {
    [product.json, version.major.json, version.minor.json, version.patch.json] + (build.map { [$0.json] } ?? [])
  }
  init(parts: [JSONValue]) throws(CodingFault) {
    guard (4...5).contains(parts.count) else { throw CodingFault("is not a release") }
    let version = Version(try Int(json: parts[1]), try Int(json: parts[2]), try Int(json: parts[3]))
    if parts.count == 5 {
      self.init(Enterprise.BuildVersion(version, build: try Int(json: parts[4])))
    } else {
      self.init(try Product(json: parts[0]), version)
    }
  }
}

extension Address: JournalSpelled {
  var spelling: String { description }
  init?(spelling: String) { self.init(spelling) }
  var parts: [JSONValue] { [.string(host), port.json] }
  init(parts: [JSONValue]) throws(CodingFault) {
    guard parts.count == 2 else { throw CodingFault("is not an address") }
    self.init(host: try String(json: parts[0]), port: try Int(json: parts[1]))
  }
}

extension QuestionKind: JournalCoded {}

extension QuestionName: JournalSpelled {
  var spelling: String { description }
  init?(spelling: String) { self.init(spelling) }
  var parts: [JSONValue] { [kind.json] + (object.map { [.string($0)] } ?? []) }
  init(parts: [JSONValue]) throws(CodingFault) {
    guard (1...2).contains(parts.count) else { throw CodingFault("is not a question") }
    self.init(try QuestionKind(json: parts[0]), parts.count == 2 ? try String(json: parts[1]) : nil)
  }
}

extension RuleName: JournalCoded {
  var json: JSONValue { .string(text) }
  init(json: JSONValue) throws(CodingFault) { self.init(try String(json: json)) }
}

/// `0-5460 7000`; no slots are an empty text.
extension SlotSet: JournalCoded {
  var json: JSONValue { .string(isEmpty ? "" : description) }
  init(json: JSONValue) throws(CodingFault) {
    var ranges: [ClosedRange<Int>] = []
    for part in try String(json: json).split(separator: " ") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], low <= high else {
        throw CodingFault("is \(json.text)")
      }
      ranges.append(low...high)
    }
    self.init(ranges)
  }
}
