// Virtual time: what happens next happens at once, and the clock stands where it happened.

import UpgradeCore

/// The things to come, in the order of their instants, then in that in which they were planned.
final class Agenda {
  private struct Entry {
    let at: Int64
    let serial: Int
    let run: () -> Void

    func precedes(_ other: Entry) -> Bool { at != other.at ? at < other.at : serial < other.serial }
  }

  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private var heap: [Entry] = []
  private var planned = 0

  func after(_ delay: Duration, _ run: @escaping () -> Void) { at(now + delay, run) }

  func at(_ instant: Instant, _ run: @escaping () -> Void) {
    planned += 1
    heap.append(Entry(at: max(instant, now).nanoseconds, serial: planned, run: run))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Does what comes next; false where nothing is left.
  func step() -> Bool {
    guard let first = heap.first else { return false }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    now = Instant(nanoseconds: first.at)
    first.run()
    return true
  }

  /// Nothing is to come any more; what was planned is let go, and with it all that it holds.
  func clear() { heap = [] }

  private func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
