/// Finds the placeholders of a command line, and what the shell will make of each place where one stands.
///
/// Braces are the shell's too, so only `{name}` with a small word in it is a placeholder: `${HOME}`, `{ a; b; }`,
/// `{1..3}` and `awk '{ print }'` are left alone. A literal `{name}` is written `{{name}}`.
struct CommandTemplateParser {
  private let scalars: [Unicode.Scalar]
  private let place: UsageError.Place?
  private var index = 0
  private var scanner = ShellScanner()
  private var literal = ""
  private var pieces: [CommandTemplate.Piece] = []

  init(_ line: String, at place: UsageError.Place?) {
    scalars = Array(line.unicodeScalars)
    self.place = place
  }

  mutating func parse() throws(UsageError) -> (pieces: [CommandTemplate.Piece], hasOpenQuote: Bool) {
    while index < scalars.count {
      if scalars[index] == "{" {
        if try takeParameter() || takeDoubledBraces() { continue }
        if try takePlaceholder() { continue }
        try refuseNearMiss()
      }
      take(scalars[index])
      index += 1
    }
    if !literal.isEmpty { pieces.append(.text(literal)) }
    return (pieces, scanner.hasOpenQuote)
  }

  private mutating func take(_ scalar: Unicode.Scalar) {
    scanner.step(over: scalar)
    literal.unicodeScalars.append(scalar)
  }

  /// `${NAME}` belongs to the shell, and so does what follows `${` in any other form.
  private mutating func takeParameter() throws(UsageError) -> Bool {
    guard index > 0, scalars[index - 1] == "$" else { return false }
    guard let name = bracedName(from: index + 1, where: Self.isNameScalar) else {
      // `${NAME:-...}` may hold quotes of any kind.
      scanner.giveUp()
      literal += "{"
      index += 1
      return true
    }
    if Placeholder(rawValue: name) != nil {
      throw UsageError(
        .unknownPlaceholder, at: place, "${\(name)} is a variable of the shell, which does not know it",
        remedy: "Write {\(name)} without the $.")
    }
    scanner.stepOverWord()
    literal += "{\(name)}"
    index += name.unicodeScalars.count + 2
    return true
  }

  /// `{{name}}` is a literal `{name}`.
  private mutating func takeDoubledBraces() -> Bool {
    guard index + 1 < scalars.count, scalars[index + 1] == "{",
      let name = bracedName(from: index + 2, where: Self.isPlaceholderScalar)
    else { return false }
    let end = index + 3 + name.unicodeScalars.count
    guard end < scalars.count, scalars[end] == "}" else { return false }
    for scalar in "{\(name)}".unicodeScalars { take(scalar) }
    index = end + 1
    return true
  }

  private mutating func takePlaceholder() throws(UsageError) -> Bool {
    guard let name = bracedName(from: index + 1, where: Self.isPlaceholderScalar) else { return false }
    guard let placeholder = Placeholder(rawValue: name) else {
      let nearest = NearestNames.of(name, among: Placeholder.allCases.map(\.rawValue))
      let hint = nearest.isEmpty ? "" : "; the nearest is \(Quotation.list(nearest.map { "{\($0)}" }))"
      throw UsageError(
        .unknownPlaceholder, at: place, "there is no placeholder {\(name)}",
        remedy: "There are \(Placeholder.list)\(hint). A literal {\(name)} is written {{\(name)}}.")
    }
    if !literal.isEmpty { pieces.append(.text(literal)) }
    literal = ""
    pieces.append(.value(placeholder, scanner.context))
    scanner.stepOverWord()
    index += name.unicodeScalars.count + 2
    return true
  }

  /// `{ port }`, `{PORT}` and `{node-id}` would reach the shell as they are, and fail there.
  private func refuseNearMiss() throws(UsageError) {
    guard let end = scalars[index...].prefix(24).firstIndex(of: "}") else { return }
    let written = String(String.UnicodeScalarView(scalars[index...end]))
    let meant = String(written.lowercased().filter { !"{} ".contains($0) }.map { $0 == "-" ? "_" : $0 })
    guard let placeholder = Placeholder(rawValue: meant) else { return }
    throw UsageError(
      .unknownPlaceholder, at: place, "there is no placeholder \(Quotation.escaped(written))",
      remedy: "Write \(placeholder.text).")
  }

  /// The name that stands from `start` up to a closing brace; nil where something else stands there.
  private func bracedName(from start: Int, where belongs: (Unicode.Scalar) -> Bool) -> String? {
    guard start < scalars.count, let end = scalars[start...].firstIndex(where: { !belongs($0) }), end > start,
      scalars[end] == "}"
    else { return nil }
    return String(String.UnicodeScalarView(scalars[start..<end]))
  }

  private static func isPlaceholderScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || ("a"..."z").contains(scalar)
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    isPlaceholderScalar(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
  }
}
