import UpgradeCore

/// One command line of a profile, taken apart at its placeholders.
struct CommandTemplate: Equatable, Sendable {
  enum Piece: Equatable, Sendable {
    case text(String)
    case value(Placeholder, ShellScanner.Context)
  }

  let pieces: [Piece]
  /// Whether the line ends inside quotes.
  let hasOpenQuote: Bool

  /// Reads a command line; `place` is only repeated in sentences.
  init(_ line: String, at place: UsageError.Place?) throws(UsageError) {
    var parser = CommandTemplateParser(line, at: place)
    (pieces, hasOpenQuote) = try parser.parse()
  }

  /// Reads words for a person: only the placeholders count, there are no quotes to follow.
  init(instruction text: String) {
    var pieces: [Piece] = []
    for (index, part) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
      let halves = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if index > 0, halves.count == 2, let placeholder = Placeholder(rawValue: halves[0]) {
        pieces += [.value(placeholder, .open), .text(halves[1])]
      } else {
        pieces.append(.text(index > 0 ? "{" + part : String(part)))
      }
    }
    self.pieces = pieces.filter { $0 != .text("") }
    hasOpenQuote = false
  }

  var placeholders: Set<Placeholder> {
    Set(
      pieces.compactMap { piece in
        guard case .value(let placeholder, _) = piece else { return nil }
        return placeholder
      })
  }

  /// The command line with its values; `{pid}` stays where the process id is left for later.
  ///
  /// `what` names the command in sentences.
  func filled(with values: Placeholders, what: String, at place: UsageError.Place?) throws(UsageError) -> String {
    var line = ""
    for piece in pieces {
      switch piece {
      case .text(let text):
        line += text
      case .value(.pid, _) where values.processID == nil:
        line += Placeholder.pid.text
      case .value(let placeholder, let context):
        guard let value = values.value(placeholder) else {
          throw UsageError(
            .unknownValue, at: place,
            "\(what) uses \(placeholder.text), which is not known for \(values.address)",
            remedy: placeholder.whereUnknown)
        }
        line += try Self.fitted(value, of: placeholder, into: context, what: what, node: values.address, at: place)
      }
    }
    return line
  }

  /// The value as it may stand in that context, or a refusal.
  private static func fitted(
    _ value: String, of placeholder: Placeholder, into context: ShellScanner.Context, what: String, node: Address,
    at place: UsageError.Place?
  ) throws(UsageError) -> String {
    func unsafe(_ why: String, _ remedy: String) -> UsageError {
      UsageError(
        .unsafeValue, at: place, "\(placeholder.text) of \(node) is \(Quotation.quoted(value)), \(why)", remedy: remedy)
    }
    let byHand = "What a server says of itself is not put into a command unseen; write the value into \(what) by hand."
    guard value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw unsafe("which holds a control character", byHand)
    }
    guard !value.hasPrefix("-") else { throw unsafe("which a program would read as an option", byHand) }
    guard context == .guarded else { return ShellQuoting.word(value) }
    guard ShellQuoting.isPlain(value) else {
      throw unsafe(
        "which is not safe inside quotes",
        "Write \(placeholder.text) in \(what) outside quotes and $( ): it is quoted where it needs to be.")
    }
    return value
  }
}
