// The whole screen of one moment: fixed rows, the screen's body, what lies over it, what is asked, the keys.

package import SystemIO
package import UpgradeCore

extension WizardModel {
  /// Ages grow also where no picture comes; they come once a second, and are not drawn twice.
  private static let longestWait = Duration.milliseconds(1250)

  /// Draws a moment of the run as this operator sees it.
  package func frame(_ picture: RunPicture, _ size: Size, glyphs: Glyphs = .utf8, at now: MonotonicTime) -> Frame {
    var canvas = Canvas(size, glyphs: glyphs)
    guard !ScreenLayout.isTooSmall(size) else {
      TooSmallScreen(picture: picture, isLeaving: prompt == .leave).draw(in: canvas.area, on: &canvas)
      return Frame(
        canvas, title: title(picture), prompt: promptName, alert: alert(picture), redrawAt: now + Self.longestWait)
    }
    let layout = ScreenLayout(canvas.area)
    let isArmed = isArmed(at: now)
    let screen = screen(picture)
    IdentityRow(picture: picture).draw(in: layout.identity, on: &canvas)
    RailRow(picture: picture, shown: step(picture)).draw(in: layout.rail, on: &canvas)
    var cursor = screen.draw(in: layout.body, on: &canvas)
    let overlay = Overlay(picture: picture, model: self, isArmed: isArmed)
    cursor = overlay.draw(in: layout.body, on: &canvas) ?? cursor
    let talk = TalkRows(picture: picture, model: self, screen: screen, isArmed: isArmed)
    talk.draw(in: layout.talk, on: &canvas)
    cursor = talk.cursor(in: layout.talk) ?? cursor
    drawKeys(screen, in: layout.keys, on: &canvas)
    let arms = gate.armsAt.flatMap { $0 > now ? $0 : nil } ?? now + Self.longestWait
    return Frame(
      canvas, cursor: cursor, title: title(picture), prompt: promptName, alert: alert(picture),
      redrawAt: min(arms, now + Self.longestWait))
  }

  private func drawKeys(_ screen: any WizardScreen, in area: Rectangle, on canvas: inout Canvas) {
    if attached != nil {
      canvas.put(
        Line(Request.detach.keys.first?.longLabel ?? "", .bold) + Line(" leave"), row: area.row,
        column: area.column + 1, in: area)
    } else if dialog != nil {
      // Every printable key is text here, so only these mean something.
      let isAccess = if case .access = dialog?.prompt { true } else { false }
      let pages = [Request.pageUp.fieldLabel, Request.pageDown.fieldLabel].filter { !$0.isEmpty }
      let scroll = pages.isEmpty ? "" : "   \(pages.joined(separator: "/")) scroll"
      let help = Request.help.fieldLabel.isEmpty ? "" : "   \(Request.help.fieldLabel) help"
      let line = "Esc \(isAccess ? "refuse" : "back")   Enter confirm\(scroll)\(help)   ^C hold"
      canvas.put(line, row: area.row, column: area.column + 1, in: area)
    } else if searchField != nil, view == nil {
      KeyLine([.keep, .cancel], titles: [.keep: "keep", .cancel: "show all"]).draw(in: area, on: &canvas)
    } else if searchField != nil {
      Search.typingKeys.draw(in: area, on: &canvas)
    } else if view?.name == .help {
      KeyLine(Search.keys([.cancel, .down, .up, .pageDown, .pageUp], view?.search)).draw(in: area, on: &canvas)
    } else {
      KeyLine(screen.keys, refusals: refusals(screen.picture), titles: [.cancel: "back"]).draw(in: area, on: &canvas)
    }
  }

  /// What the window is called: what it waits for can be read among other windows.
  private func title(_ picture: RunPicture) -> String {
    let standing: String? =
      switch prompt {
      case _ where picture.state.problem != nil: "stopped"
      case .question, .access: "asks"
      case _ where picture.isReadOnly: picture.state.asked == nil ? "watching" : "asks in the other terminal"
      default: waiting == nil ? nil : "a command may be waiting"
      }
    return "redis-upgrade \(picture.target)" + (standing.map { ": \($0)" } ?? "")
  }

  /// What is asked waits until it is over.
  private var isReading: Bool { view?.name == .help || searchField != nil }

  private func isAsked(_ picture: RunPicture) -> Bool { picture.state.problem != nil || picture.state.asked != nil }

  /// What the bell rings for: only what the run itself waits for, and once for a command that seems to.
  private func alert(_ picture: RunPicture) -> String? {
    switch prompt {
    case .question, .problem, .access: promptName
    // It is asked once the help or the search is gone; whoever left that open has to hear of it.
    case nil where isReading && isAsked(picture): picture.state.problem?.name ?? picture.state.asked?.name.description
    default: waiting.map { "command \($0.step) \($0.attempt)" }
    }
  }
}
