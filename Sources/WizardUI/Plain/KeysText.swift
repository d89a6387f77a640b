// Every key with what it asks for and where: the reference that `redis-upgrade keys` prints.

package import UpgradeCore

/// The keys in force, as lines and as JSON.
package struct KeysText: Sendable {
  private let rows: [RequestEntry]

  package init(_ table: KeyTable) { rows = table.rows.filter { !$0.isOneOfManyDigits } }

  private static let width = 80
  private static let nameColumns = 18
  private static let indent = 34

  package var lines: [String] {
    let head =
      "The keys of the screen. Under `keys:` in the configuration file they are changed by their names, as in "
      + "`page-down: <PageDown><Space>`; what stands in brackets is the same for everybody."
    return WrappedText(head).rows(columns: Self.width).map(\.string) + [""] + rows.flatMap(lines)
  }

  private func lines(_ entry: RequestEntry) -> [String] {
    let name = entry.request.isFixed ? "[\(Self.name(entry))]" : Self.name(entry)
    let head = Line(name).padded(to: max(Self.nameColumns, name.count + 1)) + Line(Self.keys(entry))
    let words = "\(entry.help) In: \(Self.places(entry.screens))."
    // Keys that need more than their column get a row of their own.
    let isLong = head.columns + 1 > Self.indent
    let rows = WrappedText(words, label: isLong ? Line() : head, indent: Self.indent).rows(columns: Self.width)
    return ((isLong ? [head] : []) + rows).map { line in
      var text = line.string
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  private static func name(_ entry: RequestEntry) -> String {
    entry.request == .choose(1) ? "choose" : entry.request.name
  }

  private static func keys(_ entry: RequestEntry) -> String {
    entry.request == .choose(1) ? "1-9" : entry.keys.map(\.label).joined(separator: " ")
  }

  /// The screens by name; those that go together in one word.
  private static func places(_ screens: Set<ScreenName>) -> String {
    let groups: [(String, Set<ScreenName>)] = [
      ("steps", [.checks, .plan, .nodes, .finish, .report]), ("pages", [.commands, .output, .health, .journal]),
    ]
    let special: [ScreenName: String] = [
      .typed: "dialogs", .searching: "fields of a search", .tooSmall: "small windows",
    ]
    var rest = screens
    var words: [String] = []
    for (word, group) in groups where group.isSubset(of: rest) {
      words.append(word)
      rest.subtract(group)
    }
    return (words + ScreenName.allCases.filter(rest.contains).map { special[$0] ?? $0.rawValue }).joined(
      separator: ", ")
  }

  /// `{"keys": [{name, keys[], label, title, help, screens[], fixed}]}`; `keys` as the configuration file writes them.
  package var json: JSONValue {
    .fields([
      (
        "keys",
        .array(
          rows.map { entry in
            .fields([
              ("name", .string(Self.name(entry))), ("keys", .array(entry.keys.map { .string($0.name) })),
              ("title", .string(entry.title)), ("help", .string(entry.help)),
              (
                "screens",
                .array(ScreenName.allCases.filter(entry.screens.contains).map { .string($0.rawValue) })
              ),
              ("fixed", .bool(entry.request.isFixed)),
            ])
          })
      )
    ])
  }
}
