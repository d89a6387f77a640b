/// Follows the quotes of a POSIX shell command line, to know what a value has to survive where it is put.
///
/// It need not understand everything: what it does not follow (command substitution, here-documents, `$'..'`) makes
/// the rest of the line ``Context/guarded``, where only values that no quoting can change are let in.
struct ShellScanner {
  /// What a value meets at this point of the line.
  enum Context: Equatable, Sendable {
    /// Outside quotes: a value can be put in single quotes of its own.
    case open
    /// Inside quotes, a comment or something not followed: only a plain value is safe.
    case guarded
  }

  private enum State: Equatable {
    case open, singleQuoted, doubleQuoted, comment, opaque
  }

  private var state = State.open
  private var isEscaped = false
  /// The scalar before, unless it was escaped; a blank at the start, because a comment may start there.
  private var previous: Unicode.Scalar? = " "

  var context: Context { state == .open && !isEscaped ? .open : .guarded }

  /// Whether a quote is still open.
  var hasOpenQuote: Bool { state == .singleQuoted || state == .doubleQuoted }

  /// Steps over one scalar of the operator's own text.
  mutating func step(over scalar: Unicode.Scalar) {
    if isEscaped {
      isEscaped = false
      previous = nil
      return
    }
    let before = previous
    previous = scalar
    switch state {
    case .comment, .opaque:
      break
    case .singleQuoted:
      if scalar == "'" { state = .open }
    case .open, .doubleQuoted:
      stepUnquoted(over: scalar, after: before)
    }
  }

  /// Steps over something that leaves the quotes as they are: a value that is filled in, the `{NAME}` of `${NAME}`.
  mutating func stepOverWord() {
    isEscaped = false
    previous = nil
  }

  /// Gives up on following quotes from here on.
  mutating func giveUp() {
    state = .opaque
  }

  private mutating func stepUnquoted(over scalar: Unicode.Scalar, after before: Unicode.Scalar?) {
    switch scalar {
    case "\\": isEscaped = true
    case "`": state = .opaque
    case "(" where before == "$": state = .opaque
    case "\"": state = state == .doubleQuoted ? .open : .doubleQuoted
    default:
      guard state == .open else { return }
      switch scalar {
      case "'": state = before == "$" ? .opaque : .singleQuoted
      case "<" where before == "<": state = .opaque
      case "#" where before.map(Self.endsWord) == true: state = .comment
      default: break
      }
    }
  }

  private static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", ";", "&", "|", "(", ")", "<", ">": true
    default: false
    }
  }
}
