// Numbers as an operator reads them: durations, bytes, rates; short, with the unit, never more digits than they mean.

package import UpgradeCore

/// Spellings of measured values, shared by every face.
package enum Quantity {
  /// `0.2 s`, `7 s`, `3m51s`, `1h02m`; half a minute of a 3 am is not worth a fraction.
  package static func duration(seconds: Double) -> String {
    let seconds = held(seconds)
    if seconds < 9.95 {
      let tenths = Int((seconds * 10).rounded())
      return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
    let whole = Int(seconds.rounded())
    if whole < 100 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60)m\(twoDigits(whole % 60))s" }
    return "\(whole / 3600)h\(twoDigits(whole / 60 % 60))m"
  }

  package static func duration(_ duration: Duration) -> String { self.duration(seconds: duration.seconds) }

  /// The same in whole seconds, for what is a guess and no measurement.
  package static func wholeSeconds(_ duration: Duration) -> String {
    self.duration(seconds: Double(whole(duration.seconds.rounded(.down))))
  }

  /// Without space or fraction, for the column of a list: `4m02`, `37s`.
  package static func took(seconds: Double) -> String {
    let whole = Int(held(seconds).rounded())
    if whole < 100 { return "\(whole)s" }
    return whole < 3600
      ? "\(whole / 60)m\(twoDigits(whole % 60))" : "\(whole / 3600)h\(twoDigits(whole / 60 % 60))"
  }

  /// `00:14:37`; hours go on counting.
  package static func elapsed(_ duration: Duration) -> String {
    let whole = Int(held(duration.seconds))
    return [whole / 3600, whole / 60 % 60, whole % 60].map(twoDigits).joined(separator: ":")
  }

  /// `0 B`, `812 KB`, `1.2 MB`; a kilobyte is 1024 bytes, as servers count.
  package static func bytes(_ count: Int) -> String {
    var value = Double(max(0, count))
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit > 0 && value < 9.95
      ? "\(oneDecimal(value)) \(units[unit])" : "\(Int(value.rounded())) \(units[unit])"
  }

  /// `0`, `874`, `41.2k`, `1.3M`.
  package static func count(_ value: Double) -> String {
    let value = held(value)
    if value < 999.5 { return "\(Int(value.rounded()))" }
    if value < 999_950 { return "\(oneDecimal(value / 1000))k" }
    return "\(oneDecimal(value / 1_000_000))M"
  }

  /// A measured value as a whole number; what is no number is 0.
  package static func whole(_ value: Double) -> Int { Int(held(value).rounded()) }

  /// No number that came from outside may stop the program: not a negative one, not an endless one.
  private static func held(_ value: Double) -> Double { value.isFinite ? min(max(0, value), 1e15) : 0 }

  private static let units = ["B", "KB", "MB", "GB", "TB"]

  private static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension RunPicture {
  /// How long ago something was, as seen from this picture.
  package func age(of instant: Instant) -> Duration { max(.zero, now - instant) }
}
