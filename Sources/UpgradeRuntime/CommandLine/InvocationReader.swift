import SystemIO
import UpgradeCore

/// Makes typed requests of words.
struct InvocationReader {
  /// What `--settle` takes, in seconds.
  static let settleRange = 0...3600
  /// What `--back-within` takes, in seconds.
  static let backWithinRange = 1...86_400
  static let bakeRange = 0...86_400

  private let words: Words

  init(_ words: Words) { self.words = words }

  func invocation() throws(UsageError) -> Invocation {
    if words.has(.help) { return .help(words.subcommand) }
    if words.has(.version) { return .version }
    switch words.subcommand {
    case .startScreen:
      return .startScreen(
        StartRequest(
          connection: try connection(), profile: words.value(.profile), face: try face(),
          stateDirectory: words.value(.stateDirectory)))
    case .run: return .run(try upgrade())
    case .check: return .check(try upgrade())
    case .plan: return .plan(try upgrade())
    case .notice: return .notice(try notice())
    case .watch:
      return .watch(
        WatchRequest(
          try watched(), connection: try connection(), profile: words.value(.profile), face: try face(),
          stateDirectory: words.value(.stateDirectory)))
    case .status: return .status(try record())
    case .report: return .report(try record())
    case .journal: return .journal(try record())
    case .resume: return .resume(try continuation())
    case .cleanup: return .cleanup(try continuation())
    case .train: return .train(try train())
    case .lab: return .lab(try lab())
    case .explain: return .explain(try ExplainReader(words).request(face: try face()))
    case .keys:
      try refuseMore(than: 0)
      return .keys(try face())
    case .hold: return .hold(words.arguments)
    }
  }

  // MARK: Requests

  private func upgrade() throws(UsageError) -> UpgradeRequest {
    let target = try target()
    guard let to = try release(.to) else {
      throw UsageError(
        .missingArgument, "\(words.subcommand.rawValue) needs --to VERSION, where to upgrade to",
        remedy: "Write for example --to 7.4.2, or --to valkey-8.0.1.")
    }
    var request = UpgradeRequest(
      target: target, to: to, connection: try connection(), running: try running(), face: try face(),
      stateDirectory: words.value(.stateDirectory))
    request.asksPermissions = words.has(.permissions)
    return request
  }

  /// With a target the announcement, with the name of a run or nothing its closing message.
  private func notice() throws(UsageError) -> NoticeRequest {
    if let word = words.arguments.first, RunID(word) == nil {
      return .planned(try upgrade(), begin: try beginning())
    }
    let known: Set<Flag> = [.stateDirectory, .plain, .json, .color]
    if let flag = Flag.allCases.first(where: { words.has($0) && !known.contains($0) }) {
      throw UsageError(
        .misplacedFlag, "\(flag.text) belongs to the announcement of what is planned",
        remedy: "Name the TARGET before it, or leave it out for the closing message of a run.")
    }
    return .closing(try record())
  }

  private func beginning() throws(UsageError) -> Int64? {
    guard let text = words.value(.at) else { return nil }
    if case .until(let hour, let minute)? = WindowRequest(text) { return WallClock.next(hour: hour, minute: minute) }
    if let time = WallTime(minuteInUTC: text) { return time.milliseconds }
    throw UsageError(
      .flagValue, "--at is \(Quotation.quoted(text))",
      remedy: "Write a time of day such as 02:00, or a date with it in UTC: 2026-11-24T02:00.")
  }

  /// The id of a run has a form that no address has.
  private func watched() throws(UsageError) -> WatchRequest.Subject {
    guard let word = words.arguments.first, RunID(word) == nil else { return .run(try runName()) }
    let target = try target()
    guard target.each.count == 1 else {
      throw UsageError(
        .target, "watch follows one group at a time", remedy: "Name one of them: \(target.each[0].description).")
    }
    return .target(target)
  }

  private func record() throws(UsageError) -> RecordRequest {
    if words.has(.markdown), words.has(.json) {
      throw UsageError(.conflictingFlags, "--markdown and --json are two forms of one report", remedy: "Keep one.")
    }
    return RecordRequest(
      run: try runName(), asMarkdown: words.has(.markdown), face: try face(),
      stateDirectory: words.value(.stateDirectory))
  }

  private func continuation() throws(UsageError) -> ContinuationRequest {
    ContinuationRequest(
      run: try runName(), connection: try connection(), running: try running(), face: try face(),
      stateDirectory: words.value(.stateDirectory))
  }

  private func train() throws(UsageError) -> TrainRequest {
    try refuseMore(than: 1)
    return TrainRequest(
      drill: words.arguments.first, to: try release(.to), servers: try servers(), running: try running(),
      face: try face(), stateDirectory: words.value(.stateDirectory))
  }

