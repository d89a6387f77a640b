// The one table of what can be asked for with a key: key handling, key line, help and tests all read it.

/// What a screen is to the keyboard: which requests mean something on it.
package enum ScreenName: String, Hashable, Sendable, CaseIterable {
  /// The steps of the rail, and the screens around them.
  case start, checks, plan, nodes, finish, report
  /// A problem that waits for one of its choices.
  case problem
  /// What can be looked at from everywhere.
  case commands, output, health, journal, help
  /// A dialog with a field: characters are text there.
  case typed
  /// The field of a search: characters are text there, too.
  case searching
  /// The output of a running command while the keyboard is attached to it: all keys but one are the command's.
  case attached
  /// The message of a window that is too small to decide anything in.
  case tooSmall
}

extension ScreenName {
  /// As the title of its help names it.
  package var words: String {
    switch self {
    case .start: "the start"
    case .checks: "the checks"
    case .plan: "the plan"
    case .nodes: "the nodes"
    case .finish: "the finish"
    case .report: "the report"
    case .problem: "the problem"
    case .commands: "the commands"
    case .output: "the output"
    case .health: "the health page"
    case .journal: "the journal"
    case .help: "the help"
    case .typed: "this dialog"
    case .searching: "a search"
    case .attached: "the attached command"
    case .tooSmall: "a small window"
    }
  }
}

/// What the operator asks for by pressing a key.
package enum Request: Hashable, Sendable {
  case yes, no
  case confirm, keep, cancel, open
  case choose(Int)
  case up, down, pageUp, pageDown, home, end
  case nextPane, previousPane
  case commands, output, health, journal
  case follow
  case search, searchNext, searchPrevious
  case filter, onlyBad
  case attach, detach
  case pause, interrupt, rerun, rerunAll, override
  case earlier, later
  case nextStep, previousStep
  case write, picture, copy, redraw, suspend, help, quit
}

/// One row of the table.
package struct RequestEntry: Hashable, Sendable {
  package let request: Request
  /// The first one is the one that is shown.
  package internal(set) var keys: [Key]
  /// A word or two for the key line; neighbours with the same title share one place there.
  package let title: String
  /// A sentence for the help.
  package let help: String
  package let screens: Set<ScreenName>
}

extension Request {
  /// The row of this request; every request has one.
  package var entry: RequestEntry? { KeyTable.inForce.entry(self) }
  package var title: String { entry?.title ?? "" }
  package var keys: [Key] { entry?.keys ?? [] }

  /// What a key asks for on a screen; nothing when it has no meaning there.
  package static func meant(by key: Key, on screen: ScreenName) -> Request? {
    KeyTable.inForce.meaning(of: key, on: screen)
  }

  /// The table in force; the order is that of the help.
  package static var table: [RequestEntry] { KeyTable.inForce.rows }

  private static let steps: Set<ScreenName> = [.checks, .plan, .nodes, .finish, .report]
  private static let views: Set<ScreenName> = [.commands, .output, .health, .journal]
  private static let working = steps.union(views).union([.problem])
  private static let searched: Set<ScreenName> = [.help, .journal, .output]
  private static let reading = working.union([.help, .start])
  private static let everywhere = Set(ScreenName.allCases).subtracting([.attached])

  /// The table with the keys that it comes with.
  static let standard: [RequestEntry] =
    answering + moving + looking + steering + leaving

  /// Enter is in no row but those of the typed confirmation, of a search and of the start screen, where nothing is
  /// answered; `y` and `n` in no row but these two.
  private static let answering: [RequestEntry] =
    [
      row(.yes, "yY", "yes", "Answer the question row with yes, once it is armed.", working),
      row(.no, "nN", "no", "Answer the question row with no.", working),
      row(.confirm, "<Enter>", "confirm", "Confirm what was typed; it must match to the letter.", [.typed]),
      row(.keep, "<Enter>", "keep", "Close the field and keep what was found.", [.searching]),
      row(.open, "<Enter>", "open", "Open the selected row.", [.start]),
      row(
        .cancel, "<Esc>", "back", "One level back; nothing is stopped or changed.",
        reading.union([.typed, .searching])),
    ]
    + (1...9).map { digit in
      row(.choose(digit), "\(digit)", "choose", "Pick that choice.", [.problem, .start])
    }

