// What a profile says of databases as their clients call them, and that no secret of theirs stands in it.
import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct ProfileClientsTests {
  private static func clients(_ text: String) throws(UsageError) -> [String: Enterprise.ClientAccess] {
    try Profile(yaml: Array("software: {start: x}\n\(text)".utf8), file: "/etc/site/site.yaml").clients
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try Self.clients("") == [:])
    let clients = try Self.clients(
      """
      databases:
        orders: { user: probe, password_file: secrets/orders }
        sessions: { password_env: SESSIONS, ca: ca.pem, client_certificate: own.pem, client_key: own.key, sni: s.local }
        "*": { tls: true }
      """)
    #expect(
      clients == [
        "orders": Enterprise.ClientAccess(user: "probe", passwordFile: "/etc/site/secrets/orders"),
        "sessions": Enterprise.ClientAccess(
          passwordVariable: "SESSIONS",
          encryption: .init(
            authorities: "/etc/site/ca.pem", certificate: "/etc/site/own.pem", key: "/etc/site/own.key",
            serverName: "s.local")),
        "*": Enterprise.ClientAccess(encryption: .init()),
      ])
  }

  @Test(arguments: [
    (
      "databases: all\n",
      "2: databases is text, not a group of keys. Write a group for each database by its name: `orders: { "
        + "password_file: FILE }`."
    ),
    (
      "databases: {orders: {password: hunter2}}\n",
      "2: databases: orders has a password in the profile itself. Take it out; write `password_file: FILE`, or "
        + "`password_env: NAME` for a variable of the environment."
    ),
    (
      "databases: {orders: {user: probe}}\n",
      "2: databases: orders has a user and no password. Write `password_file: FILE`, or `password_env: NAME` for a "
        + "variable of the environment."
    ),
    (
      "databases: {orders: {ca: a, certificate: b}}\n",
      "2: databases: orders has both certificate and ca. Take one out: a certificate that is given is trusted alone."
    ),
    (
      "databases: {orders: {client_key: a}}\n",
      "2: databases: orders has one of client_certificate and client_key. A certificate of ours needs its key: write "
        + "both, or none."
    ),
    (
      "databases: {orders: {tls: false, ca: a}}\n",
      "2: databases: orders says tls: false, and names files of TLS. Take one of them out."
    ),
  ])
  func aBadOneIsOneSentence(text: String, sentence: String) {
    #expect(
      throws: UsageError.self, performing: { _ = try Self.clients(text) })
    do throws(UsageError) {
      _ = try Self.clients(text)
    } catch {
      #expect("\(error)" == "/etc/site/site.yaml:\(sentence)")
    }
  }

  /// Nothing that is printed of the logins shows a secret, and the profile's own words name the file that is bad.
  @Test func secretsStayWhereTheyAre() throws {
    let doors = DatabaseDoors()
    #expect("\(doors)" == "the logins of databases in the profile")
    #expect(Mirror(reflecting: doors).children.isEmpty)
    do throws(UsageError) {
      _ = try DatabaseDoors(["orders": Enterprise.ClientAccess(passwordFile: "/nowhere/at/all")])
      Issue.record("a file that is not there was read")
    } catch {
      #expect(error.what.hasPrefix("databases: orders: "), "\(error)")
    }
  }
}
