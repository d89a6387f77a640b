// The order in which shards have their turns: what may be changed about it, and why not.

extension Setup {
  /// Why the shards of this deployment have no order of their own; nil where they have.
  package var obstacleToOrdering: String? {
    if goesByHost { return "one installation is for all nodes of a host, and hosts go by their addresses" }
    return shards.count < 2 ? "there is one shard only" : nil
  }
}

extension State {
  /// Why the shards cannot get this order; nil where they can.
  ///
  /// What is fixed in every order: replicas of all shards come before the first hand-over, because a primary of the new
  /// version cannot be followed by a replica of the old one; and a shard's old primary comes after its hand-over.
  package func obstacle(toOrdering shards: [ShardID]) -> String? {
    guard let setup, ended == nil else { return "no run is being planned" }
    if plan != nil { return "the plan was accepted in its order" }
    if let obstacle = setup.obstacleToOrdering { return obstacle }
    let all = setup.shards.map(\.id).sorted()
    guard shards.sorted() == all else {
      return "an order names each shard once: \(all.map(\.description).joined(separator: " "))"
    }
    return nil
  }
}
