/// A command line that is ready to be run on a node's host, or an instruction to whoever runs it there.
package struct HostCommand: Equatable, Sendable {
  /// What one run of the command is for.
  package enum Scope: String, Sendable, CaseIterable {
    case node
    case host
  }

  package enum Form: Equatable, Sendable {
    /// One line for a POSIX shell, to be run or pasted as it stands.
    case commandLine
    /// Words for a person; there is nothing to paste.
    case instruction
  }

  /// The exact text, placeholders filled in; see ``awaitsProcessID``.
  package let text: String
  package let scope: Scope
  /// How long it may run before that is a problem.
  package let bound: Duration
  package let form: Form
  /// Whether `{pid}` still stands in the text, because the process id was not given.
  package let awaitsProcessID: Bool

  package init(text: String, scope: Scope, bound: Duration, form: Form, awaitsProcessID: Bool = false) {
    self.text = text
    self.scope = scope
    self.bound = bound
    self.form = form
    self.awaitsProcessID = awaitsProcessID
  }
}
