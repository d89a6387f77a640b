// Text from servers that means to act on the terminal, and windows of every size: nothing gets through, nothing traps.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct HostileScreenTests {
  static let evil = "\u{1B}[2J\u{1B}]0;owned\u{7}\r\n\u{202E}日本\u{0301}\u{0301}\u{0301}\u{0301}語\t\u{9B}31m"

  /// A picture whose every text comes from somebody who means harm.
  static var picture: RunPicture {
    var picture = RunScene.failedInstall.picture
    picture.target = evil
    picture.from = evil
    picture.run = evil
    picture.events.append(Event(number: 10_000, wallMilliseconds: .max, text: evil + evil))
    let row = OutputRow([.init(evil, columns: 7), .init(evil, columns: 1), .init("日", columns: -1)])
    picture.output = CommandOutput(
      command: evil, node: evil, lines: [evil, evil], rows: [row, row], rowsGone: 1 << 40, status: evil, path: evil)
    picture.state.problem?.what = evil
    picture.state.problem?.risk = evil
    picture.state.problem?.guess = evil
    picture.checks = [CheckScene.result("last-save-ok", evil, .fail, title: evil, saw: evil, fix: evil)]
    picture.paths.journal = evil
    picture.finish = FinishReport(lines: [.init(.fail, evil, evil)], byHand: [evil])
    picture.health.shards[ShardID(1)]?.lag.append(.infinity)
    picture.health.clientErrors.append(.nan)
    return picture
  }

  static let screens: [(String, @Sendable (inout RunPicture) -> Void)] = [
    (
      "checks",
      {
        $0.rail = .checks; $0.state.problem = nil
      }
    ),
    (
      "plan",
      {
        $0.rail = .plan; $0.state.problem = nil
      }
    ),
    ("nodes", { $0.state.problem = nil }),
    ("problem", { _ in }),
    (
      "finish",
      {
        $0.rail = .finish; $0.state.problem = nil
      }
    ),
    (
      "report",
      {
        $0.rail = .report; $0.state.problem = nil
      }
    ),
    (
      "asked",
      {
        $0.state.problem = nil
        $0.state.asked = Question(
          name: QuestionName(.handOver, evil), consentClass: .outage, title: evil, lines: [evil, "Why     \(evil)"],
          step: nil, word: evil)
      }
    ),
  ]

  @Test(arguments: screens.indices)
  func noWindowIsTooOddAndNoTextActs(_ index: Int) {
    var picture = Self.picture
    Self.screens[index].1(&picture)
    for (columns, rows) in [
      (0, 0), (1, 1), (20, 3), (59, 15), (60, 16), (61, 17), (79, 23), (80, 24), (200, 60), (400, 20),
    ] {
      for view in [nil, ScreenName.commands, .output, .health, .journal, .help] {
        var model = WizardModel(size: Size(columns: columns, rows: rows))
        model.view = view.map { .init(name: $0, place: .newest) }
        let now = MonotonicTime(nanoseconds: 0)
        _ = model.update(.pictured, picture, at: now)
        let canvas = model.frame(picture, Size(columns: columns, rows: rows), at: now).canvas
        for line in canvas.lines {
          #expect(line.displayColumns == columns)
          let isClean = line.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}"
          }
          #expect(isClean, "\(Self.screens[index].0) at \(columns)x\(rows)")
        }
      }
    }
  }

  @Test(arguments: screens.indices)
  func everyKeyIsHarmlessOnEveryScreen(_ index: Int) {
    var picture = Self.picture
    Self.screens[index].1(&picture)
    var script = ScreenScript(RunScene.failedInstall, fixed: picture)
    let keys = Set(Request.table.flatMap(\.keys)).union([.enter, .unknown(7), .function(40), .pasteStart])
    for key in keys.sorted(by: { $0.name < $1.name }) where key != .character("y") {
      script.time = script.time + .seconds(1)
      script.pressNow(key)
      script.settle()
    }
    #expect(script.canvas.lines.count == 24)
  }

  @Test func anEmptyPictureIsDrawn() {
    let picture = RunPicture(
      kind: .watching, target: "", run: "", from: "", to: "", rail: .nodes, now: Instant(nanoseconds: 0),
      startedAt: Instant(nanoseconds: 0), wallMilliseconds: 0,
      snapshot: Snapshot(nodes: [:], shards: [], addresses: [:]))
    for rail in RailStep.allCases {
      var own = picture
      own.rail = rail
      let script = ScreenScript(fixed: own)
      #expect(script.canvas.lines[0].contains("WATCHING"))
    }
  }

  @Test func aClusterOfAThousandNodesIsDrawn() {
    var picture = RunScene.secondNode.picture
    guard var setup = picture.setup else { return }
    for number in 0..<1000 {
      var node = setup.nodes[number % 6]
      node.id = NodeID("many\(number)")
      node.address = Address(host: "10.9.\(number / 250).\(number % 250)", port: 6379)
      setup.nodes.append(node)
    }
    for number in 10..<400 { picture.health.shards[ShardID(number)] = ShardHealth() }
    picture.setup = setup
    let script = ScreenScript(fixed: picture)
    #expect(script.text.contains("of 1006"))
    #expect(script.text.contains("more shards, h shows all"))
  }
}
