// A server's configuration file, and which of its settings at runtime are not in it.

/// The lines of a `redis.conf`, in the order in which a server takes them.
package struct StoredConfiguration: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    /// In lower case, under the name that the latest Redis prints.
    package var directive: String
    package var values: [String]
  }

  package private(set) var lines: [Line] = []

  package init() {}

  /// - Throws: where a line cannot be taken apart, as the server itself would refuse it.
  package init(_ text: some StringProtocol) throws(ReadingError) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard let words = StoredConfiguration.words(of: line) else {
        throw ReadingError("the configuration file", "line \(index + 1)", .unexpected("unbalanced quotes"))
      }
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      lines.append(
        Line(directive: StoredConfiguration.canonical(first.lowercased()), values: Array(words.dropFirst())))
    }
  }

  /// The files that this one takes in, as they are written; what they hold belongs at their place.
  package var includes: [String] { lines.filter { $0.directive == "include" }.flatMap(\.values) }

  /// Puts the lines of an included file in the place of the line that names it.
  package mutating func replace(include path: String, with other: StoredConfiguration) {
    guard let place = lines.firstIndex(where: { $0.directive == "include" && $0.values == [path] }) else { return }
    lines.replaceSubrange(place...place, with: other.lines)
  }

  /// The directives that there is a line for, without their values; of `rename-command` with the command's name.
  package var directives: Set<String> {
    Set(
      lines.map { line in
        guard line.directive == "rename-command", let command = line.values.first else { return line.directive }
        return "rename-command \(command.lowercased())"
      })
  }

  /// The first value of a directive's last line, as it is written.
  package func value(of directive: String) -> String? {
    lines.last { $0.directive == directive }?.values.first
  }

  /// The file that the lines about users are in; nil where they are lines of this one.
  package var usersFile: String? {
    lines.last { $0.directive == "aclfile" }?.values.first.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The lines about users, passwords and hashes taken out; nil where one of them cannot be read.
  package var users: [String]? {
    let users = lines.filter { $0.directive == "user" }.map { line in
      // A password may hold blanks: it is taken out while it still is one word.
      let words = line.values.enumerated().map { place, word in
        place > 0 && [">", "<", "#", "!"].contains(word.prefix(1)) ? "#..." : word
      }
      return "user " + words.joined(separator: " ")
    }
    return try? Reader.users(users)
  }

  /// The lines of a file of users, passwords and hashes taken out; nil where one of them cannot be read.
  package static func users(_ text: String) -> [String]? {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
    return try? Reader.users(lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map(String.init))
  }

  /// Names of directives whose value at runtime a restart would lose, in alphabetical order.
  ///
  /// - Parameter running: `CONFIG GET *` of that server, secrets taken out.
  package func unsaved(running: [String: String], on release: Release) -> [String] {
    var current: [String: String] = [:]
    for (name, value) in running { current[StoredConfiguration.canonical(name)] = value }
    return RuntimeDirectives.all.compactMap { directive in
      guard let value = current[directive.name] else { return nil }
      let kept = kept(directive, on: release)
      return directive.form.same(value, kept) ? nil : directive.name
    }.sorted()
  }

  /// What a server that starts from this file has, spelt as `CONFIG GET` spells it, as far as that can be said.
  private func kept(_ directive: RuntimeDirective, on release: Release) -> String {
    let atRest = directive.atRest(on: release)
    var own = lines.filter { $0.directive == directive.name }.map { $0.values.joined(separator: " ") }
    switch directive.form {
    case .savePoints:
      // The first line takes the place of the default; an empty one takes away all before it.
      guard !own.isEmpty else { return atRest }
      if let last = own.lastIndex(of: "") { own.removeFirst(last + 1) }
      return own.joined(separator: " ")
    case .bufferLimits: return ([atRest] + own).joined(separator: " ")
    case .secret:
      let hasUser =
        directive.name == "requirepass" && lines.contains { $0.directive == "user" || $0.directive == "aclfile" }
      return hasUser || own.last.map { !$0.isEmpty } == true ? Reader.hidden : atRest
    case .text, .word, .memory, .eventLetters: return own.last ?? atRest
    }
  }

  /// Names that were changed and are still understood under the old one (redis 5.0 and valkey 8.0 src/config.c).
  private static func canonical(_ name: String) -> String {
    switch name {
    case "primaryauth": "masterauth"
    case "primaryuser": "masteruser"
    case "cluster-slave-validity-factor": "cluster-replica-validity-factor"
    case "repl-ping-slave-period": "repl-ping-replica-period"
    default:
      name.replacing("min-slaves-", with: "min-replicas-").replacing("slave-", with: "replica-")
    }
  }
}

extension RuntimeDirective.Form {
  /// Whether both spellings mean the same to a server.
  func same(_ left: String, _ right: String) -> Bool {
    switch self {
    case .text: left == right
    case .word: left.lowercased() == right.lowercased()
    case .memory: left == right || (bytes(left) != nil && bytes(left) == bytes(right))
    case .savePoints: left.split(separator: " ") == right.split(separator: " ")
    case .bufferLimits: limits(left) == limits(right)
    case .eventLetters: letters(left) == letters(right)
    case .secret: left.isEmpty == right.isEmpty
    }
  }

  /// `100mb`, `1gb`, `64k`, `512` (redis util.c, `memtoull`): k, m and g are thousands, kb, mb and gb are of 1,024.
  private func bytes(_ text: some StringProtocol) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let units = [
      "": 1, "b": 1, "k": 1000, "kb": 1 << 10, "m": 1_000_000, "mb": 1 << 20, "g": 1_000_000_000, "gb": 1 << 30,
    ]
    guard let unit = units[text.dropFirst(digits.count).lowercased()] else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product
  }

  /// The three limits of each class; of two for one class the later holds.
  private func limits(_ text: String) -> [String: [Int?]] {
    let words = text.split(separator: " ")
    var classes: [String: [Int?]] = [:]
    for start in stride(from: 0, to: words.count - 3, by: 4) {
      let name = words[start].lowercased() == "slave" ? "replica" : words[start].lowercased()
      classes[name] = [bytes(words[start + 1]), bytes(words[start + 2]), Int(words[start + 3])]
    }
    return classes
  }

  /// `A` stands for all kinds of keys' events (redis notify.c, `NOTIFY_ALL`).
  private func letters(_ text: String) -> Set<Character> {
    var all = Set(text)
    if all.contains("A") { all.formUnion("g$lshzxetd") }
    if all.isSuperset(of: "g$lshzxetd") { all.insert("A") }
    return all
  }
}
