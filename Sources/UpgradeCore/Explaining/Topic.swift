// What can be asked for, and how words name it.

/// What `redis-upgrade explain` is asked.
package enum Topic: Hashable, Sendable {
  case everything
  case rules, hazards, changes, blocks, releases
  case rule(RuleName)
  case consideration(String)
  case block(String)
  case release(Release)
  /// From one release to another.
  case hop(Release, Release)
}

extension Topic {
  /// The lists, by the words for them.
  private static let lists: [(word: String, topic: Topic)] = [
    ("rules", .rules), ("hazards", .hazards), ("changes", .changes), ("blocks", .blocks), ("releases", .releases),
  ]

  /// Every name that is understood, apart from versions.
  package static let names: [String] =
    lists.map(\.word)
    + (Rulebook.all + Rulebook.onlyPlain + Rulebook.onlySentinel + Rulebook.enterprise).map(\.name.text)
    + Considerations.all.map(\.id)
    + Set(BlockList.rows.map(\.id)).sorted()

  /// What a name means; nil for none that is known. Case does not matter.
  package init?(named word: String) {
    let word = word.lowercased()
    if let list = Self.lists.first(where: { $0.word == word }) {
      self = list.topic
    } else if let rule = Rulebook.rule(named: RuleName(word)) {
      self = .rule(rule.name)
    } else if Considerations.named(word) != nil {
      self = .consideration(word)
    } else if let row = BlockList.rows.first(where: { $0.id.lowercased() == word }) {
      self = .block(row.id)
    } else {
      return nil
    }
  }
}
