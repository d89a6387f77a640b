// What `explain` is asked about, as it is typed, and the sentence for each word that means nothing.
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct ExplainReaderTests {
  private func read(_ line: String) throws(UsageError) -> ExplainRequest? {
    guard case .explain(let request) = try InvocationTests.read(line) else { return nil }
    return request
  }

  private static let redis7 = Release(.redis, Version(7, 0, 15))
  private static let valkey8 = Release(.valkey, Version(8, 1, 1))

  @Test(arguments: [
    ("explain", Topic.everything), ("explain rules", .rules), ("explain hazards", .hazards),
    ("explain changes", .changes), ("explain blocks", .blocks), ("explain releases", .releases),
    ("explain acl-channels", .rule("acl-channels")), ("explain ACL-Channels", .rule("acl-channels")),
    ("explain missed-expiries", .consideration("missed-expiries")),
    ("explain stralgo-gone", .consideration("stralgo-gone")), ("explain cve-2025-49844", .block("CVE-2025-49844")),
    ("explain 7.0.15", .release(redis7)), ("explain redis-7.0.15", .release(redis7)),
    ("explain valkey-8.1.1", .release(valkey8)),
    ("explain 6.2.14 7.0.15", .hop(Release(.redis, Version(6, 2, 14)), redis7)),
    ("explain 7.0.15 valkey-8.1.1", .hop(redis7, valkey8)),
    ("explain valkey-8.1.1 9.1.2", .hop(valkey8, Release(.valkey, Version(9, 1, 2)))),
  ])
  func words(line: String, topic: Topic) throws {
    #expect(try read(line)?.topic == topic)
  }

  @Test func faces() throws {
    #expect(try read("explain rules --json") == ExplainRequest(topic: .rules, face: FaceRequest(face: .json)))
    #expect(try read("explain rules --markdown")?.asMarkdown == true)
  }

  @Test(arguments: [
    ("explain acl-chanels", "nothing is called \"acl-chanels\". The nearest is acl-channels."),
    ("explain rule", "nothing is called \"rule\". The nearest is rules or rules-as-written."),
    ("explain xyzzy", "nothing is called \"xyzzy\". `redis-upgrade explain` lists all names."),
    (
      "explain 7.9.1",
      "Redis 7.9.1 is not in this program's table of releases. `redis-upgrade explain releases` lists what is."
    ),
    (
      "explain 7.2",
      "VERSION \"7.2\" is not a version. Write all three numbers, such as 7.2.0: which patch release is a decision of "
        + "yours."
    ),
    ("explain v7.2.4", "VERSION \"v7.2.4\" is not a version. Write 7.2.4, without the v."),
    (
      "explain 6.2.14 licence",
      "\"licence\" is not a version, and a hop is from one to another. Write for example explain 6.2.14 7.0.15, or one "
        + "name alone."
    ),
    (
      "explain 6.2.14 7.0.15 8.0.2",
      "\"8.0.2\" is one argument too many. Write redis-upgrade explain [NAME | VERSION [VERSION]]."
    ),
    (
      "explain licence --markdown",
      "--markdown is for the list of all rules. Write explain rules --markdown."
    ),
    ("explain rules --markdown --json", "--markdown and --json are two forms of one list. Keep one."),
    ("explain rules --to 7.0.15", "explain has no flag --to. It belongs to run, check, plan, notice, train and lab."),
  ])
  func wrongWords(line: String, sentence: String) {
    let error = #expect(throws: UsageError.self) { try read(line) }
    #expect(error?.description == sentence)
    #expect(error?.exitCode == .usage)
  }

  @Test func itsHelpNamesWhatItTakes() {
    let help = HelpText.text(for: .explain)
    for word in ["NAME", "VERSION VERSION", "--json", "--markdown", "explain [NAME | VERSION [VERSION]]"] {
      #expect(help.contains(word), "\(word)")
    }
    #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(HelpText.text(for: .startScreen).contains("redis-upgrade explain"))
  }
}
