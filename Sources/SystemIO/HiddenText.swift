// A password or passphrase on its way from the keyboard to whoever asked for it: kept in one place, and wiped there.

import Synchronization

/// Text that is typed and never shown. Every way of turning it into text says `(hidden)`.
///
/// A class on purpose: copies of a value could not all be wiped. Its bytes never move while they grow, and are
/// overwritten when they are taken back, taken over, or nobody holds them any more.
package final class HiddenText: Sendable {
  /// The most bytes.
  package static let longest = HiddenPrompt.longest

  private let bytes: Mutex<[UInt8]>

  package init() { bytes = Mutex(HiddenText.room) }

  /// Takes these bytes over; the caller's are wiped.
  package convenience init(taking line: inout [UInt8]) {
    self.init()
    bytes.withLock { $0 += line.prefix(Self.longest) }
    Secrecy.erase(&line)
  }

  deinit { bytes.withLock { Secrecy.erase(&$0) } }

  private static var room: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(longest)
    return bytes
  }

  /// How many characters it has.
  package var count: Int { bytes.withLock { $0.count { $0 & 0xC0 != 0x80 } } }

  /// Adds a character; false where there is no room for it.
  @discardableResult
  package func append(_ scalar: Unicode.Scalar) -> Bool {
    bytes.withLock { bytes in
      guard let encoded = UTF8.encode(scalar), bytes.count + encoded.count <= Self.longest else { return false }
      bytes.append(contentsOf: encoded)
      return true
    }
  }

  /// Takes the last character back.
  package func removeLast() {
    bytes.withLock { bytes in
      while let last = bytes.indices.last {
        let byte = bytes[last]
        bytes[last] = 0
        bytes.removeLast()
        if byte & 0xC0 != 0x80 { return }
      }
    }
  }

  package func clear() {
    bytes.withLock { bytes in
      Secrecy.erase(&bytes)
      bytes = Self.room
    }
  }

  /// The bytes, for the one who needs them, and who erases them; nothing is left here.
  package func take() -> [UInt8] {
    bytes.withLock { bytes in
      var taken = Self.room
      swap(&taken, &bytes)
      return taken
    }
  }
}

extension HiddenText: Hashable {
  package static func == (left: HiddenText, right: HiddenText) -> Bool { left === right }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension HiddenText: CustomStringConvertible, CustomReflectable {
  package var description: String { "(hidden)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
