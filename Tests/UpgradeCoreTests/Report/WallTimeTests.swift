// The wall clock in words: leap days, ends of months, before 1970.
import Testing
import UpgradeCore

@Suite struct WallTimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"),
      (1, "1970-01-01T00:00:00.001Z"),
      (951_782_399_999, "2000-02-28T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_800_000, "2000-03-01T00:00:00.000Z"),
      (1_078_012_800_000, "2004-02-29T00:00:00.000Z"),
      (1_767_225_599_042, "2025-12-31T23:59:59.042Z"),
      (1_795_166_071_500, "2026-11-20T09:14:31.500Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (-1, "1969-12-31T23:59:59.999Z"),
      (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func aMomentIsSpelled(milliseconds: Int64, text: String) {
    #expect(WallTime(milliseconds: milliseconds).text == text)
  }

  @Test(arguments: [
    ("2026-11-20T09:14", "2026-11-20T09:14:00.000Z"), ("2026-11-20 09:14", "2026-11-20T09:14:00.000Z"),
    ("2024-02-29T23:59Z", "2024-02-29T23:59:00.000Z"), ("2100-03-01T00:00", "2100-03-01T00:00:00.000Z"),
    ("1970-01-01T00:00", "1970-01-01T00:00:00.000Z"), ("2023-02-29T00:00", nil), ("2026-04-31T00:00", nil),
    ("2026-11-20T24:00", nil), ("2026-11-20T09:60", nil), ("2026-11-20", nil), ("tomorrow 9:00", nil),
    ("2026-11-20T09:14:31", nil), ("2026-1-2T09:14", nil),
  ]) func aMinuteIsRead(text: String, time: String?) {
    #expect(WallTime(minuteInUTC: text)?.text == time)
  }

  @Test func theTimeOfDayIsInUTC() {
    #expect(WallTime(milliseconds: 1_795_166_071_500).clock == "09:14:31")
    #expect(WallTime(milliseconds: -1).clock == "23:59:59")
  }
}
