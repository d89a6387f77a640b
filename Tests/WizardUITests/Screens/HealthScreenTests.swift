// The health page: ten minutes in as many bars as there is room for, with the age of the worst; and many shards.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct HealthScreenTests {
  private static func series(_ values: [Double?]) -> Series {
    var series = Series()
    for value in values { series.append(value) }
    return series
  }

  // MARK: - Bars

  @Test(arguments: [(600, 1), (601, 1), (300, 2), (52, 12), (92, 7), (1, 600)])
  func aBarIsAsManySecondsAsTenMinutesNeed(columns: Int, seconds: Int) {
    #expect(Bars.seconds(in: columns) == seconds)
    let full = Self.series((0..<700).map(Double.init))
    let bars = Bars(full, columns: columns).values
    #expect(bars.count <= columns && bars.last == 699 && (columns > 600 || bars.count * seconds >= 600))
  }

  @Test func aBarIsTheHighestAndWhatWasNotReadIsNone() {
    let bars = Bars(Self.series([1, 9, nil, nil, 2, nil, 3]), columns: 300).values
    // Counted back from the newest: (3, nil), (2, nil), (nil, 9), (1).
    #expect(bars == [1, 9, 2, 3])
    #expect(Bars(Self.series([5, nil, nil]), columns: 300).values == [5, nil])
    #expect(Bars(Series(), columns: 300).values.isEmpty && Bars(Self.series([1]), columns: 0).values.isEmpty)
  }

  // MARK: - The page

  /// A run of many shards, each with ten full minutes and a peak of its own.
  private static func script(shards: Int, columns: Int = 80, rows: Int = 24) -> ScreenScript {
    var picture = RunScene.secondNode.picture
    for number in 1...shards {
      var health = ShardHealth()
      for second in 0..<600 {
        health.lag.append(second == 600 - number * 10 ? 3_000_000 : second % 60 < 2 ? nil : 40_000)
      }
      for _ in 0..<600 { health.operations.append(1000) }
      health.replicas = 1
      health.replicasInSync = 1
      picture.health.shards[ShardID(number)] = health
    }
    var script = ScreenScript(RunScene.secondNode, columns: columns, rows: rows, fixed: picture)
    script.press("h")
    return script
  }

  @Test func twoHundredShardsScroll() {
    var script = Self.script(shards: 200)
    #expect(script.canvas.lines[2].contains("1-5 of 200"))
    script.press("G")
    #expect(script.canvas.lines[2].contains("196-200 of 200"))
    #expect(script.text.contains("s200") && !script.text.contains("s195 "))
    script.press("k<PageUp>")
    #expect(script.canvas.lines[2].contains("187-191 of 200"))
    #expect(script.model.written(script.picture)?.lines.count == 204)
  }

  @Test func pictures() {
    expectPicture(
      of: Self.script(shards: 3).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Health  0 s ago ────────────────────────────────────────────────────────────┐
      │ cluster ok   slots 16384/16384   6/6 up   ops 3.0k/s                         │
      │ client errors 0/s   0 in all, 0 lost                                         │
      │                                               ▁▁▁▁  max 0/s                  │
      │ longest stall 43 ms (in steps of 10 ms)                                      │
      │ the last 10 min, newest at the right; the highest of 12 s is a bar           │
      │                                                                              │
      │ s1  primary 10.0.3.10:6379  lag 39 KB  in sync  ops 1.0k/s                   │
      │ ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█  max 2.9 MB, 9 s ago      │
      │ s2  primary 10.0.3.12:6379  lag 39 KB  in sync  ops 1.0k/s                   │
      │ ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█▂  max 2.9 MB, 19 s ago     │
      │ s3  primary 10.0.3.14:6379  lag 39 KB  in sync  ops 1.0k/s                   │
      │ ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█▂▂  max 2.9 MB, 29 s ago     │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now

       Esc back  j/k move  PgDn/PgUp page  w write  ? help  q quit
      """)
    expectPicture(
      of: Self.script(shards: 3, columns: 120, rows: 40).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok ─── 2 Plan ok ─── [3 Nodes 1/6] ─── 4 Finish ─── 5 Report                                      ETA 34-45 s
      ┌─ Health  0 s ago ────────────────────────────────────────────────────────────────────────────────────────────────────┐
      │ cluster ok   slots 16384/16384   6/6 up   ops 3.0k/s                                                                 │
      │ client errors 0/s   0 in all, 0 lost                                                                                 │
      │                                                                                     ▁▁▁▁▁▁  max 0/s                  │
      │ longest stall 43 ms (in steps of 10 ms)                                                                              │
      │ the last 10 min, newest at the right; the highest of 7 s is a bar                                                    │
      │                                                                                                                      │
      │ s1  primary 10.0.3.10:6379  lag 39 KB  in sync  ops 1.0k/s                                                           │
      │     ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█▂  max 2.9 MB, 9 s ago      │
      │ s2  primary 10.0.3.12:6379  lag 39 KB  in sync  ops 1.0k/s                                                           │
      │     ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█▂▂  max 2.9 MB, 19 s ago     │
      │ s3  primary 10.0.3.14:6379  lag 39 KB  in sync  ops 1.0k/s                                                           │
      │     ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂█▂▂▂▂  max 2.9 MB, 29 s ago     │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now   (Enter does nothing)

       Esc back  j/k move  PgDn/PgUp page  w write  ? help  q quit
      """)
  }
}
