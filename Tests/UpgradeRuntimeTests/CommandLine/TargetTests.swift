// TARGETs and versions as operators write them: what is read, and what is said about the rest.
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct TargetTests {
  struct Good: Sendable, CustomTestStringConvertible {
    var text: String
    var place: Target.Place
    var description: String
    init(_ text: String, _ seeds: [String], _ description: String) {
      self.text = text
      place = .seeds(seeds.compactMap { Address($0) })
      self.description = description
    }
    init(_ text: String, socket: String) {
      self.text = text
      place = .unixSocket(socket)
      description = text
    }
    var testDescription: String { text }
  }

  @Test(arguments: [
    Good("redis://10.0.0.1:7001", ["10.0.0.1:7001"], "redis://10.0.0.1:7001"),
    Good("redis://redis-1.example.com", ["redis-1.example.com:6379"], "redis://redis-1.example.com:6379"),
    Good("valkey://a,b:7002,[::1]", ["a:6379", "b:7002", "[::1]:6379"], "valkey://a:6379,b:7002,[::1]:6379"),
    Good("redis://a:1,redis://b:2", ["a:1", "b:2"], "redis://a:1,b:2"),
    Good("rediss://a:1,rediss://b", ["a:1", "b:6379"], "rediss://a:1,b:6379"),
    Good("valkeys://[::1]", ["[::1]:6379"], "valkeys://[::1]:6379"),
    Good("redis://a:1,a:1", ["a:1"], "redis://a:1"),
    Good("redis://[fe80::1%eth0]:7001", ["[fe80::1%eth0]:7001"], "redis://[fe80::1%eth0]:7001"),
    Good("redis://a:7001/", ["a:7001"], "redis://a:7001"),
    Good("redis://a:7001/0", ["a:7001"], "redis://a:7001"),
    Good("REDIS://a", ["a:6379"], "redis://a:6379"),
    Good("127.0.0.1:7001", ["127.0.0.1:7001"], "127.0.0.1:7001"),
    Good("a:1,[::1]:2", ["a:1", "[::1]:2"], "a:1,[::1]:2"),
    Good("redis:7001", ["redis:7001"], "redis:7001"),
    Good("unix:/run/redis.sock", socket: "/run/redis.sock"),
    Good("unix:///run/redis.sock", socket: "/run/redis.sock"),
    Good("unix:redis,1.sock", socket: "redis,1.sock"),
  ])
  func isRead(_ good: Good) throws {
    let target = try Target(good.text)
    #expect(target.place == good.place)
    #expect(target.description == good.description)
    #expect(target.user == nil && target.password == nil)
  }

  @Test func encryptionIsSaidByTheSchemeAndKept() throws {
    let table: [(String, Target.Security, String)] = [
      ("redis://a:1,b:2", .plain, "rediss://a:1,b:2"),
      ("rediss://a:1", .encrypted, "rediss://a:1"),
      ("valkey://a:1", .plain, "valkeys://a:1"),
      ("valkeys://a:1", .encrypted, "valkeys://a:1"),
      ("a:1", .unsaid, "rediss://a:1"),
      ("unix:/run/redis.sock", .unsaid, "unix:/run/redis.sock"),
    ]
    for (text, security, kept) in table {
      let target = try Target(text)
      #expect(target.security == security)
      #expect(target.described(encrypted: true) == kept)
      #expect(target.described(encrypted: false) == text)
    }
  }

  @Test func credentialsAreTakenOutOfTheURL() throws {
    let target = try Target("redis://ops:p%40ss:w%2Crd@a:1,b:2")
    #expect(target.user == "ops")
    #expect(target.password == Secret("p@ss:w,rd"))
    #expect(target.description == "redis://a:1,b:2")
    #expect("\(target)" == "redis://a:1,b:2")
    let passwordOnly = try Target("redis://:100%@a")
    #expect(passwordOnly.user == nil)
    #expect(passwordOnly.password == Secret("100%"))
    let userOnly = try Target("valkey://ops@a")
    #expect(userOnly.user == "ops")
    #expect(userOnly.password == nil)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var text: String
    var sentence: String
    init(_ text: String, _ sentence: String) {
      self.text = text
      self.sentence = sentence
    }
    var testDescription: String { text }
  }

  static let tools = "Use the vendor's own tools for it; redis-upgrade upgrades redis:// and unix: targets."

  @Test(arguments: [
    Bad(
      "http://a",
      "there is no scheme \"http\" for a TARGET. Write redis://host:port, rediss://host:port for TLS, "
        + "valkey://host:port, unix:PATH or host:port."),
    Bad(
      "a b:1",
      "the TARGET \"a b:1\" holds a blank or a control character. "
        + "Separate several servers by commas, without blanks."),
    Bad(
      "redis://u:secret@a, b",
      "the TARGET \"...@a, b\" holds a blank or a control character. "
        + "Separate several servers by commas, without blanks."),
    Bad("redis://", "the TARGET names no server. Write host:port, several separated by commas."),
    Bad("redis://a,,b", "the TARGET names no server between two commas. Write host:port, several separated by commas."),
    Bad("redis://a:", "the TARGET \"a:\" has no port that could be one. A port is a number from 1 to 65535."),
    Bad("redis://a:0", "the TARGET \"a:0\" has no port that could be one. A port is a number from 1 to 65535."),
    Bad("a:65536", "the TARGET \"a:65536\" has no port that could be one. A port is a number from 1 to 65535."),
    Bad("a:+1", "the TARGET \"a:+1\" has no port that could be one. A port is a number from 1 to 65535."),
    Bad("a:1,b", "the TARGET \"b\" has no port. Write b:6379, or redis://b."),
    Bad("::1", "the TARGET \"::1\" has more than one colon. Put an IPv6 address in brackets: [::1]:6379."),
    Bad(
      "redis://fe80::1:7001",
      "the TARGET \"fe80::1:7001\" has more than one colon. Put an IPv6 address in brackets: [::1]:6379."),
    Bad(
      "redis://[::1",
      "the TARGET \"[::1\" opens a bracket and does not close it. "
        + "Write an IPv6 address as [::1]:6379."),
    Bad(
      "redis://[::1]7001",
      "the TARGET \"[::1]7001\" has something behind its bracket. Write an IPv6 address as [::1]:6379."),
    Bad("redis://[a]:1", "the TARGET \"[a]:1\" has no IPv6 address in its brackets. Write host:port without brackets."),
    Bad(
      "redis://-oX:1",
      "the TARGET \"-oX:1\" has no host that could be one. "
        + "Write a name or an address, and a port: host:6379."),
    Bad(
      "redis://a;b:1",
      "the TARGET \"a;b:1\" has no host that could be one. "
        + "Write a name or an address, and a port: host:6379."),
    Bad(
      "redis://a:1/orders",
      "the TARGET \"a:1/orders\" has a path. Write host:port alone; a socket is written unix:PATH."),
    Bad("a:1/0", "the TARGET \"a:1/0\" has a path. Write host:port alone; a socket is written unix:PATH."),
    Bad(
      "u:secret@a:1",
      "a TARGET without a scheme has no user. "
        + "Write --user NAME, and the password in REDISCLI_AUTH or for --askpass."),
    Bad(
      "redis://a:1,u:secret@b:2",
      "the TARGET has a comma before its @. "
        + "Name the user before the first server; a comma in a password is written %2C."),
    Bad("unix:", "unix: names no socket. Write its path: unix:/run/redis/redis.sock."),
    Bad("rediss://", "the TARGET names no server. Write host:port, several separated by commas."),
    Bad(
      "sentinel://a:26379/orders;x",
      "sentinel:// names a group \"orders;x\", which no Sentinel takes for a name. "
        + "A name has letters, digits, and . - _ only: sentinel://host:26379/mymaster."),
    Bad("sentinel:///orders", "the TARGET names no server. Write host:port, several separated by commas."),
    Bad(
      "enterprise://admin:secret@a",
      "enterprise:// takes no user and no password. The profile names them for the REST API: "
        + "rest: { user: NAME, password_file: FILE }."),
    Bad("compose:orders", "upgrading containers of Docker Compose is not built yet. \(tools)"),
    Bad("k8s:orders/redis", "upgrading pods of Kubernetes is not built yet. \(tools)"),
    Bad("kubedb:orders/redis", "upgrading through KubeDB is not built yet. \(tools)"),
    Bad("cloud:12/34", "upgrading Redis Cloud is not built yet. \(tools)"),
  ])
  func isRefused(_ bad: Bad) {
    #expect(sentence { () throws(UsageError) in _ = try Target(bad.text) } == bad.sentence)
  }
}

