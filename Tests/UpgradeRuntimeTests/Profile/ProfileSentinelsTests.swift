// What a profile says of Sentinels that are called otherwise than their servers, and that no secret stands in it.
import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct ProfileSentinelsTests {
  private static func access(_ text: String) throws(UsageError) -> SentinelAccess? {
    try Profile(yaml: Array("software: {start: x}\n\(text)".utf8), file: "/etc/site/site.yaml").sentinels
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try Self.access("") == nil)
    #expect(
      try Self.access("sentinels: { password_file: secrets/sentinels }\n")
        == SentinelAccess(login: .own(user: nil, file: "/etc/site/secrets/sentinels", variable: nil)))
    #expect(
      try Self.access("sentinels: { user: probe, password_env: SENTINELS, tls: false }\n")
        == SentinelAccess(login: .own(user: "probe", file: nil, variable: "SENTINELS"), encryption: .plain))
    #expect(
      try Self.access("sentinels: { login: none, ca: ca.pem, client_certificate: c, client_key: k, sni: s.local }\n")
        == SentinelAccess(
          login: .none,
          encryption: .files(
            EncryptionFiles(
              authorities: "/etc/site/ca.pem", certificate: "/etc/site/c", key: "/etc/site/k", serverName: "s.local"))))
  }

  @Test(arguments: [
    (
      "sentinels: {password: hunter2}\n",
      "2: sentinels has a password in the profile itself. Take it out; write `password_file: FILE`, or "
        + "`password_env: NAME` for a variable of the environment."
    ),
    (
      "sentinels: {user: probe}\n",
      "2: sentinels has a user and no password. Write `password_file: FILE`, or `password_env: NAME` for a variable of "
        + "the environment."
    ),
    (
      "sentinels: {login: none, password_env: A}\n",
      "2: sentinels says login: none, and names a password. Take one of them out."
    ),
    (
      "sentinels: {client_key: a}\n",
      "2: sentinels has one of client_certificate and client_key. A certificate of ours needs its key: write both, or "
        + "none."
    ),
    (
      "sentinels: {tls: false, ca: a}\n",
      "2: sentinels says tls: false, and names files of TLS. Take one of them out."
    ),
  ])
  func mistakesAreSaid(_ text: String, _ says: String) {
    let error = #expect(throws: UsageError.self) { try Self.access(text) }
    #expect(error?.description.hasSuffix(says) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("hunter2") == false)
  }

  /// A run that is gone on with knows where the password is; nobody who is shown the login sees it.
  @Test func theDoorHidesWhatItReads() throws {
    let door = try SentinelDoor(SentinelAccess(login: .none, encryption: .plain))
    #expect(door.map { "\($0)" } == "the login of Sentinels in the profile")
    #expect(try SentinelDoor(nil) == nil)
    let error = #expect(throws: UsageError.self) {
      try SentinelDoor(SentinelAccess(login: .own(user: nil, file: "/nowhere/at/all", variable: nil)))
    }
    #expect(error?.description.contains("sentinels: ") == true)
  }
}
