// How the ssh program is called, and what is understood of what it complains of.

import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct SSHLoginTests {
  private static let remote = Site.Remote(user: "ops", options: ["-J", "gate", "-o", "ConnectTimeout=5"])

  private func asked(_ login: SSHLogin) -> SSHLogin {
    var login = login
    login.askpass = SSHLogin.Helper(program: "/usr/bin/redis-upgrade", socket: "/tmp/x/ask")
    return login
  }

  /// The first value of an option is what ssh heeds.
  private func setting(_ name: String, in words: [String]) -> String? {
    words.indices.dropLast().lazy.filter { words[$0] == "-o" }.map { words[$0 + 1] }
      .first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  @Test func aloneItAsksNothing() {
    let login = SSHLogin(Self.remote)
    let words = login.master(to: "cache-1", control: "/tmp/x/1", mayAskForTrust: true)
    #expect(words.suffix(3) == ["--", "cache-1", "exec /bin/sh -s"])
    #expect(setting("BatchMode", in: words) == "yes" && setting("StrictHostKeyChecking", in: words) == "yes")
    #expect(setting("ConnectTimeout", in: words) == "5")
    #expect(login.environment["SSH_ASKPASS_REQUIRE"] == "never")
  }

  @Test func somebodyIsAskedByTheMasterAlone() {
    let login = asked(SSHLogin(Self.remote))
    let master = login.master(to: "cache-1", control: "/tmp/x/1", mayAskForTrust: true)
    #expect(setting("BatchMode", in: master) == nil && setting("StrictHostKeyChecking", in: master) == "ask")
    let strict = login.master(to: "cache-1", control: "/tmp/x/1", mayAskForTrust: false)
    #expect(setting("StrictHostKeyChecking", in: strict) == "yes")
    let session = login.session(to: "cache-1", control: "/tmp/x/1")
    let tunnel = login.tunnel(to: "gate", control: "/tmp/x/2", target: .tcp(host: "fd00::1", port: 6379))
    for words in [session, tunnel] {
      // Where the master is gone they fail, and never connect by themselves.
      #expect(setting("BatchMode", in: words) == "yes" && setting("ProxyCommand", in: words) == "false")
      #expect(setting("ControlMaster", in: words) == "no")
    }
    #expect(tunnel.suffix(4) == ["-W", "[fd00::1]:6379", "--", "gate"])
    #expect(login.environment["SSH_ASKPASS_REQUIRE"] == "force")
    #expect(login.environment[Askpass.variable] == "/tmp/x/ask")
    #expect(login.environment["REDISCLI_AUTH"] == .some(nil))
  }

  @Test func nobodyJumpsOverTheHostItself() {
    let login = SSHLogin(Self.remote)
    #expect(login.session(to: "cache-1", control: "c").contains("-J"))
    #expect(!login.session(to: "gate", control: "c").contains("-J"))
    #expect(
      !login.session(to: "gate", control: "c").contains("gate,")
        && setting("ConnectTimeout", in: login.session(to: "gate", control: "c")) == "5")
  }

  @Test func aUserNamedWithTheHostIsMeant() {
    let login = SSHLogin(Self.remote)
    #expect(login.session(to: "cache-1", control: "c").contains("-l"))
    #expect(!login.session(to: "root@gate", control: "c").contains("-l"))
  }

  @Test(arguments: [
    ("Enter passphrase for key '/home/ops/.ssh/id': ", nil, AccessQuestion.Kind.secret),
    ("ops@gate's password: ", nil, .secret),
    ("(ops@gate) Verification code: ", nil, .secret),
    ("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", nil, .hostKey),
    ("Are you sure you want to continue connecting (yes/no)? ", nil, .hostKey),
    ("Please type 'yes', 'no' or the fingerprint: ", nil, .hostKey),
    ("Allow use of key id?", "confirm", .hostKey),
    ("Confirm user presence for key ED25519-SK SHA256:x", "none", .notice),
  ])
  func whatKindOfQuestionItIs(text: String, hint: String?, kind: AccessQuestion.Kind) {
    #expect(Askpass.kind(of: text, hint: hint) == kind)
  }

  /// What OpenSSH 9.2 prints.
  @Test(arguments: [
    (
      ["Host key verification failed."], SSHFailure.Kind.hostKeyUnknown,
      "the host key of cache-1 is not known here, and nobody confirmed it."
    ),
    (
      [
        "No ED25519 host key is known for cache-1 and you have requested strict checking.",
        "Host key verification failed.",
      ],
      .hostKeyUnknown, "the host key of cache-1 is not known here, and nobody confirmed it."
    ),
    (
      [
        "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
        "Offending ED25519 key in /home/ops/.ssh/known_hosts:3",
        "Host key for cache-1 has changed and you have requested strict checking.", "Host key verification failed.",
      ], .hostKeyChanged,
      "cache-1 shows another host key than the one that is known here (Offending ED25519 key in /home/ops/.ssh/known_hosts:3)"
    ),
    (["ops@cache-1: Permission denied (publickey,password)."], .denied, "cache-1 does not let us in"),
    (
      ["ssh: connect to host cache-1 port 22: Connection refused"], .unreachable,
      "cache-1 cannot be reached by ssh: ssh: connect to host cache-1 port 22: Connection refused"
    ),
    (["Bad configuration option: foo"], .other, "ssh to cache-1: Bad configuration option: foo"),
    ([], .other, "ssh to cache-1: it ended without a word"),
  ])
  func whatItComplainsOfIsASentence(complaints: [String], kind: SSHFailure.Kind, beginning: String) {
    let failure = SSHFailure("cache-1", complaints: complaints)
    #expect(failure.kind == kind)
    #expect(failure.description.hasPrefix(beginning), "\(failure)")
  }

  @Test func whyAServerWasNotReachedIsKnownWhereOneThingWasSaid() {
    let refusals = ChannelRefusals()
    refusals.hear("channel 3: open failed: connect failed: Connection refused")
    refusals.hear("client_loop: something else")
    let before = refusals.count
    #expect(before == 1 && refusals.since(0) == ["connect failed: Connection refused"])
    refusals.hear("channel 4: open failed: administratively prohibited: open failed")
    #expect(refusals.since(before) == ["administratively prohibited: open failed"])
    for _ in 0..<200 { refusals.hear("channel 4: open failed: x") }
    #expect(refusals.count == 202 && refusals.since(0).count <= 101)
  }
}
