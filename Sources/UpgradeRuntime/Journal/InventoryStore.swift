// What the nodes were like before the first of them was touched, kept so that a resumed run can compare as well.

import SystemIO
package import UpgradeCore

extension RunDirectory {
  /// Configuration, users, modules and errors by code of every node before the run; secrets are not among them.
  package var inventory: String { "\(path)/inventory.json" }

  /// Durable when it returns.
  package func keep(_ inventories: [NodeID: Inventory]) throws(JournalError) {
    let nodes = inventories.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key.text, $0.value.kept) }
    let json = JSONValue.object(["v": 1, "nodes": .object(nodes)])
    do throws(SystemError) {
      try Files.writeAtomically(inventory, json.bytes + [UInt8(ascii: "\n")])
    } catch {
      throw JournalError(
        error.code == .noSpace ? .full : .unusable, "what the nodes are like now cannot be kept: \(error)",
        remedy: "Free some space, or name another directory with --state-dir; nothing was begun.")
    }
  }

  /// What was kept of each node; empty where nothing was, and then nothing is compared.
  package func keptInventories() -> [NodeID: Inventory] {
    guard let bytes = try? Files.read(inventory), let json = try? JSONParser.read(bytes), json["v"] == 1,
      let members = json["nodes"]?.members
    else { return [:] }
    return Dictionary(members.map { (NodeID($0.key), Inventory(kept: $0.value)) }, uniquingKeysWith: { $1 })
  }
}

extension Inventory {
  fileprivate var kept: JSONValue {
    .object([
      "configuration": .object(configuration.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "users": users.map { .array($0.map(JSONValue.string)) },
      "modules": modules.map { .array($0.map(JSONValue.string)) },
      "errors": usage?.errors.map { errors in
        .object(errors.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) })
      },
    ])
  }

  /// What is not kept is as if it had not been read.
  fileprivate init(kept: JSONValue) {
    let pairs = kept["configuration"]?.members?.compactMap { member in
      member.value.string.map { (member.key, $0) }
    }
    self.init(
      configuration: Dictionary(pairs ?? [], uniquingKeysWith: { $1 }),
      users: kept["users"]?.array?.compactMap(\.string), modules: kept["modules"]?.array?.compactMap(\.string),
      otherWizards: [], permissions: [:], unsavedDirectives: nil)
    guard let errors = kept["errors"]?.members else { return }
    var usage = Usage(calls: [:], uptimeSeconds: 0)
    usage.errors = Dictionary(
      errors.compactMap { member in member.value.integer.map { (member.key, $0) } }, uniquingKeysWith: { $1 })
    self.usage = usage
  }
}
