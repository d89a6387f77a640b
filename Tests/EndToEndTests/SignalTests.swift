// Every way in which a program is ended or stopped from outside, at every screen: the terminal is the shell's again, the
// deployment as it was, and the run can be resumed.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// What strikes the wizard.
enum Strike: CaseIterable {
  /// The connection drops, or somebody ends the session.
  case hangUp
  case terminate
  /// Somebody stops it from another window, and it is continued.
  case stop
  /// A fault on its own account.
  case trap
  case kill

  var signal: Signal {
    switch self {
    case .hangUp: .hangUp
    case .terminate: .terminate
    case .stop: .terminalStop
    case .trap: Signal(4)
    case .kill: .kill
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(30))) struct SignalTests {
  /// One strike at each screen, and each strike at some; all of them at each where the long storms are asked for.
  static let isWhole = Host.environment["REDIS_UPGRADE_STORMS"] != nil

  @Test func atEveryScreen() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 100
    try await withNight(request) { night in
      let gate = try HeldInstall(night, before: Flood.command)
      try await ShellWindow.with(columns: 100, rows: 30, folder: night.folder, on: night.loop) { window in
        let voyage = Voyage(night: night, window: window, profile: gate.profile)
        try await voyage.beforeAnything()
        try await voyage.fromTheFirstQuestion()
        try await voyage.whileACommandRuns(gate)
        try await voyage.atWordsToType()
        try await voyage.atTheReport()
      }
    }
  }

  /// Who prints lines ends by what somebody sends, with a note and after Swift's backtracer has had its say.
  @Test func whoPrintsLines() async throws {
    let request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    let backtraces = ["SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=crashed,images=none"]
    try await withNight(request) { night in
      var words = [night.target, "--to", "7.0.15", "--settle", "0", "--plain"] + night.profile
      for signal in [Signal(4), Signal(11)] {
        try await night.withPerson(words, environment: backtraces) { person in
          try await person.reads("Question start:")
          #expect(try await person.isStruck(by: signal) == .signalled(signal.number), "\(person.heard.suffix(2000))")
          let newest = try #require(try RunCatalogue(night.state).runs().first)
          let said = try await night.run(["status", newest.id.text, "--state-dir", night.state])
          let note = "The wizard of process \(person.programID) crashed on \(signal) at "
          #expect(said.errors.contains(note), "\(said.errors)")
        }
        words = ["resume", "--plain", "--state-dir", night.state]
      }
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })
    }
  }
}

/// The screens of one run in their order, and what strikes at each.
private final class Voyage {
  let night: Night
  let window: ShellWindow
  let profile: String
  private var turn = 0
  private var console: Console { window.console }

  init(night: Night, window: ShellWindow, profile: String) {
    self.night = night
    self.window = window
    self.profile = profile
  }

  // MARK: - Screens

