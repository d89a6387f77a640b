// What came of trying a version on a node's host: with the node's configuration, and with its backup.

/// One start of the wanted version's program in a scratch folder, as the script on the host tells it line by line.
///
/// Nothing of the deployment meets it: it listens on a socket in that folder alone, follows nobody and saves nothing.
package struct Trial: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    /// Nothing was started, for this reason.
    case notTried(String)
    case cameUp
    /// It ended by itself, or was not ready in time.
    case failed(String)
  }

  /// What the program that checks dumps said of the backup.
  package enum Check: Hashable, Sendable {
    case passed(name: String, keys: Int?)
    case failed(String)
    /// There is none beside the program; a load reads the checksum as well.
    case absent
  }

  package var standing = Standing.notTried("it was not begun")
  /// What the program says of its own version.
  package var version: Version?
  package var check = Check.absent
  /// Why the backup was not loaded; nil where it was, or was to be.
  package var notLoaded: String?
  /// Keys by number of database once it was up, and how many of them carry an expiry; nil where it did not tell.
  package var databases: [Int: KeyCount]?
  package var loadedKeys: Int?
  /// Keys of the backup whose time was over when it was read.
  package var expiredKeys: Int?
  package var loadMilliseconds: Int?
  /// The last lines of its log, where it failed.
  package var lines: [String] = []
  /// What was left out of the configuration because it could not be read.
  package var remarks: [String] = []

  package init() {}
}

extension Trial {
  /// Takes what the script said, a line in words: `up`, `loaded 0.409`, `db 0 200000 2`.
  ///
  /// A line that is not understood leaves what it is about unread.
  package mutating func hear(_ said: [String]) {
    guard let word = said.first else { return }
    let rest = said.dropFirst().joined(separator: " ")
    func number(_ place: Int) -> Int? { said.count > place ? Int(said[place]) : nil }
    switch word {
    case "none": standing = .notTried(rest)
    case "version": version = Version(rest)
    case "checked": check = .passed(name: said.count > 1 ? said[1] : "", keys: number(2))
    case "unsound": check = .failed(rest)
    case "unloaded": notLoaded = rest
    case "up": standing = .cameUp
    case "down": standing = .failed(rest)
    case "loaded": loadMilliseconds = said.count > 1 ? Double(said[1]).map { Words.whole($0 * 1000) } : nil
    case "keys": (loadedKeys, expiredKeys) = (number(1), number(2))
    case "counted": databases = databases ?? [:]
    case "db":
      guard let database = number(1), let keys = number(2), let expiring = number(3) else { return }
      databases = databases ?? [:]
      databases?[database] = KeyCount(keys: keys, expiring: expiring)
    case "line": lines.append(rest)
    case "remark": remarks.append(rest)
    default: break
    }
  }

  /// What it failed for: what a line of its log means, or that line itself; nil where nothing is wrong.
  package var failure: String? {
    if let refusedLine { return refusedLine }
    if case .failed = standing, let found = LogMatchers.find(in: lines) {
      return "\(found.matcher.meaning) (\(found.line.prefix(160)))"
    }
    if case .failed(let line) = check { return line }
    guard case .failed(let how) = standing else { return nil }
    return how + (lines.last.map { "; the last line of its log: \($0.prefix(160))" } ?? "")
  }

  /// The line of the configuration that the program does not take, and why; nil where it takes all of them.
  package var refusedLine: String? {
    // `>>> 'line of the file'` stands between the lines that say where and why.
    guard case .failed = standing, let place = lines.lastIndex(where: { $0.hasPrefix(">>> ") }) else { return nil }
    let why = lines[lines.index(after: place)...].first.map { ": \($0)" } ?? ""
    return "it does not take the line \(lines[place].dropFirst(4))\(why)"
  }
}

extension Trial {
  /// Bytes of memory that have to be free before the data of a server are loaded a second time beside it.
  package static func memory(for used: Int) -> Int { max(0, used) + max(0, used) / 4 + (64 << 20) }

  /// What came of it, as part of a sentence about the node's backup; and what is wrong, nil where nothing is.
  ///
  /// - Parameters:
  ///   - to: what the program was to be.
  ///   - before, after: what the server held around the fork of its save; nil where that was not read.
  package func account(of to: Release, before: Keyspace?, after: Keyspace?) -> (said: String, problem: String?) {
    if case .notTried(let why) = standing { return ("\(to.title) was not tried with it: \(why)", nil) }
    if let version, version != to.version {
      return ("\(to.title) was not tried with it: the program there is \(version)", nil)
    }
    if let failure {
      let what =
        refusedLine == nil
        ? "its backup does not load on \(to.title)" : "\(to.title) does not start with its configuration"
      return ("", "\(what): \(failure)")
    }
    var said: [String] = []
    if case .passed(let name, let keys) = check { said.append("\(name): sound" + (keys.map { ", \($0) keys" } ?? "")) }
    said.append("\(to.title) starts with its configuration")
    said += remarks
    if let notLoaded { return ((said + ["the backup was not loaded: \(notLoaded)"]).joined(separator: "; "), nil) }
    guard loadMilliseconds != nil || loadedKeys != nil else {
      return ((said + ["the backup was not loaded: none is kept that could be"]).joined(separator: "; "), nil)
    }
    let keys = loadedKeys ?? databases?.values.reduce(0) { $0 + $1.keys }
    said.append(
      "it loads the backup" + (loadMilliseconds.map { " in \(Self.seconds($0))" } ?? "")
        + (keys.map { ", \($0) keys" } ?? "") + (expiredKeys.map { $0 > 0 ? " (\($0) had expired)" : "" } ?? ""))
    if let problem = missing(before: before, after: after, to) { return ("", problem) }
    return (said.joined(separator: "; "), nil)
  }

