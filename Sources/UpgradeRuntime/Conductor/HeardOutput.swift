// What is known of the output of the last command: its last lines at once, its rows when they have been drawn.

import UpgradeCore

struct HeardOutput: Sendable {
  /// The pane in which output is looked at; nil where nobody has one.
  var pane: TerminalSize?
  /// The size of commands' terminals where it is not the pane's.
  var fixedSize: TerminalSize?
  /// Why the keyboard is not attached any more, where nobody wanted that.
  var loss: String?
  private var tail = OutputTail()
  private var rows: [OutputRow] = []
  private var rowsGone = 0
  private var cursor: CommandOutput.Cursor?
  private var wantsApplicationKeys = false
  private var heardAt: Instant?

  /// Whether it is to be shown now. What is printed waits until it has been drawn, where there is a pane to draw it for;
  /// that a command began or ended never waits.
  mutating func take(_ job: HostJob, _ news: HostNews, at now: Instant) -> Bool {
    tail.take(job, news)
    heardAt = now
    switch news {
    case .began:
      loss = nil
      (rows, rowsGone, cursor, wantsApplicationKeys) = ([], 0, nil, false)
    case .printed: return pane == nil
    case .ended: break
    }
    return true
  }

  /// Whether it is to be shown now: a view of an earlier command is late.
  mutating func take(_ view: OutputDesk.View) -> Bool {
    guard tail.isOf(view.job) else { return false }
    (rows, rowsGone, cursor) = (view.rows, view.rowsGone, view.cursor)
    wantsApplicationKeys = view.wantsApplicationKeys
    return true
  }

  func isRunning(_ command: EffectID) -> Bool { tail.isRunning(command) }

  func shown(_ setup: Setup?) -> CommandOutput? {
    var output = tail.output { setup?.address($0) ?? "" }
    output?.rows = rows
    output?.rowsGone = rowsGone
    output?.fixedSize = fixedSize
    output?.cursor = cursor
    output?.wantsApplicationKeys = wantsApplicationKeys
    output?.heardAt = heardAt
    output?.loss = loss
    return output
  }
}
