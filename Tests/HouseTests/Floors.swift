// The table of who may import what. To let a room know more, change it here, and say why in the same commit.

/// A folder of the sources and the modules that its files may import.
struct Room {
  /// From the package's root; a folder inside a room is a room of its own where it has a row.
  let path: String
  let mayImport: Set<String>

  init(_ path: String, _ mayImport: String...) {
    self.path = path
    self.mayImport = Set(mayImport)
  }
}

enum Floors {
  /// Lowest first. Each room may know those below it that its row names, and nothing else.
  static let rooms = [
    // The floor under all I/O: the only one that speaks to the system, but for the terminal's few calls.
    Room("Sources/SystemIO", "CSystem", "COpenSSL", "Glibc", "Synchronization"),
    // Pure: no screen, no socket, no clock, no file.
    Room("Sources/UpgradeCore", "Synchronization"),
    Room("Sources/UpgradeRuntime", "UpgradeCore", "SystemIO", "Synchronization"),
    Room("Sources/UpgradeRuntime/Profile/YAML", "CYAML"),
    // The one room that knows libvterm: what commands print goes through it, and comes out as rows of text.
    Room("Sources/UpgradeRuntime/Output", "UpgradeCore", "SystemIO", "CVTerm", "Synchronization"),
    Room("Sources/WizardUI", "UpgradeCore", "UpgradeRuntime", "SystemIO", "Synchronization"),
    // Cells and widgets as values: they know neither the run nor the terminal.
    Room("Sources/WizardUI/Canvas"),
    // The one room that knows ncurses.
    Room(
      "Sources/WizardUI/Terminal", "SystemIO", "CNcurses", "CSystem", "Glibc", "Synchronization"),
    Room("Sources/TrainingLab", "UpgradeCore", "UpgradeRuntime", "SystemIO", "Synchronization"),
    Room("Sources/redis-upgrade", "UpgradeCore", "UpgradeRuntime", "SystemIO", "WizardUI", "TrainingLab"),
    // Ends the process, and writes what it could not say otherwise.
    Room("Sources/redis-upgrade/Main.swift", "UpgradeCore", "UpgradeRuntime", "SystemIO", "WizardUI", "Glibc"),
    Room("Sources/redis-upgrade/HoldCommand.swift", "UpgradeCore", "UpgradeRuntime", "SystemIO", "Glibc"),
  ]

  /// The whole of Foundation would be linked into the program (44 MB and a slower start); no test needs it either.
  /// Its essentials are 4 MB, and no room of the program needs them.
  static let forbiddenEverywhere: Set<String> = ["Foundation", "FoundationNetworking", "Dispatch"]

  /// The innermost room that a file stands in.
  static func room(of file: String, in rooms: [Room] = rooms) -> Room? {
    rooms
      .filter { file == $0.path || file.hasPrefix($0.path + "/") }
      .max { $0.path.utf8.count < $1.path.utf8.count }
  }

  /// The module that a line imports, whichever access, attribute or kind stands beside the word.
  static func module(importedBy line: some StringProtocol) -> String? {
    var words = line.split(whereSeparator: \.isWhitespace)[...]
    while let word = words.first, word.hasPrefix("@") || access.contains(String(word)) { words = words.dropFirst() }
    guard words.first == "import" else { return nil }
    words = words.dropFirst()
    if let word = words.first, kinds.contains(String(word)) { words = words.dropFirst() }
    return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
  }

  private static let access: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
  private static let kinds: Set<String> = [
    "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
  ]

  /// What a file imports against the table, as sentences.
  static func violations(of file: String, lines: [some StringProtocol], in rooms: [Room] = rooms) -> [String] {
    let imported = lines.compactMap { module(importedBy: $0) }
    guard let room = room(of: file, in: rooms) else { return ["\(file) stands in no room of the table"] }
    return imported.filter { !room.mayImport.contains($0) }.map { "\(file) imports \($0)" }
  }
}