  private func lab() throws(UsageError) -> LabRequest {
    let actions = Quotation.list(LabRequest.Action.allCases.map(\.rawValue))
    guard let word = words.arguments.first else {
      throw UsageError(.missingArgument, "lab needs to be told what to do", remedy: "Write lab \(actions).")
    }
    guard let action = LabRequest.Action(rawValue: word) else {
      throw UsageError(
        .unknownCommand, "lab has no action \(Quotation.quoted(word))", remedy: "Write lab \(actions).")
    }
    if action == .up, words.arguments.count > 1, words.arguments[1] == "enterprise" { return try enterpriseLab() }
    let shape = words.arguments.count > 1 ? LabServersRequest.Shape(rawValue: words.arguments[1]) : .cluster
    if action == .up, shape == nil {
      throw UsageError(
        .notBuilt, "there is no lab of kind \(Quotation.quoted(words.arguments[1])) yet",
        remedy: "Write lab up cluster, replication, sentinel, standalone or enterprise.")
    }
    if let flag = [Flag.to, .nodes].first(where: words.has) {
      throw UsageError(
        .misplacedFlag, "\(flag.text) belongs to lab up enterprise", remedy: "Leave it out.")
    }
    if words.has(.tls), action != .up, action != .write {
      throw UsageError(
        .misplacedFlag, "--tls belongs to lab up and lab write",
        remedy: "A lab that runs knows by itself what it speaks.")
    }
    if action == .fetch {
      return LabRequest(action: .fetch, releases: try releases(), servers: try servers(), face: try face())
    }
    try refuseMore(than: action == .up || action == .write ? 2 : 1)
    if words.has(.all), action != .down || words.has(.dir) {
      throw UsageError(
        .conflictingFlags, "--all belongs to lab down, without --dir",
        remedy: "Write lab down --all, or lab down --dir DIR.")
    }
    var request = LabRequest(action: action, servers: try servers(), face: try face())
    request.all = words.has(.all)
    if action == .up { request.servers.shape = shape ?? .cluster }
    if action == .write {
      if words.arguments.count > 1 { request.target = try Target(words.arguments[1]) }
      request.encryption = encryption()
    } else if let flag = [Flag.cacert, .cert, .key, .sni].first(where: words.has) {
      throw UsageError(
        .misplacedFlag, "\(flag.text) belongs to lab write: a lab makes its own certificates",
        remedy: "Leave it out.")
    }
    return request
  }

  private func enterpriseLab() throws(UsageError) -> LabRequest {
    try refuseMore(than: 2)
    let strange = [Flag.tls, .all, .cacert, .cert, .key, .sni].first(where: words.has)
    if let strange {
      throw UsageError(
        .misplacedFlag, "\(strange.text) does not belong to lab up enterprise", remedy: "Leave it out.")
    }
    var servers = LabServersRequest()
    servers.directory = words.value(.dir)
    servers.port = try number(.port, in: 1024...55_000, unit: "")
    var enterprise = EnterpriseRequest()
    servers.from = try release(.from)
    enterprise.to = try release(.to)
    enterprise.nodes = try number(.nodes, in: 1...9, unit: "")
    var request = LabRequest(action: .up, servers: servers, face: try face())
    request.enterprise = enterprise
    return request
  }

  /// The releases that `lab fetch` names.
  private func releases() throws(UsageError) -> [WantedRelease] {
    let texts = words.arguments.dropFirst()
    guard !texts.isEmpty else {
      throw UsageError(
        .missingArgument, "lab fetch needs to be told which releases",
        remedy: "Write for example lab fetch 6.2.14 valkey-8.1.1.")
    }
    var releases: [WantedRelease] = []
    for text in texts { releases.append(try WantedRelease(text, of: "release")) }
    return releases
  }

  // MARK: Parts

  private func target() throws(UsageError) -> Target {
    guard let text = words.arguments.first else {
      throw UsageError(
        .missingArgument, "\(words.subcommand.rawValue) needs a TARGET",
        remedy: "Name any server of the deployment: redis://host:port.")
    }
    try refuseMore(than: 1)
    return try Target(text)
  }

