// Random records of every kind, with every case of every type in them, the same for the same seed.
import UpgradeCore

struct RecordGenerator {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  static let kinds = 18

  mutating func number(_ range: ClosedRange<Int> = 0...1_000_000) -> Int { .random(in: range, using: &random) }
  mutating func flag() -> Bool { .random(using: &random) }
  mutating func text() -> String { flag() ? randomText(&random) : "plain \(number(0...99))" }
  mutating func one<Value>(of values: [Value], else other: Value) -> Value {
    values.randomElement(using: &random) ?? other
  }
  mutating func maybe<Value>(_ make: (inout RecordGenerator) -> Value) -> Value? { flag() ? make(&self) : nil }

  mutating func list<Value>(_ make: (inout RecordGenerator) -> Value) -> [Value] {
    var list: [Value] = []
    for _ in 0..<number(0...3) { list.append(make(&self)) }
    return list
  }

  mutating func table<Key: Hashable, Value>(
    _ key: (inout RecordGenerator) -> Key, _ value: (inout RecordGenerator) -> Value
  ) -> [Key: Value] {
    var table: [Key: Value] = [:]
    for _ in 0..<number(0...3) { table[key(&self)] = value(&self) }
    return table
  }

  mutating func node() -> NodeID {
    // Also what is the id of a node where there is no cluster: a place with slashes and colons.
    flag() ? NodeID(String(number(), radix: 16)) : NodeID("/run/redis-\(number(0...9)).sock:\(text())")
  }
  mutating func shard() -> ShardID { ShardID(number(1...99)) }
  mutating func release() -> Release {
    let version = Version(number(0...9), number(0...99), number(0...99))
    return flag()
      ? Release(one(of: Product.servers, else: .redis), version)
      : Release(Enterprise.BuildVersion(version, build: number(0...999)))
  }
  mutating func address() -> Address {
    Address(
      host: one(of: ["10.0.0.1", "::1", "fe80::1%eth0", "redis-1", "", text()], else: ""), port: number(0...70_000))
  }
  mutating func role() -> Role { one(of: [.primary, .replica, .sentinel], else: .replica) }
  mutating func object() -> ObjectID {
    switch number(0...4) {
    case 0: .deployment
    case 1: .host(text())
    case 2: .node(node())
    case 3: .database(number(1...99))
    default: .shard(shard())
    }
  }
  mutating func step() -> StepKey { StepKey(one(of: Verb.allCases, else: .stop), object(), maybe { $0.text() }) }
  mutating func effect() -> EffectID { EffectID(step(), attempt: number(1...9)) }
  mutating func question() -> QuestionName {
    QuestionName(one(of: QuestionKind.allCases, else: .start), maybe { $0.text() })
  }
  mutating func duration() -> Duration {
    one(
      of: [
        .zero, .seconds(number()), .milliseconds(number()), .nanoseconds(-number()),
        Duration(secondsComponent: 3, attosecondsComponent: 1),
      ], else: .zero)
  }
  mutating func gate() -> Gate { Gate(RuleName(text()), object()) }
  mutating func wizard() -> WizardIdentity {
    WizardIdentity(host: text(), user: text(), processID: number(), version: text())
  }
  mutating func structure() -> Structure {
    Structure(
      role: role(), release: release(), runID: text(), processID: number(), shard: flag() ? ShardID(number()) : nil)
  }

