/// First in, first out, with a cost that does not depend on how many wait.
struct Queue<Element> {
  private var elements: [Element] = []
  private var head = 0

  var isEmpty: Bool { head == elements.count }
  var count: Int { elements.count - head }
  var first: Element? { isEmpty ? nil : elements[head] }

  mutating func append(_ element: Element) {
    elements.append(element)
  }

  /// Changes the front element in place; does nothing when there is none.
  mutating func updateFirst(_ change: (inout Element) -> Void) {
    if !isEmpty { change(&elements[head]) }
  }

  mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = elements[head]
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 32, head * 2 >= elements.count {
      elements.removeSubrange(..<head)
      head = 0
    }
    return element
  }

  mutating func removeAll() -> [Element] {
    let rest = Array(elements[head...])
    elements.removeAll()
    head = 0
    return rest
  }
}

extension Queue: Sequence {
  func makeIterator() -> ArraySlice<Element>.Iterator {
    elements[head...].makeIterator()
  }
}

extension Queue: Sendable where Element: Sendable {}