extension TargetTests {
  /// Sentinels and the name by which they know the servers.
  @Test(arguments: [
    ("sentinel://a:1,b/orders", [Address(host: "a", port: 1), Address(host: "b", port: 26379)], "orders", "orders"),
    ("sentinel://u:p@a:1", [Address(host: "a", port: 1)], nil, ""),
    ("sentinel://a:1/", [Address(host: "a", port: 1)], nil, ""),
  ])
  func sentinelsAreNamed(_ text: String, _ seeds: [Address], _ name: String?, _ end: String) throws {
    let target = try Target(text)
    #expect(target.place == .sentinel(seeds, name: name))
    #expect(target.watched == WatchedTarget(name: name))
    #expect(target.description.hasSuffix(end.isEmpty ? ":1" : "/\(end)"))
    #expect(!target.description.contains("p@"))
  }

  /// Several groups of the same Sentinels: a TARGET each, in their order.
  @Test func severalGroupsAreOneAfterTheOther() throws {
    let target = try Target("sentinel://u:p@a:1,b/orders,stock")
    #expect(target.each.map(\.description) == ["sentinel://a:1,b:26379/orders", "sentinel://a:1,b:26379/stock"])
    #expect(target.each.map { $0.watched?.name } == ["orders", "stock"])
    #expect(target.each.allSatisfy { $0.user == "u" && $0.password != nil })
    for text in ["sentinel://a/orders", "sentinel://a", "redis://a,b"] {
      let one = try Target(text)
      #expect(one.each == [one])
    }
    for text in ["sentinel://a/orders,", "sentinel://a/,orders", "sentinel://a/orders,orders", "sentinel://a/,"] {
      #expect(throws: UsageError.self) { try Target(text) }
    }
  }

