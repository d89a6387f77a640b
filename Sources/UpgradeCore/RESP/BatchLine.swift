/// The batches of one client, in the order of their calls, by how far they have come.
struct BatchLine {
  /// Waiting for the connection.
  var waiting: [Batch] = []
  /// Waiting for the writer.
  var outbox: [Batch] = []
  /// Written, at least in part, and waiting for replies.
  var sent = Queue<Batch>()

  /// The connection is there: who waited for nothing else is done.
  mutating func connected() {
    for batch in waiting {
      if batch.expected == 0 { batch.succeed() } else { outbox.append(batch) }
    }
    waiting.removeAll()
  }

  /// Takes batches back that have not been written: they cost nobody anything.
  mutating func withdraw(_ matches: (Batch) -> Bool) -> [Batch] {
    let withdrawn = waiting.filter(matches) + outbox.filter(matches)
    guard !withdrawn.isEmpty else { return [] }
    waiting.removeAll(where: matches)
    outbox.removeAll(where: matches)
    return withdrawn
  }

  mutating func removeAll() -> [Batch] {
    let all = sent.removeAll() + outbox + waiting
    self = BatchLine()
    return all
  }

  /// The monotonic nanosecond at which the first of them is late.
  var nearestDeadline: Int64 {
    var nearest = Int64.max
    for batch in sent { nearest = min(nearest, batch.deadline) }
    for batch in outbox { nearest = min(nearest, batch.deadline) }
    for batch in waiting { nearest = min(nearest, batch.deadline) }
    return nearest
  }
}
