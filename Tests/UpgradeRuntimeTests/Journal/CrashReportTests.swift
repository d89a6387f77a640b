// A crash is told to whoever calls next, until somebody has gone on with the run.
import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct CrashReportTests {
  @Test(arguments: [
    ("4711 4 1795216471042", "the wizard of process 4711 crashed on SIGILL at 2026-11-20T23:14:31.042Z"),
    ("1 11 1", "the wizard of process 1 crashed on SIGSEGV at 1970-01-01T00:00:00.001Z"),
    ("", nil), ("4711 4", nil), ("4711 4 x", nil), ("4711 4 1 ", nil), ("4711 0 1", nil), ("4711 99999999999 1", nil),
    ("a\u{1B}[2J 4 1", nil),
  ])
  func aLineOfTheHandler(line: String, sentence: String?) {
    #expect(CrashReport(line)?.sentence == sentence)
  }

  @Test func itIsOfTheWizardThatDroveLast() async throws {
    try await withDirectory { state in
      let start: Int64 = 1_795_216_471_042
      let (directory, journal) = try RunDirectory.create(in: state, at: WallTime(milliseconds: start))
      func note(_ text: String) throws { try Files.writeAtomically(directory.crashes, Array(text.utf8)) }
      func crash() throws -> String? { directory.crash(try directory.read())?.words }
      try await journal.append([.noted("x")], at: WallTime(milliseconds: start))
      #expect(try crash() == nil)
      try note("")
      #expect(try crash() == nil)
      try note("4711 4 \(start + 5)\n")
      #expect(try crash() == "crashed on SIGILL")
      // What the handler could not finish counts for nothing.
      try note("4711 4 \(start + 5)\n4712 11 \(start)")
      #expect(try crash() == "crashed on SIGILL")
      let next = WizardIdentity(host: "a", user: "b", processID: 4712, version: "1")
      try await journal.append([.resumed(by: next)], at: WallTime(milliseconds: start + 10))
      #expect(try crash() == nil)
      try note("4711 4 \(start + 5)\n4712 11 \(start + 20)\n")
      #expect(
        directory.crashSentence(try directory.read())?.hasPrefix(
          "The wizard of process 4712 crashed on SIGSEGV at 2026-11-20T23:14:31.062Z. ") == true)
    }
  }
}
