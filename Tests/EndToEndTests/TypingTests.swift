// A command of the site asks, in the middle of a run: the operator sees it, attaches the keyboard, and answers.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct TypingTests {
  @Test func aQuestionOfAnInstallationIsAnswered() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 100
    try await withNight(request) { night in
      let install = try AskingInstall(night)
      try await Console.with(
        night.wizard(to: "7.0.15", profile: install.profile), columns: 80, rows: 24, on: night.loop
      ) { console in
        try await ConsoleTests.passChecks(console)
        var last: Asked?
        while let asked = try await console.nextQuestion(after: last) {
          try await console.agree(to: asked)
          last = asked
          if asked.text.hasPrefix("Stop") { break }
        }
        try await console.wait("the guess that something waits") { picture in
          let words = picture.rows.suffix(5).flatMap { $0.split(separator: " ") }.joined(separator: " ")
          return words.contains("it may be waiting for an answer: v, then a.")
        }
        try await console.press("v")
        try await console.wait(for: "keep your redis.conf (y/n)?")
        // Until the keyboard is attached keys are the wizard's.
        try await console.type("n")
        try await console.wait(for: "Nothing is asked at this moment.")

        try await console.press("a")
        let attached = try await console.wait(for: "ATTACHED: keys go to the command")
        #expect(attached.rows.last { !$0.isEmpty } == " Ctrl-] leave", "\(attached)")
        try await console.type("nqy")
        try await console.wait(for: "keep your redis.conf (y/n)? nqy")
        try await console.press("C-]")
        let left = try await console.wait(for: "Keys are the wizard's again; the command goes on.")
        #expect(!left.contains("ATTACHED"), "\(left)")
        try await console.press("a")
        try await console.wait(for: "ATTACHED")
        try await console.press("C-u")
        try await console.type("y")
        try await console.press("Enter")

        // Here a paste is an answer, with the Enter that it holds.
        try await console.wait(for: "who did it?")
        try await console.paste("the night shift\n")
        try await console.wait(for: "password:")
        try await console.type("s3cret")
        try await console.press("Enter")
        let over = try await console.wait(for: "Detached: the command is over")
        #expect(!over.contains("s3cret") && !over.contains("ATTACHED"), "\(over)")
        try await console.wait("the next question") { $0.asked?.isArmed == true }
        try await console.press("q")
        try await console.wait("the question whether to leave") {
          $0.contains("Leave the wizard?") && $0.asked?.isArmed == true
        }
        try await console.press("y")
        #expect(try await console.exitCode() == 3)
      }
      #expect(try install.answers == ["y", "the night shift", "6 letters"])
      // The journal knows that somebody typed, each time, before the first key; and nothing of what was typed.
      let journal = try night.journal()
      let notes = journal.entries.compactMap { if case .noted(let text) = $0.record { text } else { nil } }
      let node = try #require(night.lab.addresses.dropFirst(Place.replica1).first)
      #expect(
        notes.filter { $0.contains("keyboard") }
          == Array(repeating: "the keyboard was attached to the running command: install \(node)", count: 2))
      let found = try await ChildProcess.run(
        .shell("grep -rl s3cret \(night.state) || echo nothing"), on: night.loop, within: .seconds(10))
      #expect(String(decoding: found.output, as: UTF8.self) == "nothing\n")
    }
  }
}

/// The lab's profile with an install that asks, the first time, as packages do.
private struct AskingInstall {
  let profile: String
  private let log: String

  init(_ night: Night) throws {
    let script = "\(night.folder)/ask"
    (profile, log) = ("\(night.folder)/asking.yaml", "\(night.folder)/answers")
    let words = """
      test -e \(log) && exit 0
      printf 'keep your redis.conf (y/n)? '; read -r answer; echo "$answer" >\(log)
      printf 'who did it? '; read -r answer; echo "$answer" >>\(log)
      stty -echo; printf 'password: '; read -r word; stty echo; echo "${#word} letters" >>\(log)

      """
    try Files.writeAtomically(script, Array(words.utf8))
    let lines = String(decoding: try Files.read(night.lab.profilePath), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let asking = lines.map { line in
      guard let start = line.range(of: "  install: '") else { return String(line) }
      return "  install: 'sh \(script); " + line[start.upperBound...]
    }
    try Files.writeAtomically(profile, Array(asking.joined(separator: "\n").utf8))
  }

  var answers: [String] {
    get throws { String(decoding: try Files.read(log), as: UTF8.self).split(separator: "\n").map(String.init) }
  }
}
