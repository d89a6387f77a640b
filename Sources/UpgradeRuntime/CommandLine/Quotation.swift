/// Text that somebody else wrote, made fit to stand inside a sentence of ours: quoted, escaped, and not too long.
package enum Quotation {
  /// The most characters of a foreign text that one sentence repeats.
  static let longest = 60

  /// The text in double quotes, with control characters as `\u{..}`, cut after ``longest`` characters.
  package static func quoted(_ text: String) -> String {
    let head = text.prefix(longest)
    let cut = head.endIndex == text.endIndex ? "" : "..."
    return "\"\(escaped(String(head)))\(cut)\""
  }

  /// A word of the command line in double quotes, without the credentials that a URL may hold.
  package static func argument(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return quoted(text) }
    return quoted("...\(text[at...])")
  }

  /// The text with everything that could act on a terminal, or hide in it, written as `\u{..}`.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// "a", "a or b", "a, b or c".
  package static func list(_ words: [String], last: String = "or") -> String {
    guard let tail = words.last, words.count > 1 else { return words.first ?? "" }
    return "\(words.dropLast().joined(separator: ", ")) \(last) \(tail)"
  }

  /// Control, format (which holds the direction overrides), separator and private characters do not print.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
