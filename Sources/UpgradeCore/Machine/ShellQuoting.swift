// Values in command lines that a person may paste, or that a shell is given.

/// Quoting of single values for a POSIX shell.
package enum ShellQuoting {
  /// A value that every shell reads as itself, inside quotes and out.
  package static func isPlain(_ value: String) -> Bool {
    !value.isEmpty
      && value.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "+"): true
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  /// The value as one shell word: itself where it is plain, else in single quotes (`it's` becomes `'it'\''s'`).
  package static func word(_ value: String) -> String {
    guard !isPlain(value) else { return value }
    var result = "'"
    for scalar in value.unicodeScalars {
      if scalar == "'" {
        result += "'\\''"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }
}
