// Sparklines, gauges and the step rail, wide and narrow, in both glyph tables.
import Testing

@testable import WizardUI

@Suite struct SparklineTests {
  static let lags: [Int?] = [12, 18, 41, 0, nil, 164, 82]

  @Test func isScaledToTheHighestInSight() {
    expectPicture(of: drawn(Sparkline(Self.lags), 9, 1), "  ▂▂▃▁ █▅")
    expectPicture(of: drawn(Sparkline(Self.lags), 9, 1, glyphs: .ascii), "  ..._ #-")
    expectPicture(of: drawn(Sparkline(Self.lags), 3, 1), " █▅")
    expectPicture(of: drawn(Sparkline(Array(repeating: 0, count: 4)), 4, 1), "▁▁▁▁")
    expectPicture(of: drawn(Sparkline([Int.max, 1, -5]), 3, 1), "█▂▁")
    expectPicture(of: drawn(Sparkline([3, 5, 900], quiet: 5), 3, 1), "▁▁█")
  }

  @Test func saysTheHighestInWords() {
    expectPicture(of: drawn(Sparkline(Self.lags, unit: "ms"), 22, 1), "    ▂▂▃▁ █▅ max 164 ms")
    expectPicture(of: drawn(Sparkline([nil, nil], unit: "ms"), 22, 1), "              no data")
    expectPicture(of: drawn(Sparkline([3, 900, 4, 5, 1, 2], unit: ""), 12, 1), "▇█▃▄ max 5")
    expectPicture(of: drawn(Sparkline(Self.lags, unit: "ms"), 9, 1), "  ▂▂▃▁ █▅")
  }
}

@Suite struct GaugeTests {
  @Test(arguments: [
    (0, 6, "0 of 6 [──────────]"), (3, 6, "3 of 6 [█████─────]"), (6, 6, "6 of 6 [██████████]"),
    (999, 1000, "999 of 1000 [████─]"), (1, 1000, "1 of 1000 [█──────]"), (0, 0, "0 of 0 [──────────]"),
  ])
  func isAsFullAsItsNumbers(part: Int, whole: Int, picture: String) {
    expectPicture(of: drawn(Gauge(part, of: whole), 19, 1), picture)
  }

  @Test func isNumbersAloneWhereThereIsNoRoom() {
    expectPicture(of: drawn(Gauge(3, of: 6), 10, 1), "3 of 6")
    expectPicture(of: drawn(Gauge(3, of: 6, text: "copied"), 14, 1, glyphs: .ascii), "copied [##---]")
  }
}

@Suite struct StepRailTests {
  static let rail = StepRail(
    [
      .init("Checks", mark: "ok"), .init("Plan", mark: "ok"), .init("Nodes", mark: "2/6"), .init("Finish"),
      .init("Report"),
    ],
    current: 2, note: "ETA 18-31 min")

  @Test(arguments: [
    (
      120,
      " 1 Checks ok ─── 2 Plan ok ─── [3 Nodes 2/6] ─── 4 Finish ─── 5 Report                                    ETA 18-31 min"
    ),
    (80, " 1 Checks ok──2 Plan ok──[3 Nodes 2/6]──4 Finish──5 Report        ETA 18-31 min"),
    (60, " 1 ok──2 ok──[3 Nodes 2/6]──4──5              ETA 18-31 min"),
    (46, " 1 ok 2 ok [3 Nodes 2/6] 4 5    ETA 18-31 min"),
    (37, " [3 Nodes 2/6] of 5    ETA 18-31 min"),
    (34, " 1 ok──2 ok──[3 Nodes 2/6]──4──5"),
    (20, " [3 Nodes 2/6] of 5"),
    (9, " [3 Node~"),
  ])
  func shrinksTheOtherStepsFirst(columns: Int, picture: String) {
    expectPicture(of: drawn(Self.rail, columns, 1), picture)
  }

  @Test func withoutANoteItShrinksAsWell() {
    var rail = Self.rail
    rail.note = Line()
    rail.current = 4
    expectPicture(of: drawn(rail, 60, 1), " 1 Checks ok──2 Plan ok──3 Nodes 2/6──4 Finish──[5 Report]")
    expectPicture(of: drawn(rail, 46, 1), " 1 ok──2 ok──3 2/6──4──[5 Report]")
  }

  @Test func theCurrentStepIsBoldAndInBrackets() {
    var rail = Self.rail
    rail.current = 1
    rail.note = Line("hold", .attention)
    expectPicture(
      of: drawn(rail, 66, 1, glyphs: .ascii),
      " 1 Checks ok--[2 Plan ok]--3 Nodes 2/6--4 Finish--5 Report   hold",
      styles: "..............***********....................................YYYY")
  }
}
