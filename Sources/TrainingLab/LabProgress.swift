/// A word on what the lab does now and how long it usually takes, for whoever waits.
package struct LabProgress: Equatable, Sendable, CustomStringConvertible {
  /// What is done now, as a sentence without its full stop.
  package let what: String
  /// How long it usually takes, such as `5 to 30 s`; nil for what takes no time worth naming.
  package let usually: String?

  package init(_ what: String, usually: String? = nil) {
    self.what = what
    self.usually = usually
  }

  package var description: String { usually.map { "\(what) (usually \($0))" } ?? what }
}

/// Where the lab sends its words; called from any thread, and not to block.
package typealias LabProgressHandler = @Sendable (LabProgress) -> Void
