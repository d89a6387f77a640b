// The rows that every screen has at the same place: who and where we are, the rail, what is asked, the keys.
//
//      redis-upgrade  redis://10.0.3.10:6379      6.2.14 -> 7.0.15   LIVE   00:14:37
//      1 Checks ok──2 Plan ok──[3 Nodes 2/6]──4 Finish──5 Report      ETA 18-31 min
//      ...
//      Stop 10.0.3.11:6379 (replica of s1)?  [y] yes  [n] not now   (Enter does nothing)
//      (a remark, or why something was refused)
//      j/k move  c commands  p pause  l journal  ? help  q quit

import UpgradeCore

/// Where the fixed rows are, and what is left for the screen.
struct ScreenLayout: Hashable {
  var identity: Rectangle
  var rail: Rectangle
  var body: Rectangle
  var talk: Rectangle
  var keys: Rectangle

  /// Below this nothing can be decided: what is asked would not fit.
  static let least = Size(columns: 60, rows: 16)

  init(_ area: Rectangle) {
    var rest = area
    (identity, rest) = rest.cutTop(1)
    (rail, rest) = rest.cutTop(1)
    (rest, keys) = rest.cutBottom(area.rows >= 20 && area.columns < 110 ? 2 : 1)
    (body, talk) = rest.cutBottom(2)
  }

  static func isTooSmall(_ size: Size) -> Bool { size.columns < least.columns || size.rows < least.rows }
}

/// The first row: the tool, the deployment, from and to, whether it is real, for how long.
struct IdentityRow: Widget {
  let picture: RunPicture

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    picture.kind == .training ? drawTraining(in: area, on: &canvas) : drawLive(in: area, on: &canvas)
  }

  private var path: String { ReleasePath(picture).text }

  private var standing: Line {
    if picture.watching?.isDriverGone == true, picture.state.ended == nil { return Line("NOT DRIVEN", .danger) }
    if picture.state.ended?.kind == .done { return Line("DONE", .good) }
    if picture.state.problem != nil || picture.state.ended != nil { return Line("STOPPED", .danger) }
    if picture.isPaused { return Line("PAUSED", .attention) }
    return Line(picture.kind == .watching ? "WATCHING" : "LIVE", .bold)
  }

  private var elapsed: String { Quantity.elapsed(picture.age(of: picture.startedAt)) }

  private func drawLive(in area: Rectangle, on canvas: inout Canvas) {
    let right = Line(path, .bold) + "   " + standing + "   " + Line(elapsed)
    let left = Line("redis-upgrade  ") + Line(picture.target, .bold)
    put(left, right, over: .plain, in: area, on: &canvas)
  }

  /// The sentence has to be whole at 80 columns, so what stands behind it gives way to it part by part.
  private func drawTraining(in area: Rectangle, on canvas: inout Canvas) {
    canvas.clear(area, style: .reversed)
    // Hours are left out while there are none.
    let time = elapsed.hasPrefix("00:") ? String(elapsed.dropFirst(3)) : elapsed
    let paused = picture.isPaused ? "PAUSED " : ""
    let room = area.columns - Self.training.displayColumns - 4
    let path = ReleasePath(picture)
    let candidates = [
      "\(path.text) \(paused)\(time)", "\(path.text) \(paused)", "-> \(path.to) \(paused)", paused + time,
    ]
    let right = candidates.first { $0.displayColumns <= room } ?? ""
    put(Line(Self.training, .bold), Line(right), over: .reversed, in: area, on: &canvas)
  }

  static let training = "TRAINING - throw-away servers, nothing real is touched"

  private func put(
    _ left: Line, _ right: Line, over base: Style, in area: Rectangle, on canvas: inout Canvas
  ) {
    let room = area.columns - right.columns - 3
    canvas.put(
      (room > 10 ? left.clipped(to: room) : left).over(base), row: area.row, column: area.column + 1, in: area)
    guard room > 10 else { return }
    canvas.put(right.over(base), row: area.row, column: area.right - right.columns - 1, in: area)
  }
}

/// The second row: the steps and the time left.
struct RailRow: Widget {
  let picture: RunPicture
  /// The step on the screen, which may be an earlier one than that of the run.
  let shown: RailStep

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    if picture.isWithoutRun { return drawWithoutRun(in: area, on: &canvas) }
    let steps = RailStep.allCases.map { StepRail.Step($0.title, mark: mark($0)) }
    let note = shown == picture.rail ? note : "looking back: \(Request.nextStep.label) returns"
    StepRail(steps, current: shown.rawValue, note: Line(note)).draw(in: area, on: &canvas)
  }

  /// Where the first row says how the run stands, that it is only watched is said here.
  private var note: String {
    let isLeftOut = picture.state.problem != nil || picture.watching?.isLive == false
    let left = TimeLeft(picture).text
    return picture.isReadOnly && (isLeftOut || left.isEmpty) ? "read-only" : left
  }

  /// There are no steps where there is no run.
  private func drawWithoutRun(in area: Rectangle, on canvas: inout Canvas) {
    let note = Line("read-only")
    canvas.put(Line("[Health]", .bold) + Line("  no run is followed"), row: area.row, column: area.column + 1, in: area)
    canvas.put(note, row: area.row, column: area.right - note.columns - 1, in: area)
  }

  private func mark(_ step: RailStep) -> String {
    if step == .report, picture.state.ended?.kind == .done { return "ok" }
    if step.rawValue < picture.rail.rawValue { return "ok" }
    guard step == .nodes, picture.rail == .nodes, let setup = picture.setup else { return "" }
    let done = NodeStatus.all(in: picture).count { $0.word == .ok }
    return "\(done)/\(setup.nodes.count)" + (picture.state.problem == nil ? "" : " STOP")
  }
}
