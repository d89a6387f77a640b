// What is said once and for all, what is said on the command line, and which of the two holds.
import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

/// Runs a test body with an empty directory that is removed afterwards.
func withDirectory<Answer>(_ body: (String) throws -> Answer) throws -> Answer {
  let name = String(UInt64.random(in: 0 ... .max), radix: 36)
  let path = "/tmp/upgrade-runtime-\(name)"
  try Files.makeDirectories(path)
  defer { try? Files.removeTree(path) }
  return try body(path)
}

@Suite struct ConfigurationTests {
  static let environment = ["HOME": "/home/ops"]

  static func configuration(_ text: String) throws(UsageError) -> Configuration {
    try Configuration(yaml: Array(text.utf8), file: "/etc/xdg/config.yaml", environment: environment)
  }

  @Test func everyKeyIsRead() throws {
    let configuration = try Self.configuration(
      """
      settle: 30
      profile: profiles/site.yaml
      state-dir: ~/runs
      color: never
      user: ops
      error-budget: none
      tls: yes
      cacert: ca.pem
      cert: ~/tls/me.pem
      key: /etc/tls/me.key
      sni: redis.example
      """)
    #expect(configuration.settle == .seconds(30))
    #expect(configuration.profile == "/etc/xdg/profiles/site.yaml")
    #expect(configuration.stateDirectory == "/home/ops/runs")
    #expect(configuration.color == .never)
    #expect(configuration.user == "ops")
    #expect(configuration.errorBudget == ErrorBudget.none)
    #expect(
      configuration.encryption
        == EncryptionRequest(
          isWanted: true, authorities: "/etc/xdg/ca.pem", certificate: "/home/ops/tls/me.pem", key: "/etc/tls/me.key",
          serverName: "redis.example"))
    #expect(try Self.configuration("tls: no\n").encryption == EncryptionRequest(isWanted: false))
    #expect(try Self.configuration("profile: manual\n").profile == "manual")
    #expect(try Self.configuration("profile: /a/b.yaml\n").profile == "/a/b.yaml")
    #expect(try Self.configuration("").settle == nil)
  }

  @Test func keysAreReadWithTheirPlaces() throws {
    let configuration = try Self.configuration("settle: 3\nkeys:\n  search: s\n  page-down: \"<PageDown> \"\n")
    #expect(
      configuration.keys == [
        KeyBinding(request: "search", keys: "s", place: .init(file: "/etc/xdg/config.yaml", line: 3)),
        KeyBinding(request: "page-down", keys: "<PageDown> ", place: .init(file: "/etc/xdg/config.yaml", line: 4)),
      ])
    #expect(try Self.configuration("keys: {}\n").keys.isEmpty)
  }

  @Test(arguments: [
    ("keys: vi\n", "1: keys is text, not a group of keys."), ("keys:\n  up:\n", "2: keys.up has no value."),
    ("keys:\n  up: [k]\n", "2: keys.up is a list, not text."), ("keys:\n  up: k\n  up: i\n", "3: "),
  ])
  func keysThatAreNoKeysAreRefused(text: String, sentence: String) {
    let error = #expect(throws: UsageError.self) { _ = try Self.configuration(text) }
    #expect(error?.description.hasPrefix("/etc/xdg/config.yaml:\(sentence)") == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    (
      "setle: 3\n",
      "1: the configuration has no key \"setle\". "
        + "Its keys are settle, profile, state-dir, color, user, error-budget, tls, cacert, cert, key, sni and keys; "
        + "the nearest is settle."
    ),
    ("settle: soon\n", "1: settle is \"soon\". Write a whole number of seconds from 0 to 3600."),
    ("color: yes\n", "1: color is \"yes\". Write auto, always or never."),
    ("user: [a]\n", "1: user is a list, not text. Write one text; one that starts with { or [ must be put in quotes."),
    ("user: a\nerror-budget: -1\n", "2: error-budget is \"-1\". Write how many client errors end the run, or none."),
    ("user: a\ntls: true\n", "2: tls is \"true\". Write yes or no."),
    (
      "manual\n",
      "1: the configuration is text, not a group of keys. "
        + "Write `key: value` lines; the keys are settle, profile, state-dir, color, user, error-budget, "
        + "tls, cacert, cert, key, sni and keys."
    ),
  ])
  func aBadConfigurationIsOneSentence(text: String, said: String) {
    #expect(sentence { () throws(UsageError) in _ = try Self.configuration(text) } == "/etc/xdg/config.yaml:\(said)")
  }

  @Test func thePathsFollowTheXDGSpecification() throws {
    #expect(SitePaths.configuration(["HOME": "/h"]) == "/h/.config/redis-upgrade/config.yaml")
    #expect(SitePaths.configuration(["HOME": "/h", "XDG_CONFIG_HOME": "/c/"]) == "/c/redis-upgrade/config.yaml")
    #expect(SitePaths.configuration(["HOME": "/h", "XDG_CONFIG_HOME": "c"]) == "/h/.config/redis-upgrade/config.yaml")
    #expect(SitePaths.configuration(["HOME": "/"]) == "/.config/redis-upgrade/config.yaml")
    #expect(SitePaths.configuration([:]) == nil)
    #expect(try SitePaths.stateDirectory(["HOME": "/h"]) == "/h/.local/state/redis-upgrade")
    #expect(try SitePaths.stateDirectory(["HOME": "/h", "XDG_STATE_HOME": "/s"]) == "/s/redis-upgrade")
    #expect(
      sentence { () throws(UsageError) in _ = try SitePaths.stateDirectory(["XDG_STATE_HOME": "s"]) }
        == "neither XDG_STATE_HOME nor HOME says where runs are kept. Write --state-dir DIR.")
  }

  @Test func theFileIsFoundOrAbsent() throws {
    try withDirectory { directory in
      let environment = ["XDG_CONFIG_HOME": directory]
      #expect(try Configuration.load(environment) == Configuration())
      try Files.makeDirectories("\(directory)/redis-upgrade")
      try Files.writeAtomically("\(directory)/redis-upgrade/config.yaml", Array("settle: 7\n".utf8))
      #expect(try Configuration.load(environment).settle == .seconds(7))
    }
    #expect(try Configuration.load([:]) == Configuration())
  }

  @Test func flagsAreStrongerThanTheConfigurationAndThatThanTheDefaults() throws {
    func settings(_ running: RunningRequest, _ directory: String?, _ configuration: String) throws -> Settings {
      try Settings(
        running: running, stateDirectory: directory, configuration: try Self.configuration(configuration),
        environment: Self.environment)
    }
    let usual = try settings(RunningRequest(), nil, "")
    #expect(usual.profile == "manual")
    #expect(usual.stateDirectory == "/home/ops/.local/state/redis-upgrade")
    #expect(usual.options == Options(backWithinData: 0), "how long a node may take is derived from its data")
    let text = "settle: 30\nprofile: /p.yaml\nstate-dir: /s\nerror-budget: none\n"
    let configured = try settings(RunningRequest(), nil, text)
    #expect(configured.profile == "/p.yaml")
    #expect(configured.stateDirectory == "/s")
    #expect(configured.options.settle == .seconds(30))
    #expect(configured.options.errorBudget == nil)
    var running = RunningRequest()
    running.settle = .seconds(0)
    running.profile = "manual"
    running.errorBudget = .count(3)
    running.returnPrimaries = true
    let flagged = try settings(running, "here", text)
    #expect(flagged.profile == "manual")
    #expect(flagged.stateDirectory == "here")
    #expect(flagged.options.settle == .seconds(0))
    #expect(flagged.options.errorBudget == 3)
    #expect(flagged.options.returnPrimaries)
  }
}

