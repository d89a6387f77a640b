// What a deployment must have for a consideration or a block to be about it, and how that is read of its nodes.

/// When a consideration or a block applies.
package indirect enum Condition: Hashable, Sendable {
  case always
  /// No server tells, as `why` says; `within` narrows whom it may be about.
  case unknowable(_ why: String, within: Condition = .always)
  case appendOnly
  case directive(String, DirectiveTest)
  /// The file that the next start reads has a line for the directive, whatever it says.
  case stored(String)
  /// It has none, so that the new version's default comes into force.
  case unstored(String)
  /// It declares a user twice.
  case duplicateUsers
  /// Any of these commands has been called, by `INFO commandstats`: in lower case, sub-commands as `script|load`.
  case called([String])
  /// Any of these modules is loaded, by name in lower case; of an empty list, any that a server does not bring along.
  case module(Set<String>)
  /// A user loses Pub/Sub because the text that the start reads says nothing about channels.
  case silentAboutChannels
  /// A user's rules name a category of commands other than `@all`.
  case categories
  /// There are users besides `default`.
  case severalUsers
  /// Clients wait in a command that blocks, at this moment.
  case blockedClients
  /// Clients keep a cache of their own (`CLIENT TRACKING`), at this moment.
  case trackingClients
  /// Clients read from a replica (`READONLY`), at this moment.
  case readersOfReplicas
  case any([Condition])
  case all([Condition])
}

/// What a directive's value must be.
package enum DirectiveTest: Hashable, Sendable {
  /// Not empty.
  case set
  case empty
  case equals(String)
  case differs(String)
  /// A name, no address.
  case name
  /// A number above zero.
  case positive
  /// An address beyond the loopback interface is among its words.
  case beyondLoopback

  func holds(_ value: String) -> Bool {
    switch self {
    case .set: !value.isEmpty
    case .empty: value.isEmpty
    case .equals(let text): value == text
    case .differs(let text): value != text
    case .name:
      !value.isEmpty && !value.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 } && !value.contains(":")
    case .positive: (Int(value) ?? 0) > 0
    case .beyondLoopback:
      value.split(separator: " ").contains { word in
        let address = word.drop { $0 == "-" }
        return !(address.hasPrefix("127.") || address == "::1" || address == "localhost")
      }
    }
  }
}

/// Modules that a server loads by itself: Valkey's Lua engine from 9.1 on, vector sets of Redis from 8.0 on.
let modulesOfServers: Set<String> = ["lua", "vectorset"]

// MARK: - Judging

extension Condition {
  /// Held against all nodes: seen on any of them, or not known of any, or on none.
  package func use(in facts: DeploymentFacts) -> Use {
    if self == .always { return .seen([]) }
    guard !facts.nodes.isEmpty else { return .notKnown(Self.unread) }
    var seen: [(text: String, nodes: [String])] = []
    var unknown: [String] = []
    for node in facts.nodes {
      switch judge(node) {
      case .no: continue
      case .unknown(let why): if !unknown.contains(why) { unknown.append(why) }
      case .yes(let text):
        if let place = seen.firstIndex(where: { $0.text == text }) {
          seen[place].nodes.append(node.name)
        } else {
          seen.append((text, [node.name]))
        }
      }
    }
    if !seen.isEmpty {
      let lines = seen.prefix(3).map { "\(Self.place($0.nodes, of: facts.nodes.count)): \($0.text)" }
      return .seen(seen.count > 3 ? lines + ["and \(seen.count - 3) more"] : lines)
    }
    return unknown.isEmpty ? .notSeen : .notKnown(unknown.joined(separator: "; "))
  }

  private static let unread = "no node has been read"

  private static func place(_ nodes: [String], of count: Int) -> String {
    if nodes.count == count, count > 1 { return "every node" }
    return nodes.prefix(3).joined(separator: ", ") + (nodes.count > 3 ? " and \(nodes.count - 3) more" : "")
  }

  /// nil where the fact is not known.
  func holds(_ facts: DeploymentFacts) -> Bool? {
    switch use(in: facts) {
    case .seen: true
    case .notSeen: false
    case .notKnown: nil
    }
  }

  enum Judgement: Hashable {
    case yes(String)
    case no
    case unknown(String)
  }

