// What is sent to servers, found in the source, against the table that `plan --permissions` is made of.

import FoundationEssentials
import Testing

@testable import UpgradeCore

@Suite struct ServerCommandTests {
  /// Names in capitals that begin a list in the source and are sent to nobody.
  private static let others: Set<String> = ["PATH", "HOME", "TERM", "DISPLAY", "REDIS", "NOAUTH"]

  /// The commands that begin a list of words: `["CONFIG", "GET", "*"]`.
  private func sent(in text: String) -> Set<String> {
    var found: Set<String> = []
    for match in text.matches(of: #/\[\s*"([A-Z]{3,})"(?:,\s*"([A-Z]+)")?/#) {
      let first = String(match.1)
      guard !Self.others.contains(first) else { continue }
      // A word in capitals is a sub-command where the table has it under this command at all.
      let isContainer = ServerCommands.all.contains { $0.words.count > 1 && $0.words[0] == first }
      let second = match.2.map(String.init)
      let command = isContainer || ServerCommands.all.allSatisfy { $0.words[0] != first } ? second : nil
      // `INFO` stands in the table both by itself and under `CLUSTER`.
      found.insert(([first] + [command].compactMap(\.self)).joined(separator: " "))
    }
    return found
  }

  @Test func theTableIsWhatTheSourceSends() throws {
    let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    var found: Set<String> = []
    for room in ["Sources/UpgradeRuntime", "Sources/UpgradeCore", "Sources/redis-upgrade", "Sources/WizardUI"] {
      for file in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(room)") where file.hasSuffix(".swift")
      {
        // What may not be shown of commands that others send stands in these.
        if file.hasSuffix("RESP/CommandText.swift") || file.hasSuffix("RESP/Command.swift") { continue }
        let bytes = try #require(FileManager.default.contents(atPath: "\(root)/\(room)/\(file)"))
        found.formUnion(sent(in: String(decoding: bytes, as: UTF8.self)))
      }
    }
    // Introducing oneself is allowed to everybody, `ACL` or not (redis server.c, `CMD_NO_AUTH`).
    found.subtract(["HELLO", "AUTH"])
    #expect(
      found == Set(ServerCommands.all.map(\.title)), "a command that is sent and not listed, or listed and not sent")
  }

  @Test func aCommandThatIsNotListedIsFound() {
    #expect(sent(in: #"try await client.send(["DEBUG", "SLEEP", "0"])"#) == ["DEBUG SLEEP"])
    #expect(
      sent(in: #"[["CONFIG", "GET", "dir"], ["SHUTDOWN", "SAVE"], ["DEL", key]]"#) == ["CONFIG GET", "SHUTDOWN", "DEL"])
  }
}
