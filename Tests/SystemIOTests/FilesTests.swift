// Files: what replaces what, and what is left after a failure.

import Glibc
import Testing

@testable import SystemIO

@Suite struct FilesTests {
  @Test func aFileIsReplacedWhole() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/state"
      try Files.writeAtomically(path, bytes("old"))
      #expect(try Files.permissions(path) == 0o600)
      let reader = Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC))
      try Files.writeAtomically(path, bytes("new"), mode: 0o644)
      #expect(string(try Files.read(path)) == "new")
      #expect(try Files.permissions(path) == 0o644)
      // Who had the old one open still reads the old one: it was never changed in place.
      #expect(string(try Files.read("/proc/self/fd/\(reader.number)")) == "old")
      #expect(try Files.list(directory) == ["state"])
    }
  }

  @Test func aFailedReplacementLeavesTheOldFileAndNothingElse() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/state"
      try Files.makeDirectories(path)
      let error = await failure { try Files.writeAtomically(path, bytes("new")) }
      #expect(error?.description == "cannot replace \(path): is a directory (EISDIR)")
      #expect(try Files.list(directory) == ["state"])
    }
  }

  @Test func readingHasALimit() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/big"
      try Files.writeAtomically(path, [UInt8](repeating: 1, count: 1000))
      #expect(try Files.read(path, limit: 1000).count == 1000)
      let error = await failure { _ = try Files.read(path, limit: 999) }
      #expect(error?.description == "cannot read, within 999 bytes, \(path): file too large (EFBIG)")
      #expect(await failure { _ = try Files.read(directory) }?.code.name == "EISDIR")
      #expect(!(try Files.read("/proc/self/status")).isEmpty)
    }
  }

  @Test func aGrowingFileIsReadFromAnOffset() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/output"
      try Files.writeAtomically(path, bytes("0123456789"))
      #expect(string(try Files.read(path, from: 0, upTo: 4)) == "0123")
      #expect(string(try Files.read(path, from: 4, upTo: 100)) == "456789")
      #expect(try Files.read(path, from: 10, upTo: 100) == [])
      #expect(try Files.read(path, from: 5000, upTo: 100) == [])
      #expect(string(try Files.read(path, limit: .max)) == "0123456789")
    }
  }

  @Test func directoriesAreMadeAndTakenAway() async throws {
    try await withDirectory { directory in
      let deep = "\(directory)/a/b/c"
      try Files.makeDirectories(deep)
      try Files.makeDirectories(deep)
      try Files.makeDirectories("\(deep)/")
      #expect(try Files.permissions(deep) == 0o700)
      try Files.writeAtomically("\(deep)/file", bytes("x"))
      try #require(unsafe symlink(directory, "\(deep)/up") == 0)
      #expect(try Files.list(deep) == ["file", "up"])
      #expect(try Files.readLink("\(deep)/up") == directory)
      #expect(try Files.resolve("\(deep)/up/a/../a") == Files.resolve("\(directory)/a"))
      #expect(Files.kind("\(deep)/up") == .directory)
      #expect(Files.kind("\(deep)/up", followingLinks: false) == .link)
      try Files.writeAtomically("\(directory)/kept", bytes("y"))
      // The link leads out of the tree; what is there stays.
      try Files.removeTree("\(directory)/a")
      #expect(try Files.list(directory) == ["kept"])
      try Files.removeTree("\(directory)/a")
      #expect(try Files.remove("\(directory)/kept"))
      #expect(try Files.remove("\(directory)/kept") == false)
      #expect(!Files.exists("\(directory)/kept"))
    }
  }

  @Test func aDirectoryCannotBeMadeUnderAFile() async throws {
    try await withDirectory { directory in
      try Files.writeAtomically("\(directory)/file", [])
      let under = await failure { try Files.makeDirectories("\(directory)/file/sub") }
      #expect(under?.description == "cannot make the directory \(directory)/file/sub: not a directory (ENOTDIR)")
      let itself = await failure { try Files.makeDirectories("\(directory)/file") }
      #expect(itself?.code == .exists)
    }
  }

  @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b/", "a"), ("/", "/"), ("/a/b//", "/a")])
  func theDirectoryOfAPath(path: String, expected: String) {
    #expect(Files.directory(of: path) == expected)
  }

  @Test func aCopyHasContentAndMode() async throws {
    try await withDirectory { directory in
      let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
      try Files.writeAtomically("\(directory)/dump.rdb", content, mode: 0o640)
      try Files.copy("\(directory)/dump.rdb", to: "\(directory)/copy")
      #expect(try Files.read("\(directory)/copy") == content)
      #expect(try Files.permissions("\(directory)/copy") == 0o640)
      try Files.copy("/proc/self/status", to: "\(directory)/status")
      #expect(try Files.size("\(directory)/status") > 100)
      #expect(try Files.hardLinkOrCopy("\(directory)/dump.rdb", to: "\(directory)/link") == .linked)
      try Files.writeAtomically("\(directory)/dump.rdb", bytes("newer"))
      #expect(try Files.size("\(directory)/link") == content.count)
      let taken = await failure {
        _ = try Files.hardLinkOrCopy("\(directory)/dump.rdb", to: "\(directory)/link")
      }
      #expect(taken?.code == .exists)
      #expect(try Files.list(directory) == ["copy", "dump.rdb", "link", "status"])
    }
  }

  @Test func aFileOfAnotherFileSystemIsCopied() async throws {
    try await withDirectory { directory in
      let copying = try Files.hardLinkOrCopy("/proc/self/status", to: "\(directory)/status")
      #expect(copying == .copied)
      #expect(try Files.size("\(directory)/status") > 100)
      let taken = await failure { _ = try Files.hardLinkOrCopy("/proc/self/status", to: "\(directory)/status") }
      #expect(taken?.code == .exists)
    }
  }

  @Test func freeSpaceIsWhatTheSystemSays() async throws {
    try await withDirectory { directory in
      let before = try Files.freeSpace(directory)
      let outcome = try await withLoop { loop in
        try await ChildProcess.run(
          ChildCommand("df", ["-B1", "--output=avail", directory]), on: loop, within: patience)
      }
      let said = try #require(outcome.text.split(whereSeparator: \.isWhitespace).last.flatMap { Int64($0) })
      let after = try Files.freeSpace(directory)
      // Others write meanwhile, and df may have had to wait for its turn.
      let slack: Int64 = 1 << 30
      #expect(min(before, after) - slack < said && said < max(before, after) + slack)
      #expect(await failure { _ = try Files.freeSpace("\(directory)/none") }?.code == .noSuchFile)
    }
  }

  @Test func oneHolderAtATime() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/lock"
      guard case .held(let first) = try Files.lock(path, content: bytes("first")) else {
        return #expect(Bool(false), "nobody held it")
      }
      guard case .taken(let content) = try Files.lock(path, content: bytes("second")) else {
        return #expect(Bool(false), "two hold it")
      }
      #expect(string(content) == "first")
      try first.setContent(bytes("1st"))
      #expect(string(try Files.read(path)) == "1st")
      #expect(try Files.permissions(path) == 0o600)
      first.release()
      guard case .held = try Files.lock(path, content: bytes("second")) else {
        return #expect(Bool(false), "it was released")
      }
    }
  }

  @Test func aLockDiesWithItsProcess() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/lock"
      try await onLoop { loop in
        let holder = try ChildProcess.spawn(try probe("hold-lock", path), on: loop)
        _ = try await holder.read(until: "held\n")
        guard case .taken(let content) = try Files.lock(path, content: []) else {
          return #expect(Bool(false), "two hold it")
        }
        #expect(ProcessIdentity(string(content)) == (try ProcessIdentity(of: holder.pid)))
        try holder.send(.kill)
        #expect(await holder.exit() == .signalled(SIGKILL))
        guard case .held = try Files.lock(path, content: []) else {
          return #expect(Bool(false), "its holder is dead")
        }
        let second = try await ChildProcess.run(try probe("hold-lock", path), on: loop, within: patience)
        #expect(second.text == "held\n")
      }
    }
  }
}
