// The look of the tree: what stands at the top, how long a file is, and what must not be written in one.

import Testing

@Suite struct TreeTests {
  @Test func nothingElseStandsAtTheTop() throws {
    let allowed: Set<String> = [
      "Package.swift", "README.md", "Sources", "Tests", "screenshots", ".ci", ".gitignore", ".swift-format",
    ]
    let there = Set(try Tree().top)
    #expect(there.subtracting(allowed).subtracting(Tree.machinery) == [])
    #expect(there.isSuperset(of: ["Package.swift", "README.md", "Sources", "Tests", ".ci"]))
  }

  @Test func aFileIsARoomAndNoHall() throws {
    let tree = try Tree()
    for file in try tree.files(below: "Sources") + tree.files(below: "Tests") where Self.isCode(file) {
      let count = try tree.lines(file).count
      #expect(count < 450, "\(file) has \(count) lines")
    }
  }

  @Test func theProgramHasNoTrapsOfItsOwn() throws {
    let tree = try Tree()
    for file in try tree.files(below: "Sources") where Self.isCode(file) {
      #expect(Self.marks(Self.traps, in: try tree.lines(file)) == [], "\(file)")
    }
  }

  @Test func nothingIsPutOffInAComment() throws {
    let tree = try Tree()
    for file in try tree.everything() {
      #expect(Self.marks(Self.postponed, in: try tree.lines(file)) == [], "\(file)")
    }
  }

  @Test func noPathOfAMachineAndNoHostOfARegistry() throws {
    let tree = try Tree()
    for file in try tree.everything() {
      #expect(Self.marks(Self.places, in: try tree.lines(file)) == [], "\(file)")
    }
  }

  @Test func aMarkIsFoundWithItsLine() {
    let lines = ["let x = try" + "! f()", "let work = \"/srv/work/x\"", "cd /wo" + "rk/x", "as" + "!ure"]
    #expect(Self.marks(Self.traps, in: lines) == ["line 1: try" + "!", "line 4: as" + "!"])
    #expect(Self.marks(Self.places, in: lines) == ["line 3: /wo" + "rk/"])
    #expect(Self.marks(Self.postponed, in: ["// TO" + "DO: later"]) == ["line 1: TO" + "DO"])
  }

  // Written in two halves, so that this file does not find itself.
  private static let traps = [
    "try" + "!", "as" + "!", "fatal" + "Error", "precondition" + "(", "precondition" + "Failure",
    "assertion" + "Failure",
  ]
  private static let postponed = ["TO" + "DO", "FIX" + "ME"]
  private static let places = [
    "/wo" + "rk/", "/tmp/" + "wt", "deb.deb" + "ian.org", "py" + "pi.org", "python" + "hosted",
  ]

  /// Where a text holds one of the marks. A path begins where no name goes before it.
  private static func marks(_ marks: [String], in lines: [some StringProtocol]) -> [String] {
    var found: [String] = []
    for (number, line) in lines.enumerated() {
      for mark in marks {
        let isThere = line.ranges(of: mark).contains { range in
          guard mark.hasPrefix("/"), let before = line[..<range.lowerBound].last else { return true }
          return !before.isLetter && !before.isNumber && !"._-}".contains(before)
        }
        if isThere { found.append("line \(number + 1): \(mark)") }
      }
    }
    return found
  }

  private static func isCode(_ file: String) -> Bool {
    [".swift", ".c", ".h"].contains { file.hasSuffix($0) }
  }
}
