// Where announced addresses are reached, and what is announced for an address that is reached.

import Testing

@testable import UpgradeCore

@Suite struct AddressMapTests {
  private let map = AddressMap([
    "10.0.0.1:6379": "gate:7001", "10.0.0.1": "inner-1", "10.0.0.2": "192.0.2.2", "[fd00::1]:6379": "[fd00::2]:6380",
  ])

  @Test(arguments: [
    // The whole address goes before its host.
    ("10.0.0.1:6379", "gate:7001"), ("10.0.0.1:6380", "inner-1:6380"), ("10.0.0.2:6379", "192.0.2.2:6379"),
    ("10.0.0.3:6379", "10.0.0.3:6379"), ("[fd00::1]:6379", "[fd00::2]:6380"), ("[fd00::1]:6380", "[fd00::1]:6380"),
  ])
  func thereAndBack(announced: String, reachable: String) throws {
    let address = try #require(Address(announced))
    #expect(map.reachable(address).description == reachable)
    // What the operator names as the target is often where it is reached.
    #expect(map.announced(try #require(Address(reachable))) == address)
    #expect(map.announced(address) == address)
  }

  @Test func nothingIsSaidByAnEmptyMap() {
    let address = Address(host: "10.0.0.1", port: 6379)
    #expect(AddressMap().isEmpty && AddressMap().reachable(address) == address)
    #expect(AddressMap().announced(address) == address && AddressMap().name(of: address) == nil)
  }
}
