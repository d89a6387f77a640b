// Events with their time of day, newest at the bottom; one event may take several rows.

import UpgradeCore

/// The rows of some events at a width, and what of them is in sight.
struct EventPane {
  let rows: [Line]
  private let place: LogPane.Place

  init(_ events: [Event], place: LogPane.Place, columns: Int) {
    // Bookkeeping that no operator waits for has a record and no words.
    rows = events.filter { !$0.text.isEmpty }.flatMap { event in
      WrappedText(event.text, label: Line(WallTime(milliseconds: event.wallMilliseconds).clock), indent: 9)
        .rows(columns: max(10, columns))
    }
    self.place = place
  }

  var log: LogPane { LogPane(rows, place: place) }

  func window(height: Int) -> ScrollWindow { log.window(height: height) }

  /// Where a request leads; at the end newer rows follow again.
  func moved(_ request: Request, height: Int) -> LogPane.Place? { place.moved(request, of: rows.count, height: height) }
}

extension LogPane.Place {
  func moved(_ request: Request, of count: Int, height: Int) -> LogPane.Place? {
    let last = max(0, count - height)
    let first: Int =
      switch self {
      case .newest: last
      case .from(let first): first
      }
    guard let target = Movement.scroll(request, from: first, of: count, height: height) else { return nil }
    return target == last ? .newest : .from(target)
  }
}
