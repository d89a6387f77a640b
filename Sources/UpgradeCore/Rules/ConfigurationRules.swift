// Whether a node comes back as it was: its configuration file, its directives, users and modules.

struct ConfigurationSaved: NodeRule {
  let name: RuleName = "configuration-saved"
  let severity = Severity.warning
  let title = "What was set at runtime is in the configuration file"
  let why = "A setting that only lives in the process is gone after the restart."
  let reads = "CONFIG GET *; the configuration file with what it includes, where the profile reaches it"
  let remedy = "Copy the file, then CONFIG REWRITE."
  let source = "redis.io documentation, CONFIG REWRITE"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard !view.pulse.server.configFile.isEmpty else {
      return .notApplicable(why: "\(scene.name(node)) runs without a configuration file")
    }
    guard let unsaved = view.inventory?.unsavedDirectives else {
      return .unknown(why: "\(scene.name(node)): its configuration file was not compared")
    }
    guard !unsaved.isEmpty else { return .holds(saw: "the file has all of it") }
    return .broken(
      saw: "\(scene.name(node)): \(Words.count(unsaved.count, "directive")) not in its file: "
        + unsaved.sorted().prefix(8).joined(separator: ", ") + (unsaved.count > 8 ? ", ..." : ""),
      fix: "copy the file, then: " + scene.paste(node, "CONFIG REWRITE"))
  }
}

struct ConfigurationFile: NodeRule {
  let name: RuleName = "configuration-file"
  let severity = Severity.warning
  let title = "Every node runs from a configuration file"
  let why = "Without one all settings are in the command that starts it, and that has to be repeated exactly."
  let reads = "INFO server: config_file"
  let remedy = "See that the profile's start command gives all of its settings."
  let source = "redis.io documentation, CONFIG REWRITE"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.pulse.server.configFile.isEmpty else { return .holds(saw: view.pulse.server.configFile) }
    return .broken(
      saw: "\(scene.name(node)) runs without a configuration file",
      fix: scene.setup.site.has(.start)
        ? "see that the profile's start command gives all of its settings"
        : "note its command line before it is stopped: tr '\\0' ' ' < /proc/\(view.pulse.server.processID)/cmdline")
  }
}

struct ConfigDirectives: NodeRule {
  let name: RuleName = "config-directives"
  let severity = Severity.blocking
  let title = "The wanted version knows every directive in use"
  let why = "A server does not start with a directive that it does not know."
  let reads = "the configuration file where the profile reaches it, CONFIG GET *, the table of directives"
  let remedy = "Take the line out of the configuration or of the start command."
  let source = "redis 7.0 src/config.c"
  let severityVaries = "a warning where the directive is read and ignored"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard case .node(let node) = object, let view = scene.snapshot[node].view else { return .blocking }
    return changes(view, in: scene).contains { $0.effect == .fatal } ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let configuration = view.inventory?.configuration, !configuration.isEmpty else {
      return .unknown(why: "\(scene.name(node)): its configuration has not been read")
    }
    let changed = changes(view, in: scene)
    let fatal = changed.filter { $0.effect == .fatal }
    if !fatal.isEmpty {
      return .broken(
        saw: "\(scene.name(node)) uses \(fatal.map(\.name).joined(separator: ", ")), with which "
          + "\(scene.setup.to.title) does not start",
        fix:
          "take the line out of \(view.pulse.server.configFile.isEmpty ? "its start command" : view.pulse.server.configFile)"
      )
    }
    guard changed.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)) uses \(changed.map(\.name).joined(separator: ", ")), which "
          + "\(scene.setup.to.title) reads and ignores",
        fix: "see that nobody relies on it")
    }
    return .holds(saw: "none that changes")
  }

  /// Directives that the target does without. What its file has a line for counts, whatever the line says: a server
  /// does not start with `gopher-enabled no` either. A running server prints a directive that it has whether a file
  /// names it or not, so without the file one that is at its default is not held against it.
  private func changes(_ view: NodeView, in scene: Scene) -> [ChangedDirective] {
    guard let release = view.release, let inventory = view.inventory else { return [] }
    let running = inventory.configuration.compactMap { name, value -> ChangedDirective? in
      guard let change = Directives.change(of: name, from: release, to: scene.setup.to), value != change.atRest
      else { return nil }
      return change
    }
    let stored = (inventory.storedDirectives ?? []).compactMap { name in
      Directives.change(of: name, from: release, to: scene.setup.to)
    }
    return Set(running + stored).sorted { $0.name < $1.name }
  }
}

