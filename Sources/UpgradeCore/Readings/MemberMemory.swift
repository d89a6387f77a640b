// What the lines of `CLUSTER NODES` were found to say, for the many nodes that say the same of each other.

/// Members by the lines that they were read from: a hundred nodes write ten thousand lines, of which a hundred differ.
///
/// The times of the last ping and pong are not compared, being no part of a member. A node's line about itself is not
/// kept: no other node writes it so.
package struct MemberMemory: Sendable {
  private struct Known {
    var line: MemberLineParts
    var member: ClusterMember
  }

  private static let limit = 20_000

  /// By the first half of their ids; of two that are alike in it, the one that was read last.
  private var members: [UInt64: Known] = [:]

  package init() {}

  func member(in line: ArraySlice<UInt8>) -> ClusterMember? {
    guard let name = Self.name(line), let known = members[name], let parts = MemberLineParts(line),
      known.line == parts
    else { return nil }
    return known.member
  }

  mutating func keep(_ member: ClusterMember, from line: ArraySlice<UInt8>) {
    guard !member.flags.contains(.myself), let name = Self.name(line), let parts = MemberLineParts(line) else { return }
    // A server that makes up a new cluster each time is not remembered for ever.
    if members.count >= Self.limit { members = [:] }
    members[name] = Known(line: MemberLineParts(copying: parts), member: member)
  }

  /// The first sixteen digits of the id; nil where they are none.
  private static func name(_ line: ArraySlice<UInt8>) -> UInt64? {
    guard line.count >= 40 else { return nil }
    var name: UInt64 = 0
    for byte in line.prefix(16) {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      name = name << 4 | UInt64(digit)
    }
    return name
  }
}

/// A line without its times: what stands before them, and what stands behind.
private struct MemberLineParts: Equatable {
  /// `<id> <address> <flags> <primary>`
  var before: ArraySlice<UInt8>
  /// `<config-epoch> <link-state> <slot>...`
  var after: ArraySlice<UInt8>

  /// nil where the words do not stand as they should: then it is for the reader of lines to say what they are.
  init?(_ line: ArraySlice<UInt8>) {
    var spaces = 0
    var first: Int?
    var last = line.startIndex - 1
    for place in line.indices where line[place] == UInt8(ascii: " ") {
      guard place > last + 1 else { return nil }
      last = place
      spaces += 1
      if spaces == 4 { first = place }
      if spaces == 6, let first {
        before = line[..<first]
        after = line[(place + 1)...]
        return
      }
    }
    return nil
  }

  /// Without the rest of the reply that they are part of.
  init(copying other: Self) {
    before = Array(other.before)[...]
    after = Array(other.after)[...]
  }
}
