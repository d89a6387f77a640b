/// How the program shows itself.
package enum Face: String, Sendable, CaseIterable {
  /// Full screen.
  case screen
  case plain
  case json

  /// What is taken where the operator did not say: the screen, if there is a terminal that can be drawn on.
  ///
  /// `term` is the value of `TERM`; without one, or with `dumb`, a terminal takes lines only.
  package static func usual(inputIsTerminal: Bool, outputIsTerminal: Bool, term: String?) -> Face {
    let canDraw = inputIsTerminal && outputIsTerminal && term.map { !$0.isEmpty && $0 != "dumb" } == true
    return canDraw ? .screen : .plain
  }
}

/// Whether colour is used.
package enum ColorChoice: String, Sendable, CaseIterable {
  case auto, always, never

  /// The stronger choice first: the flag, the configuration, `NO_COLOR` (if it is set and not empty), the terminal.
  package static func isColored(
    flag: ColorChoice?, configured: ColorChoice?, noColor: String?, outputIsTerminal: Bool
  ) -> Bool {
    switch flag ?? configured ?? .auto {
    case .always: true
    case .never: false
    case .auto: outputIsTerminal && (noColor ?? "").isEmpty
    }
  }
}
