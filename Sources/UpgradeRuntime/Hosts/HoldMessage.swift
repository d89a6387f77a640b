// What a wizard tells the holder of a command through its socket.

import UpgradeCore

/// A message to a holder: a byte for its kind, two for the length of the rest, the rest.
enum HoldMessage: Hashable, Sendable {
  /// The command's terminal gets this size.
  case resize(TerminalSize)
  /// Typed on the command's terminal; at most `mostInput` bytes.
  case input([UInt8])

  static let mostInput = 4096
  private static let sizeKind = UInt8(ascii: "S")
  private static let inputKind = UInt8(ascii: "I")

  var bytes: [UInt8] {
    switch self {
    case .resize(let size): [Self.sizeKind] + Self.word(4) + Self.word(size.rows) + Self.word(size.columns)
    case .input(let typed):
      [Self.inputKind] + Self.word(min(typed.count, Self.mostInput)) + typed.prefix(Self.mostInput)
    }
  }

  /// Takes the messages that are there off the front; what nobody knows is passed over, for a newer wizard's sake.
  static func take(from bytes: inout [UInt8]) -> [HoldMessage] {
    var messages: [HoldMessage] = []
    while bytes.count >= 3 {
      let end = 3 + number(bytes[1...])
      guard bytes.count >= end else { break }
      let rest = bytes[3..<end]
      if bytes[0] == sizeKind, rest.count == 4 {
        messages.append(.resize(TerminalSize(rows: number(rest), columns: number(rest.dropFirst(2)))))
      } else if bytes[0] == inputKind, (1...mostInput).contains(rest.count) {
        messages.append(.input(Array(rest)))
      }
      bytes.removeFirst(end)
    }
    return messages
  }

  private static func word(_ number: Int) -> [UInt8] {
    let word = UInt16(clamping: number)
    return [UInt8(word >> 8), UInt8(word & 0xFF)]
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) }
  }
}
