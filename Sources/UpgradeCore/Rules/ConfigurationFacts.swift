// Whether a server could write its configuration file anew, from what its host says of the file and of its process.

/// Who owns a server's configuration file and the folder around it, and as whom the server runs.
package struct ConfigurationFacts: Hashable, Sendable {
  package struct Owned: Hashable, Sendable {
    package var user: Int
    package var group: Int
    /// The permission bits, with the sticky one.
    package var mode: Int
    package init(user: Int, group: Int, mode: Int) {
      self.user = user
      self.group = group
      self.mode = mode
    }
  }
  /// The process's effective user, and all of its groups.
  package var user: Int
  package var groups: Set<Int>
  package var file: Owned
  package var folder: Owned
  /// What the host itself said of file and folder, where it was asked as the process's own user: also of what is
  /// mounted read-only; nil where it was asked as somebody else.
  package var tried: (file: Bool, folder: Bool)? {
    get { triedFile.flatMap { file in triedFolder.map { (file, $0) } } }
    set { (triedFile, triedFolder) = (newValue?.file, newValue?.folder) }
  }
  /// The lines in which a Sentinel's passwords hold blanks, in quotes or not.
  package var blankPasswords: [Int] = []
  private var triedFile: Bool?
  private var triedFolder: Bool?

  package init(user: Int, groups: Set<Int>, file: Owned, folder: Owned) {
    self.user = user
    self.groups = groups
    self.file = file
    self.folder = folder
  }

  /// `config PID yes|no|unknown yes|no|unknown USER GROUPS FILE-USER FILE-GROUP FILE-MODE FOLDER-USER ...`; the file's
  /// answer first, groups with commas, modes in octal; nil for anything else.
  init?(_ said: [String]) {
    guard said.count == 12, let user = Int(said[4]) else { return nil }
    let numbers = [6, 7, 9, 10].map { Int(said[$0]) }
    let modes = [8, 11].map { Int(said[$0], radix: 8) }
    guard let fileUser = numbers[0], let fileGroup = numbers[1], let folderUser = numbers[2],
      let folderGroup = numbers[3], let fileMode = modes[0], let folderMode = modes[1]
    else { return nil }
    self.init(
      user: user, groups: Set(said[5].split(separator: ",").compactMap { Int($0) }),
      file: Owned(user: fileUser, group: fileGroup, mode: fileMode),
      folder: Owned(user: folderUser, group: folderGroup, mode: folderMode))
    if said[2] != "unknown", said[3] != "unknown" { tried = (said[2] == "yes", said[3] == "yes") }
  }

  /// What keeps the server from writing it; nil where nothing does.
  ///
  /// - Parameter inPlace: whether it writes into the file itself, as servers before 6.0.9 do; all others write a
  ///   temporary file beside it and give that its name (redis 6.0.9 src/config.c, `rewriteConfigOverwriteFile`).
  func obstacle(inPlace: Bool) -> String? {
    let mayFile = tried?.file ?? may(0o2, file)
    let mayFolder = tried?.folder ?? (may(0o2, folder) && may(0o1, folder))
    if inPlace { return mayFile ? nil : words("the file", file) }
    if !mayFolder { return words("its folder", folder) + "; a temporary file is written there" }
    let isSticky = folder.mode & 0o1000 != 0
    if isSticky, user != 0, user != file.user, user != folder.user {
      return "its folder lets nobody replace what belongs to somebody else, and the file belongs to user \(file.user)"
    }
    return nil
  }

  private func may(_ right: Int, _ owned: Owned) -> Bool {
    if user == 0 { return true }
    if user == owned.user { return owned.mode & (right << 6) != 0 }
    if groups.contains(owned.group) { return owned.mode & (right << 3) != 0 }
    return owned.mode & right != 0
  }

  private func words(_ what: String, _ owned: Owned) -> String {
    let mode = String(owned.mode, radix: 8)
    return "\(what) belongs to user \(owned.user), mode \(mode), and its process runs as user \(user)"
  }
}

extension Scene {
  /// A server or a Sentinel that could not write what it has to keep; both are mended alike.
  func cannotWrite(_ node: NodeID, _ file: String, _ why: String, thenTry command: String) -> Verdict {
    .broken(
      saw: "\(name(node)) cannot write \(file): \(why)",
      fix: "let its user write the file and its directory; then " + paste(node, command))
  }

  /// What the node's host says of its configuration file; nil where it is not reached.
  func configurationFacts(_ node: NodeID, _ view: NodeView) -> ConfigurationFacts? {
    address(node).flatMap { hosts[$0.host] }?.configurations[view.pulse.server.processID]
  }
}

struct ConfigurationWritable: NodeRule {
  let name: RuleName = "configuration-writable"
  let severity = Severity.blocking
  let title = "Every server can write its configuration file anew"
  let why =
    "Roles are written there before the first stop and after the hand-over: one that is not comes back as it was."
  let reads = "on each host: owner and mode of config_file and its folder, user and groups of the process"
  let remedy = "Let its user write the file and its directory; a file that is mounted read-only has to be elsewhere."
  let source = "redis 6.0.9 src/config.c, rewriteConfigOverwriteFile; redis.io documentation, CONFIG REWRITE"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.setup.kind.isReplicated ? scene.members.map(ObjectID.node) : []
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let file = view.pulse.server.configFile
    guard !file.isEmpty else { return .notApplicable(why: "\(scene.name(node)) runs without a configuration file") }
    guard let facts = scene.configurationFacts(node, view) else {
      return .notApplicable(why: "not checked: the folder of \(file) on \(scene.name(node)) cannot be seen from here")
    }
    let inPlace = view.release.map { !$0.descends(from: Version(6, 0, 9)) } ?? false
    // After its upgrade it writes as the wanted version does.
    guard let why = facts.obstacle(inPlace: inPlace) ?? facts.obstacle(inPlace: false) else { return .holds(saw: file) }
    return scene.cannotWrite(node, file, why, thenTry: "CONFIG REWRITE")
  }
}
