// Command lines as operators type them: what each one asks for, and the sentence for each that is wrong.
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct InvocationTests {
  /// Splits at blanks, as a shell does where nothing is quoted.
  static func read(_ line: String) throws(UsageError) -> Invocation {
    try Invocation.read(line.split(separator: " ").map(String.init)).invocation
  }

  @Test func aRunTakesEverythingThatTheContractNames() throws {
    let line =
      "redis://ops@a:7001,b --to valkey-8.0.1 --askpass --plain --answers night.yaml --answer canary=yes "
      + "--answer hand-over:s1=s1 --settle 30 --state-dir /var/runs --profile ./site.yaml --error-budget 5 "
      + "--return-primaries --only replicas --not-after 2:05 --bake 600 --color never"
    guard case .run(let run) = try Self.read(line) else {
      Issue.record("not a run")
      return
    }
    #expect(run.target == (try Target("redis://ops@a:7001,b")))
    #expect(run.to == .release(Release(.valkey, Version(8, 0, 1))))
    #expect(run.connection == ConnectionRequest(asksPassword: true))
    #expect(run.face == FaceRequest(face: .plain, color: .never))
    #expect(run.stateDirectory == "/var/runs")
    var running = RunningRequest()
    running.settle = .seconds(30)
    running.profile = "./site.yaml"
    running.errorBudget = .count(5)
    running.returnPrimaries = true
    running.scope = .replicas
    running.window = .until(hour: 2, minute: 5)
    running.bake = .seconds(600)
    running.answersFile = "night.yaml"
    running.answers = [GivenAnswer(name: "canary", value: "yes"), GivenAnswer(name: "hand-over:s1", value: "s1")]
    #expect(run.running == running)
    // The same words in other orders and spellings, with and without the name of the subcommand.
    #expect(try Self.read("run \(line)") == .run(run))
    #expect(
      try Self.read("\(line.replacing("--to ", with: "--to=").replacing("--settle ", with: "--settle="))") == .run(run))
    let flagsFirst = line.split(separator: " ").dropFirst().map(String.init) + ["run", "redis://ops@a:7001,b"]
    #expect(try Invocation.read(flagsFirst).invocation == .run(run))
    // One word changed, to rehearse.
    #expect(try Self.read("check \(line)") == .check(run))
    #expect(try Self.read("plan \(line)") == .plan(run))
    #expect(try Self.read("notice \(line)") == .notice(.planned(run, begin: nil)))
  }

  @Test func aNoticeIsOfWhatIsPlannedOrOfARun() throws {
    let record = RecordRequest(run: "20261120-2314-x7k2", face: FaceRequest())
    #expect(try Self.read("notice 20261120-2314-x7k2") == .notice(.closing(record)))
    #expect(try Self.read("notice") == .notice(.closing(RecordRequest(face: FaceRequest()))))
    guard case .notice(.planned(_, let begin)) = try Self.read("notice a:1 --to 7.0.15 --at 2026-11-24T02:00") else {
      Issue.record("another request")
      return
    }
    #expect(begin.map { WallTime(milliseconds: $0).text } == "2026-11-24T02:00:00.000Z")
    #expect(throws: UsageError.self) { try Self.read("notice a:1") }
    #expect(throws: UsageError.self) { try Self.read("notice --at 02:00") }
    #expect(throws: UsageError.self) { try Self.read("notice a:1 --to 7.0.15 --at 2026-02-30T02:00") }
    #expect(throws: UsageError.self) { try Self.read("notice a:1 --to 7.0.15 --at soon") }
  }

  @Test func eachSubcommandIsReadWithItsArguments() throws {
    let face = FaceRequest()
    let plain = FaceRequest(face: .plain)
    #expect(
      try Self.read("")
        == .startScreen(StartRequest(connection: ConnectionRequest(), face: face)))
    #expect(
      try Self.read("watch a:1 --json")
        == .watch(
          WatchRequest(.target(try Target("a:1")), connection: ConnectionRequest(), face: FaceRequest(face: .json))))
    #expect(try Self.read("watch") == .watch(WatchRequest(.run(nil), face: face)))
    #expect(
      try Self.read("watch 20261120-2314-x7k2 --plain --state-dir d")
        == .watch(WatchRequest(.run("20261120-2314-x7k2"), face: plain, stateDirectory: "d")))
    #expect(try Self.read("status") == .status(RecordRequest(face: face)))
    #expect(
      try Self.read("report 20261120-x7k2 --markdown")
        == .report(RecordRequest(run: "20261120-x7k2", asMarkdown: true, face: face)))
    #expect(try Self.read("journal --plain") == .journal(RecordRequest(face: plain)))
    #expect(
      try Self.read("cleanup --user ops --state-dir d")
        == .cleanup(
          ContinuationRequest(
            connection: ConnectionRequest(user: "ops"), running: RunningRequest(), face: face, stateDirectory: "d")))
    var settled = RunningRequest()
    settled.settle = .seconds(0)
    #expect(
      try Self.read("resume r1 --settle 0")
        == .resume(
          ContinuationRequest(run: "r1", connection: ConnectionRequest(), running: settled, face: face)))
    var servers = LabServersRequest()
    servers.from = .sameProduct(Version(6, 2, 14))
    servers.directory = "/tmp/x"
    servers.port = 7100
    servers.keep = true
    #expect(
      try Self.read("train first-night --from 6.2.14 --dir /tmp/x --port 7100 --keep --to 7.0.15")
        == .train(
          TrainRequest(
            drill: "first-night", to: .sameProduct(Version(7, 0, 15)), servers: servers, running: RunningRequest(),
            face: face)))
    #expect(try Self.read("lab down") == .lab(LabRequest(action: .down, servers: LabServersRequest(), face: face)))
    let releases: [WantedRelease] = [.sameProduct(Version(6, 2, 14)), .release(Release(.valkey, Version(8, 1, 1)))]
    #expect(
      try Self.read("lab fetch 6.2.14 valkey-8.1.1")
        == .lab(LabRequest(action: .fetch, releases: releases, servers: LabServersRequest(), face: face)))
    var writing = LabRequest(action: .write, servers: LabServersRequest(), face: face)
    #expect(try Self.read("lab write") == .lab(writing))
    writing.target = try Target("127.0.0.1:7000,127.0.0.1:7001")
    #expect(try Self.read("lab write 127.0.0.1:7000,127.0.0.1:7001") == .lab(writing))
    var ending = LabRequest(action: .down, servers: LabServersRequest(), face: face)
    ending.all = true
    #expect(try Self.read("lab down --all") == .lab(ending))
    var encrypted = LabRequest(action: .up, servers: LabServersRequest(), face: face)
    encrypted.servers.tls = true
    #expect(try Self.read("lab up cluster --tls") == .lab(encrypted))
    var simulated = LabRequest(action: .up, servers: LabServersRequest(), face: face)
    simulated.enterprise = EnterpriseRequest()
    #expect(try Self.read("lab up enterprise") == .lab(simulated))
    simulated.servers.from = .release(Release(Enterprise.BuildVersion(Version(7, 2, 4), build: 92)))
    simulated.enterprise?.to = .release(Release(Enterprise.BuildVersion(Version(7, 22, 0), build: 250)))
    simulated.enterprise?.nodes = 5
    #expect(
      try Self.read("lab up enterprise --from 7.2.4-92 --to 7.22.0-250 --nodes 5") == .lab(simulated))
    let encryption = EncryptionRequest(
      isWanted: true, authorities: "ca.pem", certificate: "me.pem", key: "me.key", serverName: "redis.example")
    let flags = "--tls --cacert ca.pem --cert me.pem --key me.key --sni redis.example"
    #expect(
      try Self.read("watch a:1 \(flags)")
        == .watch(
          WatchRequest(.target(try Target("a:1")), connection: ConnectionRequest(encryption: encryption), face: face)))
    #expect(
      try Self.read("resume r1 --cacert ca.pem")
        == .resume(
          ContinuationRequest(
            run: "r1", connection: ConnectionRequest(encryption: EncryptionRequest(authorities: "ca.pem")), face: face))
    )
    writing.encryption = encryption
    writing.servers.tls = true
    #expect(try Self.read("lab write 127.0.0.1:7000,127.0.0.1:7001 \(flags)") == .lab(writing))
    #expect(try Self.read("hold --socket x -- --help") == .hold(["--socket", "x", "--", "--help"]))
  }

  @Test func helpAndVersionWinOverEverything() throws {
    #expect(try Self.read("--help") == .help(.startScreen))
    #expect(try Self.read("-h") == .help(.startScreen))
    #expect(try Self.read("check --help --settle 1") == .help(.check))
    #expect(try Self.read("report -h") == .help(.report))
    #expect(try Self.read("a:1 --tls --version") == .version)
  }

  @Test func passwordsAreTakenWithAWarning() throws {
    let advice = "can be read by every user of this host, in `ps`. Put it into REDISCLI_AUTH, or use --askpass."
    for words in [
      ["watch", "a:1", "-a", "hunter2"], ["watch", "a:1", "-ahunter2"], ["watch", "a:1", "--pass=hunter2"],
    ] {
      let (invocation, warnings) = try Invocation.read(words)
      #expect(invocation.connection?.password == Secret("hunter2"))
      #expect(warnings == ["a password on the command line \(advice)"])
      #expect(!"\(invocation)".contains("hunter2"))
    }
    let (invocation, warnings) = try Invocation.read(["watch", "redis://:hunter2@a"])
    #expect(warnings == ["a password in the TARGET \(advice)"])
    #expect(!"\(invocation)".contains("hunter2"))
    #expect(try Invocation.read(["watch", "redis://ops@a"]).warnings.isEmpty)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var words: [String]
    var sentence: String
    init(_ line: String, _ what: String, _ remedy: String) {
      words = line.split(separator: " ").map(String.init)
      sentence = "\(what) \(remedy)"
    }
    var testDescription: String { words.joined(separator: " ") }
  }

  static let run = "run a:1 --to 7.0.15"

  @Test(arguments: [
    Bad("--frm", "there is no flag \"--frm\".", "The nearest is --from."),
    Bad("--xyzzy=1", "there is no flag \"--xyzzy\".", "`redis-upgrade --help` lists them."),
    // Abbreviations are not taken.
    Bad("\(run) --stat x", "there is no flag \"--stat\".", "The nearest is --state-dir."),
    Bad("\(run) -x", "there is no flag \"-x\".", "`redis-upgrade --help` lists them."),
    Bad(
      "-h 10.0.0.1 -p 7001", "-h is a flag of redis-cli, not of redis-upgrade.",
      "Write host and port as the TARGET, redis://host:port; help is --help."),
    Bad(
      "-p 7001", "-p is a flag of redis-cli, not of redis-upgrade.",
      "Write host and port as the TARGET, redis://host:port."),
    Bad("\(run) --json=yes", "--json takes no value.", "Write --json alone."),
    Bad("run a:1 --to", "--to has no value.", "Write --to VERSION."),
    Bad("run a:1 --to=", "--to has no value.", "Write --to VERSION."),
    Bad(
      "run a:1 --to --plain", "--to has no value: the next word is the flag --plain.",
      "Write --to VERSION; to mean that word itself, write --to=WORD."),
    Bad("\(run) --to 7.2.1", "--to is given twice.", "Keep one of the two."),
    Bad("\(run) --plain --json", "--plain and --json are two faces of one run.", "Keep one."),
    Bad("report --markdown --json", "--markdown and --json are two forms of one report.", "Keep one."),
    Bad("\(run) --askpass -a x", "--askpass and --pass both say the password.", "Keep --askpass."),
    Bad("\(run) --markdown", "run has no flag --markdown.", "It belongs to report and explain."),
    Bad(
      "watch a:1 --settle 3", "watch has no flag --settle.",
      "It belongs to run, check, plan, notice, resume and train."),
    Bad("status --to 7.0.15", "status has no flag --to.", "It belongs to run, check, plan, notice, train and lab."),
    Bad(
      "--to 7.0.15", "--to is given without a TARGET.",
      "Write `redis-upgrade redis://host:port ...`, or a subcommand; see redis-upgrade --help."),
    Bad("chekc a:1", "\"chekc\" is neither a subcommand nor a TARGET.", "The nearest subcommand is check."),
    Bad(
      "orders", "\"orders\" is neither a subcommand nor a TARGET.",
      "A TARGET is host:port or redis://host; the subcommands are run, check, plan, notice, watch, status, report, "
        + "journal, resume, cleanup, train, lab, explain and keys."),
    Bad("check", "check needs a TARGET.", "Name any server of the deployment: redis://host:port."),
    Bad(
      "plan a:1", "plan needs --to VERSION, where to upgrade to.",
      "Write for example --to 7.4.2, or --to valkey-8.0.1."),
    Bad(
      "check a:1 b:2 --to 7.0.15", "\"b:2\" is one argument too many.", "Write redis-upgrade check TARGET --to VERSION."
    ),
    Bad("a:1 b:2 --to 7.0.15", "\"b:2\" is one argument too many.", "Write redis-upgrade [run] TARGET --to VERSION."),
    Bad(
      "watch a:1 redis://u:hunter2@b", "\"...@b\" is one argument too many.",
      "Write redis-upgrade watch [TARGET | RUN]."),
    Bad("status a b", "\"b\" is one argument too many.", "Write redis-upgrade status [RUN]."),
    Bad(
      "resume ../../etc", "\"../../etc\" is not the id of a run.",
      "`redis-upgrade status` lists the runs; an id has letters, digits and . _ - only."),
    Bad(
      "journal ..", "\"..\" is not the id of a run.",
      "`redis-upgrade status` lists the runs; an id has letters, digits and . _ - only."),
    Bad("train a b", "\"b\" is one argument too many.", "Write redis-upgrade train [DRILL]."),
    Bad("lab", "lab needs to be told what to do.", "Write lab up, down, list, fetch or write."),
    Bad("lab start", "lab has no action \"start\".", "Write lab up, down, list, fetch or write."),
    Bad("lab up --nodes 3", "--nodes belongs to lab up enterprise.", "Leave it out."),
    Bad("lab up enterprise --tls", "--tls does not belong to lab up enterprise.", "Leave it out."),
    Bad("lab up enterprise --nodes 10", "--nodes is \"10\".", "Write a whole number from 1 to 9."),
    Bad(
      "lab up down", "there is no lab of kind \"down\" yet.",
      "Write lab up cluster, replication, sentinel, standalone or enterprise."),
    Bad("lab up cluster x", "\"x\" is one argument too many.", "Write redis-upgrade lab up|down|list|fetch|write."),
    Bad("lab down x", "\"x\" is one argument too many.", "Write redis-upgrade lab up|down|list|fetch|write."),
    Bad(
      "lab fetch", "lab fetch needs to be told which releases.",
      "Write for example lab fetch 6.2.14 valkey-8.1.1."),
    Bad(
      "lab down --all --dir /x", "--all belongs to lab down, without --dir.",
      "Write lab down --all, or lab down --dir DIR."),
    Bad(
      "lab list --all", "--all belongs to lab down, without --dir.", "Write lab down --all, or lab down --dir DIR."),
    Bad(
      "lab fetch v7.0.15", "release \"v7.0.15\" is not a version.", "Write 7.0.15, without the v."),
    Bad(
      "lab fetch", "lab fetch needs to be told which releases.", "Write for example lab fetch 6.2.14 valkey-8.1.1."),
    Bad(
      "lab fetch 7.0.15 8.0", "release \"8.0\" is not a version.",
      "Write all three numbers, such as 8.0.0: which patch release is a decision of yours."),
    Bad("lab up --port 80", "--port is \"80\".", "Write a whole number from 1024 to 55000."),
    Bad("\(run) --settle 10s", "--settle is \"10s\".", "Write a whole number of seconds from 0 to 3600."),
    Bad("\(run) --not-after 24:00", "--not-after is \"24:00\".", "Write a time of day such as 02:00, or none."),
    Bad("\(run) --not-after 2:5", "--not-after is \"2:5\".", "Write a time of day such as 02:00, or none."),
    Bad("\(run) --not-after 2am", "--not-after is \"2am\".", "Write a time of day such as 02:00, or none."),
    Bad("resume --only replicas", "resume has no flag --only.", "It belongs to run, check, plan, notice and train."),
    Bad("\(run) --settle -1", "--settle is \"-1\".", "Write a whole number of seconds from 0 to 3600."),
    Bad(
      "\(run) --error-budget few", "--error-budget is \"few\".", "Write how many client errors end the run, or none."),
    Bad("\(run) --color blue", "--color is \"blue\".", "Write auto, always or never."),
    Bad("\(run) --answer canary", "--answer \"canary\" is not NAME=VALUE.", "Write for example --answer canary=yes."),
    Bad("\(run) --answer =yes", "--answer \"=yes\" is not NAME=VALUE.", "Write for example --answer canary=yes."),
    Bad("\(run) --tls=yes", "--tls takes no value.", "Write --tls alone."),
    Bad("\(run) --cacert", "--cacert has no value.", "Write --cacert FILE."),
    Bad(
      "status --tls", "status has no flag --tls.",
      "It belongs to run, check, plan, notice, watch, resume, cleanup, train and lab."),
    Bad(
      "train --cert a.pem", "train has no flag --cert.",
      "It belongs to run, check, plan, notice, watch, resume, cleanup and lab."),
    Bad(
      "lab down --tls", "--tls belongs to lab up and lab write.", "A lab that runs knows by itself what it speaks."),
    Bad(
      "lab up --tls --cacert ca.pem", "--cacert belongs to lab write: a lab makes its own certificates.",
      "Leave it out."),
    Bad("run -- --to 7.0.15", "\"7.0.15\" is one argument too many.", "Write redis-upgrade [run] TARGET --to VERSION."),
  ])
  func aBadCommandLineIsOneSentence(_ bad: Bad) {
    #expect(sentence { () throws(UsageError) in _ = try Invocation.read(bad.words) } == bad.sentence)
  }

  @Test func helpIsMadeOfTheTables() {
    let help = HelpText.text(for: .report)
    #expect(
      help == """
        redis-upgrade report [RUN]

        says what a run did and what clients felt

        RUN                       a run's id; without one, the newest

          --plain                 lines of text, no screen
          --json                  one JSON object a line, no screen
          --markdown              the report, or the list of rules, as Markdown
          --color WHEN            auto, always or never
          --state-dir DIR         where runs are kept ($XDG_STATE_HOME/redis-upgrade)
          --help                  this text
          --version               the version of redis-upgrade

        Exit codes:
          0     done and verified
          1     refused or a check failed, and nothing was changed
          2     the command line or a file named on it is wrong
          3     stopped and resumable, with every shard served
          4     stopped, and something needs a person now
          130   interrupted before any change

        """)
  }

  @Test(arguments: Subcommand.allCases)
  func everyHelpFitsTheTerminalAndNamesItsFlags(subcommand: Subcommand) {
    let help = HelpText.text(for: subcommand)
    #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    guard subcommand != .startScreen, subcommand != .hold else { return }
    #expect(help.contains("--json"))
    #expect(HelpText.text(for: .startScreen).contains(subcommand.rawValue))
  }

  @Test func theFaceIsChosenByTheTerminal() {
    #expect(Face.usual(inputIsTerminal: true, outputIsTerminal: true, term: "xterm") == .screen)
    #expect(Face.usual(inputIsTerminal: true, outputIsTerminal: false, term: "xterm") == .plain)
    #expect(Face.usual(inputIsTerminal: false, outputIsTerminal: true, term: "xterm") == .plain)
    #expect(Face.usual(inputIsTerminal: true, outputIsTerminal: true, term: "dumb") == .plain)
    #expect(Face.usual(inputIsTerminal: true, outputIsTerminal: true, term: nil) == .plain)
  }

  @Test func colourFollowsTheStrongestWord() {
    func colored(_ flag: ColorChoice?, _ configured: ColorChoice?, _ noColor: String?, _ terminal: Bool) -> Bool {
      ColorChoice.isColored(flag: flag, configured: configured, noColor: noColor, outputIsTerminal: terminal)
    }
    #expect(colored(nil, nil, nil, true))
    #expect(!colored(nil, nil, nil, false))
    #expect(!colored(nil, nil, "1", true))
    #expect(colored(nil, nil, "", true))
    #expect(colored(nil, .always, "1", false))
    #expect(!colored(.never, .always, nil, true))
    #expect(colored(.always, .never, "1", false))
  }
}
