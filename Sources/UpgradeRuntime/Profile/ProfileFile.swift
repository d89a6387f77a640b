import UpgradeCore

extension Profile {
  private static let keys = [
    "reach", "base", "ssh", "hosts", "addresses", "bastion", "rest", "software", "hooks", "backup", "enterprise",
    "databases", "sentinels", "temporary",
  ]
  private static let softwareStages: [Site.Stage] = [.candidate, .stage, .program, .stop, .install, .start, .rollback]
  private static let hookStages: [Site.Stage] = [.beforeNode, .afterNode, .switchOver]
  private static let longestBound = 86_400

  /// The profile that `--profile` names: a built-in one, or a file.
  package static func load(_ name: String) throws(UsageError) -> Profile {
    if let builtIn = BuiltInProfiles.named(name) { return builtIn }
    guard let bytes = try InputFile.read(name, optional: !BuiltInProfiles.looksLikePath(name)) else {
      throw UsageError(
        .unknownProfile, "there is no profile \(Quotation.quoted(name)), built-in or as a file",
        remedy: "Built in are: \(Quotation.list(BuiltInProfiles.names, last: "and")). "
          + "A profile of your own is named by its file, such as ./site.yaml.")
    }
    return try Profile(yaml: bytes, file: name)
  }

  /// Reads a profile from the bytes of a YAML file; `file` is repeated in sentences and becomes its name.
  package init(yaml bytes: [UInt8], file: String) throws(UsageError) {
    guard let root = try YAMLReader.read(bytes, file: file) else {
      throw UsageError(
        .missingKey, at: .init(file: file, line: 1), "the profile is empty",
        remedy: "Say at least how a node's server is started: `software: { start: \"...\" }`.")
    }
    let group = try YAMLGroup(root, name: "the profile", keys: Self.keys, file: file)
    let reach = try group.word("reach", of: ["local", "ssh", "manual"]).flatMap(Site.Reach.init) ?? .local
    let places = try Places(group, reach: reach)
    let ssh = try Self.ssh(group, reach: reach, bastion: places.bastion)

    let rest = try Rest(group)

    let base = try group.word("base", of: BuiltInProfiles.packaged)
    var commands = base.flatMap(BuiltInProfiles.named)?.commands ?? [:]
    let softwareLine = group.entry("software")?.keyLine ?? group.line
    for (key, stages) in [("software", Self.softwareStages), ("hooks", Self.hookStages)] {
      guard let entry = group.entry(key) else { continue }
      let part = try YAMLGroup(entry.node, name: key, keys: stages.map(Self.key), file: file)
      for stage in stages {
        guard let own = try Self.command(part, stage) else { continue }
        // The one that can be switched off: a run needs nothing that is tried.
        commands[stage] = stage == .program && own.template.pieces == [.text("none")] ? nil : own
      }
    }
    let programs = try Self.programs(group)
    // An installer of Redis Enterprise Software starts what it has stopped.
    guard commands[.start] != nil || group.entry("enterprise") != nil else {
      throw UsageError(
        .missingKey, at: .init(file: file, line: softwareLine), "software has no start",
        remedy: "Say how a node's server is started, for example `start: systemctl start {unit}`; it must detach.")
    }
    self.init(name: file, reach: reach, ssh: ssh, places: places, commands: commands, base: base, rest: rest)
    self.programs = programs
    clients = try Self.clients(group)
    sentinels = try Self.sentinels(group)
    temporary = try Self.temporary(group, reach: reach, hasProgram: commands[.program] != nil)
    streamsBackups = try group.word("backup", of: ["host", "stream"]) == "stream"
  }