/// Users who would lose Pub/Sub: from 7.0 on silence about channels means none (`acl-pubsub-default resetchannels`).
struct ChannelRulesKept: NodeRule {
  let name: RuleName = "acl-channels"
  let severity = Severity.warning
  let title = "Every user's rules say which channels it may use"
  let why = "From 7.0 on a user whose stored rules say nothing about channels loses Pub/Sub."
  let reads = "the configuration or ACL file where the profile reaches it, else ACL LIST"
  let remedy =
    "acl-pubsub-default allchannels in the new version's configuration, or the channels of each user written down."
  let source = "redis/redis#10181, #8723"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let release = view.release else { return .unknown(why: "\(scene.name(node)): its version is not known") }
    let boundary = Version(7, 0, 0)
    guard !release.descends(from: boundary), scene.setup.to.descends(from: boundary) else {
      return .notApplicable(why: "\(release.title) to \(scene.setup.to.title) changes nothing there")
    }
    guard release.version >= Version(6, 0, 0) else { return .notApplicable(why: "\(release.title) has no users") }
    let (losers, unknown) = ChannelRules.losers(NodeFacts(name: scene.name(node), view))
    if let unknown { return .unknown(why: "\(scene.name(node)): \(unknown)") }
    guard !losers.isEmpty else {
      return .holds(saw: view.inventory?.users.map { Words.count($0.count, "user") } ?? "none is named in its file")
    }
    return .broken(
      saw: "\(scene.name(node)): nothing about channels is said of \(losers.prefix(6).joined(separator: ", "))"
        + (losers.count > 6 ? ", ..." : ""),
      fix: "in the new version's configuration: acl-pubsub-default allchannels; or after its start for each user: "
        + scene.paste(node, "ACL SETUSER <user> allchannels"))
  }
}

struct ModulesKnown: NodeRule {
  let name: RuleName = "modules-known"
  let severity = Severity.blocking
  let title = "Every loaded module has a place in the wanted version"
  let why = "Without its module a server cannot read the module's data, and does not start."
  let reads = "MODULE LIST, else INFO modules"
  let remedy = "Take the line out for what the new version brings along, install a build for the rest."
  let source = "redis 8.0 release notes; redis src/rdb.c"
  let severityVaries = "a warning where the module is bundled, or needs a build of its own"

  /// Modules that are part of Redis from 8.0 on, by the names they load under (redis 8.0 release notes).
  private static let bundled: Set<String> = ["search", "searchlight", "rejson", "timeseries", "bf"]
  /// Modules that nobody continues (redis.io documentation, Redis Stack).
  private static let ended: Set<String> = ["graph", "rg", "redisgears", "redisgears_2"]

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard case .node(let node) = object, let modules = scene.snapshot[node].view?.inventory?.modules else {
      return .blocking
    }
    return modules.contains { Self.ended.contains($0.lowercased()) } ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let modules = view.inventory?.modules else {
      return .unknown(why: "\(scene.name(node)): MODULE LIST has not been read")
    }
    let loaded = modules.filter { !modulesOfServers.contains($0) }
    guard !loaded.isEmpty else { return .holds(saw: "none loaded") }
    let ended = loaded.filter { Self.ended.contains($0.lowercased()) }
    if !ended.isEmpty {
      return .broken(
        saw: "\(scene.name(node)) has \(ended.joined(separator: ", ")) loaded, which no later version has",
        fix: "take its data out and unload it first")
    }
    let target = scene.setup.to
    let bundled =
      target.product == .redis && target.version.major >= 8
      ? loaded.filter { Self.bundled.contains($0.lowercased()) } : []
    let others = loaded.filter { !bundled.contains($0) }
    var saw: [String] = []
    var fix: [String] = []
    if !bundled.isEmpty {
      saw.append("\(bundled.joined(separator: ", ")) is part of \(target.title)")
      fix.append("take the loadmodule line out of the configuration")
    }
    if !others.isEmpty {
      saw.append("\(others.joined(separator: ", ")) needs a build for \(target.title)")
      fix.append("see that it is installed before the node is started")
    }
    return .broken(saw: "\(scene.name(node)): \(saw.joined(separator: "; "))", fix: fix.joined(separator: "; "))
  }
}