@Suite struct ProfileLoadingTests {
  @Test func builtInsAreNamedAndFilesAreRead() throws {
    #expect(try Profile.load("manual").reach == .manual)
    try withDirectory { directory in
      let path = "\(directory)/site.yaml"
      try Files.writeAtomically(path, Array("software: { start: up }\n".utf8))
      #expect(try Profile.load(path).name == path)
    }
  }

  @Test func whatCannotBeReadIsOneSentence() throws {
    func said(_ name: String) -> String {
      sentence { () throws(UsageError) in _ = try Profile.load(name) }
    }
    #expect(
      said("apt") == "there is no profile \"apt\", built-in or as a file. "
        + "Built in are: manual, apt-systemd, apt-sysv, dnf-systemd and tarball. "
        + "A profile of your own is named by its file, such as ./site.yaml.")
    #expect(
      said("/nowhere/site.yaml")
        == "cannot open /nowhere/site.yaml: no such file or directory (ENOENT). "
        + "Name a text file that this user can read.")
    try withDirectory { directory in
      #expect(
        said(directory)
          == "cannot read \(directory): is a directory (EISDIR). Name a text file that this user can read.")
      let large = "\(directory)/large.yaml"
      try Files.writeAtomically(large, [UInt8](repeating: 35, count: (1 << 20) + 1))
      #expect(said(large).hasPrefix("cannot read, within 1048576 bytes, \(large): file too large (EFBIG)"))
    }
  }
}
