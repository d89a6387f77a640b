// Whether users outlive a restart: those that are in force against those that the next start reads.

struct UsersSaved: NodeRule {
  let name: RuleName = "users-saved"
  let severity = Severity.warning
  let title = "Every user is in the file that the next start reads"
  let why = "A user that was made at runtime is gone after the restart, and its clients are turned away."
  let reads = "ACL LIST; the configuration or ACL file where the profile reaches it"
  let remedy = "ACL SAVE where users have a file of their own, else CONFIG REWRITE."
  let source = "redis.io documentation, ACL: persisting ACLs"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let release = view.release else { return .unknown(why: "\(scene.name(node)): its version is not known") }
    guard release.descends(from: Version(6, 0, 0)) else {
      return .notApplicable(why: "\(release.title) has no users")
    }
    guard let users = view.inventory?.users else {
      return .unknown(why: "\(scene.name(node)): ACL LIST has not been read")
    }
    let running = users.map(StoredUser.init).filter { $0.name != "default" }
    let hasFile = view.inventory?.configuration["aclfile"]?.isEmpty == false
    guard let stored = view.inventory?.storedUsers else {
      if running.isEmpty { return .holds(saw: "no user besides default") }
      if view.pulse.server.configFile.isEmpty, !hasFile {
        return .notApplicable(why: "\(scene.name(node)) runs without a configuration file, which another check says")
      }
      return .unknown(why: "\(scene.name(node)): its configuration or ACL file has not been read")
    }
    let known = Dictionary(stored.map(StoredUser.init).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let lost = running.filter { known[$0.name] == nil }.map(\.name)
    let changed = running.filter { user in known[user.name].map { $0 != user } ?? false }.map(\.name)
    guard !(lost.isEmpty && changed.isEmpty) else { return .holds(saw: Words.count(users.count, "user")) }
    let parts = [
      lost.isEmpty ? nil : "not in the file: \(Self.list(lost))",
      changed.isEmpty ? nil : "switched on or off, or with other keys there: \(Self.list(changed))",
    ].compactMap(\.self)
    return .broken(
      saw: "\(scene.name(node)): \(parts.joined(separator: "; "))",
      fix: "copy the file, then: " + scene.paste(node, hasFile ? "ACL SAVE" : "CONFIG REWRITE"))
  }

  private static func list(_ names: [String]) -> String {
    names.sorted().prefix(6).joined(separator: ", ") + (names.count > 6 ? ", ..." : "")
  }
}

/// What two spellings of one user have in common: servers print commands and categories otherwise than people write
/// them, but keys, and whether a user is on, as they are.
private struct StoredUser: Hashable {
  let name: String
  let isOn: Bool
  let keys: Set<String>

  init(_ line: String) {
    let words = line.split(separator: " ").dropFirst().map(String.init)
    name = words.first ?? ""
    var isOn = false
    var keys: Set<String> = []
    for word in words.dropFirst() {
      switch word {
      case "on": isOn = true
      case "off": isOn = false
      case "allkeys", "~*": keys = ["~*"]
      case "resetkeys": keys = []
      case "reset": (isOn, keys) = (false, [])
      case _ where word.hasPrefix("~") && keys != ["~*"]: keys.insert(word)
      default: break
      }
    }
    self.isOn = isOn
    self.keys = keys
  }
}
