// Storms over every size from 1x1 to 400x120: no crash, nothing outside of its place, no torn character, no accident.
import SystemIO
import Testing
import World

@testable import UpgradeCore
@testable import WizardUI

@Suite struct StormTests {
  /// How many storms blow over each scene. `REDIS_UPGRADE_STORMS=200` plays two hundred, each with a seed of its own.
  private static let rounds = max(1, Host.environment["REDIS_UPGRADE_STORMS"].flatMap { Int($0) } ?? 1)

  /// Every width and every height is met once in each round, dealt out among the scenes.
  @Test func whateverHappensInWhateverWindow() {
    var screens: Set<ScreenName> = []
    var commands: Set<String> = []
    for round in 0..<Self.rounds {
      for (index, scene) in StormScene.all.enumerated() {
        var storm = ScreenStorm(scene, seed: UInt64(1000 * round + index))
        storm.lookAround()
        for window in Self.windows(index, of: StormScene.all.count, round: round) where storm.faults.isEmpty {
          storm.resize(window.columns, window.rows)
          // Large windows cost much and show nothing more: they are drawn once.
          for _ in 0..<(window.columns * window.rows > 3000 ? 0 : 3) { storm.blow() }
        }
        for fault in storm.faults.prefix(2) { Issue.record("\(scene.name), round \(round): \(fault)") }
        screens.formUnion(storm.screens)
        commands.formUnion(storm.commands)
      }
    }
    // Storms that reach nothing prove nothing.
    #expect(screens == Set(ScreenName.allCases).subtracting([.start]))
    #expect(
      commands.isSuperset(of: ["answer", "choose", "pause", "proceed", "leave", "recheck", "attach", "detach"]),
      "\(commands)")
  }

  /// The start screen has a model of its own.
  @Test func theStartInEveryWindow() {
    for round in 0..<Self.rounds {
      var dice = Randomness(seed: UInt64(round))
      var judge = FrameJudge()
      var model = StartModel(size: Size(columns: 80, rows: 24))
      for columns in (1...400).shuffled(using: &dice) {
        model.size = Size(columns: columns, rows: dice.number(1...40))
        for key in (0..<3).compactMap({ _ in dice.pick(ScreenStorm.keys) }) {
          _ = model.press(KeyPress(key, isPasted: dice.once(in: 4)))
        }
        let frame = model.frame(model.size, glyphs: dice.once(in: 2) ? .ascii : .utf8)
        for fault in judge.cellFaults(of: frame.canvas, model.size, isASCII: false) {
          Issue.record("round \(round): \(fault)")
        }
        if model.chosen != nil || model.isLeaving { model = StartModel(size: model.size, runs: StartScreenTests.runs) }
      }
    }
  }

  /// A part of all widths and of all heights, in an order of its own, with windows of every day in between.
  private static func windows(_ part: Int, of parts: Int, round: Int) -> [Size] {
    var dice = Randomness(seed: UInt64(77 + 1000 * round + part))
    let widths = Array(stride(from: 1 + part, through: 400, by: parts)).shuffled(using: &dice)
    var heights = Array(stride(from: 1 + part, through: 120, by: parts)).shuffled(using: &dice)
    return widths.flatMap { columns in
      let rows = heights.popLast() ?? dice.number(1...30)
      return [Size(columns: columns, rows: rows)]
        + (dice.once(in: 3) ? [Size(columns: dice.number(60...100), rows: dice.number(16...30))] : [])
    }
  }
}
