// Why there can be no full screen here, and what to do instead.

package import SystemIO

/// A terminal that a full screen cannot be drawn on; the plain face is used there.
package enum ScreenProblem: Error, Hashable, Sendable {
  case noTerminal
  case dumbTerminal(name: String)
  case unknownTerminal(name: String)
  case noCursorAddressing(name: String)
  case alreadyOpen
  case system(SystemError)
}

extension ScreenProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noTerminal:
      "output or keyboard is no terminal; going on with plain lines (run it in a terminal for the full screen)"
    case .dumbTerminal(let name):
      "TERM is \(name.isEmpty ? "not set" : name.madeVisible), which cannot move the cursor; going on with plain lines"
        + " (set TERM to what your terminal is, such as xterm-256color)"
    case .unknownTerminal(let name):
      "this host has no description of the terminal \(name.madeVisible); going on with plain lines"
        + " (TERM=xterm-256color often works, or install ncurses-term)"
    case .noCursorAddressing(let name):
      "the terminal \(name.madeVisible) cannot move the cursor; going on with plain lines (set TERM to what it is)"
    case .alreadyOpen:
      "the full screen is open already; end it before opening it again"
    case .system(let error):
      "\(error); going on with plain lines"
    }
  }
}