  /// Nothing has begun: nothing is changed, whatever happens.
  func beforeAnything() async throws {
    let run = [night.target, "--to", "7.0.15", "--settle", "0", "--profile", profile, "--state-dir", night.state]
    try await strike("the start", ["--state-dir", night.state]) {
      _ = try await $0.wait(for: "What do you want to do?")
    }
    try await strike("the field of the start", ["--state-dir", night.state]) { console in
      try await console.wait(for: "What do you want to do?")
      try await console.press("4")
      try await console.wait(for: "TARGET --to VERSION")
    }
    try await strike("the checks", run) { _ = try await $0.wait(for: "No check refuses the start") }
    let pages = [
      ("", "the plan", "Start with this plan?"), ("c", "the commands", "─ Commands"), ("h", "the health", "─ Health"),
      ("l", "the journal", "─ Journal"), ("v", "the output", "─ Output"), ("?", "the help", "Help for"),
      ("q", "the question whether to leave", "Leave the wizard?"),
    ]
    for (key, name, title) in pages {
      try await strike(name, run) { console in
        try await ConsoleTests.passChecks(console)
        try await console.wait("the plan") { $0.asked?.text == "Start with this plan?" && $0.asked?.isArmed == true }
        if !key.isEmpty { try await console.press(key) }
        try await console.wait(for: title)
      }
    }
    #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })
    let states = try RunCatalogue(night.state).runs().map { try $0.read().state }
    #expect(states.count > 3 && states.allSatisfy { $0.facts.ledger.entries.isEmpty && $0.ended == nil })

    // Agreed to, and then left in order: from here on it is resumed.
    try await window.call(run)
    try await ConsoleTests.passChecks(console)
    try await console.agree(to: try #require(try await console.nextQuestion()))
    _ = try await console.nextQuestion()
    try await console.press("q")
    try await console.wait("the question whether to leave") {
      $0.contains("Leave the wizard?") && $0.asked?.isArmed == true
    }
    try await console.press("y")
    #expect(try await window.expectShell("leaving in order") == 130)
  }

  private var resume: [String] { ["resume", "--state-dir", night.state] }

  func fromTheFirstQuestion() async throws {
    try await strike("the nodes", resume) { console in
      try await console.wait("the client probe") {
        $0.asked?.text == "Run a client probe?" && $0.asked?.isArmed == true
      }
    }
    try await strike("a problem", resume) { console in
      let asked = try await console.nextQuestion()
      if asked?.text == "Run a client probe?" { try await console.agree(to: try #require(asked)) }
      try await Voyage.decline(console)
    }
    #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })
    #expect(try journal().facts.openLedger.isEmpty, "nothing was set")
  }

  /// Upgrade mode is declined, and the run stops at that.
  private static func decline(_ console: Console) async throws {
    let picture = try await console.wait("a question or a problem") { $0.isStopped || $0.asked?.isArmed == true }
    if !picture.isStopped { try await console.press("n") }
    try await console.wait("the problem") { $0.isStopped && $0.contains("Pick 1") }
  }

  /// The command goes on whatever happens to the wizard, and is not begun a second time.
  func whileACommandRuns(_ gate: HeldInstall) async throws {
    try await strike("the output, attached", resume) { console in
      try await Voyage.goOn(console) { $0.contains("Running: install") }
      try await console.press("v")
      try await Flood.expect(in: console, night)
      try await console.press("a")
      try await console.wait(for: "ATTACHED: keys go to the command")
    }
    #expect(!gate.isOver && gate.count == 1)
    try gate.open()
  }

  func atWordsToType() async throws {
    try await strike("words to type", resume) { console in
      try await Voyage.goOn(console) { $0.asked?.word != nil && $0.asked?.isArmed == true }
    }
    #expect(try await night.proof.releases().values.count { $0 == .redis70 } == 3)
    #expect(try journal().handOvers.isEmpty)
    try await strike("the end of a run that was stopped", resume) { console in
      try await Voyage.goOn(console) { $0.asked?.word != nil && $0.asked?.isArmed == true }
      try await console.type("no")
      try await console.wait(for: ":  no")
      try await console.press("Enter")
      try await console.wait("the problem") { $0.isStopped && $0.contains("Pick 1") }
      try await Voyage.pick("Stop here", console) { $0.asked?.isArmed == true && $0.contains("[y] do it") }
      try await console.press("y")
      try await console.wait(for: "ends the program with code")
    }
  }

  /// The rest of the run, up to its report; and the same report before the eyes of who only watches.
  func atTheReport() async throws {
    // It is reached once: whoever resumes a run that is done gets its report in lines.
    try await strike("the report", resume, isOnce: true) { _ = try await $0.walk() }
    #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
    #expect(try journal().ended?.kind == .done)
    let newest = try #require(try RunCatalogue(night.state).runs().first).id.text
    try await strike("the report, watched", ["watch", newest, "--state-dir", night.state]) { console in
      try await console.wait("the report") { $0.isAtReport && $0.contains("read-only") }
    }
    #expect(try journal().ended?.kind == .done)
  }

  /// Agrees to what is asked until something is there.
  private static func goOn(_ console: Console, until isThere: (Console.Picture) -> Bool) async throws {
    while true {
      let picture = try await console.wait("what comes next", within: .seconds(90)) { picture in
        isThere(picture) || picture.asked?.isArmed == true && picture.asked?.word == nil || picture.isStopped
      }
      if isThere(picture) { return }
      if picture.isStopped {
        // Declined before: asked once more.
        try await pick("Ask me again", console) { !$0.isStopped }
      } else if let asked = picture.asked {
        try await console.agree(to: asked)
      }
    }
  }

  /// Picks a choice of the problem as soon as it is taken.
  private static func pick(
    _ words: String, _ console: Console, until isDone: (Console.Picture) -> Bool
  ) async throws {
    let picture = try await console.wait("the choices") { $0.contains("Pick 1") && !$0.contains("(wait)") }
    let row = try #require(picture.rows.first { $0.contains(words) }, "\(picture)")
    try await console.press("\(try #require(row.first { $0.isNumber }))")
    try await console.wait("what comes of \(words)", until: isDone)
  }

  // MARK: - Strikes

  /// Goes to a screen and is struck there, once or in all ways.
  private func strike(
    _ screen: String, _ words: [String], isOnce: Bool = false, _ go: (Console) async throws -> Void
  ) async throws {
    turn += 1
    let all = Strike.allCases
    for strike in SignalTests.isWhole && !isOnce ? all : [all[turn % all.count]] {
      let what = "\(strike) at \(screen)"
      try await window.call(words)
      try await go(console)
      let program = try await window.program()
      if strike == .stop { try await stopAndGoOn(program, what) }
      let last: Strike = strike == .stop ? .terminate : strike
      #expect(try program.send(last.signal), "\(what)")
      let code = try await window.expectShell(isKilled: last == .kill, what)
      if last == .trap { try await expectCrash(of: program, what) }
      switch last {
      case .kill, .trap: #expect(code == 128 + last.signal.number, "\(what)")
      default: #expect([0, 3, 130].contains(code), "\(what) ends with \(code)")
      }
    }
  }

  /// Of what has begun, whoever calls next is told: which process it was, and on which signal.
  private func expectCrash(of program: ProcessIdentity, _ what: String) async throws {
    let runs = try RunCatalogue(night.state).runs()
    let lines = runs.flatMap { (try? Files.read($0.crashes)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    guard String(lines).contains("\(program.pid) 4 ") else {
      #expect(what.contains("the start") || what.contains("watched"), "\(what): no run knows of it")
      return
    }
    guard let newest = runs.first, try !newest.read().isUnstarted else { return }
    for word in ["status", "journal"] {
      let said = try await night.run([word, newest.id.text, "--state-dir", night.state])
      #expect(said.code == 0)
      #expect(
        said.errors.contains("The wizard of process \(program.pid) crashed on SIGILL at "), "\(what): \(said.errors)")
    }
  }

  /// The shell has the terminal meanwhile, and the same screen comes back.
  private func stopAndGoOn(_ program: ProcessIdentity, _ what: String) async throws {
    let before = try await console.picture().skeleton
    #expect(try program.send(.terminalStop))
    try await window.expectShell(what)
    try await window.enter("fg")
    try await console.wait("the screen after \(what)") { $0.skeleton == before }
  }

  /// The state of the newest run, from its journal: what is resumed.
  private func journal() throws -> State {
    try #require(try RunCatalogue(night.state).runs().first).read().state
  }
}
