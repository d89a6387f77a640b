// Searches that go on where they were, and look again where a step has touched something.

import Testing

@testable import UpgradeCore

@Suite struct SearchProgressTests {
  @Test func aSettledPlaceIsLookedAtAgainOnlyAfterAStepThatTouchesIt() {
    let setup = MachineScene(shards: 3).setup
    var progress = SearchProgress()
    var looked: [Int] = []
    func search(_ isDue: Set<Int>) -> Int? {
      looked = []
      return progress.first(.upgradeModeOn, of: setup.order.count) { place in
        looked.append(place)
        return isDue.contains(place) ? place : nil
      }
    }
    #expect(search([2, 4]) == 2 && looked == [0, 1, 2])
    // What is due stays due, and is found at once.
    #expect(search([2, 4]) == 2 && looked == [2])
    #expect(search([4]) == 4 && looked == [2, 3, 4])
    progress.forget([setup.order[3], setup.order[0], setup.order[5]], setup)
    #expect(search([3, 4]) == 3 && looked == [0, 3])
    #expect(search([]) == nil && looked == [3, 4, 5])
    #expect(search([1]) == nil && looked == [], "nothing has touched it")
    progress.forget([setup.order[1]], setup)
    #expect(search([1]) == 1 && looked == [1])
  }

  @Test func aSearchByShardsLooksAtTheShardOfATouchedNode() {
    let setup = MachineScene(shards: 3).setup
    var progress = SearchProgress()
    var looked: [Int] = []
    func search() {
      looked = []
      let found = progress.first(.replicas, of: setup.shards.count) { place -> Int? in
        looked.append(place)
        return nil
      }
      #expect(found == nil)
    }
    search()
    #expect(looked == [0, 1, 2])
    progress.forget(setup.shards[1].members, setup)
    search()
    #expect(looked == [1])
  }
}
