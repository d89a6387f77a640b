// Other keys than the standard ones: what is taken, what is refused and where it stands, and that everything shows them.
import SystemIO
import Testing
import UpgradeRuntime

@testable import UpgradeCore
@testable import WizardUI

@Suite struct KeyTableTests {
  private static func table(_ bindings: [(String, String)]) throws(UsageError) -> KeyTable {
    try KeyTable(
      bindings.enumerated().map { index, binding in
        KeyBinding(
          request: binding.0, keys: binding.1,
          place: UsageError.Place(file: "/home/ops/.config/redis-upgrade/config.yaml", line: index + 2))
      })
  }

  @Test func withoutBindingsItIsTheStandard() throws {
    #expect(try Self.table([]) == .standard)
    #expect(KeyTable.inForce == .standard)
  }

  @Test func aBindingReplacesAllKeysOfItsRequest() throws {
    let table = try Self.table([("down", "e<C-e>"), ("up", "i"), ("output", "<F5>")])
    #expect(table.meaning(of: .character("e"), on: .nodes) == .down)
    #expect(table.meaning(of: .control("e"), on: .journal) == .down)
    #expect(table.meaning(of: .character("j"), on: .nodes) == nil)
    #expect(table.meaning(of: .down, on: .nodes) == nil)
    #expect(table.meaning(of: .function(5), on: .nodes) == .output)
    #expect(table.meaning(of: .character("y"), on: .nodes) == .yes)
  }

  @Test func twoRequestsMaySwapTheirKeys() throws {
    let table = try Self.table([("health", "l"), ("journal", "h")])
    #expect(table.meaning(of: .character("h"), on: .nodes) == .journal)
    #expect(table.meaning(of: .character("l"), on: .plan) == .health)
  }

  @Test func oneKeyMayMeanTwoThingsOnTwoScreens() throws {
    let table = try Self.table([("follow", "x"), ("rerun", "x")])
    #expect(table.meaning(of: .character("x"), on: .output) == .follow)
    #expect(table.meaning(of: .character("x"), on: .checks) == .rerun)
  }

  @Test(arguments: [
    ("donw", "x", "nothing that keys ask for is called \"donw\"", "the nearest is down."),
    ("yes", "x", "the keys of yes cannot be changed", "mean one thing everywhere."),
    ("choose-1", "x", "the keys of choose-1 cannot be changed", "mean one thing everywhere."),
    ("choose-2", "x", "nothing that keys ask for is called \"choose-2\"", "lists the names"),
    ("quit", "y", "the keys of quit, \"y\", hold y, which always means yes", "Choose another key."),
    ("quit", "N", "the keys of quit, \"N\", hold N, which always means no", "Choose another key."),
    ("quit", "<Enter>", "hold Enter, which always means confirm", "Choose another key."),
    ("quit", "<Esc>", "hold Esc, which always means cancel", "Choose another key."),
    ("pause", "<C-c>", "hold ^C, which always means interrupt", "Choose another key."),
    ("pause", "3", "hold 3, which always means choose-3", "Choose another key."),
    ("quit", "qq", "the keys of quit, \"qq\", are no keys", "each once"),
    ("quit", "<Q", "the keys of quit, \"<Q\", are no keys", "<lt> is the <"),
    ("quit", "<PasteStart>", "hold PasteStart, which cannot be used for that", "Choose another key."),
    ("detach", "x", "hold x, which cannot be used for that", "Write one key with Ctrl"),
    ("page-down", "<C-e>", "hold ^E, which edits what is typed into a field", "Choose another key."),
    ("search-next", "<Down>", "Down cannot mean search-next: on the output it means down", "give down another one"),
    ("health", "l", "l cannot mean health: on the checks it means journal", "give journal another one"),
  ])
  func whatCannotBeIsRefusedWithItsPlace(name: String, keys: String, what: String, remedy: String) {
    let error = #expect(throws: UsageError.self) { _ = try Self.table([("copy", "X"), (name, keys)]) }
    #expect(error?.place?.description == "/home/ops/.config/redis-upgrade/config.yaml:3")
    #expect(error?.what.contains(what) == true, "\(error?.what ?? "")")
    #expect(error?.remedy.contains(remedy) == true, "\(error?.remedy ?? "")")
  }

