// The keys in force: those of the table of requests, but for what the configuration file says otherwise.

/// Every request with its keys, as one value that key handling, key lines, help and sentences read.
package struct KeyTable: Hashable, Sendable {
  /// In the order of the help.
  package let rows: [RequestEntry]
  private let entries: [Request: RequestEntry]

  init(rows: [RequestEntry]) {
    self.rows = rows
    entries = Dictionary(rows.map { ($0.request, $0) }, uniquingKeysWith: { first, _ in first })
  }

  package static let standard = KeyTable(rows: Request.standard)

  /// The table of this program; bound once, before anything is shown.
  ///
  /// Keys are named in sentences of every screen: handed from value to value the table would be in every initialiser.
  @TaskLocal package static var inForce = KeyTable.standard

  package func entry(_ request: Request) -> RequestEntry? { entries[request] }

  /// What a key asks for on a screen; in a field every printable character is text and asks for nothing.
  package func meaning(of key: Key, on screen: ScreenName) -> Request? {
    if screen.isField, key.printable != nil { return nil }
    return rows.first { $0.screens.contains(screen) && $0.keys.contains(key) }?.request
  }
}

extension Request {
  /// Its name in the configuration file and in `redis-upgrade keys`: `page-down`.
  package var name: String {
    if case .choose(let digit) = self { return "choose-\(digit)" }
    // The cases are named as they are to be written, but for the letter that begins a word.
    return "\(self)".reduce(into: "") { name, letter in
      if letter.isUppercase { name += "-" }
      name += letter.lowercased()
    }
  }

  /// Whether its keys are the same for everybody.
  package var isFixed: Bool {
    switch self {
    case .yes, .no, .confirm, .keep, .cancel, .open, .choose, .interrupt: true
    default: false
    }
  }

  /// Its first key as an operator reads it, for sentences: `v`, `^N`.
  package var label: String { keys.first?.label ?? "" }

  /// The same where characters are text: the first key that is none.
  package var fieldLabel: String { keys.first { $0.printable == nil }?.label ?? "" }
}

extension Key {
  /// As it is written out where there is room: `Ctrl-]`.
  package var longLabel: String {
    if case .control(let letter) = self { return "Ctrl-" + String(letter).uppercased() }
    return label
  }
}

extension ScreenName {
  /// Where characters are text.
  static let fields: Set<ScreenName> = [.typed, .searching]
  var isField: Bool { Self.fields.contains(self) }
}
