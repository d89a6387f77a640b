// What the loop tells a face, and what a face shows: a frame is data, so no terminal mode can leak.

package import SystemIO

/// What happened to the terminal or to the world behind the face.
package enum FaceEvent: Hashable, Sendable {
  case key(KeyPress)
  /// The window has a new size; the next frame is asked for at that size.
  case resized(Size)
  /// A frame with a new prompt is on the screen now, and what was typed before is thrown away: the moment to tell
  /// its `PromptGate` that it appears.
  case appeared(prompt: String)
  /// Somebody signalled the wake-up: there is a newer state to show.
  case woken
  /// The time that the last frame asked to be drawn again at has come.
  case timeCame
  /// A signal other than those of the terminal itself.
  case signal(Signal)
  /// The terminal is gone. It is said once; nothing is drawn any more, and keys come no more.
  case hangUp
}

/// What the loop does after an event.
package enum FaceAnswer: Hashable, Sendable {
  case goOn
  /// Draws every cell anew, over whatever else has written to the terminal.
  case redraw
  /// Throws away the keys that have come and are not handed over yet, and those that nobody has read.
  case discard
  /// Hands text to the terminal's clipboard, where it has one.
  case copy(String)
  /// Gives the terminal back to the shell until it is continued.
  case suspend
  case leave
}

/// One picture and the modes that the terminal has while it is shown.
package struct Frame: Equatable, Sendable {
  package var canvas: Canvas
  /// Where the cursor stands: on the selected row or in the field, never hidden. The last row without one.
  package var cursor: Position?
  /// The title of the window; not changed without one.
  package var title: String?
  /// The name of the prompt in sight: when a new one appears, what was typed before is thrown away.
  package var prompt: String?
  /// The name of what needs a person: when a new one appears and no key was pressed for a while, the bell rings.
  package var alert: String?
  /// When the picture is out of date even if nothing happens.
  package var redrawAt: MonotonicTime?

  package init(
    _ canvas: Canvas, cursor: Position? = nil, title: String? = nil, prompt: String? = nil, alert: String? = nil,
    redrawAt: MonotonicTime? = nil
  ) {
    self.canvas = canvas
    self.cursor = cursor
    self.title = title
    self.prompt = prompt
    self.alert = alert
    self.redrawAt = redrawAt
  }
}

/// What stands behind a screen: it is told what happens and draws itself as a frame.
package protocol Face {
  /// Takes one event; must not wait for anything.
  mutating func handle(_ event: FaceEvent, at now: MonotonicTime) -> FaceAnswer
  /// The newest state as a picture of that size.
  func frame(_ size: Size, glyphs: Glyphs, at now: MonotonicTime) -> Frame
}
