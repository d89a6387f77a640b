// Whose password is taken, and where it does not go.
import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct CredentialsTests {
  static let target = Target(
    place: .seeds([]), user: "from-target", password: Secret("t"), description: "redis://a:1")

  static func gather(
    _ request: ConnectionRequest, target: Target? = nil, configured: String? = nil, environment: Secret? = nil
  ) throws(UsageError) -> Credentials {
    try Credentials.gather(request, target: target, configuredUser: configured, fromEnvironment: environment) {
      question in
      Secret("asked:\(question)")
    }
  }

  @Test func theStrongerSourceWins() throws {
    let none = ConnectionRequest()
    let flag = ConnectionRequest(user: "flag", password: Secret("f"))
    let asking = ConnectionRequest(asksPassword: true)
    #expect(try Self.gather(none) == Credentials())
    #expect(try Self.gather(none, environment: Secret("e")) == Credentials(password: Secret("e")))
    #expect(
      try Self.gather(none, configured: "c", environment: Secret("e")) == Credentials(user: "c", password: Secret("e")))
    #expect(
      try Self.gather(none, target: Self.target, configured: "c", environment: Secret("e"))
        == Credentials(user: "from-target", password: Secret("t")))
    #expect(
      try Self.gather(flag, target: Self.target, configured: "c", environment: Secret("e"))
        == Credentials(user: "flag", password: Secret("f")))
    #expect(
      try Self.gather(asking, target: Self.target, environment: Secret("e"))
        == Credentials(user: "from-target", password: Secret("asked:Password of user from-target: ")))
    #expect(try Self.gather(asking) == Credentials(password: Secret("asked:Password: ")))
  }

  @Test func aRefusalToAnswerIsPassedOn() {
    let refusal = UsageError(.terminal, "no password was given", remedy: "Later.")
    let said = sentence { () throws(UsageError) in
      _ = try Credentials.gather(
        ConnectionRequest(asksPassword: true), target: nil, configuredUser: nil, fromEnvironment: nil
      ) { _ throws(UsageError) in throw refusal }
    }
    #expect(said == "no password was given. Later.")
    #expect(refusal.exitCode == .usage)
    #expect(UsageError(.interrupted, "a", remedy: "b").exitCode == .interrupted)
  }

  @Test func nothingThatPrintsShowsAPassword() throws {
    let credentials = Credentials(user: "ops", password: Secret("hunter2"))
    var dumped = ""
    dump(credentials, to: &dumped)
    #expect(!"\(credentials) \(String(reflecting: credentials)) \(dumped)".contains("hunter2"))
  }
}
