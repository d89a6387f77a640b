/// Says in an operator's words what libyaml says in a parser's.
enum YAMLProblem {
  /// One message of libyaml 0.2 (reader.c, scanner.c, parser.c), and ours for it.
  private struct Translation {
    /// How libyaml's problem text starts.
    let problem: String
    /// How libyaml's context text starts, where the problem alone does not tell.
    var context: String?
    /// Which line the operator has to look at: where libyaml stopped, or where that began.
    var line = \YAMLEvents.Failure.mark.line
    let what: String
    let remedy: String
  }

  private static let beganAt = \YAMLEvents.Failure.contextMark.line
  private static let wholeTextInQuotes =
    "Check the indentation; a text that starts with {, [ or a quote must be put in quotes as a whole."
  private static let closeQuote = "Close it; inside single quotes a quote is written twice."
  private static let singleQuotes = "Use single quotes, in which a backslash is only a backslash."

  /// First match wins.
  private static let translations: [Translation] = [
    Translation(
      problem: "mapping values are not allowed in this context",
      what: "a colon stands where no key can be",
      remedy: "Put a text that holds \": \" in quotes, and check the indentation of this line."),
    Translation(
      problem: "found unexpected end of stream", context: "while scanning a quoted scalar", line: beganAt,
      what: "the quote that opens here is never closed", remedy: closeQuote),
    Translation(
      problem: "found unexpected document indicator", context: "while scanning a quoted scalar", line: beganAt,
      what: "the quote that opens here is never closed", remedy: closeQuote),
    Translation(
      problem: "found unknown escape character",
      what: "a backslash stands before a character that needs none", remedy: singleQuotes),
    Translation(
      problem: "did not find expected hexdecimal number",
      what: "a backslash stands before a character that needs none", remedy: singleQuotes),
    Translation(
      problem: "found character that cannot start any token",
      what: "a value starts with a tab or with one of % @ `",
      remedy: "Indent with spaces; put a text that starts with such a sign in quotes."),
    Translation(
      problem: "found a tab character", what: "a tab is used for indentation", remedy: "Indent with spaces."),
    Translation(
      problem: "did not find expected key", context: "while parsing a block mapping",
      what: "what stands here does not belong to the keys above it", remedy: wholeTextInQuotes),
    Translation(
      problem: "did not find expected '-' indicator",
      what: "what stands here does not belong to the list above it", remedy: wholeTextInQuotes),
    Translation(
      problem: "did not find expected <document start>",
      what: "what stands here does not belong to what stands above it", remedy: wholeTextInQuotes),
    Translation(
      problem: "did not find expected ',' or '}'", context: "while parsing a flow mapping", line: beganAt,
      what: "the bracket { that opens here is not closed",
      remedy: "Close it; a text that holds a brace must be put in quotes."),
    Translation(
      problem: "did not find expected ',' or ']'", context: "while parsing a flow sequence", line: beganAt,
      what: "the bracket [ that opens here is not closed",
      remedy: "Close it, and put a comma between its items."),
    Translation(
      problem: "could not find expected ':'", context: "while scanning a simple key", line: beganAt,
      what: "this line has no colon after its key", remedy: "Write `key: value`."),
    Translation(
      problem: "block sequence entries are not allowed in this context",
      what: "a list starts where none can be",
      remedy: "Put the \"- \" on a line of its own below the key."),
    Translation(
      problem: "did not find expected node content",
      what: "no value stands where one is expected",
      remedy: "Check the brackets; a text that starts with a bracket must be put in quotes."),
    Translation(
      problem: "did not find expected alphabetic or numeric character", context: "while scanning an",
      what: "a text starts with & or *, which YAML reads as a reference", remedy: "Put the text in quotes."),
    Translation(
      problem: "", context: "while scanning a tag", line: beganAt,
      what: "a text starts with !, which YAML reads as a type", remedy: "Put the text in quotes."),
    Translation(
      problem: "found undefined tag handle",
      what: "a text starts with !, which YAML reads as a type", remedy: "Put the text in quotes."),
    Translation(
      problem: "control characters are not allowed",
      what: "the file holds a control character", remedy: "Take it out, or give the text file that was meant."),
    Translation(problem: "invalid leading UTF-8", what: "the file is not UTF-8", remedy: "Save it as UTF-8."),
    Translation(problem: "invalid trailing UTF-8", what: "the file is not UTF-8", remedy: "Save it as UTF-8."),
    Translation(problem: "incomplete UTF-8", what: "the file is not UTF-8", remedy: "Save it as UTF-8."),
    Translation(problem: "invalid length of a UTF-8", what: "the file is not UTF-8", remedy: "Save it as UTF-8."),
    Translation(problem: "invalid Unicode", what: "the file is not UTF-8", remedy: "Save it as UTF-8."),
  ]

  /// The sentence for why libyaml stopped, with the line on which the operator has to look.
  static func sentence(for failure: YAMLEvents.Failure, file: String) -> UsageError {
    for translation in translations where failure.problem.hasPrefix(translation.problem) {
      if let context = translation.context {
        guard failure.context?.hasPrefix(context) == true else { continue }
      }
      return UsageError(
        .malformedYAML, at: .init(file: file, line: failure[keyPath: translation.line]),
        translation.what, remedy: translation.remedy)
    }
    let context = failure.context.map { " \($0)" } ?? ""
    return UsageError(
      .malformedYAML, at: .init(file: file, line: failure.mark.line),
      "this is not YAML: \(failure.problem)\(context)",
      remedy: "Check the brackets, quotes and indentation around this line.")
  }
}
