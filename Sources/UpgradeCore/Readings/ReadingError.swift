// What is said when a server's text cannot be made into a value: which command, which field, which node.

/// A text that could not be read; it never stands for a healthy value.
package struct ReadingError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Problem: Hashable, Sendable {
    /// The field is not there, though this server's version prints it.
    case missing
    /// The field is there, with a value that this program does not know.
    case unexpected(String)
    /// The reply ends before it is complete.
    case cutOff
    /// More than this program is ready to read.
    case tooLarge(limit: Int)
    /// The server is a product that this program does not know, by its own name.
    case stranger
  }

  /// The command whose reply this was, as it is typed.
  package var command: String
  /// The field, or the line and the part of it.
  package var field: String
  package var problem: Problem
  /// Where the text came from; nil until the reader's caller says so.
  package var node: String?

  package init(_ command: String, _ field: String, _ problem: Problem, node: String? = nil) {
    self.command = command
    self.field = field
    self.problem = problem
    self.node = node
  }

  /// The same error, naming the node that sent the text.
  package func from(_ node: some CustomStringConvertible) -> ReadingError {
    ReadingError(command, field, problem, node: node.description)
  }

  package var description: String {
    let place = node.map { "\($0): " } ?? ""
    if problem == .stranger {
      return
        "\(place)the server calls itself \(Self.quoted(field)), which is a product that this program does not know. "
        + "It is left alone; name a Redis or a Valkey."
    }
    let what =
      switch problem {
      case .missing: "has no field \(field)"
      case .unexpected(let value): "has \(field) = \(Self.quoted(value)), which this program does not know"
      case .cutOff: "ends early: \(field) is missing"
      case .tooLarge(let limit): "is longer than \(limit) \(field)"
      case .stranger: ""
      }
    return "\(place)the reply to \(command) \(what). Nothing is concluded from it; "
      + "run the command by hand and compare, or ask again."
  }

  /// At most 60 characters of a hostile value, control characters made visible.
  private static func quoted(_ value: String) -> String {
    let shown = value.unicodeScalars.prefix(60).map { scalar in
      scalar.value < 32 || (127...159).contains(scalar.value) ? "?" : String(scalar)
    }
    return "\"\(shown.joined())\(value.unicodeScalars.count > 60 ? "..." : "")\""
  }
}
