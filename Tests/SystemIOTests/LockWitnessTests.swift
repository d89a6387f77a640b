// Whether a lock is held, told without touching it.

import Testing

@testable import SystemIO

@Suite struct LockWitnessTests {
  @Test func itIsSeenAndNotTouched() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/lock"
      #expect(throws: SystemError.self) { try FileLock.isHeld(path) }
      guard case .held(let lock) = try FileLock.attempt(path, content: Array("us".utf8)) else {
        Issue.record("nobody else has this lock")
        return
      }
      #expect(try FileLock.isHeld(path) == true)
      #expect(try FileLock.isHeld(directory) == false)
      lock.release()
      #expect(try FileLock.isHeld(path) == false)
      #expect(try Files.read(path) == Array("us".utf8))
    }
  }

  @Test(arguments: [
    ("12: FLOCK  ADVISORY  WRITE 4711 fe:00:131085 0 EOF", true),
    ("12: FLOCK  ADVISORY  READ  4711 fe:00:131085 0 EOF", true),
    ("12: POSIX  ADVISORY  WRITE 4711 fe:00:131085 0 EOF", false),
    ("12: FLOCK  ADVISORY  WRITE 4711 fe:01:131085 0 EOF", false),
    ("12: FLOCK  ADVISORY  WRITE 4711 fe:00:131086 0 EOF", false),
    // Somebody who waits for it has it not.
    ("12: -> FLOCK  ADVISORY  WRITE 4711 fe:00:131085 0 EOF", false),
    ("", false), ("12: FLOCK ADVISORY WRITE x fe:00:131085", false), ("12: FLOCK ADVISORY WRITE 1 fe:131085 0", false),
  ])
  func theLinesOfTheKernel(line: String, holds: Bool) {
    #expect((LockLine(line)?.holds(inode: 131_085, on: (0xFE, 0)) ?? false) == holds)
  }
}
