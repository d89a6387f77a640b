// The script that reads facts of a host, run on this machine: a process that may write its file, and one that may not.

import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct FactsScriptTests {
  private func facts(_ pid: Int, _ file: String, on loop: EventLoop) async throws -> ConfigurationFacts? {
    let script = SupervisorScript.facts([], programs: [pid: ""], configurations: [pid: file])
    let outcome = try await ChildProcess.run(
      ChildCommand("sh", ["-s"]), on: loop, within: .seconds(10), input: Array(script.text.utf8))
    var talk = SSHTalk()
    for line in OutputTail.lines(of: outcome.errorOutput) { talk.hear(line, script.mark) }
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    for said in talk.said { facts.hear(said) }
    return facts.configurations[pid]
  }

  @Test func whoOwnsAConfigurationFile() async throws {
    let loop = try EventLoop(name: "facts")
    defer { loop.stop() }
    let folder = "\(Host.environment["TMPDIR"] ?? "/tmp")/facts of a host \(Host.processID)"
    try Files.makeDirectories(folder, mode: 0o755)
    defer { try? Files.removeTree(folder) }
    let file = "\(folder)/redis.conf"
    try Files.writeAtomically(file, Array("port 6379\n".utf8), mode: 0o644)
    let own = try #require(try await facts(Int(Host.processID), file, on: loop))
    #expect(own.user == Int(Host.effectiveUserID) && own.file.mode == 0o644 && own.folder.mode == 0o755)
    #expect(own.tried?.file == true && own.tried?.folder == true)
    #expect(own.blankPasswords.isEmpty)
    #expect(try await facts(Int(Host.processID), "\(folder)/none", on: loop) == nil)
    let lines = [
      "port 26379", "sentinel auth-pass orders one", "sentinel auth-pass orders two words",
      "sentinel sentinel-pass one", "sentinel sentinel-pass \"two words\"", "requirepass \"two words\"",
    ]
    try Files.writeAtomically(file, Array((lines.joined(separator: "\n") + "\n").utf8), mode: 0o644)
    #expect(try await facts(Int(Host.processID), file, on: loop)?.blankPasswords == [3, 5])
    // Only root may start a process of somebody else.
    guard Host.effectiveUserID == 0 else { return }
    let other = try ChildProcess.spawn(
      ChildCommand("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "600"]), streams: .null,
      on: loop)
    defer { _ = try? other.send(.kill) }
    let deadline = loop.now + .seconds(10)
    var seen: ConfigurationFacts?
    while loop.now < deadline, seen?.user != 65534 { seen = try await facts(Int(other.pid), file, on: loop) }
    #expect(seen?.user == 65534 && seen?.tried == nil)
    #expect(seen.flatMap { $0.groups } == [65534])
  }
}