  /// What came of the trials of a whole deployment, in one sentence.
  ///
  /// - Parameter trials: by the nodes' addresses, those of one deployment.
  package static func summary(_ trials: [(name: String, trial: Trial)], of to: Release) -> String {
    func count(_ number: Int, _ noun: String) -> String {
      if trials.count == 1 { return "its \(noun)" }
      return number == trials.count ? "all \(number) \(noun)s" : "\(number) of \(trials.count) \(noun)s"
    }
    let begun = trials.filter { $0.trial.standing == .cameUp && $0.trial.version == to.version }
    let times = begun.compactMap(\.trial.loadMilliseconds)
    var words: [String] = []
    if !begun.isEmpty { words.append("\(to.title) starts with \(count(begun.count, "configuration"))") }
    if let slowest = times.max() {
      words.append("and loads \(count(times.count, "backup")), the slowest in \(seconds(slowest))")
    }
    for (name, trial) in trials where trial.standing != .cameUp || trial.loadMilliseconds == nil {
      words.append("\(name): \(trial.account(of: to, before: nil, after: nil).said)")
      break
    }
    return words.joined(separator: "; ").replacing("; and", with: ", and")
  }

  private func missing(before: Keyspace?, after: Keyspace?, _ to: Release) -> String? {
    if case .passed(_, let read?) = check, let loadedKeys, let expiredKeys, loadedKeys + expiredKeys != read {
      return "\(to.title) loads \(loadedKeys) keys of its backup and drops \(expiredKeys) that had expired, and there "
        + "are \(read) in it"
    }
    guard let before, let after, let found = databases ?? alone(before, after) else { return nil }
    let differences = Keyspace.differences(before: before, after: after, loaded: found)
    return differences.isEmpty ? nil : "on \(to.title) \(differences.joined(separator: "; "))"
  }

  /// Where there is one database only, all keys are in it.
  private func alone(_ before: Keyspace, _ after: Keyspace) -> [Int: KeyCount]? {
    let numbers = Set(before.databases.keys).union(after.databases.keys)
    guard numbers.count < 2, let loadedKeys else { return nil }
    guard let number = numbers.first else { return loadedKeys == 0 ? [:] : nil }
    return [number: KeyCount(keys: loadedKeys, expiring: 0)]
  }

  static func seconds(_ milliseconds: Int) -> String { "\(Words.tenths(Double(milliseconds) / 1000)) s" }
}

/// What a server holds, database by database, and how many commands it has executed: read right before and right after
/// the fork of a save, so that what the save holds lies between the two.
package struct Keyspace: Hashable, Sendable {
  package var databases: [Int: KeyCount]
  /// `total_commands_processed`.
  package var commands: Int

  package init(databases: [Int: KeyCount], commands: Int) {
    self.databases = databases
    self.commands = commands
  }

  /// Reads the sections `keyspace` and `stats` of `INFO`.
  package init(_ info: InfoText) throws(ReadingError) {
    var databases: [Int: KeyCount] = [:]
    for (name, value) in info.fields where name.hasPrefix("db") {
      guard let number = Int(name.dropFirst(2)) else { continue }
      let parts = InfoParts(value)
      guard let keys = parts.number("keys") else { throw ReadingError("INFO", String(name), .missing) }
      databases[number] = KeyCount(keys: keys, expiring: parts.number("expires") ?? 0)
    }
    self.init(databases: databases, commands: try info.number("total_commands_processed"))
  }

  /// Where a load of the save has other keys than the server had, in words; empty where it has the same.
  ///
  /// Between two readings at most as many keys came or went as commands were executed; keys with an expiry may have met
  /// it, and a load drops those.
  package static func differences(before: Keyspace, after: Keyspace, loaded: [Int: KeyCount]) -> [String] {
    let slack = max(0, after.commands - before.commands)
    let numbers = Set(before.databases.keys).union(after.databases.keys).union(loaded.keys)
    return numbers.sorted().compactMap { number in
      let first = before.databases[number] ?? KeyCount(keys: 0, expiring: 0)
      let last = after.databases[number] ?? KeyCount(keys: 0, expiring: 0)
      let keys = loaded[number]?.keys ?? 0
      let least = min(first.keys, last.keys) - max(first.expiring, last.expiring) - slack
      let most = max(first.keys, last.keys) + slack
      guard keys < least || keys > most else { return nil }
      return "db\(number) has \(keys) keys when it is loaded, and had \(last.keys) when it was saved"
    }
  }
}

/// How long a node's data took: to be saved by it, and to be loaded by the wanted version on its host; milliseconds.
package struct MeasuredTimes: Hashable, Sendable {
  package var save: Int
  package var load: Int
  package init(save: Int, load: Int) {
    self.save = save
    self.load = load
  }

  /// As evidence of an outcome, beside the sentence about a node.
  package var text: String { "saved in \(save) ms, loaded in \(load) ms" }

  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 8, words[0] == "saved", let save = Int(words[2]), let load = Int(words[6]) else { return nil }
    self.init(save: save, load: load)
  }
}