  /// `enterprise: { programs: /opt/redislabs/bin }`: a folder of every node's host; `{node_id}` is the node's number.
  private static func programs(_ group: YAMLGroup) throws(UsageError) -> String? {
    guard let entry = group.entry("enterprise") else { return nil }
    let part = try YAMLGroup(entry.node, name: "enterprise", keys: ["programs"], file: group.file)
    guard let folder = try part.text("programs") else { return nil }
    guard folder.hasPrefix("/"), !folder.contains(where: { "'\"\\$`;|&<> \t".contains($0) }) else {
      throw UsageError(
        .badValue, at: part.place(part.entry("programs")?.node.line ?? part.line),
        "programs is \(Quotation.quoted(folder))",
        remedy: "Write the folder of rladmin and rlcheck, from / on and without blanks: /opt/redislabs/bin.")
    }
    return folder
  }

  private static func command(_ part: YAMLGroup, _ stage: Site.Stage) throws(UsageError) -> Command? {
    let key = key(of: stage)
    guard let entry = part.entry(key) else { return nil }
    let place = part.place(entry.node.line)
    let written = try written(entry.node, of: stage, in: part)
    let template = try CommandTemplate(written.line, at: place)
    if template.hasOpenQuote {
      throw UsageError(
        .badValue, at: place, "\(key) ends inside quotes", remedy: "Close the quote, or the shell refuses the line.")
    }
    let own = Placeholder.allCases.first { !$0.isSharedByHost && template.placeholders.contains($0) }
    if written.scope == .host, let own {
      throw UsageError(
        .badValue, at: place, "\(key) is run once for a whole host, but uses \(own.text), which differs per node",
        remedy: "Take \(own.text) out, or write `scope: node`.")
    }
    return Command(
      template: template, scope: written.scope, bound: written.bound, form: .commandLine, place: place,
      startsItself: written.startsItself, pause: written.pause)
  }

  private struct Written {
    var line: String
    var scope = HostCommand.Scope.node
    var bound: Duration
    var startsItself = false
    var pause: Duration?
  }

  /// What the file says of a command: a line, or `{ run:, scope:, bound: }`.
  private static func written(
    _ node: YAMLNode, of stage: Site.Stage, in part: YAMLGroup
  ) throws(UsageError) -> Written {
    let key = key(of: stage)
    let usual = usualBound(of: stage)
    guard case .mapping(let entries) = node.content else {
      return Written(line: try part.text(of: node, called: key), bound: usual)
    }
    // `start: {dir}` is a group of keys to YAML and a command to its author.
    if let first = entries.first, entries.count == 1, first.node.isMissing, Placeholder(rawValue: first.key) != nil {
      throw UsageError(
        .wrongType, at: part.place(node.line), "\(key) starts with {, which opens a group of keys",
        remedy: "Put the whole command in quotes.")
    }
    let long = try YAMLGroup(node, name: key, keys: ["run", "scope", "bound", "starts", "pause"], file: part.file)
    guard let line = try long.text("run") else {
      throw UsageError(
        .missingKey, at: long.place(long.line), "\(key) has no run",
        remedy: "Write `\(key): { run: \"...\" }`; a command that starts with { must be put in quotes.")
    }
    let scope = try long.word("scope", of: HostCommand.Scope.allCases.map(\.rawValue))
    let bound = try long.wholeNumber("bound", in: 1...longestBound, unit: "seconds")
    let starts = try long.word("starts", of: ["true", "false"])
    if starts == "true", ![.install, .rollback].contains(stage) {
      throw UsageError(
        .badValue, at: long.place(long.line), "\(key) has starts: true",
        remedy: "It belongs to install and rollback, where a package brings the server up by itself.")
    }
    let pause = try long.wholeNumber("pause", in: 0...Site.longestSwitchPause, unit: "seconds")
    if pause != nil, stage != .switchOver {
      throw UsageError(
        .badValue, at: long.place(long.line), "\(key) has a pause",
        remedy: "It belongs to switch: for so long writes wait at most while the clients' address is moved.")
    }
    return Written(
      line: line, scope: scope.flatMap(HostCommand.Scope.init) ?? .node, bound: bound.map { .seconds($0) } ?? usual,
      startsItself: starts == "true", pause: pause.map { .seconds($0) })
  }
}
