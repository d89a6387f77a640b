import UpgradeCore

/// Which node of a lab's cluster is what: ports, roles, slots and names, all told by the request alone.
package struct ClusterShape: Equatable, Sendable {
  /// One node before it lives.
  package struct Node: Equatable, Sendable {
    /// From 0: the primaries first, then a replica of each shard, then second replicas.
    package let number: Int
    /// From 0, by lowest slot.
    package let shard: Int
    package let isPrimary: Bool
    package let host: String
    package let port: Int
    /// 40 hexadecimal digits.
    package let name: String
    /// Outside of clusters: the number of the server that it follows.
    package var follows: Int?
  }

  /// How far above a node's port its cluster bus listens (redis cluster.h: `CLUSTER_PORT_INCR`).
  package static let busOffset = 10_000
  package static let slotCount = 16_384

  package let nodes: [Node]
  package let shardCount: Int

  /// - Parameter hosts: the addresses that nodes listen on; of several each shard has its nodes on one after the other.
  package init(replicas: [Int], hosts: [String] = [LabRequest.usualHost], port: Int, seed: UInt64) {
    var places = replicas.indices.map { (shard: $0, row: 0) }
    for row in 1..<max(1, (replicas.max() ?? 0) + 1) {
      places += replicas.indices.filter { replicas[$0] >= row }.map { (shard: $0, row: row) }
    }
    nodes = places.enumerated().map { number, place in
      Node(
        number: number, shard: place.shard, isPrimary: place.row == 0,
        host: hosts.isEmpty ? LabRequest.usualHost : hosts[(place.shard + place.row) % hosts.count],
        port: port + number, name: Self.name(seed: seed, number: number))
    }
    shardCount = replicas.count
  }

  /// Servers outside of a cluster, each following the one of that number.
  package init(tree: [Int?], host: String, port: Int, seed: UInt64) {
    nodes = tree.enumerated().map { number, follows in
      Node(
        number: number, shard: 0, isPrimary: follows == nil, host: host, port: port + number,
        name: Self.name(seed: seed, number: number), follows: follows)
    }
    shardCount = 1
  }

  /// The slots of a shard, divided as `redis-cli --cluster create` divides them.
  package func slots(ofShard shard: Int) -> ClosedRange<Int> {
    func boundary(_ index: Int) -> Int { (2 * index * Self.slotCount + shardCount) / (2 * shardCount) }
    return boundary(shard)...(boundary(shard + 1) - 1)
  }

  /// A name that looks like the servers' own and is the same for the same seed; only its being unique matters.
  static func name(seed: UInt64, number: Int) -> String {
    var generator = SplitMix64(state: seed &* 1_000_003 &+ UInt64(number))
    var digits = ""
    while digits.count < 40 {
      let word = String(generator.next(), radix: 16)
      digits += String(repeating: "0", count: 16 - word.count) + word
    }
    return String(digits.prefix(40))
  }

  /// The beginning of every node's `nodes.conf`, from which a cluster starts without ever having met.
  ///
  /// The oldest form of the line (redis 4.0 cluster.c: `clusterLoadConfig`), which every later version reads.
  package func nodesFile(of myself: Node) -> String {
    let lines = nodes.map { node in
      let flags = (node == myself ? "myself," : "") + (node.isPrimary ? "master" : "slave")
      let primary = node.isPrimary ? "-" : nodes[node.shard].name
      let slots = self.slots(ofShard: node.shard)
      let owned = node.isPrimary ? " \(slots.lowerBound)-\(slots.upperBound)" : ""
      return "\(node.name) \(node.host):\(node.port)@\(node.port + Self.busOffset) \(flags) \(primary) "
        + "0 0 \(node.shard + 1) connected\(owned)\n"
    }
    return lines.joined() + "vars currentEpoch \(shardCount) lastVoteEpoch 0\n"
  }
}

/// A small generator with a known sequence (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
