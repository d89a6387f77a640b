// The clock on the wall, as records and screens write it; never used to wait.

/// A moment in milliseconds since 1970-01-01 00:00 UTC, spelled for people and for programs.
package struct WallTime: Hashable, Sendable {
  package var milliseconds: Int64
  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// RFC 3339 in UTC with milliseconds: `2026-11-20T09:14:31.042Z`.
  package var text: String {
    let date = date
    let fraction = Self.padded(Int(milliseconds.modulo(1000)), to: 3)
    return "\(Self.padded(date.year, to: 4))-\(Self.padded(date.month))-\(Self.padded(date.day))T\(clock).\(fraction)Z"
  }

  /// The time of day in UTC: `09:14:31`.
  package var clock: String {
    let second = Int((milliseconds - milliseconds.modulo(1000)) / 1000).modulo(86_400)
    return [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0) }.joined(separator: ":")
  }

  /// Reads `2026-11-20T09:14` or `2026-11-20 09:14`, in UTC, a `Z` at its end or not; nil for anything else, and for a
  /// day that no month has.
  package init?(minuteInUTC text: String) {
    let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
    guard parts.count == 2, parts[0].utf8.count == 10 else { return nil }
    let day = parts[0].split(separator: "-").compactMap { Int($0) }
    let clock = (parts[1].last == "Z" ? parts[1].dropLast() : parts[1]).split(separator: ":").compactMap { Int($0) }
    guard day.count == 3, clock.count == 2, (1...12).contains(day[1]), (1...31).contains(day[2]),
      (1970...9999).contains(day[0]), (0...23).contains(clock[0]), (0...59).contains(clock[1])
    else { return nil }
    // As in `date`, the other way round.
    let year = day[1] > 2 ? day[0] : day[0] - 1
    let march = (day[1] + 9) % 12
    let yearOfEra = year % 400
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + (153 * march + 2) / 5 + day[2] - 1
    let days = year / 400 * 146_097 + dayOfEra - 719_468
    self.init(milliseconds: Int64(days * 1440 + clock[0] * 60 + clock[1]) * 60_000)
    guard date == (day[0], day[1], day[2]) else { return nil }
  }

  /// For people, to the minute: `2026-11-20 09:14 UTC`.
  package var minute: String { "\(text.prefix(10)) \(clock.prefix(5)) UTC" }

  /// Year, month and day of the Gregorian calendar.
  ///
  /// Counted in eras of 400 years from 1 March, so that the leap day is the last of its year.
  private var date: (year: Int, month: Int, day: Int) {
    let days = Int((milliseconds - milliseconds.modulo(86_400_000)) / 86_400_000) + 719_468
    let era = (days - days.modulo(146_097)) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
  }

  private static func padded(_ number: Int, to digits: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension BinaryInteger {
  /// The remainder that is never negative.
  fileprivate func modulo(_ divisor: Self) -> Self {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
