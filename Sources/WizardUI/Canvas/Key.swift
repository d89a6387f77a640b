// A key press, with a name that parses both ways and serves help, tests and messages.

/// What the operator pressed.
package enum Key: Hashable, Sendable {
  case character(Unicode.Scalar)
  /// Control and a lower-case letter.
  case control(Unicode.Scalar)
  case enter, escape, tab, backTab, backspace, delete, insert
  case up, down, left, right, pageUp, pageDown, home, end
  case function(Int)
  /// The terminal's marks around pasted text.
  case pasteStart, pasteEnd
  /// A key that we have no name for, by ncurses' code.
  case unknown(Int)

  /// The scalar, where the key is one that can be typed into a text.
  package var printable: Unicode.Scalar? {
    guard case .character(let scalar) = self, DisplayWidth(scalar) != .escaped else { return nil }
    return scalar
  }

  private static let named: [(key: Key, name: String, label: String)] = [
    (.enter, "Enter", "Enter"), (.escape, "Esc", "Esc"), (.tab, "Tab", "Tab"), (.backTab, "S-Tab", "S-Tab"),
    (.backspace, "Backspace", "Backspace"), (.delete, "Delete", "Del"), (.insert, "Insert", "Ins"),
    (.up, "Up", "Up"), (.down, "Down", "Down"), (.left, "Left", "Left"), (.right, "Right", "Right"),
    (.pageUp, "PageUp", "PgUp"), (.pageDown, "PageDown", "PgDn"), (.home, "Home", "Home"), (.end, "End", "End"),
    (.pasteStart, "PasteStart", "PasteStart"), (.pasteEnd, "PasteEnd", "PasteEnd"),
    (.character(" "), "Space", "Space"), (.character("<"), "lt", "<"),
  ]

  /// The name in scripts: `j`, `<Enter>`, `<C-t>`, `<F1>`, `<lt>` for the character that opens a name.
  package var name: String {
    if let entry = Self.named.first(where: { $0.key == self }) { return "<\(entry.name)>" }
    return switch self {
    case .character(let scalar): String(scalar)
    case .control(let letter): "<C-\(letter)>"
    case .function(let number): "<F\(number)>"
    case .unknown(let code): "<Code\(code)>"
    default: "<?>"
    }
  }

  /// The name as an operator reads it: `j`, `Enter`, `^T`, `F1`.
  package var label: String {
    if let entry = Self.named.first(where: { $0.key == self }) { return entry.label }
    return switch self {
    case .character(let scalar): String(scalar).madeVisible
    case .control(let letter): "^" + String(letter).uppercased()
    case .function(let number): "F\(number)"
    default: name
    }
  }

  /// The key of a name; nothing when it is none.
  package init?(name: String) {
    let keys = Key.script(name)
    guard let keys, keys.count == 1 else { return nil }
    self = keys[0]
  }

  /// The keys of a script such as `jj<Enter>y`; nothing when a name in it is unknown.
  package static func script(_ text: String) -> [Key]? {
    var keys: [Key] = []
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "<" else {
        keys.append(.character(scalar))
        continue
      }
      guard let end = rest.firstIndex(of: ">"), let key = Key(bracketed: String(rest[..<end])) else { return nil }
      keys.append(key)
      rest = rest[rest.index(after: end)...]
    }
    return keys
  }

  private init?(bracketed name: String) {
    if let entry = Self.named.first(where: { $0.name == name }) {
      self = entry.key
    } else if name.hasPrefix("C-"), let letter = name.unicodeScalars.last, name.unicodeScalars.count == 3 {
      self = .control(letter)
    } else if name.hasPrefix("Code"), let code = Int(name.dropFirst(4)) {
      self = .unknown(code)
    } else if name.hasPrefix("F"), let number = Int(name.dropFirst()), (0...63).contains(number) {
      self = .function(number)
    } else {
      return nil
    }
  }
}
