// The one kind of line whose form never changes: temporary changes of servers, and whether they are put back.
import UpgradeCore

extension LedgerEntry.Standing: JournalCoded {}

/// A line of the ledger. `cleanup` of every later version reads it, also where it understands nothing else of a
/// journal, so keys are never renamed and all values are text.
struct LedgerLine: Equatable {
  var key: LedgerKey
  var entry: LedgerEntry

  var members: [JSONValue.Member] {
    [
      .init("node", key.node.json), .init("directive", key.directive.json),
      .init("address", entry.address.json), .init("original", entry.original.json), .init("ours", entry.ours.json),
      .init("standing", entry.standing.json),
    ]
  }

  init(_ key: LedgerKey, _ entry: LedgerEntry) {
    self.key = key
    self.entry = entry
  }

  init(json: JSONValue) throws(CodingFault) {
    key = LedgerKey(try json.field("node"), try json.field("directive"))
    entry = LedgerEntry(
      address: try json.field("address"), original: try json.field("original"), ours: try json.field("ours"),
      standing: try json.field("standing"))
  }
}
