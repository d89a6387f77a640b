// The deadlines of the loop: a binary heap, soonest first, equal ones in the order they were set.

/// Deadlines with an action each; a value, moved forward by whoever holds it.
struct TimerQueue {
  /// Names one deadline, so that it can be cancelled.
  struct Token: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private struct Entry {
    let deadline: MonotonicTime
    let token: Token

    func isBefore(_ other: Entry) -> Bool {
      deadline == other.deadline ? token.number < other.token.number : deadline < other.deadline
    }
  }

  private var heap: [Entry] = []
  /// What is still wanted. A cancelled deadline stays in the heap until it surfaces or the heap is rebuilt.
  private var actions: [Token: @Sendable () -> Void] = [:]
  private var lastNumber: UInt64 = 0

  /// How many deadlines are pending.
  var count: Int { actions.count }

  /// The soonest deadline that was not cancelled.
  var soonest: MonotonicTime? {
    mutating get {
      while let first = heap.first, actions[first.token] == nil { removeFirst() }
      return heap.first?.deadline
    }
  }

  mutating func add(at deadline: MonotonicTime, _ action: @escaping @Sendable () -> Void) -> Token {
    lastNumber += 1
    let token = Token(number: lastNumber)
    actions[token] = action
    heap.append(Entry(deadline: deadline, token: token))
    siftUp(from: heap.count - 1)
    return token
  }

  /// Forgets a deadline; harmless when it has passed already.
  mutating func cancel(_ token: Token) {
    guard actions.removeValue(forKey: token) != nil else { return }
    // Bounds that are nearly always met in time would otherwise pile up until their instant.
    guard heap.count > 64, heap.count > 2 * actions.count else { return }
    heap = heap.filter { actions[$0.token] != nil }
    for index in (0..<heap.count / 2).reversed() { siftDown(from: index) }
  }

  /// Takes out the actions whose deadline is not after `now`, in order.
  mutating func takeDue(at now: MonotonicTime) -> [@Sendable () -> Void] {
    var due: [@Sendable () -> Void] = []
    while let first = heap.first, first.deadline <= now {
      removeFirst()
      if let action = actions.removeValue(forKey: first.token) { due.append(action) }
    }
    return due
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    siftDown(from: 0)
  }

  private mutating func siftUp(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(from start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
