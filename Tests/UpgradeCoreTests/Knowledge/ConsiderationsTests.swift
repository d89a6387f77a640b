// Considerations: which belong to a hop, which a deployment has to do with, and what each row must say.

import Testing

@testable import UpgradeCore

@Suite struct ConsiderationsTests {
  private func release(_ text: String) throws -> Release {
    try #require(Release(text, defaultProduct: .redis), "\(text) is no release")
  }

  @Test(arguments: [
    (
      "6.0.16", "7.0.15", ["missed-expiries", "bind-missing-address", "channels-reset"], ["official-route", "licence"]
    ),
    (
      "6.2.14", "7.0.15", ["new-commands", "paused-writers", "stralgo-gone", "protected-mode-stays"],
      ["missed-expiries", "bind-missing-address", "names-change", "time-stands-still"]
    ),
    (
      "6.2.14", "8.0.2", ["official-route", "licence", "categories-grow", "time-stands-still", "debug-refused"],
      ["names-change", "search-scores"]
    ),
    (
      "6.2.14", "valkey-8.0.1", ["crash-under-6.2", "names-change", "channels-reset", "time-stands-still"],
      ["official-route", "licence", "other-memory"]
    ),
    ("7.0.10", "7.0.15", [], ["new-commands", "licence"]),
    ("6.2.14", "6.2.20", ["paused-writers"], ["new-commands"]),
    ("7.2.12", "valkey-9.1.0", ["names-change", "lua-is-a-module"], ["licence", "categories-grow", "debug-refused"]),
    ("valkey-8.0.1", "valkey-9.1.0", ["lua-is-a-module", "new-commands", "other-memory"], ["names-change"]),
    ("8.0.2", "8.6.6", ["syncs-are-larger", "append-only-repair"], ["modules-bundled", "search-workers"]),
    ("7.0.15", "7.0.15", [], ["new-commands"]),
  ])
  func whatBelongsToAHop(from: String, to: String, among: [String], without: [String]) throws {
    let ids = Paths.judge(from: try release(from), to: try release(to)).considerations.map(\.id)
    for id in among { #expect(ids.contains(id), "\(id) is missing from \(ids)") }
    for id in without { #expect(!ids.contains(id), "\(id) does not belong") }
  }

  @Test func aPairOfServersHasNoBusToThinkOf() throws {
    let ids = Considerations.between(try release("6.2.14"), try release("7.0.15"), mode: .replication).map(\.id)
    #expect(ids.contains("append-only-moves") && !ids.contains("hostname-on-bus") && !ids.contains("paused-writers"))
  }

  @Test func everyRowSaysAllThatAPersonNeeds() {
    let names = Considerations.all.map(\.id) + Rulebook.all.map(\.name.text) + Set(BlockList.rows.map(\.id))
    #expect(Set(names).count == names.count, "a name means one thing")
    for row in Considerations.all {
      #expect(row.id.utf8.allSatisfy { (97...122).contains($0) || (45...57).contains($0) }, "\(row.id)")
      #expect(!row.title.isEmpty && !row.title.hasSuffix("."), "\(row.id)")
      #expect(row.text.hasSuffix("."), "\(row.id)")
      #expect(row.advice.isEmpty || row.advice.hasSuffix("."), "\(row.id)")
      #expect(row.source.contains("redis") || row.source.contains("valkey"), "\(row.id)")
      #expect((row.kind == .change) == (row.arrives != nil), "\(row.id)")
      if let line = row.arrives { #expect(Releases.line(line) != nil, "\(row.id) arrives with \(line)") }
    }
  }

  /// Whoever goes from the line before to the line meets what arrives with it, and whoever comes from it does not.
  @Test func everyChangeIsMetWhereItArrives() throws {
    let lines = Releases.lines
    for row in Considerations.all {
      guard let arrives = row.arrives else { continue }
      let place = try #require(lines.firstIndex { $0.line == arrives })
      let before = arrives == Line(.valkey, 7, 2) ? Line(.redis, 7, 2) : lines[place - 1].line
      let old = try #require(Releases.line(before)).recommended
      let new = lines[place].recommended
      #expect(row.concerns(old, new, .cluster), "\(row.id) from \(old) to \(new)")
      #expect(!row.concerns(new, new, .cluster), "\(row.id)")
      #expect(!row.from.contains(new), "\(row.id) is met by who has it already")
    }
  }

  // MARK: - Conditions

  /// A node of 6.2 of which all was read and nothing is used.
  private static var idle: NodeFacts {
    var node = NodeFacts(name: "a:1")
    node.release = Release(.redis, Version(6, 2, 14))
    node.hasConfigurationFile = true
    node.appendOnly = false
    node.configuration = ["bind": "127.0.0.1 -::1", "protected-mode": "yes", "requirepass": "", "save": ""]
    node.users = ["user default on nopass ~* &* +@all"]
    node.storedUsers = []
    node.storedDirectives = ["port"]
    node.modules = ["lua"]
    node.usage = Usage(calls: ["get": 12], uptimeSeconds: 60)
    return node
  }

  private static let readConfiguration = Condition.directive("save", .set)

  /// The change to an idle node, the condition, and what is said of it.
  private static let cases: [(String, @Sendable (inout NodeFacts) -> Void, Condition, Use)] = [
    ("always", { _ in }, .always, .seen([])),
    ("appends", { $0.appendOnly = true }, .appendOnly, .seen(["a:1: appendonly yes"])),
    ("appends not", { _ in }, .appendOnly, .notSeen),
    ("unread", { $0.appendOnly = nil }, .appendOnly, .notKnown("not every node has been read")),
    ("set", { $0.configuration?["save"] = "60 1" }, readConfiguration, .seen(["a:1: save 60 1"])),
    ("not set", { _ in }, readConfiguration, .notSeen),
    ("a directive it has not", { _ in }, .directive("io-threads", .differs("1")), .notSeen),
    ("unread", { $0.configuration = nil }, readConfiguration, .notKnown("CONFIG GET has not been read")),
    (
      "beyond loopback", { $0.configuration?["bind"] = "127.0.0.1 10.0.0.1" }, .directive("bind", .beyondLoopback),
      .seen(["a:1: bind 127.0.0.1 10.0.0.1"])
    ),
    ("loopback", { _ in }, .directive("bind", .beyondLoopback), .notSeen),
    ("called", { $0.usage?.calls["debug"] = 3 }, .called(["debug", "get"]), .seen(["a:1: DEBUG, GET called"])),
    ("called never", { _ in }, .called(["debug"]), .notSeen),
    ("not counted", { $0.usage = nil }, .called(["debug"]), .notKnown("INFO commandstats has not been read")),
    ("a module", { $0.modules = ["ReJSON", "lua"] }, .module([]), .seen(["a:1: ReJSON loaded"])),
    ("that module", { $0.modules = ["ReJSON"] }, .module(["rejson"]), .seen(["a:1: ReJSON loaded"])),
    ("its own module only", { _ in }, .module([]), .notSeen),
    ("modules unread", { $0.modules = nil }, .module([]), .notKnown("the list of modules has not been read")),
    ("users", { $0.users?.append("user app on ~* &* +@all") }, .severalUsers, .seen(["a:1: user app"])),
    ("no users", { _ in }, .severalUsers, .notSeen),
    (
      "categories", { $0.users = ["user app on ~* &* +@all -@write"] }, .categories, .seen(["a:1: user app"])
    ),
    ("all commands", { _ in }, .categories, .notSeen),
    ("a silent line", { $0.storedUsers = ["user app on ~* +@all"] }, .silentAboutChannels, .seen(["a:1: user app"])),
    ("a line with words", { $0.storedUsers = ["user app on ~* &x +@all"] }, .silentAboutChannels, .notSeen),
    (
      "a file not read", { $0.storedUsers = nil }, .silentAboutChannels,
      .notKnown("its configuration or ACL file has not been read, and ACL LIST does not tell what stands in it")
    ),
    (
      "no file at all",
      {
        $0.storedUsers = nil
        $0.hasConfigurationFile = false
      }, .silentAboutChannels, .notSeen
    ),
    (
      "6.0 has no words for channels",
      {
        $0.storedUsers = nil
        $0.release = Release(.redis, Version(6, 0, 16))
        $0.users = ["user default on nopass ~* +@all", "user app on ~* +@all"]
      }, .silentAboutChannels, .seen(["a:1: user app"])
    ),
    (
      "a line", { $0.storedDirectives = ["gopher-enabled"] }, .stored("gopher-enabled"),
      .seen(["a:1: a line gopher-enabled"])
    ),
    ("no line", { _ in }, .stored("gopher-enabled"), .notSeen),
    ("no line for it", { _ in }, .unstored("hz"), .seen(["a:1: no line for hz"])),
    ("a line for it", { _ in }, .unstored("port"), .notSeen),
    (
      "a file not read", { $0.storedDirectives = nil }, .unstored("hz"),
      .notKnown("its configuration file has not been read")
    ),
    (
      "declared twice", { $0.storedUsers = ["user b on", "user a on", "user b off"] }, .duplicateUsers,
      .seen(["a:1: user b"])
    ),
    ("declared once", { $0.storedUsers = ["user b on", "user a on"] }, .duplicateUsers, .notSeen),
    ("nobody to declare", { $0.storedUsers = nil }, .duplicateUsers, .notSeen),
    (
      "somebody to declare",
      {
        $0.storedUsers = nil
        $0.users?.append("user app on")
      }, .duplicateUsers, .notKnown("its configuration or ACL file has not been read")
    ),
    ("perhaps", { _ in }, .unknowable("it is not read"), .notKnown("it is not read")),
    ("perhaps, but not used", { _ in }, .unknowable("x", within: .called(["eval"])), .notSeen),
    (
      "both", { $0.configuration?["save"] = "60 1" }, .all([.directive("requirepass", .empty), readConfiguration]),
      .seen(["a:1: requirepass is empty, save 60 1"])
    ),
    ("one of both", { _ in }, .all([.directive("requirepass", .empty), readConfiguration]), .notSeen),
    (
      "one unknown", { $0.appendOnly = nil }, .all([.directive("requirepass", .empty), .appendOnly]),
      .notKnown("not every node has been read")
    ),
    ("either", { $0.appendOnly = true }, .any([readConfiguration, .appendOnly]), .seen(["a:1: appendonly yes"])),
  ]

  @Test(arguments: cases.indices)
  func conditions(row: Int) {
    let (what, change, condition, expected) = Self.cases[row]
    var node = Self.idle
    change(&node)
    #expect(condition.use(in: DeploymentFacts(nodes: [node])) == expected, "\(what): \(condition)")
  }

  @Test func nothingIsConcludedFromNodesThatWereNotRead() {
    var used = Self.idle
    used.usage?.calls["debug"] = 1
    var other = Self.idle
    other.name = "b:2"
    let unread = NodeFacts(name: "c:3")
    let debug = Condition.called(["debug"])
    #expect(debug.use(in: DeploymentFacts(nodes: [used, other, unread])) == .seen(["a:1: DEBUG called"]))
    #expect(
      debug.use(in: DeploymentFacts(nodes: [other, unread])) == .notKnown("INFO commandstats has not been read"))
    #expect(debug.use(in: DeploymentFacts(nodes: [other])) == .notSeen)
    #expect(debug.use(in: DeploymentFacts()) == .notKnown("no node has been read"))
    var second = used
    second.name = "b:2"
    #expect(debug.use(in: DeploymentFacts(nodes: [used, second])) == .seen(["every node: DEBUG called"]))
    #expect(debug.use(in: DeploymentFacts(nodes: [used, second, unread])) == .seen(["a:1, b:2: DEBUG called"]))
  }
}