  @Test func hostsOfNodesOfRedisEnterpriseSoftwareAreRead() throws {
    let target = try Target("enterprise://10.0.0.1,node-2")
    #expect(target.isEnterprise)
    #expect(target.place == .enterprise([Address(host: "10.0.0.1", port: 6379), Address(host: "node-2", port: 6379)]))
    #expect(target.description == "enterprise://10.0.0.1,node-2")
    #expect(try !Target("10.0.0.1:6379").isEnterprise)
  }
}

@Suite struct WantedReleaseTests {
  @Test func versionsAndReleasesAreRead() throws {
    #expect(try WantedRelease("7.0.15", flag: .to) == .sameProduct(Version(7, 0, 15)))
    #expect(try WantedRelease("valkey-8.0.1", flag: .to) == .release(Release(.valkey, Version(8, 0, 1))))
    #expect(try WantedRelease("redis-8.0.2", flag: .to) == .release(Release(.redis, Version(8, 0, 2))))
    #expect(try WantedRelease("8.0.1", flag: .to).release(for: .valkey) == Release(.valkey, Version(8, 0, 1)))
    #expect(try WantedRelease("redis-8.0.2", flag: .to).release(for: .valkey) == Release(.redis, Version(8, 0, 2)))
  }

  static let three = "Write three numbers, such as 7.0.15, or a product before them, such as valkey-8.0.1."

  @Test(arguments: [
    ("7.0", "Write all three numbers, such as 7.0.0: which patch release is a decision of yours."),
    ("valkey-8.0", "Write all three numbers, such as valkey-8.0.0: which patch release is a decision of yours."),
    ("v7.0.15", "Write 7.0.15, without the v."),
    ("keydb-6.3.4", "The products are redis and valkey, in small letters."),
    ("Redis-7.0.15", "The products are redis and valkey, in small letters."),
    ("latest", three), ("7", three), ("7.0.15-rc1", three), ("7.0.15.1", three), ("7.0.-1", three), ("7..1", three),
    ("", three), ("redis-", three), ("\u{1b}[2J", three),
  ])
  func othersAreRefused(text: String, remedy: String) {
    let shown = text == "\u{1b}[2J" ? "\\u{1b}[2J" : text
    #expect(
      sentence { () throws(UsageError) in _ = try WantedRelease(text, flag: .to) }
        == "--to \"\(shown)\" is not a version. \(remedy)")
  }
}
