// What is laid over a screen: a dialog, the question whether to leave, the help. Health stays in sight above a dialog.

import UpgradeCore

/// Draws what lies over the body, if anything does.
struct Overlay {
  let picture: RunPicture
  let model: WizardModel
  let isArmed: Bool

  /// Under the row of health.
  static func dialogArea(_ body: Rectangle) -> Rectangle { body.cutTop(1).rest }

  /// Answers where the cursor stands when it is in the overlay.
  func draw(in body: Rectangle, on canvas: inout Canvas) -> Position? {
    if model.view?.name == .help {
      let help = HelpPage(picture, model).overlay
      help.draw(in: body, on: &canvas)
      return help.cursor(in: body)
    }
    guard let dialog else { return nil }
    canvas.clear(body)
    canvas.put(
      HealthText(picture).summary(columns: canvas.size.columns - 1), row: body.row, column: body.column + 1,
      in: body.inset(rows: 0))
    let area = Self.dialogArea(body)
    dialog.draw(in: area, on: &canvas)
    let frame = dialog.frame(in: area)
    return dialog.cursor(in: area) ?? Position(row: frame.row, column: frame.column)
  }

  private var dialog: Dialog? {
    if let typed = model.dialog { return DecisionDialog(typed, picture, access: model.access, isArmed: isArmed).dialog }
    guard model.own == .leave else { return nil }
    return leaving
  }

  private var leaving: Dialog {
    let forecast = LeaveForecast(picture)
    var paragraphs = forecast.lines.map { WrappedText($0) }
    paragraphs.append(WrappedText(forecast.codeText, label: Line("Exit code", .bold), indent: 11))
    if !picture.paths.journal.isEmpty {
      paragraphs.append(WrappedText(picture.paths.journal, label: Line("Journal", .bold), indent: 11))
    }
    if forecast.exitCode == 3 || forecast.exitCode == 4, !picture.run.isEmpty {
      paragraphs.append(
        WrappedText("redis-upgrade resume \(picture.run)", label: Line("Go on with", .bold), indent: 11))
    }
    return Dialog(
      picture.isReadOnly ? "Stop watching?" : "Leave the wizard?", paragraphs: paragraphs,
      keys: ["[ y  leave ]", "[ n  stay ]"])
  }
}

/// The help of the screen below, with the exit codes.
struct HelpPage: SearchedPage {
  let overlay: HelpOverlay
  private let body: Rectangle

  init(_ picture: RunPicture, _ model: WizardModel) {
    var below = model
    below.view = model.covered
    below.dialog = nil
    body = model.body
    let window =
      if case .from(let first)? = model.view?.place { ScrollWindow(first: first) } else { ScrollWindow(first: .max) }
    overlay = HelpOverlay(
      for: below.screenName(picture), refusals: below.refusals(picture), notes: Self.notes, window: window,
      search: model.view?.search)
  }

  var searchRows: [Search.Row] { overlay.searchRows(in: body) }
  var searchOrigin: Int { overlay.shown(in: body).first }
  func reveal(_ row: Int, _ model: inout WizardModel) { model.view?.place = .from(overlay.revealing(row, in: body)) }

  static let notes: [WrappedText] =
    [WrappedText("Exit codes", style: .underlined)]
    + [
      ("0", "done and verified"), ("1", "refused, or a check failed; nothing was changed"), ("2", "wrong usage"),
      ("3", "stopped and resumable, every shard served"), ("4", "stopped, and something needs a person now"),
      ("130", "interrupted before any change"),
    ].map { WrappedText($0.1, label: Line($0.0, .bold), indent: 14) }
}
