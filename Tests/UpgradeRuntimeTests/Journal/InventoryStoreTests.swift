// What the nodes were like before a run is there for whoever goes on with it.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct InventoryStoreTests {
  private static let inventory = Inventory(
    configuration: ["maxmemory": "0", "save": "", "requirepass": "(set, not shown)"],
    users: ["user default on nopass ~* &* +@all"], modules: ["search"], otherWizards: [], permissions: [:],
    unsavedDirectives: nil)

  @Test func whatWasKeptIsReadBack() async throws {
    try await onLoop { _, directory in
      let run = RunDirectory(try #require(RunID("20261121-0318-f2tt")), in: directory)
      #expect(run.keptInventories().isEmpty)
      try Files.makeDirectories(run.path)
      var counted = Self.inventory
      counted.usage = Usage(calls: [:], uptimeSeconds: 0)
      counted.usage?.errors = ["NOPERM": 3, "ERR": 1]
      let kept = [
        NodeID("a"): Self.inventory, NodeID("c"): counted,
        NodeID("b"): Inventory(
          configuration: [:], users: nil, modules: [], otherWizards: [], permissions: [:], unsavedDirectives: nil),
      ]
      try run.keep(kept)
      #expect(run.keptInventories() == kept)
      // Of a later form, or cut off, nothing is taken for true.
      for text in ["{\"v\":2,\"nodes\":{}}", "{\"v\":1,\"nodes\":{\"a\":", ""] {
        try Files.writeAtomically(run.inventory, Array(text.utf8))
        #expect(run.keptInventories().isEmpty)
      }
    }
  }

  @Test func aFolderThatIsGoneIsSaidInASentence() async throws {
    try await onLoop { _, directory in
      let run = RunDirectory(try #require(RunID("20261121-0318-f2tt")), in: directory)
      let error = #expect(throws: JournalError.self) { try run.keep([:]) }
      #expect(error?.code == .unusable)
      #expect(error?.description.contains("nothing was begun") == true)
    }
  }
}