  @Test func everythingShowsTheKeysInForce() throws {
    let table = try Self.table([
      ("down", "e"), ("output", "o"), ("override", "O"), ("attach", "t"), ("pause", "P"), ("detach", "<C-g>"),
      ("help", "<F2>"), ("next-step", "x"), ("quit", "Q"), ("health", "<F3>"),
    ])
    try KeyTable.$inForce.withValue(table) {
      var script = ScreenScript(RunScene.secondNode)
      #expect(script.text.contains("e/k move") && script.text.contains("o output  <F3") == false)
      #expect(script.text.contains("F3 health") && script.text.contains("Q quit") && script.text.contains("F2 help"))
      script.press("P")
      #expect(script.model.status == "Held: what runs is finished, then nothing begins until P is pressed again.")
      script.press("j<F2>")
      #expect(script.text.contains("│ e             One row down."))
      script.press("<Esc><lt>")
      #expect(script.text.contains("looking back: x returns"))
      script.press("x")
      #expect(script.model.lookingAt == nil)
      let dialog = ScreenScript(RunScene.handOver)
      #expect(dialog.text.contains("F2 help"))
      var waiting = RunScene.stopping.picture
      var output = CommandOutput(command: "apt", node: "n", lines: ["? "], status: nil, path: "")
      output.id = waiting.state.inFlight?.effect
      output.keyboard = .free
      output.heardAt = waiting.now
      output.isUnfinished = true
      waiting.output = output
      waiting.now = waiting.now + .seconds(5)
      let words = ScreenScript(RunScene.stopping, fixed: waiting).text.split { " \n".contains($0) }
      #expect(words.joined(separator: " ").contains("for an answer: o, then t."))
      #expect(QuietText(output, waiting).remedy.hasSuffix("and there o, then t"))
      #expect(Request.meant(by: .control("g"), on: .attached) == .detach)
      try #require(Request.detach.keys.first?.longLabel == "Ctrl-G")
    }
  }

  // MARK: - The reference

  @Test func theReferenceIsReadableIn80Columns() {
    let lines = KeysText(.standard).lines
    for line in lines { #expect(line.displayColumns <= 80, "\(line)") }
    #expect(
      lines.prefix(8) == [
        "The keys of the screen. Under `keys:` in the configuration file they are changed",
        "by their names, as in `page-down: <PageDown><Space>`; what stands in brackets is",
        "the same for everybody.",
        "",
        "[yes]             y Y             Answer the question row with yes, once it is",
        "                                  armed. In: steps, pages, problem.",
        "[no]              n N             Answer the question row with no. In: steps,",
        "                                  pages, problem.",
      ])
    #expect(lines.contains("follow            f               Keep the newest row of the output in sight."))
  }

  /// Configuration files rely on these: they are only added to.
  @Test func theNamesOfRequests() {
    #expect(
      KeyTable.standard.rows.filter { !$0.request.isFixed }.map { "\($0.request.name) \($0.keys.map(\.name).joined())" }
        == [
          "down j<Down>", "up k<Up>", "page-down <PageDown><Space>", "page-up <PageUp>", "home g<Home>", "end G<End>",
          "next-pane <Tab>", "previous-pane <S-Tab>", "commands c", "output v", "follow f", "search /",
          "search-next <C-n>", "search-previous <C-p>", "attach a", "detach <C-]>", "health h", "journal l",
          "only-bad f", "filter /", "rerun r", "rerun-all R", "override o", "earlier K", "later J", "pause p",
          "next-step >", "previous-step <lt>", "write w", "picture <C-t>", "copy C", "redraw <C-l>", "suspend <C-z>",
          "help ?<F1>", "quit q",
        ])
  }

  @Test func theReferenceAsJSON() {
    let json = ReadJSON(KeysText(.standard).json.text)
    #expect(json?["keys"]?.count == lines)
    let down = json?["keys"]?[7]
    #expect(down?["name"]?.text == "down" && down?["keys"]?[1]?.text == "<Down>" && down?["fixed"] == .bool(false))
  }

  private var lines: Int { KeyTable.standard.rows.count { !$0.isOneOfManyDigits } }
}
