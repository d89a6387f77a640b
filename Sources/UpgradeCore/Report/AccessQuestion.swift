// What the ssh program asks a person before it goes on, as faces show it.

/// One thing that ssh wants to know before it goes on.
package struct AccessQuestion: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// A password, a passphrase, a code: typed without being shown.
    case secret
    /// Whether a host key that is not known is to be trusted: only the word `yes` is.
    case hostKey = "host-key"
    /// Nothing is typed: a security key wants to be touched.
    case notice
  }

  /// Told from any other of this process.
  package var number: Int
  package var kind: Kind
  /// As ssh words it; a host may have had a hand in it.
  package var text: String

  package init(number: Int, kind: Kind, text: String) {
    self.number = number
    self.kind = kind
    self.text = text
  }

  /// The text in lines, without the request that our own takes the place of.
  package var lines: [String] {
    text.split(whereSeparator: \.isNewline).map(String.init).filter {
      !$0.hasPrefix("Are you sure you want to continue")
    }
  }
}