  mutating func setup() -> Setup {
    let enterprise = maybe { $0.enterprise() }
    var setup = Setup(
      target: text(), to: release(),
      nodes: list { make in
        var node = NodeSetup(
          id: make.node(), address: make.address(), release: make.release(), role: make.role(), runID: make.text(),
          processID: make.number(), configFile: make.text(), directory: make.text(), appendOnly: make.flag(),
          settings: make.table({ $0.text() }, { $0.text() }), nodeTimeoutMilliseconds: make.maybe { $0.number() })
        node.watches = make.list { make in
          SentinelView.Other(
            name: make.text(), address: make.address(), replicas: make.number(0...9), sentinels: make.number(0...9))
        }
        return node
      },
      shards: list { make in
        let low = make.number(0...8000)
        return Shard(
          id: make.shard(), slots: SlotSet([low...(low + make.number(0...3)), 9000...9000]),
          members: make.list { $0.node() })
      },
      nodeTimeout: duration(), wayBackNarrows: flag(),
      site: Site(
        reach: one(of: [.local, .ssh, .manual], else: .local),
        remote: maybe { make in
          Site.Remote(
            user: make.maybe { $0.text() }, options: make.list { $0.text() },
            hosts: make.table({ $0.node() }, { $0.text() }), bastion: make.maybe { $0.text() },
            remarks: make.list { $0.text() })
        },
        addresses: AddressMap(table({ $0.text() }, { $0.text() })),
        commands: table({ $0.one(of: Site.Stage.allCases, else: .start) }, { $0.table({ $0.node() }, { $0.text() }) }),
        bounds: table({ $0.one(of: Site.Stage.allCases, else: .start) }, { $0.duration() }),
        streamsBackups: flag(), isLab: flag()),
      options: Options(
        settle: duration(), errorBudget: maybe { $0.number() }, returnPrimaries: flag(), lagBound: number(),
        backWithin: duration(),
        pace: Pace(scope: one(of: Pace.Scope.allCases, else: .all), window: maybe { $0.window() }, bake: duration())),
      encryption: maybe { make in
        EncryptionFiles(
          authorities: make.maybe { $0.text() }, certificate: make.maybe { $0.text() }, key: make.maybe { $0.text() },
          serverName: make.maybe { $0.text() })
      }, enterprise: enterprise,
      servers: enterprise == nil ? one(of: [.cluster, .replication, .sentinel], else: .cluster) : .cluster,
      watchedName: maybe { $0.text() })
    setup.site.switchPause = duration()
    setup.sentinelAccess = maybe { $0.sentinelAccess() }
    setup.temporary = maybe { make in
      var node = NodeSetup(
        id: make.node(), address: make.address(), release: make.release(), role: .replica, runID: "", processID: 0,
        configFile: make.text(), directory: make.text(), appendOnly: make.flag(), settings: [:])
      node.follows = make.node()
      return Temporary(node, memory: make.number())
    }
    return setup
  }

  mutating func sentinelAccess() -> SentinelAccess {
    let isFile = flag()
    return SentinelAccess(
      login: one(
        of: [
          .asServers, .none,
          .own(user: maybe { $0.text() }, file: isFile ? text() : nil, variable: isFile ? nil : text()),
        ], else: .asServers),
      encryption: one(
        of: [.asServers, .plain, .files(EncryptionFiles(authorities: maybe { $0.text() }))], else: .asServers))
  }

  mutating func databaseVersion() -> Enterprise.DatabaseVersion {
    Enterprise.DatabaseVersion(number(0...9), number(0...9))
  }

  mutating func enterprise() -> Enterprise.Constants {
    Enterprise.Constants(
      databases: list { make in
        Enterprise.DatabaseSetup(
          id: make.number(1...99), name: make.text(), version: make.maybe { $0.databaseVersion() },
          isReplicated: make.flag(), persistence: make.one(of: [.aof, .snapshot, .disabled], else: .aof),
          kind: make.text(), sources: make.list { $0.number(1...99) }, isActiveActive: make.flag(),
          keys: make.maybe { $0.number() })
      }, master: maybe { $0.number(1...9) }, databaseGoal: maybe { $0.databaseVersion() }, programs: text(),
      rest: maybe { make in
        Enterprise.RestSettings(
          user: make.text(), passwordFile: make.maybe { $0.text() }, passwordVariable: make.maybe { $0.text() },
          certificate: make.maybe { $0.text() }, authorities: make.maybe { $0.text() }, port: make.number())
      }, clients: table({ $0.text() }, { $0.clientAccess() }))
  }

  mutating func clientAccess() -> Enterprise.ClientAccess {
    Enterprise.ClientAccess(
      user: maybe { $0.text() }, passwordFile: maybe { $0.text() }, passwordVariable: maybe { $0.text() },
      encryption: maybe { make in
        Enterprise.ClientAccess.Encryption(
          pinned: make.maybe { $0.text() }, authorities: make.maybe { $0.text() },
          certificate: make.maybe { $0.text() }, key: make.maybe { $0.text() }, serverName: make.maybe { $0.text() })
      })
  }

  mutating func measure() -> ClientMeasure {
    var measure = ClientMeasure(
      acknowledged: number(), errors: table({ $0.text() }, { $0.number() }), lost: number(), longestStall: number(),
      resolution: number(), stalls: table({ $0.shard() }, { $0.number() }), unmeasured: number())
    measure.databases = list { make in
      DatabaseMeasure(
        database: make.number(1...99), name: make.text(), longest: make.number(), away: make.maybe { $0.number() },
        lost: make.number(),
        proxies: make.list { make in
          ProxyMeasure(
            node: make.number(1...9), address: make.address(), interruptions: make.number(), longest: make.number(),
            away: make.maybe { $0.number() }, trouble: make.maybe { $0.text() }, closed: make.maybe { $0.text() })
        })
    }
    return measure
  }

