// The files of held commands: short names, and none for two commands.

import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct HoldFilesTests {
  private func name(_ object: ObjectID, attempt: Int = 1) -> String {
    HoldFiles(folder: "/run", EffectID(StepKey(.install, object), attempt: attempt)).name
  }

  @Test func everyCommandHasANameOfItsOwn() {
    let long = "cache-1.rack-17.eu-central.redis.internal.example"
    let hosts = ["192.168.100.101", "192.168.100.102", "fe80::1", "::1", long, long + ".com"]
    let names = hosts.map { name(.host($0)) }
    #expect(Set(names).count == hosts.count)
    #expect(names.allSatisfy { $0.utf8.count == 22 && $0.hasPrefix("install-") })
    #expect(name(.node(NodeID("4f0a5c8d2b1e9f7a"))) == "install-4f0a5c8d2b1e-1")
    let servers = ["127.0.0.1:18300", "127.0.0.1:18301", "127.0.0.1:1830", "|run|redis.sock"].map {
      name(.node(NodeID($0)))
    }
    #expect(Set(servers).count == servers.count)
    #expect(servers.allSatisfy { $0.utf8.count == 22 })
    #expect(name(.host("::1"), attempt: 2) == names[3].dropLast() + "2")
  }
}