  func judge(_ node: NodeFacts) -> Judgement {
    switch self {
    case .always: return .yes("")
    case .unknowable(let why, let within):
      return within.judge(node) == .no ? .no : .unknown(why)
    case .appendOnly:
      guard let writes = node.appendOnly else { return .unknown("not every node has been read") }
      return writes ? .yes("appendonly yes") : .no
    case .directive(let name, let test):
      guard let configuration = node.configuration else { return .unknown("CONFIG GET has not been read") }
      guard let value = configuration[name], test.holds(value) else { return .no }
      return .yes(value.isEmpty ? "\(name) is empty" : "\(name) \(value)")
    case .stored(let name), .unstored(let name):
      guard let stored = node.storedDirectives else {
        // Without a file there is no line; what a start command says is not read.
        if node.hasConfigurationFile == false { return .unknown("its start command is not read") }
        return .unknown("its configuration file has not been read")
      }
      if case .unstored = self { return stored.contains(name) ? .no : .yes("no line for \(name)") }
      return stored.contains(name) ? .yes("a line \(name)") : .no
    case .duplicateUsers:
      guard let stored = node.storedUsers else {
        let several = Condition.severalUsers.judge(node)
        return several == .no ? .no : .unknown("its configuration or ACL file has not been read")
      }
      let names = stored.compactMap { $0.split(separator: " ").dropFirst().first }
      let twice = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
      return twice.isEmpty ? .no : .yes("user \(twice.prefix(6).joined(separator: ", "))")
    case .called(let commands):
      guard let usage = node.usage else { return .unknown("INFO commandstats has not been read") }
      let calls = commands.compactMap { name in usage.calls[name].map { (name, $0) } }.filter { $0.1 > 0 }
      // The numbers differ from node to node, and would give each a line of its own.
      return calls.isEmpty ? .no : .yes(calls.map { Self.spelled($0.0) }.joined(separator: ", ") + " called")
    case .module(let wanted):
      guard let modules = node.modules else { return .unknown("the list of modules has not been read") }
      let found = modules.filter { name in
        wanted.isEmpty ? !modulesOfServers.contains(name) : wanted.contains(name.lowercased())
      }
      return found.isEmpty ? .no : .yes(found.joined(separator: ", ") + " loaded")
    case .silentAboutChannels:
      let (users, unknown) = ChannelRules.losers(node)
      if !users.isEmpty {
        return .yes("user \(users.prefix(6).joined(separator: ", "))\(users.count > 6 ? ", ..." : "")")
      }
      return unknown.map(Judgement.unknown) ?? .no
    case .categories:
      return users(node) { user in
        user.split(separator: " ").dropFirst(2).contains { word in
          (word.hasPrefix("+@") || word.hasPrefix("-@")) && word.dropFirst(2) != "all"
        }
      }
    case .severalUsers: return users(node) { !$0.hasPrefix("user default ") }
    case .blockedClients: return clients(node.blockedClients, "waiting in a command that blocks", "INFO clients")
    case .trackingClients: return clients(node.usage?.trackingClients, "with a cache of their own", "INFO clients")
    case .readersOfReplicas: return clients(node.readers, "reading from this replica", "CLIENT LIST")
    case .any(let conditions):
      let verdicts = conditions.map { $0.judge(node) }
      let yes = verdicts.compactMap { if case .yes(let text) = $0 { text } else { nil } }
      if !yes.isEmpty { return .yes(yes.joined(separator: ", ")) }
      return verdicts.first { $0 != .no } ?? .no
    case .all(let conditions):
      let verdicts = conditions.map { $0.judge(node) }
      if verdicts.contains(.no) { return .no }
      if let unknown = verdicts.first(where: { if case .unknown = $0 { true } else { false } }) { return unknown }
      return .yes(verdicts.compactMap { if case .yes(let text) = $0 { text } else { nil } }.joined(separator: ", "))
    }
  }

  /// Without the number, which differs from node to node and from moment to moment.
  private func clients(_ count: Int?, _ what: String, _ source: String) -> Judgement {
    guard let count else { return .unknown("\(source) has not been read") }
    return count > 0 ? .yes("clients \(what)") : .no
  }

  private func users(_ node: NodeFacts, _ test: (String) -> Bool) -> Judgement {
    if let release = node.release, release.product == .redis, release.version < Version(6, 0, 0) { return .no }
    guard let users = node.users else { return .unknown("ACL LIST has not been read") }
    let names = users.filter(test).compactMap { $0.split(separator: " ").dropFirst().first }
    guard !names.isEmpty else { return .no }
    return .yes("user \(names.prefix(6).joined(separator: ", "))\(names.count > 6 ? ", ..." : "")")
  }

  /// `SCRIPT LOAD`
  private static func spelled(_ command: String) -> String { command.replacing("|", with: " ").uppercased() }
}

// MARK: - In words

extension Condition: CustomStringConvertible {
  /// Whom it is about, after "applies where": `a node appends to a file`.
  package var description: String {
    switch self {
    case .always: "anybody takes this way"
    case .unknowable(let why, .always): "it may: \(why)"
    case .unknowable(let why, let within): "\(within), and then only perhaps: \(why)"
    case .appendOnly: "a node appends to a file (appendonly yes)"
    case .directive(let name, let test): "\(name) is \(test.words)"
    case .stored(let name): "the configuration file has a line \(name)"
    case .unstored(let name): "the configuration file has no line \(name)"
    case .duplicateUsers: "the text that a start reads declares a user twice"
    case .called(let commands):
      (commands.count > 1 ? "any of " : "")
        + "\(commands.map(Self.spelled).joined(separator: ", ")) has been called since a node's start"
    case .module(let names) where names.isEmpty: "a module is loaded"
    case .module(let names): "one of the modules \(names.sorted().joined(separator: ", ")) is loaded"
    case .silentAboutChannels: "the text that a start reads about a user says nothing about channels"
    case .categories: "a user's rules name a category of commands other than @all"
    case .severalUsers: "there are users besides default"
    case .blockedClients: "clients wait in a command that blocks"
    case .trackingClients: "clients keep a cache of their own (CLIENT TRACKING)"
    case .readersOfReplicas: "clients read from replicas (READONLY)"
    case .any(let conditions): conditions.map(\.description).joined(separator: ", or ")
    case .all(let conditions): conditions.map(\.description).joined(separator: ", and ")
    }
  }
}

extension DirectiveTest {
  var words: String {
    switch self {
    case .set: "set"
    case .empty: "empty"
    case .equals(let text): text
    case .differs(let text): "not \(text)"
    case .name: "a name, not an address"
    case .positive: "above zero"
    case .beyondLoopback: "more than the loopback interface"
    }
  }
}
