/// Finds what a mistyped name was probably meant to be.
package enum NearestNames {
  /// The known names closest to `name`, nearest first, at most three; empty where nothing is close.
  ///
  /// Close is: at most a third of the longer name has to be typed anew, or one name begins with the other.
  package static func of(_ name: String, among known: [String]) -> [String] {
    let typed = Array(name.lowercased().prefix(64))
    guard !typed.isEmpty else { return [] }
    var ranked: [(name: String, distance: Int)] = []
    for candidate in known {
      let letters = Array(candidate.lowercased())
      let distance = distance(typed, letters)
      let begins = typed.count >= 3 && (letters.starts(with: typed) || typed.starts(with: letters))
      if begins || distance * 3 <= max(typed.count, letters.count) {
        ranked.append((candidate, begins ? min(distance, 1) : distance))
      }
    }
    ranked.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return ranked.prefix(3).map(\.name)
  }

  /// The letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for (column, other) in right.enumerated() {
        var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
