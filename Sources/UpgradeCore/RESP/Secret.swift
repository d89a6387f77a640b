/// A password that can be sent but not shown: every way of turning it into text says `(hidden)`.
package struct Secret: Sendable, Hashable {
  /// The bytes themselves, for the wire only.
  package let bytes: [UInt8]

  package init(_ text: String) {
    bytes = Array(text.utf8)
  }

  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// What stands in the place of a secret wherever people read.
  package static let placeholder = "(hidden)"

  package var description: String { Self.placeholder }
  package var debugDescription: String { Self.placeholder }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
