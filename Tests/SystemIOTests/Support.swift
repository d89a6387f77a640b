// What the tests of this floor share: a loop for one test, a directory for one test, and bounded waiting.

import Glibc
import Testing

@testable import SystemIO

/// Runs a test body with a loop that is stopped afterwards, also on failure.
func withLoop<Answer: Sendable>(
  _ body: @Sendable (EventLoop) async throws -> Answer
) async throws -> Answer {
  let loop = try EventLoop(name: "test-loop")
  defer { loop.stop() }
  return try await body(loop)
}

/// Runs a test body in a task that prefers the loop.
func onLoop<Answer: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Answer
) async throws -> Answer {
  try await withLoop { loop in
    try await Task(executorPreference: loop) { try await body(loop) }.value
  }
}

/// Runs a test body with an empty directory that is removed afterwards.
func withDirectory<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
  let path = "/tmp/systemio-\(getpid())-\(UInt32.random(in: 0 ... .max))"
  try Files.makeDirectories(path)
  defer { try? Files.removeTree(path) }
  return try await body(path)
}

/// The generous bound of everything that a test waits for.
let patience: Duration = .seconds(30)

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
