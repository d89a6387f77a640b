// What a profile says of a temporary server.

import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct ProfileTemporaryTests {
  private static func temporary(_ text: String, program: Bool = true) throws(UsageError) -> Profile.Temporary? {
    let software = program ? "software: {start: x, program: echo /opt/redis-server}" : "software: {start: x}"
    return try Profile(yaml: Array("\(software)\n\(text)".utf8), file: "site.yaml").temporary
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try Self.temporary("") == nil)
    #expect(try Self.temporary("temporary: {port: 6380}\n") == Profile.Temporary(port: 6380))
    #expect(
      try Self.temporary("temporary: {port: 6380, folder: /var/tmp/t}\n")
        == Profile.Temporary(port: 6380, folder: "/var/tmp/t"))
  }

  @Test(arguments: [
    ("temporary: {folder: /x}\n", "temporary has no port"),
    ("temporary: {port: 70000}\n", "port is \"70000\""),
    ("temporary: {port: 6380, folder: x}\n", "folder is \"x\""),
    ("temporary: {port: 6380, unit: x}\n", "unit"),
    ("reach: manual\ntemporary: {port: 6380}\n", "temporary is given, but reach is manual"),
  ])
  func whatCannotBeIsSaid(_ text: String, _ sentence: String) {
    do throws(UsageError) {
      _ = try Self.temporary(text)
      Issue.record("\(text) was taken")
    } catch {
      #expect("\(error)".contains(sentence), "\(error)")
    }
  }

  @Test func withoutAProgramThereIsNothingToStart() {
    do throws(UsageError) {
      _ = try Self.temporary("temporary: {port: 6380}\n", program: false)
      Issue.record("it was taken")
    } catch {
      #expect("\(error)".contains("software has no program"))
    }
  }
}
