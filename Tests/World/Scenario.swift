// What a seed makes of a world: its cluster, its site, what goes wrong in it, and how often.

package import UpgradeCore

/// How often what goes wrong; chances are for one occasion each.
package struct Faults: Hashable, Sendable {
  /// The wizard is killed at a write of the journal, or some time into an effect.
  package var crash = 0.0
  /// A command on a host fails, lies, hangs or is slow.
  package var host = 0.0
  /// A command to a server is lost on the way, refused, or its reply is.
  package var command = 0.0
  /// A reading is slow or does not come.
  package var reading = 0.0
  /// Mean time between two things that others do; nil where nobody else is there.
  package var foreign: Duration?
  /// The disk of the journal is full for a while.
  package var disk = 0.0
  /// The operator types something else than what is asked for, declines, or takes another way.
  package var operatorSlips = 0.0
  /// How long all this lasts; after it the world is well and stays so.
  package var lasts = Duration.seconds(300)

  package init() {}
  package static let none = Faults()
  package var isNone: Bool { self == Faults.none }
}

/// A protection that is switched off, to see that a property misses it.
package enum Mutation: String, Hashable, Sendable, CaseIterable {
  /// Every gate is green.
  case noGates = "no-gates"
  /// What was in flight when the wizard died is forgotten.
  case forgottenFlight = "forgotten-flight"
  /// The journal says "on disk" before it is.
  case lyingDisk = "lying-disk"
  /// Old primaries are called drained at once.
  case noDrain = "no-drain"
  /// The one who performs does not look at process and role right before.
  case noIdentity = "no-identity"
}

/// Everything about a world but what chance does in it.
package struct Scenario: Hashable, Sendable {
  package var seed: UInt64
  /// The number of replicas of each shard.
  package var replicas: [Int] = [1, 1, 1]
  /// Where each node is; nil spreads them over three hosts.
  package var addresses: [Address]?
  package var from = Release(.redis, Version(6, 2, 14))
  package var to = Release(.redis, Version(7, 0, 15))
  package var nodeTimeout = Duration.seconds(2)
  package var options = Options(settle: .zero, errorBudget: nil)
  package var stages: [Site.Stage] = [.install, .start, .rollback]
  /// Several nodes to a host, and one installation for all of them.
  package var sharesHosts = false
  /// The installation restarts whatever of it runs and starts what it finds down, as packages do.
  package var startsItself = false
  package var appendOnly = false
  package var faults = Faults.none
  /// Somebody else has a replica take over between our decision to stop it and the stop itself, once.
  package var hasRival = false
  package var mutation: Mutation?
  /// Whether the journal is kept as the program's own bytes, and read back from them.
  package var keepsBytes = false
  /// The wizard is killed at this write of the journal, counted from 1, and how.
  package var kill: (write: Int, how: Kill)? {
    get { killWrite.map { ($0, killHow) } }
    set { (killWrite, killHow) = (newValue?.write, newValue?.how ?? .afterEffects) }
  }
  private var killWrite: Int?
  private var killHow = Kill.afterEffects
  /// The wizard is killed after so much virtual time.
  package var killAt: Duration?

  /// Where in the order of a decision the wizard dies.
  package enum Kill: String, Hashable, Sendable, CaseIterable {
    /// Some of the records' bytes are on disk.
    case torn
    /// The records are on disk; nothing of them was begun.
    case beforeEffects = "before-effects"
    /// Their effects have been begun a moment ago.
    case afterEffects = "after-effects"
  }

  /// A healthy 3+3 cluster and nothing that goes wrong.
  package init(seed: UInt64) { self.seed = seed }

  /// The world of a seed: a quarter without faults, a quarter with crashes alone, the rest with more of everything.
  package static func drawn(_ seed: UInt64) -> Scenario {
    var random = Randomness(seed: seed, for: "scenario")
    var scenario = Scenario(seed: seed)
    scenario.replicas = random.pick(shapes) ?? [1, 1, 1]
    let path = random.pick(paths) ?? paths[0]
    (scenario.from, scenario.to) = path
    scenario.nodeTimeout = .seconds(random.chance(0.7) ? 2 : 15)
    scenario.options = Options(
      settle: .seconds(random.pick([0, 0, 1, 5]) ?? 0), errorBudget: nil, returnPrimaries: random.chance(0.25))
    if random.chance(0.3) { scenario.stages.append(.stop) }
    if random.chance(0.2) { scenario.stages += [.beforeNode, .afterNode] }
    if random.chance(0.15) { scenario.stages.removeAll { $0 == .rollback } }
    scenario.appendOnly = random.chance(0.3)
    scenario.keepsBytes = random.chance(0.15)
    scenario.faults = faults(&random)
    // Drawn from numbers of their own, so that the other worlds stay what they are.
    var hosts = Randomness(seed: seed, for: "shared hosts")
    if hosts.chance(0.3) { scenario.share() }
    return scenario
  }

  /// Puts several nodes on a host, with one installation for them, where the cluster's shape lets a host be emptied;
  /// every other seed has a package that starts servers by itself.
  package mutating func share() {
    guard replicas.count > 1, !replicas.contains(0) else { return }
    sharesHosts = true
    startsItself = seed % 2 == 0
  }

  private static let shapes: [[Int]] = [
    [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1], [1, 1], [1], [1], [2, 1, 1], [2], [2, 2, 2], [0, 1, 1], [0, 0],
  ]
  private static let paths = [
    (Release(.redis, Version(6, 2, 14)), Release(.redis, Version(7, 0, 15))),
    (Release(.redis, Version(7, 0, 15)), Release(.redis, Version(8, 0, 2))),
    (Release(.valkey, Version(8, 0, 1)), Release(.valkey, Version(8, 1, 1))),
  ]

  private static func faults(_ random: inout Randomness) -> Faults {
    var faults = Faults()
    let kind = random.number(0...7)
    guard kind > 1 else { return faults }
    faults.crash = random.pick([0.01, 0.02, 0.05]) ?? 0
    guard kind > 3 else { return faults }
    faults.reading = 0.01
    if random.chance(0.7) { faults.host = random.pick([0.03, 0.1, 0.2]) ?? 0 }
    if random.chance(0.7) { faults.command = random.pick([0.02, 0.1]) ?? 0 }
    if random.chance(0.6) { faults.foreign = .seconds(random.pick([20, 60, 200]) ?? 60) }
    if random.chance(0.2) { faults.disk = 0.01 }
    if random.chance(0.6) { faults.operatorSlips = 0.05 }
    return faults
  }

  /// The stages of which one command serves a whole host.
  var hostWide: Set<Site.Stage> { sharesHosts ? Set(stages).intersection([.install, .rollback]) : [] }

  /// The address of a node: hosts of three in turn, or where hosts are shared as many as keep the nodes of a shard apart, or one
  /// more.
  ///
  /// - Parameter row: 0 for a primary, 1 for the first replica of each shard, ...
  func address(place: Int, shard: Int, row: Int) -> Address {
    if let addresses { return addresses[place] }
    let hosts = (replicas.max() ?? 0) + 1 + Int(seed / 2 % 2)
    let host = sharesHosts ? (shard + row) % hosts + 1 : place % 3 + 1
    return Address(host: "10.0.0.\(host)", port: 7000 + place)
  }

  /// Whether the cluster can elect: with fewer than three primaries nobody is promoted by itself.
  var shardCount: Int { replicas.count }
}
