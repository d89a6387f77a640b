// What the lab writes for apt, what it reads from it, and the sentences it makes of apt's complaints.

import Testing
import TrainingLab
import UpgradeCore

@Suite struct AptTextTests {
  private let mirror = DebianMirror(uri: "http://mirror.example.org/debian")

  @Test func sourcesOfASuiteAndOfOneLaidOverAnother() {
    #expect(
      AptText.sources(
        of: DebianSuite("trixie"), mirror: mirror, architecture: "amd64", keyring: "/usr/share/keyrings/debian.gpg")
          == """
          deb [arch=amd64 signed-by=/usr/share/keyrings/debian.gpg] http://mirror.example.org/debian trixie main

          """)
    #expect(
      AptText.sources(
        of: DebianSuite("bookworm-backports", over: "bookworm"), mirror: mirror, architecture: "arm64", keyring: nil)
          == """
          deb [arch=arm64] http://mirror.example.org/debian bookworm-backports main
          deb [arch=arm64] http://mirror.example.org/debian bookworm main

          """)
  }

  @Test func configurationKeepsOutOfTheMachine() {
    let text = AptText.configuration(directory: "/lab/suites/trixie")
    // Every place that is named at all is ours, and so is every one that is not, by its parent.
    for line in text.split(separator: "\n") where line.contains("Dir::State") || line.contains("Dir::Cache") {
      #expect(line.contains("\"/lab/suites/trixie") || line.hasSuffix(" \"\";"))
    }
    #expect(text.contains("Dir::State \"/lab/suites/trixie\";\n"))
    #expect(text.contains("Dir::Cache \"/lab/suites/trixie/cache\";\n"))
    #expect(text.contains("Dir::Etc::sourceparts \"-\";"))
    #expect(text.contains("#clear APT::Update::Post-Invoke;"))
  }

  @Test func simulation() {
    let text = """
      Reading package lists...
      The following NEW packages will be installed:
        libc6 redis-tools
      Inst libc6 (2.41-12+deb13u4 Debian:13.7/stable [amd64])
      Inst openssl-provider-legacy (3.5.7-1~deb13u2 Debian:13.7/stable [amd64]) []
      Inst redis-tools [5:7.0.15-1] (5:8.0.2-3+deb13u2 Debian:13.7/stable [amd64])
      Conf libc6 (2.41-12+deb13u4 Debian:13.7/stable [amd64])
      """
    #expect(
      AptText.choices(inSimulation: text) == [
        AptText.Choice(name: "libc6", version: "2.41-12+deb13u4"),
        AptText.Choice(name: "openssl-provider-legacy", version: "3.5.7-1~deb13u2"),
        AptText.Choice(name: "redis-tools", version: "5:8.0.2-3+deb13u2"),
      ])
  }

  @Test(arguments: [
    ("5:8.0.2-3+deb13u2", Version(8, 0, 2)), ("8.0.1+dfsg1-1~bpo12+1", Version(8, 0, 1)),
    ("5:6.0.16-1+deb11u2", Version(6, 0, 16)), ("9.1.2-1", Version(9, 1, 2)), ("2.41-12", nil), ("", nil),
  ])
  func upstream(version: String, expected: Version?) {
    #expect(AptText.upstream(version) == expected)
  }

  @Test(arguments: [
    (
      "Err:1 http://mirror.example.org/debian trixie InRelease\n  The following signatures couldn't be verified "
        + "because the public key is not available: NO_PUBKEY 0E98404D386FA1D9",
      LabError.Code.notSigned
    ),
    ("E: The repository 'http://mirror.example.org/debian trixie InRelease' is not signed.", .notSigned),
    (
      "E: The repository 'http://mirror.example.org/debian buster Release' does not have a Release file.", .notThere
    ),
    ("E: Failed to fetch http://mirror.example.org/debian/x.deb  404  Not Found [IP: 192.0.2.1 80]", .notThere),
    ("E: Unable to locate package valkey-tools", .notThere),
    (
      "W: Failed to fetch http://mirror.example.org/debian/ Temporary failure resolving 'mirror.example.org'",
      .unreachable
    ),
    ("E: Could not connect to mirror.example.org:80 (192.0.2.1). - connect (111: Connection refused)", .unreachable),
    ("Reading...\nE: Unmet dependencies.\nW: and a warning", .toolFailed),
    ("", .toolFailed),
  ])
  func failures(output: String, code: LabError.Code) {
    #expect(AptText.failure(output, suite: DebianSuite("trixie"), mirror: mirror).code == code)
  }

  @Test func failureIsASentenceThatSaysWhatToDo() {
    let unsigned = AptText.failure("NO_PUBKEY 1", suite: DebianSuite("trixie"), mirror: mirror)
    #expect(
      unsigned.description == "The signature of suite trixie cannot be verified with the keys on this machine. "
        + "Install a newer debian-archive-keyring; the lab runs nothing that is not verified.")
    let other = AptText.failure("E: Unmet dependencies.", suite: DebianSuite("sid"), mirror: mirror)
    #expect(
      other.description
        == "apt-get failed on suite sid: Unmet dependencies. Run it again; what was fetched so far is kept."
    )
  }
}
