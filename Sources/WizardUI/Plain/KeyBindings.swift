// The keys of the configuration file: what they may be, and why not, with file and line.

package import UpgradeRuntime

extension KeyTable {
  /// The standard keys with those of the configuration file in place of theirs.
  ///
  /// What answers, goes back or interrupts has its keys for good: they are in every operator's fingers, and nothing
  /// else ever means them.
  package init(_ bindings: [KeyBinding]) throws(UsageError) {
    var rows = Request.standard
    for binding in bindings {
      guard let index = rows.firstIndex(where: { $0.request.name == binding.request && !$0.isOneOfManyDigits }) else {
        throw Self.unknown(binding)
      }
      guard !rows[index].request.isFixed else {
        throw UsageError(
          .badValue, at: binding.place, "the keys of \(binding.request) cannot be changed",
          remedy: "Take the line out; y, n, Enter, Esc, ^C and the digits mean one thing everywhere.")
      }
      rows[index].keys = try Self.keys(binding, rows[index])
    }
    self.init(rows: rows)
    for binding in bindings { try refuseConflict(binding) }
  }

  private static func unknown(_ binding: KeyBinding) -> UsageError {
    let names = Request.standard.filter { !$0.request.isFixed }.map(\.request.name)
    let nearest = NearestNames.of(binding.request, among: names)
    return UsageError(
      .unknownKey, at: binding.place, "nothing that keys ask for is called \(Quotation.quoted(binding.request))",
      remedy: "`redis-upgrade keys` lists the names"
        + (nearest.isEmpty ? "." : "; the nearest is \(Quotation.list(nearest))."))
  }

  private static func keys(_ binding: KeyBinding, _ entry: RequestEntry) throws(UsageError) -> [Key] {
    let written = "the keys of \(binding.request), \(Quotation.quoted(binding.keys)),"
    guard let keys = Key.script(binding.keys), !keys.isEmpty, Set(keys).count == keys.count else {
      throw UsageError(
        .badValue, at: binding.place, "\(written) are no keys",
        remedy: "Write them one after the other, each once: x, <C-x>, <F2>, <PageDown>, <Space>; <lt> is the <.")
    }
    for key in keys {
      if let owner = Request.standard.first(where: { $0.request.isFixed && $0.keys.contains(key) }) {
        throw UsageError(
          .badValue, at: binding.place, "\(written) hold \(key.label), which always means \(owner.request.name)",
          remedy: "Choose another key.")
      }
      if !key.canBeBound || (entry.request == .detach && !key.isSingleByteControl) {
        throw UsageError(
          .badValue, at: binding.place, "\(written) hold \(key.label), which cannot be used for that",
          remedy: entry.request == .detach
            ? "Write one key with Ctrl, such as <C-]>: all others are the command's." : "Choose another key.")
      }
      if key.edits, !entry.screens.isDisjoint(with: ScreenName.fields) {
        throw UsageError(
          .badValue, at: binding.place, "\(written) hold \(key.label), which edits what is typed into a field",
          remedy: "Choose another key.")
      }
    }
    return keys
  }

  /// One key means one thing on a screen.
  private func refuseConflict(_ binding: KeyBinding) throws(UsageError) {
    guard let own = rows.first(where: { $0.request.name == binding.request }) else { return }
    for other in rows where other.request != own.request && !other.screens.isDisjoint(with: own.screens) {
      guard let key = own.keys.first(where: other.keys.contains) else { continue }
      let shared = ScreenName.allCases.first { own.screens.contains($0) && other.screens.contains($0) }
      throw UsageError(
        .badValue, at: binding.place,
        "\(key.label) cannot mean \(binding.request): on \(shared?.words ?? "a screen") it means \(other.request.name)",
        remedy: "Choose another key, or give \(other.request.name) another one, too.")
    }
  }
}

extension Key {
  /// Whether a person can press it for a purpose of their own.
  fileprivate var canBeBound: Bool {
    switch self {
    case .pasteStart, .pasteEnd: false
    case .character: printable != nil
    default: true
    }
  }

  fileprivate var isSingleByteControl: Bool { if case .control = self { true } else { false } }

  /// Whether a field takes it for itself.
  fileprivate var edits: Bool {
    var field = TextField("", text: "x")
    return printable == nil && field.edit(self)
  }
}
