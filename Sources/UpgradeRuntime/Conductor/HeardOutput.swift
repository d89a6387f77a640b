// What is known of the output of the last command: its last lines at once, its rows when they have been drawn.

import UpgradeCore

struct HeardOutput: Sendable {
  /// The pane in which output is looked at; nil where nobody has one.
  var pane: TerminalSize?
  /// The size of commands' terminals where it is not the pane's.
  var fixedSize: TerminalSize?
  private var tail = OutputTail()
  private var rows: [OutputRow] = []
  private var rowsGone = 0

  /// Whether it is to be shown now. What is printed waits until it has been drawn, where there is a pane to draw it for;
  /// that a command began or ended never waits.
  mutating func take(_ job: HostJob, _ news: HostNews) -> Bool {
    tail.take(job, news)
    switch news {
    case .began: (rows, rowsGone) = ([], 0)
    case .printed: return pane == nil
    case .ended: break
    }
    return true
  }

  /// Whether it is to be shown now: a view of an earlier command is late.
  mutating func take(_ view: OutputDesk.View) -> Bool {
    guard tail.isOf(view.job) else { return false }
    (rows, rowsGone) = (view.rows, view.rowsGone)
    return true
  }

  func shown(_ setup: Setup?) -> CommandOutput? {
    var output = tail.output { setup?.address($0) ?? "" }
    output?.rows = rows
    output?.rowsGone = rowsGone
    output?.fixedSize = fixedSize
    return output
  }
}
