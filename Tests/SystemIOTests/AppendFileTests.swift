// The journal's file: whole pieces, a full disk, and what can still be said then.

import Glibc
import Testing

@testable import SystemIO

@Suite struct AppendFileTests {
  @Test(arguments: [AppendFile.ReserveKind.blocks, .secondFile])
  func piecesAreAddedAndTheFileGoesOn(kind: AppendFile.ReserveKind) async throws {
    try await withDirectory { directory in
      let path = "\(directory)/journal"
      let first = try AppendFile(creating: path, reserve: 1 << 16, kind: kind)
      #expect(first.reserved >= 1 << 16)
      try first.append(bytes("one\n"))
      try first.append([])
      try first.append(bytes("two\n"))
      #expect(string(try Files.read(path)) == "one\ntwo\n")
      #expect(try Files.permissions(path) == 0o600)
      first.close()
      first.close()
      #expect(try Files.list(directory) == ["journal"])
      #expect(await failure { try first.append([1]) }?.code.name == "EBADF")

      let second = try AppendFile(opening: path, reserve: 1 << 16, kind: kind)
      #expect(second.length == 8)
      try second.append(bytes("torn"))
      try second.truncate(to: 8)
      #expect(second.reserved >= 1 << 16)
      try second.append(bytes("three\n"))
      #expect(string(try Files.read(path)) == "one\ntwo\nthree\n")
      #expect(second.length == 14)
    }
  }

  @Test func theReserveBelongsToTheFileButNotToItsLength() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/journal"
      let file = try AppendFile(creating: path, reserve: 1 << 20)
      #expect(try Files.size(path) == 0)
      var status = stat()
      try #require(unsafe stat(path, &status) == 0)
      #expect(status.st_blocks * 512 >= 1 << 20)
      try file.append(bytes("x"))
      #expect(file.reserved >= 1 << 20)
      file.close()
      try #require(unsafe stat(path, &status) == 0)
      #expect(status.st_blocks * 512 < 1 << 20)
    }
  }

  @Test func whatIsNotSyncedCanBeSyncedLater() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/output"
      let file = try AppendFile(creating: path, reserve: 0)
      #expect(file.reserved == 0)
      try file.append(bytes("one "), syncing: false)
      try file.append(bytes("two"), syncing: false)
      try file.sync()
      #expect(string(try Files.read(path)) == "one two")
      #expect(file.length == 7)
    }
  }

  @Test func whyAJournalCannotBeMade() async throws {
    try await withDirectory { directory in
      try Files.writeAtomically("\(directory)/taken", [])
      let cases = [
        ("taken", "cannot create \(directory)/taken: file exists (EEXIST)"),
        ("no/where", "cannot create \(directory)/no/where: no such file or directory (ENOENT)"),
      ]
      for (name, sentence) in cases {
        let error = await failure { _ = try AppendFile(creating: "\(directory)/\(name)") }
        #expect(error?.description == sentence)
      }
      let error = await failure { _ = try AppendFile(opening: "\(directory)/none") }
      #expect(error?.description == "cannot open \(directory)/none: no such file or directory (ENOENT)")
    }
  }

  /// A file-size limit takes a part of the last piece before it refuses the rest.
  @Test func aPieceThatWasTakenInPartIsCutBack() async throws {
    try await withDirectory { directory in
      let path = "\(directory)/journal"
      let outcome = try await withLoop { loop in
        try await ChildProcess.run(try probe("append", path, "limit=200000"), on: loop, within: patience)
      }
      let lines = outcome.text.split(separator: "\n")
      #expect(
        lines == [
          "refused: EFBIG, reserve whole", "pieces 48 length 196608 on-disk 196608", "last word recorded",
          "length 196618 on-disk 196618",
        ])
      #expect(string(try Files.read(path).suffix(12)) == "..last word\n")
    }
  }

  private static let canMount = unsafe system("unshare -rm mount -t tmpfs none /mnt 2>/dev/null") == 0

  /// A real full disk: a small file system of its own, in a name space of its own.
  @Test(.enabled(if: canMount, "needs user name spaces"), arguments: ["", "second-file"])
  func onAFullDiskTheLastWordIsRecorded(kind: String) async throws {
    try await withDirectory { directory in
      let program = try probe().program
      let script = """
        mount -t tmpfs -o size=1m none \(directory) &&
        head -c 300000 /dev/zero > \(directory)/filler &&
        \(program) append \(directory)/journal \(kind) filler=\(directory)/filler &&
        tail -c 4109 \(directory)/journal | head -c 12; echo; ls \(directory)
        """
      let outcome = try await withLoop { loop in
        try await ChildProcess.run(ChildCommand("unshare", ["-rm", "sh", "-c", script]), on: loop, within: patience)
      }
      let lines = outcome.text.split(separator: "\n").map(String.init)
      try #require(lines.count >= 6, "\(outcome.text) \(string(outcome.errorOutput))")
      let pieces = try #require(lines[1].split(separator: " ").dropFirst().first.flatMap { Int($0) })
      #expect(pieces > 100)
      #expect(lines[0] == "refused: ENOSPC, reserve whole")
      #expect(lines[1] == "pieces \(pieces) length \(pieces * 4096) on-disk \(pieces * 4096)")
      #expect(lines[2] == "last word recorded")
      #expect(lines[3] == "goes on, reserve whole")
      #expect(lines[4] == "length \(pieces * 4096 + 10 + 4096) on-disk \(pieces * 4096 + 10 + 4096)")
      #expect(lines[5] == "...last word")
    }
  }
}
