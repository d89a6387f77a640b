// Who imports whom: the sources against the table of floors, and the table against a few lines that it must refuse.

import Testing

@Suite struct FloorTests {
  @Test func everyFileKnowsOnlyWhatItsRoomMay() throws {
    let tree = try Tree()
    let files = try tree.files(below: "Sources", ending: ".swift")
    #expect(files.count > 200)
    for file in files { #expect(Floors.violations(of: file, lines: try tree.lines(file)) == []) }
  }

  @Test func everyRowOfTheTableIsAPlaceInTheHouse() throws {
    let files = try Tree().files(below: "Sources")
    for room in Floors.rooms {
      #expect(files.contains { $0 == room.path || $0.hasPrefix(room.path + "/") }, "\(room.path) is gone")
    }
  }

  @Test func nobodyImportsFoundationAsAWhole() throws {
    let tree = try Tree()
    for file in try tree.files(below: "Sources", ending: ".swift") + tree.files(below: "Tests", ending: ".swift") {
      let imported = Set(try tree.lines(file).compactMap { Floors.module(importedBy: $0) })
      #expect(imported.isDisjoint(with: Floors.forbiddenEverywhere), "\(file)")
    }
  }

  @Test(arguments: [
    ("import Glibc", "Glibc"), ("package import UpgradeCore", "UpgradeCore"), ("@testable import WizardUI", "WizardUI"),
    ("import struct Foundation.Date", "Foundation"), ("  internal import CYAML // why", "CYAML"),
    ("@preconcurrency private import CSystem", "CSystem"), ("import SystemIO;", "SystemIO"), ("important()", nil),
    ("// import Glibc", nil), ("let script = \"import sys\"", nil), ("", nil),
  ])
  func anImportIsKnownInAllItsForms(line: String, module: String?) {
    #expect(Floors.module(importedBy: line) == module)
  }

  @Test(arguments: [
    (
      "Sources/UpgradeCore/Machine/X.swift", "import SystemIO", ["Sources/UpgradeCore/Machine/X.swift imports SystemIO"]
    ),
    ("Sources/UpgradeCore/X.swift", "import Foundation", ["Sources/UpgradeCore/X.swift imports Foundation"]),
    ("Sources/WizardUI/Screens/X.swift", "import CNcurses", ["Sources/WizardUI/Screens/X.swift imports CNcurses"]),
    ("Sources/WizardUI/Terminal/X.swift", "import CNcurses", []),
    ("Sources/redis-upgrade/X.swift", "import Glibc", ["Sources/redis-upgrade/X.swift imports Glibc"]),
    ("Sources/redis-upgrade/Main.swift", "import Glibc", []),
    ("Sources/UpgradeRuntime/X.swift", "import WizardUI", ["Sources/UpgradeRuntime/X.swift imports WizardUI"]),
    ("Sources/Attic/X.swift", "", ["Sources/Attic/X.swift stands in no room of the table"]),
  ])
  func theTableRefuses(file: String, line: String, violations: [String]) {
    #expect(Floors.violations(of: file, lines: [line]) == violations)
  }
}
