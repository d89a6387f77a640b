// Lives many worlds, or one of them with its log: `upgrade-world FIRST LAST`, `upgrade-world SEED --log`.

import Glibc
import UpgradeCore
import World

/// Options are few and known to whoever runs this: seeds, `--log`, `--mutation NAME`, `--calm`, `--shared` (hosts with
/// one installation for several nodes), `--limit SECONDS` of virtual time.
@main
enum Runs {
  static func main() {
    var numbers: [UInt64] = []
    var keepsLog = false
    var isCalm = false
    var isShared = false
    var limit = 6 * 3600
    var mutation: Mutation?
    var words = CommandLine.arguments.dropFirst()
    while let word = words.popFirst() {
      switch word {
      case "--log": keepsLog = true
      case "--calm": isCalm = true
      case "--shared": isShared = true
      case "--limit": limit = words.popFirst().flatMap { Int($0) } ?? limit
      case "--mutation": mutation = words.popFirst().flatMap(Mutation.init(rawValue:))
      default: if let number = UInt64(word) { numbers.append(number) }
      }
    }
    let first = numbers.first ?? 1
    let last = max(numbers.dropFirst().first ?? first, first)
    var summary = Summary()
    for seed in first...last {
      var scenario = isCalm ? Scenario(seed: seed) : Scenario.drawn(seed)
      scenario.mutation = mutation
      if isShared { scenario.share() }
      let world = World(scenario, log: keepsLog ? { print($0) } : nil)
      let result = world.run(atMost: .seconds(limit))
      summary.take(result)
      if !result.violations.isEmpty {
        print("seed \(seed): \(result.violations.count) violations, ended \(result.ending?.name ?? "nowhere")")
        for violation in result.violations.prefix(5) { print("  \(violation)") }
        print("  replay: swift run upgrade-world \(seed) --log")
      }
    }
    print(summary.text)
    exit(summary.broken == 0 ? 0 : 1)
  }
}

/// What many worlds came to.
struct Summary {
  private var worlds = 0
  private(set) var broken = 0
  private var endings: [String: Int] = [:]
  private var problems: [String: Int] = [:]
  private var kills = 0
  private var foreign = 0
  private var acknowledged = 0
  private var seconds: Int64 = 0
  private var events = 0

  mutating func take(_ result: RunResult) {
    worlds += 1
    if !result.violations.isEmpty { broken += 1 }
    endings[result.ending.map { "\($0.kind.rawValue) \($0.name)" } ?? "no end", default: 0] += 1
    problems.merge(result.problems) { $0 + $1 }
    kills += result.kills
    foreign += result.foreignEvents
    acknowledged += result.acknowledged
    seconds += result.seconds
    events += result.events
  }

  var text: String {
    func list(_ counts: [String: Int]) -> String {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
    return """
      \(worlds) worlds, \(broken) broke a promise; \(kills) kills, \(foreign) foreign events, \(seconds / 3600) hours, \
      \(acknowledged) writes, \(events) events
      ends: \(list(endings))
      problems: \(list(problems))
      """
  }
}
