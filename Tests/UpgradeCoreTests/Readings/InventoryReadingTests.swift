// Configuration, users, modules and other wizards; no secret comes through.

import Testing

@testable import UpgradeCore

@Suite struct InventoryReadingTests {
  @Test func configurationWithoutSecrets() throws {
    let configuration = try Reader.configuration([
      "dir", "/var/lib/redis", "requirepass", "hunter2", "masterauth", "", "tls-key-file-pass", "hunter3",
      "tls-client-key-file-pass", "hunter4", "primaryauth", "hunter5", "Save", "3600 1", "some-module-password",
      "hunter6",
    ])
    #expect(configuration["dir"] == "/var/lib/redis")
    #expect(configuration["save"] == "3600 1")
    #expect(configuration["requirepass"] == Reader.hidden)
    #expect(configuration["masterauth"] == "", "not set is not a secret")
    #expect(!configuration.values.contains { $0.contains("hunter") })
  }

  @Test func anOddNumberOfConfigurationWords() {
    #expect(throws: ReadingError("CONFIG GET *", "the value of save", .cutOff)) {
      try Reader.configuration(["dir", "/", "save"])
    }
  }

  @Test(arguments: [
    (
      "user alice on #5b11618c2e44027877d0cd0921ed166b9f176f50587fc91e7534dd2946db77d6 "
        + "#35224d0d3465d74e855f8d69a136e79c744ea35a675d3393360a327cbf6359a2 ~app:* &* +@all",
      "user alice on #... ~app:* &* +@all"
    ),
    ("user default on nopass ~* &* +@all", "user default on nopass ~* &* +@all"),
    ("user #odd on >plain ~*", "user #odd on #... ~*"),
    ("user bob off sanitize-payload resetchannels -@all", "user bob off sanitize-payload resetchannels -@all"),
    ("user eve on (+get ~x) <old !5b11 -@all", "user eve on (+get ~x) #... -@all"),
  ])
  func usersWithoutHashes(line: String, kept: String) throws {
    #expect(try Reader.users([line]) == [kept])
  }

  @Test func aLineWithoutAUserIsAnError() {
    #expect(throws: ReadingError.self) { try Reader.users(["default on nopass"]) }
  }

  @Test func modules() throws {
    #expect(try Reader.modules([]) == [])
    #expect(
      try Reader.modules([["name", "search", "ver", "20804"], ["ver", "20609", "name", "ReJSON", "path", "/x.so"]])
        == ["ReJSON", "search"])
    #expect(throws: ReadingError("MODULE LIST", "name", .missing)) { try Reader.modules([["ver", "1"]]) }
    #expect(throws: ReadingError("MODULE LIST", "name", .missing)) { try Reader.modules([["name"]]) }
    #expect(throws: ReadingError("MODULE LIST", "name", .missing)) { try Reader.modules([[]]) }
  }

  /// Texts of redis 6.2.14, redis 8.0.2 and valkey 9.1.2, shortened.
  @Test(arguments: [
    (
      "# Server\r\nuptime_in_seconds:60\r\n# Modules\r\n# Commandstats\r\ncmdstat_script:calls=2,usec=9,rejected_calls=0\r\n"
        + "cmdstat_eval:calls=1,usec=9\r\n", ["script": 2, "eval": 1], []
    ),
    (
      "# Server\nuptime_in_seconds:60\n# Modules\nmodule:name=vectorset,ver=1,api=1\nmodule:name=ReJSON,ver=2\n"
        + "# Commandstats\ncmdstat_debug:calls=0,usec=0\ncmdstat_script|load:calls=3,usec=9\n"
        + "cmdstat_script|exists:calls=1,usec=1\n",
      ["script": 4, "script|load": 3, "script|exists": 1], ["ReJSON", "vectorset"]
    ),
    ("# Server\nuptime_in_seconds:60\n# Commandstats\ncmdstat_GET:calls=1\n", ["get": 1], nil),
    ("# Server\nuptime_in_seconds:60\n# Modules\ncmdstat_x:calls=many\ncmdstat_y\nmodule:ver=1\n", [:], []),
  ])
  func whatWasUsed(info: String, calls: [String: Int], modules: [String]?) throws {
    let read = try Reader.usage(info: info)
    #expect(read.usage == Usage(calls: calls, uptimeSeconds: 60))
    #expect(read.modules == modules)
  }

  @Test func anINFOThatIsNoneIsAnError() {
    #expect(throws: ReadingError("INFO", "uptime_in_seconds", .missing)) { try Reader.usage(info: "# Modules\n") }
  }

  @Test func otherWizards() {
    #expect(Reader.wizards(clientList: Redis70.clients) == [])
    let list = """
      id=6 addr=127.0.0.1:48980 name=redis-upgrade:ops-2:20260801-0301 age=5 flags=N user=default
      id=7 addr=127.0.0.1:48981 name=redis-upgrade:ops-2:20260801-0301 age=5 flags=N user=default
      id=6 addr=127.0.0.1:48983 name=redis-upgrade:ops-2:watch-20260801-0301 age=5 flags=N user=default
      id=8 addr=127.0.0.1:48982 name=redis-upgrade:: lib-name=name=redis-upgrade:a:b user=default
      id=9 addr=127.0.0.1:48983 name=redis-upgrade-exporter age=5
      id=9 addr=127.0.0.1:48983 name=redis-upgrade:ops-1:r7 age=5\r
      """
    #expect(
      Reader.wizards(clientList: list) == [
        WizardName(host: "ops-1", run: "r7"), WizardName(host: "ops-2", run: "20260801-0301"),
      ])
  }
}
