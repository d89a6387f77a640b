// `CLUSTER NODES` made into a `ClusterView`.

extension Reader {
  /// Lines that are read at most: a cluster is advised to have no more than a thousand nodes.
  private static let memberLimit = 20_000

  /// One node's picture of the cluster, out of its reply to `CLUSTER NODES`.
  ///
  /// A line is `<id> <ip:port@cport[,hostname[,name=value]...]> <flags> <primary|-> <ping-sent> <pong-received>
  /// <config-epoch> <link-state> [<slot>|<first>-<last>|[<slot>->-<id>]|[<slot>-<-<id>]]...`
  /// (redis 7.2 cluster.c, `clusterGenNodeDescription`). A word that is none of these is an error: an unknown state
  /// is not a healthy one.
  package static func clusterView(_ text: String) throws(ReadingError) -> ClusterView {
    var memory = MemberMemory()
    return try clusterView(text, &memory)
  }

  /// The same; a line that says what another node has said already is not taken apart again.
  package static func clusterView(
    _ text: String, _ memory: inout MemberMemory
  ) throws(ReadingError) -> ClusterView {
    var members: [ClusterMember] = []
    var myself: NodeID?
    var number = 0
    for rawLine in Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      number += 1
      guard number <= memberLimit else { throw ReadingError("CLUSTER NODES", "lines", .tooLarge(limit: memberLimit)) }
      let line = rawLine.last == UInt8(ascii: "\r") ? rawLine.dropLast() : rawLine
      let member: ClusterMember
      if let known = memory.member(in: line) {
        member = known
      } else {
        member = try MemberLine(Substring(decoding: line, as: UTF8.self), number: number).member()
        memory.keep(member, from: line)
      }
      if member.flags.contains(.myself) {
        guard myself == nil else {
          throw ReadingError("CLUSTER NODES", "line \(number): flags", .unexpected("a second myself"))
        }
        myself = member.id
      }
      members.append(member)
    }
    guard let myself else { throw ReadingError("CLUSTER NODES", "a line of the node itself (myself)", .cutOff) }
    let view = ClusterView(members: members, myself: myself)
    for (member, next) in zip(view.members, view.members.dropFirst()) where member.id == next.id {
      throw ReadingError("CLUSTER NODES", "node id", .unexpected("\(member.id) twice"))
    }
    return view
  }
}

/// One line, word by word.
private struct MemberLine {
  let words: [Substring]
  let number: Int

  init(_ line: Substring, number: Int) {
    words = line.parts(between: " ")
    self.number = number
  }

  private func error(_ part: String, _ value: some StringProtocol) -> ReadingError {
    ReadingError("CLUSTER NODES", "line \(number): \(part)", .unexpected(String(value)))
  }

  func member() throws(ReadingError) -> ClusterMember {
    guard words.count >= 8 else { throw ReadingError("CLUSTER NODES", "line \(number): link state", .cutOff) }
    guard words[0].utf8.count == 40 else { throw error("node id", words[0]) }
    let (address, busPort, hostname) = try self.address(words[1])
    guard let epoch = Int(words[6]) else { throw error("config epoch", words[6]) }
    let linkConnected: Bool
    switch words[7] {
    case "connected": linkConnected = true
    case "disconnected": linkConnected = false
    default: throw error("link state", words[7])
    }
    var ranges: [ClosedRange<Int>] = []
    var openSlots: [OpenSlot] = []
    for word in words.dropFirst(8) {
      if word.utf8.first == UInt8(ascii: "[") {
        openSlots.append(try openSlot(word))
      } else {
        ranges.append(try slots(word))
      }
    }
    return ClusterMember(
      id: NodeID(words[0]), address: address, busPort: busPort, hostname: hostname, flags: try flags(),
      primary: words[3] == "-" ? nil : NodeID(words[3]), configEpoch: epoch, linkConnected: linkConnected,
      slots: SlotSet(ranges), openSlots: openSlots)
  }

  /// `10.0.0.1:6379@16379`, `::1:6379@16379,host-1,shard-id=...`, `:0@0`; without `@` before 4.0.
  private func address(_ word: Substring) throws(ReadingError) -> (Address, busPort: Int, hostname: String?) {
    let parts = word.parts(between: ",", keepingEmpty: true)
    let place = parts[0].parts(between: "@", keepingEmpty: true)
    guard (1...2).contains(place.count), let (rawHost, portText) = place[0].cut(atLast: ":"),
      let port = Self.port(portText), let busPort = place.count == 2 ? Self.port(place[1]) : port + 10_000
    else { throw error("address", word) }
    var host = rawHost
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let hostname = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
    return (Address(host: String(host), port: port), busPort, hostname)
  }

  /// 0 where the speaker does not know it.
  private static func port(_ text: Substring) -> Int? {
    guard let port = Int(text), (0...65535).contains(port) else { return nil }
    return port
  }

  private func flags() throws(ReadingError) -> Set<ClusterMember.Flag> {
    var flags: Set<ClusterMember.Flag> = []
    for word in words[2].parts(between: ",") {
      guard let flag = ClusterMember.Flag(rawValue: String(word)) else { throw error("flags", words[2]) }
      flags.insert(flag)
    }
    return flags
  }

  private func slots(_ word: Substring) throws(ReadingError) -> ClosedRange<Int> {
    let (from, to) = word.cut(at: "-") ?? (word, word)
    guard let first = Self.slot(from), let last = Self.slot(to), first <= last else { throw error("slots", word) }
    return first...last
  }

  /// `[93->-292f...]` leaves the speaker, `[77-<-e7d1...]` comes to it.
  private func openSlot(_ word: Substring) throws(ReadingError) -> OpenSlot {
    guard word.utf8.last == UInt8(ascii: "]") else { throw error("open slot", word) }
    let inside = word.dropFirst().dropLast()
    guard let dash = inside.utf8.firstIndex(of: UInt8(ascii: "-")), let slot = Self.slot(inside[..<dash]) else {
      throw error("open slot", word)
    }
    let rest = inside[dash...]
    let direction: OpenSlot.Direction
    if rest.hasPrefix("->-") {
      direction = .migratingTo
    } else if rest.hasPrefix("-<-") {
      direction = .importingFrom
    } else {
      throw error("open slot", word)
    }
    return OpenSlot(slot: slot, direction: direction, peer: NodeID(rest.dropFirst(3)))
  }

  private static func slot(_ text: Substring) -> Int? {
    guard let slot = Int(text), (0..<SlotSet.count).contains(slot) else { return nil }
    return slot
  }
}
