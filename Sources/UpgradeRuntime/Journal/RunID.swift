package import UpgradeCore

/// The name of a run: `20261120-2314-x7k2`. Names sort by the time of their start and are short enough to be typed.
package struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  /// Letters and digits that are not taken for each other, in ASCII order (Crockford's base 32).
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
  /// How many runs can start in one millisecond without meeting.
  private static let perMillisecond = 17

  /// A name for a run that starts now; `salt` tells runs of one millisecond apart.
  package init(at time: WallTime, salt: Int) {
    let digits = Array(time.text.filter(\.isNumber))
    let withinMinute = Int(((time.milliseconds % 60_000) + 60_000) % 60_000)
    // 60,000 times 17 is just below 32 to the power of 4.
    var rest =
      withinMinute * Self.perMillisecond + ((salt % Self.perMillisecond) + Self.perMillisecond)
      % Self.perMillisecond
    var suffix = ""
    for _ in 0..<4 {
      suffix = String(Self.alphabet[rest % 32]) + suffix
      rest /= 32
    }
    text = "\(String(digits[0..<8]))-\(String(digits[8..<12]))-\(suffix)"
  }

  /// Reads a name as it stands in a directory or on a command line; nil for what is none.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [8, 4, 4], parts[0...1].joined().allSatisfy({ $0.isASCII && $0.isNumber }),
      parts[2].allSatisfy(Self.alphabet.contains)
    else { return nil }
    self.text = String(text)
  }

  package static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }

  package var description: String { text }
}
