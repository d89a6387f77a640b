// What a machine says about its package sources, in both formats, and the mirror that the lab takes from it.

import Testing
import TrainingLab

@Suite struct AptSourcesTests {
  @Test func oneLineFormat() {
    let text = """
      # the archive
      deb http://mirror.example.org/debian bookworm main contrib # and a word
      deb-src http://mirror.example.org/debian bookworm main
      deb [arch=amd64 signed-by=/usr/share/keyrings/other.gpg] https://other.example.org/apt  bookworm stable
        deb\thttp://mirror.example.org/debian/ bookworm-updates main
      deb [broken http://mirror.example.org/debian bookworm main
      deb http://mirror.example.org/only-an-address
      """
    #expect(
      AptSources.oneLine(text) == [
        AptSource(
          uris: ["http://mirror.example.org/debian"], suites: ["bookworm"], components: ["main", "contrib"]),
        AptSource(
          uris: ["https://other.example.org/apt"], suites: ["bookworm"], components: ["stable"],
          signedBy: "/usr/share/keyrings/other.gpg"),
        AptSource(
          uris: ["http://mirror.example.org/debian/"], suites: ["bookworm-updates"], components: ["main"]),
      ])
  }

  @Test func stanzaFormat() {
    let text = """
      Types: deb deb-src
      # a comment does not end a stanza
      URIs: http://mirror.example.org/debian
      Suites: bookworm
       bookworm-updates
      Components: main
      Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

      Types: deb
      URIs: http://off.example.org/debian
      Suites: trixie
      Components: main
      Enabled: no

      Types: deb-src
      URIs: http://source.example.org/debian
      Suites: trixie
      Components: main
      """
    #expect(
      AptSources.stanzas(text) == [
        AptSource(
          uris: ["http://mirror.example.org/debian"], suites: ["bookworm", "bookworm-updates"], components: ["main"],
          signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg")
      ])
  }

  @Test(arguments: [
    // The archive itself, beside its security mirror and a vendor who names a suite after Debian's.
    (
      [
        source("https://vendor.example.org/deb", "bookworm"),
        source("http://security.example.org/debian-security", "bookworm-security"),
        source("http://mirror.example.org/debian/", "bookworm"),
      ], "http://mirror.example.org/debian"
    ),
    // An address of another shape, told by the keyring.
    (
      [
        source("https://vendor.example.org/deb", "bookworm"),
        source(
          "http://cache.example.org/archive", "trixie", signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg"),
      ], "http://cache.example.org/archive"
    ),
    // Nothing better than a likely one.
    ([source("http://cache.example.org/archive", "stable")], "http://cache.example.org/archive"),
    // A medium is no mirror; Ubuntu's suites are not Debian's.
    ([source("cdrom:[Debian 12]/", "bookworm"), source("http://archive.example.org/ubuntu", "noble")], nil),
    ([], nil),
  ])
  func mirror(sources: [AptSource], expected: String?) {
    #expect(DebianMirror.chosen(from: sources)?.uri == expected)
  }
}

private func source(_ uri: String, _ suite: String, signedBy: String = "") -> AptSource {
  AptSource(uris: [uri], suites: [suite], components: ["main"], signedBy: signedBy)
}
