// What profiles say: the commands that come out of good ones, and the sentence for each way to get one wrong.
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct ProfileTests {
  static let node = Placeholders(
    address: Address(host: "10.0.0.1", port: 7001), nodeID: NodeID("4f1e"), processID: 4711, unit: "redis@7001.service",
    from: Release(.redis, Version(6, 2, 14)), to: Release(.valkey, Version(8, 0, 1)),
    configFile: "/etc/redis/7001.conf", directory: "/var/lib/redis 7001")

  static func profile(_ text: String) throws(UsageError) -> Profile {
    try Profile(yaml: Array(text.utf8), file: "site.yaml")
  }

  /// A profile whose only command is `start`, written as a single-quoted YAML text.
  static func starting(_ line: String) throws(UsageError) -> Profile {
    let quoted = line.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    return try profile("software: { start: '\(quoted)' }\n")
  }

  @Test func theProfileOfTheContractIsRead() throws {
    let profile = try Self.profile(
      """
      reach: ssh                 # local | ssh | manual
      ssh: { user: ops, options: ["-o", "ConnectTimeout=5"] }
      software:
        stage:    fetch {product}-{version}
        stop:     systemctl stop {unit}
        install:  { run: "dnf install -y {product}-{version}", scope: host, bound: 1200 }
        start:    systemctl start {unit}
        rollback: { run: "dnf downgrade -y redis-{from_version}", scope: host }
      hooks: { before_node: "drain {host} {port}", after_node: "undrain {host} {port}" }
      """)
    #expect(profile.name == "site.yaml")
    #expect(profile.reach == .ssh)
    #expect(profile.ssh == .init(user: "ops", options: ["-o", "ConnectTimeout=5"]))
    let lines = try profile.stages.map { stage in
      let command = try #require(try profile.command(stage, for: Self.node))
      return "\(stage.rawValue) [\(command.scope.rawValue), \(command.bound)] \(command.text)"
    }
    #expect(
      lines == [
        "stage [node, 1800.0 seconds] fetch valkey-8.0.1",
        "before_node [node, 300.0 seconds] drain 10.0.0.1 7001",
        "stop [node, 120.0 seconds] systemctl stop redis@7001.service",
        "install [host, 1200.0 seconds] dnf install -y valkey-8.0.1",
        "start [node, 60.0 seconds] systemctl start redis@7001.service",
        "rollback [host, 900.0 seconds] dnf downgrade -y redis-6.2.14",
        "after_node [node, 300.0 seconds] undrain 10.0.0.1 7001",
      ])
  }

  /// What ssh calls a node's host: by its whole address first, then by the announced host.
  @Test func hostsHaveNamesOfTheirOwn() throws {
    let profile = try Self.profile(
      """
      reach: ssh
      ssh: { jump: gate, options: ["-v"] }
      hosts: { 10.0.0.1: cache-1.example, "10.0.0.1:7002": cache-2.example, "[fd00::1]:7001": cache-6.example }
      software: { start: x }
      """)
    #expect(profile.ssh.options == ["-J", "gate", "-v"])
    let names = [
      Address(host: "10.0.0.1", port: 7001), Address(host: "10.0.0.1", port: 7002),
      Address(host: "10.0.0.2", port: 7001),
      Address(host: "fd00::1", port: 7001),
    ].map { profile.host(of: $0) }
    #expect(names == ["cache-1.example", "cache-2.example", "10.0.0.2", "cache-6.example"])
  }

  /// Where servers are reached that announce themselves elsewhere, and through whom.
  @Test func serversAreReachedElsewhere() throws {
    let profile = try Self.profile(
      """
      bastion: gate.example
      ssh: { user: ops }
      addresses: { 10.0.0.1: inner-1, "10.0.0.2:6379": "inner-2:7001", "[fd00::1]:6379": "inner-3:6379" }
      software: { start: x }
      """)
    let remote = try #require(profile.remote([]))
    #expect(remote.bastion == "gate.example" && remote.user == "ops" && remote.hosts.isEmpty)
    let reached = ["10.0.0.1:7000", "10.0.0.2:6379", "10.0.0.2:6380", "[fd00::1]:6379"].map {
      Address($0).map { profile.places.addresses.reachable($0).description }
    }
    #expect(reached == ["inner-1:7000", "inner-2:7001", "10.0.0.2:6380", "inner-3:6379"])
    // Without a bastion and without ssh, nothing is done by ssh.
    #expect(try Self.profile("addresses: {10.0.0.1: a}\nsoftware: {start: x}\n").remote([]) == nil)
  }

  @Test func onlyStartIsRequired() throws {
    let profile = try Self.profile("software: { start: redis-server }\n")
    #expect(profile.reach == .local)
    #expect(profile.stages == [.start])
    #expect(try profile.command(.stop, for: Self.node) == nil)
  }

  struct Line: Sendable, CustomTestStringConvertible {
    var template: String
    var text: String
    init(_ template: String, _ text: String) {
      self.template = template
      self.text = text
    }
    var testDescription: String { template }
  }

  @Test(arguments: [
    Line("run {host} {port} {node_id} {pid}", "run 10.0.0.1 7001 4f1e 4711"),
    Line("run {product} {version} {from_version}", "run valkey 8.0.1 6.2.14"),
    Line("run {unit} {config_file}", "run redis@7001.service /etc/redis/7001.conf"),
    Line("cd {dir} && ./go", "cd '/var/lib/redis 7001' && ./go"),
    Line("{dir}/start --dir={dir}", "'/var/lib/redis 7001'/start --dir='/var/lib/redis 7001'"),
    Line("su -c \"start {port}\" redis", "su -c \"start 7001\" redis"),
    Line("sh -c 'start {port}; echo $(id {unit})'", "sh -c 'start 7001; echo $(id redis@7001.service)'"),
    // The shell's own braces stay.
    Line("echo ${HOME} ${X:-'{'} {1..3} {a,b}", "echo ${HOME} ${X:-'{'} {1..3} {a,b}"),
    Line("awk '{ print $1 }' f | xargs -I{} kill {}", "awk '{ print $1 }' f | xargs -I{} kill {}"),
    Line("{ a; b; }", "{ a; b; }"),
    Line("echo {{port}} {{anything}} {{", "echo {port} {anything} {{"),
    Line("echo ${HOME}{dir}", "echo ${HOME}'/var/lib/redis 7001'"),
    Line("echo 'a'\\''b' {dir}", "echo 'a'\\''b' '/var/lib/redis 7001'"),
    Line("echo \"a\\\"\" {dir} # it's", "echo \"a\\\"\" '/var/lib/redis 7001' # it's"),
  ])
  func commandsAreWrittenOut(_ line: Line) throws {
    #expect(try Self.starting(line.template).command(.start, for: Self.node)?.text == line.text)
  }

  @Test func theProcessIDIsLeftForTheLastMoment() throws {
    let profile = try Self.starting("kill {pid}; start {port}")
    var node = Self.node
    node.processID = nil
    let early = try #require(try profile.command(.start, for: node))
    #expect(early.text == "kill {pid}; start 7001")
    #expect(early.awaitsProcessID)
    let late = try #require(try profile.command(.start, for: Self.node))
    #expect(late.text == "kill 4711; start 7001")
    #expect(!late.awaitsProcessID)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var text: String
    var sentence: String
    init(_ text: String, _ what: String, _ remedy: String) {
      self.text = text
      sentence = "site.yaml:\(what) \(remedy)"
    }
    var testDescription: String { text.debugDescription }
  }

  static let placeholders =
    "There are {host}, {port}, {node_id}, {pid}, {unit}, {units}, {product}, {version}, {from_version}, {candidate}, "
    + "{config_file}, {dir} and {process}"

  @Test(arguments: [
    Bad(
      "", "1: the profile is empty.",
      "Say at least how a node's server is started: `software: { start: \"...\" }`."),
    Bad(
      "- a\n", "1: the profile is a list, not a group of keys.",
      "Write `key: value` lines; the keys are reach, base, ssh, hosts, addresses, bastion, rest, software, hooks, backup, "
        + "enterprise, databases, sentinels and temporary."
    ),
    Bad(
      "reach: local\n", "1: software has no start.",
      "Say how a node's server is started, for example `start: systemctl start {unit}`; it must detach."),
    Bad(
      "reach: local\nsoftware:\n  stop: x\n", "2: software has no start.",
      "Say how a node's server is started, for example `start: systemctl start {unit}`; it must detach."),
    Bad(
      "software:\n  start: x\n  instal: y\n", "3: software has no key \"instal\".",
      "Its keys are candidate, stage, program, stop, install, start and rollback; the nearest is install."),
    Bad(
      "software: {start: x}\ncolour: red\n", "2: the profile has no key \"colour\".",
      "Its keys are reach, base, ssh, hosts, addresses, bastion, rest, software, hooks, backup, enterprise, "
        + "databases, sentinels and temporary."),
    Bad(
      "software: {start: x}\nhooks: {befor_node: y}\n", "2: hooks has no key \"befor_node\".",
      "Its keys are before_node, after_node and switch; the nearest is before_node."),
    Bad(
      "reach: telnet\nsoftware: {start: x}\n", "1: reach is \"telnet\".",
      "Write local, ssh or manual."),
    Bad(
      "ssh: {user: ops}\nsoftware: {start: x}\n", "1: ssh is given, but reach is local.",
      "Write `reach: ssh`, or take ssh out."),
    Bad(
      "reach: ssh\nssh:\n  user: -oProxyCommand=x\nsoftware: {start: x}\n", "3: user is \"-oProxyCommand=x\".",
      "Write a user's name alone; the host is the node's, and everything else goes into options."),
    Bad(
      "reach: ssh\nssh: {options: -v}\nsoftware: {start: x}\n", "2: options is text, not a list.",
      "Write it as [\"first\", \"second\"]."),
    Bad(
      "reach: ssh\nssh: {options: [[a]]}\nsoftware: {start: x}\n", "2: an item of options is a list, not text.",
      "Write one text; one that starts with { or [ must be put in quotes."),
    Bad(
      "reach: ssh\nssh: {jump: -J x}\nsoftware: {start: x}\n", "2: jump is \"-J x\".",
      "Write the host's name alone, as for `ssh -J NAME`."),
    Bad(
      "reach: ssh\nssh: {options: [\"-o\", \"StrictHostKeyChecking no\"]}\nsoftware: {start: x}\n",
      "2: options has \"StrictHostKeyChecking no\", which lets any host pass for another.",
      "Take it out; put the hosts' keys into known_hosts, or confirm them once by hand."),
    Bad(
      "reach: ssh\nssh: {options: [\"-oUserKnownHostsFile=/dev/null\"]}\nsoftware: {start: x}\n",
      "2: options has \"-oUserKnownHostsFile=/dev/null\", which lets any host pass for another.",
      "Take it out; put the hosts' keys into known_hosts, or confirm them once by hand."),
    Bad(
      "hosts: {10.0.0.1: a}\nsoftware: {start: x}\n", "1: hosts is given, but reach is local.",
      "Write `reach: ssh`, or take hosts out."),
    Bad(
      "reach: ssh\nhosts: a\nsoftware: {start: x}\n", "2: hosts is text, not a group of keys.",
      "Write the name alone, as for `ssh NAME`."),
    Bad(
      "reach: ssh\nhosts: {10.0.0.1: -oProxyCommand=x}\nsoftware: {start: x}\n",
      "2: hosts has \"10.0.0.1\": \"-oProxyCommand=x\".", "Write the name alone, as for `ssh NAME`."),
    Bad(
      "addresses: {\"10.0.0.1:6379\": inner}\nsoftware: {start: x}\n",
      "1: addresses has \"10.0.0.1:6379\": \"inner\".",
      "Write \"HOST:PORT\": \"HOST:PORT\" for one server, or HOST: HOST for all ports of a host."),
    Bad(
      "addresses: {10.0.0.1: \"inner:6379\"}\nsoftware: {start: x}\n",
      "1: addresses has \"10.0.0.1\": \"inner:6379\".",
      "Write \"HOST:PORT\": \"HOST:PORT\" for one server, or HOST: HOST for all ports of a host."),
    Bad(
      "bastion: -oProxyCommand=x\nsoftware: {start: x}\n", "1: bastion is \"-oProxyCommand=x\".",
      "Write the host's name alone, as for `ssh NAME`."),
    Bad(
      "software: x\n", "1: software is text, not a group of keys.",
      "Write `key: value` lines; the keys are candidate, stage, program, stop, install, start and rollback."),
    Bad(
      "software:\n  start:\n", "2: start has no value.",
      "Write one after the colon, or take the key out."),
    Bad(
      "software:\n  start: ' '\n", "2: start is empty.",
      "Write a value, or take the key out."),
    Bad(
      "software:\n  start: [a, b]\n", "2: start is a list, not text.",
      "Write one text; one that starts with { or [ must be put in quotes."),
    Bad(
      "software:\n  start: {unit}\n", "2: start starts with {, which opens a group of keys.",
      "Put the whole command in quotes."),
    Bad(
      "software:\n  start: {scope: host}\n", "2: start has no run.",
      "Write `start: { run: \"...\" }`; a command that starts with { must be put in quotes."),
    Bad(
      "software:\n  start: {run: x, scpe: host}\n", "2: start has no key \"scpe\".",
      "Its keys are run, scope, bound, starts and pause; the nearest is scope."),
    Bad(
      "software:\n  start: {run: x, scope: hosts}\n", "2: scope is \"hosts\".",
      "Write node or host."),
    Bad(
      "software:\n  start: {run: x, bound: 2m}\n", "2: bound is \"2m\".",
      "Write a whole number of seconds from 1 to 86400."),
    Bad(
      "software:\n  start: {run: x, bound: 0}\n", "2: bound is \"0\".",
      "Write a whole number of seconds from 1 to 86400."),
    Bad(
      "software:\n  start: {run: \"x {port}\", scope: host}\n",
      "2: start is run once for a whole host, but uses {port}, which differs per node.",
      "Take {port} out, or write `scope: node`."),
    Bad(
      "software:\n  start: |\n    a\n    b\n", "2: start holds a line break.",
      "Write it on one line; join commands with && so that a failure stops the line."),
    Bad(
      "software:\n  start: \"a\\e[2J\"\n", "2: start holds a control character.",
      "Take it out."),
    Bad(
      "software:\n  start: x \"{port}\n", "2: start ends inside quotes.",
      "Close the quote, or the shell refuses the line."),
    Bad(
      "software:\n  start: x {hostname}\n", "2: there is no placeholder {hostname}.",
      "\(placeholders); the nearest is {host}. A literal {hostname} is written {{hostname}}."),
    Bad(
      "software:\n  start: x {zone}\n", "2: there is no placeholder {zone}.",
      "\(placeholders). A literal {zone} is written {{zone}}."),
    Bad(
      "software:\n  start: x { port }\n", "2: there is no placeholder { port }.",
      "Write {port}."),
    Bad(
      "software:\n  start: x {PORT} {node-id}\n", "2: there is no placeholder {PORT}.",
      "Write {port}."),
    Bad(
      "software:\n  start: x {node-id}\n", "2: there is no placeholder {node-id}.",
      "Write {node_id}."),
    Bad(
      "software:\n  start: x ${port}\n", "2: ${port} is a variable of the shell, which does not know it.",
      "Write {port} without the $."),
  ])
  func aBadProfileIsOneSentence(_ bad: Bad) {
    #expect(sentence { () throws(UsageError) in _ = try Self.profile(bad.text) } == bad.sentence)
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    var template: String
    var value: String
    var outcome: String
    init(_ template: String, _ value: String, _ outcome: String) {
      self.template = template
      self.value = value
      self.outcome = outcome
    }
    var testDescription: String { "\(template) with \(value.debugDescription)" }
  }

  static let byHand =
    "What a server says of itself is not put into a command unseen; write the value into start by hand."
  static let outside = "Write {dir} in start outside quotes and $( ): it is quoted where it needs to be."

  @Test(arguments: [
    Hostile("x {dir}", "/a b", "x '/a b'"),
    Hostile("x {dir}", "it's", "x 'it'\\''s'"),
    Hostile("x {dir}", "$(reboot)", "x '$(reboot)'"),
    Hostile("x {dir}", "`reboot`;{pid}", "x '`reboot`;{pid}'"),
    Hostile("x {dir}", "~/é", "x '~/é'"),
    Hostile("x {dir}", "A=b", "x 'A=b'"),
    Hostile("x \"{dir}\"", "/a/b-c", "x \"/a/b-c\""),
    Hostile("x {dir}", "a\nreboot", "is \"a\\u{a}reboot\", which holds a control character. \(byHand)"),
    Hostile("x {dir}", "-rf", "is \"-rf\", which a program would read as an option. \(byHand)"),
    Hostile("x \"{dir}\"", "$(reboot)", "is \"$(reboot)\", which is not safe inside quotes. \(outside)"),
    Hostile("x '{dir}'", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x \\{dir}", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x `y {dir}`", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x \"$(y \"{dir}\")\"", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x ${Y:-\"} {dir} \"", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x $'\\'' {dir}", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("cat <<E {dir}", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x # it's {dir}", "a b", "is \"a b\", which is not safe inside quotes. \(outside)"),
    Hostile("x a#b {dir}", "a b", "x a#b 'a b'"),
  ])
  func aHostileValueNeverBecomesSyntax(_ hostile: Hostile) throws {
    let profile = try Self.starting(hostile.template)
    var node = Self.node
    node.directory = hostile.value
    var said = ""
    do throws(UsageError) {
      said = try profile.command(.start, for: node)?.text ?? ""
    } catch {
      said = error.description
    }
    let start = "site.yaml:1: {dir} of 10.0.0.1:7001 "
    #expect(said == (hostile.outcome.hasPrefix("is ") ? start : "") + hostile.outcome)
  }

  @Test func anUnknownValueIsRefusedOnlyWhereACommandUsesIt() throws {
    var node = Self.node
    node.unit = nil
    node.configFile = ""
    let profile = try Self.profile("software:\n  start: up {config_file}\n  stop: x\nhooks:\n  after_node: ok {unit}\n")
    #expect(try profile.command(.stop, for: node)?.text == "x")
    #expect(
      profile.complaints(for: node).map(\.description) == [
        "site.yaml:2: start uses {config_file}, which is not known for 10.0.0.1:7001. "
          + "It was started without a configuration file; write the file's name into the command.",
        "site.yaml:5: after_node uses {unit}, which is not known for 10.0.0.1:7001. "
          + "No systemd unit was seen to run it; write the unit's name into the command.",
      ])
    #expect(profile.complaints(for: Self.node).isEmpty)
  }

  @Test func theManualProfileSaysWhatToDo() throws {
    let manual = try #require(BuiltInProfiles.named("manual"))
    let texts = try manual.stages.map { stage in
      let command = try #require(try manual.command(stage, for: Self.node))
      #expect(command.form == .instruction)
      return "\(stage.rawValue): \(command.text)"
    }
    #expect(
      texts == [
        "stage: on 10.0.0.1, fetch valkey 8.0.1 and verify it; nothing is installed yet",
        "install: on 10.0.0.1, replace version 6.2.14 by valkey 8.0.1",
        "start: on 10.0.0.1, start the server of port 7001 again, with the configuration that it had",
        "rollback: on 10.0.0.1, put version 6.2.14 back in place of 8.0.1",
      ])
  }
}