  private static let moving: [RequestEntry] = [
    row(.down, "j<Down>", "move", "One row down.", reading),
    row(.up, "k<Up>", "move", "One row up.", reading),
    row(.pageDown, "<PageDown><Space>", "page", "One page down.", reading.union([.typed])),
    row(.pageUp, "<PageUp>", "page", "One page up.", reading.union([.typed])),
    row(.home, "g<Home>", "ends", "To the first row.", reading),
    row(.end, "G<End>", "ends", "To the last row.", reading),
    row(.nextPane, "<Tab>", "pane", "To the next pane.", working),
    row(.previousPane, "<S-Tab>", "pane", "To the previous pane.", working),
  ]

  private static let looking: [RequestEntry] = [
    row(.commands, "c", "commands", "All commands of the current or next step.", working),
    row(.output, "v", "output", "The output of the running or last command, full screen.", working),
    row(.follow, "f", "follow", "Keep the newest row of the output in sight.", [.output]),
    row(.search, "/", "search", "Search this page: the text that is typed is looked for.", searched),
    row(.searchNext, "<C-n>", "next", "To the next row that holds what is searched for.", searched.union([.searching])),
    row(
      .searchPrevious, "<C-p>", "previous", "To the row before that holds what is searched for.",
      searched.union([.searching])),
    row(.attach, "a", "attach", "Type into the running command: from then on all keys and pastes go to it.", [.output]),
    row(.detach, "<C-]>", "leave", "Leave the command: keys are the wizard's again; the command goes on.", [.attached]),
    row(.health, "h", "health", "What clients feel and how the nodes are, full screen.", working),
    row(.journal, "l", "journal", "The journal of this run.", working),
  ]

  private static let steering: [RequestEntry] = [
    row(.onlyBad, "f", "not OK", "Show only the checks that are not OK; again for all.", [.checks]),
    row(.filter, "/", "filter", "Show only the checks that hold the text that is typed; Esc shows all.", [.checks]),
    row(.rerun, "r", "re-run", "Run the selected check again.", [.checks]),
    row(.rerunAll, "R", "re-run all", "Run all checks again.", [.checks]),
    row(
      .override, "o", "override", "Override the failed rule: typed, recorded, for one step.",
      [.checks, .nodes, .problem]),
    row(
      .earlier, "K", "order",
      "The selected row's shard has its turn earlier, before the plan is accepted: its replicas among the replicas, its "
        + "hand-over among the hand-overs.", [.plan]),
    row(.later, "J", "order", "The selected row's shard has its turn later.", [.plan]),
    row(.pause, "p", "pause", "Hold the run after the running step; again to go on.", working.union([.help])),
    row(
      .interrupt, "<C-c>", "hold or leave", "Asks whether to hold the run, or to leave where nothing could be held.",
      everywhere),
    row(.nextStep, ">", "next step", "To the next step of the rail, when it is allowed.", steps),
    row(.previousStep, "<lt>", "previous step", "To the previous step of the rail.", steps),
  ]

  private static let leaving: [RequestEntry] = [
    row(
      .write, "w", "write", "Write what this page is about to a file, all of it, and say to which.",
      everywhere.subtracting([.typed, .searching])),
    row(.picture, "<C-t>", "screen", "Write the screen as it is to a file, and say to which.", everywhere),
    row(
      .copy, "C", "copy",
      "Copy what is selected, or else the screen, to the terminal's clipboard where it has one, and always to a file.",
      working),
    row(.redraw, "<C-l>", "redraw", "Draw the whole screen again.", everywhere),
    row(.suspend, "<C-z>", "suspend", "Leave the terminal to the shell, when no step runs.", everywhere),
    row(.help, "?<F1>", "help", "This page.", working.union([.typed, .start])),
    row(.quit, "q", "quit", "Leave: says what stays as it is, then asks.", reading.union([.tooSmall])),
  ]

  private static func row(
    _ request: Request, _ keys: String, _ title: String, _ help: String, _ screens: Set<ScreenName>
  ) -> RequestEntry {
    RequestEntry(request: request, keys: Key.script(keys) ?? [], title: title, help: help, screens: screens)
  }
}
