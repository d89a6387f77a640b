// A directory and a loop for one test, both gone afterwards.

import SystemIO
import Testing
import TrainingLab

struct Scratch: Sendable {
  /// Absolute, empty at the start.
  let path: String
  let loop: EventLoop

  func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws {
    let file = "\(path)/\(name)"
    try Files.makeDirectories(Files.directory(of: file))
    try Files.writeAtomically(file, Array(text.utf8), mode: mode)
  }

  /// Labs on the servers that this user already has.
  func lab() throws -> Lab { try Lab(on: loop) }

  /// A lab below this test's directory, so that it goes with the test whatever happens.
  func up(_ request: LabRequest) async throws -> RunningLab {
    var request = request
    if request.directory == nil { request.directory = "\(path)/lab" }
    return try await lab().up(request)
  }

  /// The labs of this test; others may run beside it.
  var labs: [RunningLab] {
    get throws { try lab().list().filter { $0.directory.hasPrefix(path) } }
  }

  /// A program that says it is a server, and is none.
  @discardableResult
  func fakeServer(_ name: String, prints line: String) throws -> String {
    try write("#!/bin/sh\necho '\(line)'\n", to: name, mode: 0o755)
    return "\(path)/\(name)"
  }
}

func withScratch(_ body: (Scratch) async throws -> Void) async throws {
  let temporary = Host.environment["TMPDIR"] ?? "/tmp"
  let name = "redis-upgrade-lab-" + randomBytes(8).map { String($0, radix: 16) }.joined()
  let scratch = Scratch(path: "\(temporary)/\(name)", loop: try EventLoop(name: "scratch"))
  try Files.makeDirectories(scratch.path)
  let outcome: Result<Void, any Error>
  do {
    try await body(scratch)
    outcome = .success(())
  } catch {
    outcome = .failure(error)
  }
  // Also where a test failed half-way: its servers end with it.
  for running in (try? scratch.labs) ?? [] { try? await running.down() }
  scratch.loop.stop()
  try Files.removeTree(scratch.path)
  try outcome.get()
}