  /// A run's id is the name of a directory, so it must not lead out of it.
  private func runName() throws(UsageError) -> String? {
    try refuseMore(than: 1)
    guard let name = words.arguments.first else { return nil }
    let letters = name.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar))
    }
    guard !name.isEmpty, !name.hasPrefix("."), letters else {
      throw UsageError(
        .badValue, "\(Quotation.quoted(name)) is not the id of a run",
        remedy: "`redis-upgrade status` lists the runs; an id has letters, digits and . _ - only.")
    }
    return name
  }

  private func refuseMore(than count: Int) throws(UsageError) {
    guard words.arguments.count > count else { return }
    throw UsageError(
      .extraArgument, "\(Quotation.argument(words.arguments[count])) is one argument too many",
      remedy: "Write \(words.subcommand.synopsis).")
  }

  private func connection() throws(UsageError) -> ConnectionRequest {
    if words.has(.askpass), words.has(.pass) {
      throw UsageError(.conflictingFlags, "--askpass and --pass both say the password", remedy: "Keep --askpass.")
    }
    return ConnectionRequest(
      user: words.value(.user), asksPassword: words.has(.askpass),
      password: words.value(.pass).map { Secret($0) }, encryption: encryption())
  }

  private func encryption() -> EncryptionRequest {
    EncryptionRequest(
      isWanted: words.has(.tls) ? true : nil, authorities: words.value(.cacert), certificate: words.value(.cert),
      key: words.value(.key), serverName: words.value(.sni))
  }

  private func face() throws(UsageError) -> FaceRequest {
    if words.has(.plain), words.has(.json) {
      throw UsageError(.conflictingFlags, "--plain and --json are two faces of one run", remedy: "Keep one.")
    }
    let face: Face? = words.has(.json) ? .json : words.has(.plain) ? .plain : nil
    return FaceRequest(face: face, color: try choice(.color))
  }

  private func running() throws(UsageError) -> RunningRequest {
    var request = RunningRequest()
    request.settle = try number(.settle, in: Self.settleRange, unit: "seconds").map { .seconds($0) }
    request.backWithin = try number(.backWithin, in: Self.backWithinRange, unit: "seconds").map { .seconds($0) }
    request.scope = try choice(.only)
    request.window = try window()
    request.bake = try number(.bake, in: Self.bakeRange, unit: "seconds").map { .seconds($0) }
    request.profile = words.value(.profile)
    request.errorBudget = try errorBudget()
    request.returnPrimaries = words.has(.returnPrimaries)
    request.answersFile = words.value(.answers)
    request.answers = try answers()
    return request
  }

  private func servers() throws(UsageError) -> LabServersRequest {
    var request = LabServersRequest()
    request.from = try release(.from)
    request.directory = words.value(.dir)
    // Each server's bus listens 10,000 ports higher (redis cluster.h, CLUSTER_PORT_INCR).
    request.port = try number(.port, in: 1024...55_000, unit: "")
    request.keep = words.has(.keep)
    request.tls = words.has(.tls)
    return request
  }

  private func release(_ flag: Flag) throws(UsageError) -> WantedRelease? {
    guard let text = words.value(flag) else { return nil }
    return try WantedRelease(text, flag: flag)
  }

  private func window() throws(UsageError) -> WindowRequest? {
    guard let text = words.value(.notAfter) else { return nil }
    guard let window = WindowRequest(text) else {
      throw UsageError(
        .flagValue, "--not-after is \(Quotation.quoted(text))",
        remedy: "Write a time of day such as 02:00, or none.")
    }
    return window
  }

  private func errorBudget() throws(UsageError) -> ErrorBudget? {
    guard let text = words.value(.errorBudget) else { return nil }
    guard let budget = ErrorBudget(text) else {
      throw UsageError(.flagValue, "--error-budget is \(Quotation.quoted(text))", remedy: ErrorBudget.remedy)
    }
    return budget
  }

  private func answers() throws(UsageError) -> [GivenAnswer] {
    var answers: [GivenAnswer] = []
    for text in words.values[.answer] ?? [] {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = parts.first, !name.isEmpty, let value = parts.last, !value.isEmpty else {
        throw UsageError(
          .flagValue, "--answer \(Quotation.quoted(text)) is not NAME=VALUE",
          remedy: "Write for example --answer canary=yes.")
      }
      answers.append(GivenAnswer(name: String(name), value: String(value)))
    }
    return answers
  }

  private func number(_ flag: Flag, in range: ClosedRange<Int>, unit: String) throws(UsageError) -> Int? {
    guard let text = words.value(flag) else { return nil }
    guard let number = WholeNumber.read(text), range.contains(number) else {
      let of = unit.isEmpty ? "" : " of \(unit)"
      throw UsageError(
        .flagValue, "\(flag.text) is \(Quotation.quoted(text))",
        remedy: "Write a whole number\(of) from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(_ flag: Flag) throws(UsageError) -> Choice?
  where Choice.RawValue == String {
    guard let text = words.value(flag) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw UsageError(
        .flagValue, "\(flag.text) is \(Quotation.quoted(text))",
        remedy: "Write \(Quotation.list(Choice.allCases.map(\.rawValue))).")
    }
    return choice
  }
}