  mutating func window() -> Window { Window(until: maybe { $0.number() }, text: text()) }

  mutating func action() -> Action {
    let settings = list { Setting($0.text(), $0.text()) }
    switch number(0...16) {
    case 13: return .errand(node(), .allowLatest)
    case 14: return .errand(node(), .setDefaultVersion(databaseVersion()))
    case 15: return .follow(node(), primary: node())
    case 16: return .saveRole(node())
    case 11: return .errand(node(), .disableUpgradeMode)
    case 12: return .errand(node(), .upgradeDatabase(number(1...99), to: databaseVersion(), losesData: flag()))
    case 0: return .configure(node(), settings)
    case 1: return .restore(node(), settings)
    case 2: return .backUp(list { $0.node() })
    case 3: return .host(node(), one(of: Site.Stage.allCases, else: .start))
    case 4: return .shutDown(node(), save: flag())
    case 5: return .setAside(node())
    case 6: return .handOver(shard(), from: node(), to: node())
    case 7: return .drain(node())
    case 8: return .watch(node())
    case 9: return .hostWide(one(of: Site.Stage.allCases, else: .install), list { $0.node() })
    default: return .confirm(one(of: QuestionKind.allCases, else: .start))
    }
  }

  mutating func outcome() -> Outcome {
    Outcome(
      one(of: [.done, .refused, .failed, .unknown, .lapsed], else: .done), text(),
      evidence: table({ $0.text() }, { $0.text() }))
  }

  mutating func choice() -> Choice {
    switch number(0...9) {
    case 0: .retry
    case 1: .waitLonger
    case 2: .askAgain
    case 3: .adopt
    case 4: .rollBack(node())
    case 5: .override(gate())
    case 6: .windDown
    case 7: .skip(node())
    case 8: .leave
    default: .stopHere
    }
  }

  mutating func settled() -> Settled {
    switch number(0...2) {
    case 0: .achieved(table({ $0.node() }, { $0.structure() }))
    case 1: .failed(text())
    default: .lapsed
    }
  }

  /// A record of the kind with that number, for a run of that name.
  mutating func record(_ kind: Int, run: String) -> Record {
    switch kind {
    case 0: return .started(run: run, by: wizard(), setup: setup())
    case 1:
      return .resumed(by: wizard(), Adjustment(settle: maybe { $0.duration() }, window: maybe { $0.window() }))
    case 2:
      return .planAccepted(
        Set(
          list {
            PlannedStep(key: $0.step(), consentClass: $0.maybe { $0.one(of: ConsentClass.allCases, else: .loss) })
          }))
    case 3:
      var asked = Question(
        name: question(), consentClass: one(of: ConsentClass.allCases, else: .loss), title: text(),
        lines: list { $0.text() }, step: maybe { $0.step() }, word: text())
      asked.isOfCommand = flag()
      return .asked(asked)
    case 4:
      return .answered(
        Answer(question(), text(), source: flag() ? .operatorInPerson : .beforehand), granted: flag())
    case 5:
      return .ledger(
        LedgerKey(node(), text()),
        LedgerEntry(
          address: address(), original: text(), ours: text(), standing: one(of: [.open, .closed, .left], else: .open)))
    case 6: return .intent(effect(), action(), command: list { $0.text() }, evidence: list { $0.text() })
    case 7: return .outcome(effect(), outcome())
    case 8: return .settled(effect(), settled())
    case 9: return .late(effect(), outcome())
    case 10:
      return .problem(
        Problem(
          name: text(), object: object(), step: maybe { $0.step() }, what: text(), risk: text(),
          guess: maybe { $0.text() },
          choices: list { Offer($0.choice(), $0.text(), notOffered: $0.maybe { $0.text() }) }))
    case 11:
      return .chosen(
        choice(), learnt: table({ $0.node() }, { $0.structure() }),
        source: flag() ? .operatorInPerson : .beforehand)
    case 12:
      return .measured(measure())
    case 13: return .noted(text())
    case 14: return .windowClosed(text())
    case 15: return .ordered((0..<3).map { _ in shard() })
    case 16:
      return .prompted(
        effect(), text: text(), one(of: [.asked, .answeredThere, .replied(text())], else: .asked))
    default:
      return .ended(
        Ending(
          one(of: [.done, .stopped, .woundDown], else: .done), name: text(), sentence: text(),
          everyShardServed: maybe { $0.flag() }))
    }
  }
}
